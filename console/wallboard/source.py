"""Where the wallboard's rows come from: a replica of its own and one sync worker, however many look on.

With a login the replica is encrypted under a key that nobody writes down: each start takes the rows anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from console.services.link import Link
from console.settings import Settings
from data.models.base import AgentId
from data.store.database import STORE_FILE, Store
from data.store.key import Key
from data.store.users import User, alone
from data.sync.contract import Login, Scope
from data.sync.wire import Begin, Expelled, LetIn, SyncStatus, TurnedAway

FOLDER, SEALED = "wallboard", "sealed.db"
SEAT = "wallboard"
PATIENCE_S = 0.5
DAYS = 2
"""How far back contacts stay that are over: the site's day may have 25 hours."""


class Source:
    """The replica. `prepare` it, then `start` it, and `close` it in the end."""

    def __init__(self, folder: Path, hub: str, settings: Settings, login: Login | None) -> None:
        """`folder`: the wallboard's own."""
        self.key = Key.fresh() if login is not None else None
        self.store = folder / (SEALED if login is not None else STORE_FILE)
        self._hub = hub
        self._settings = settings
        self._login = login
        self._link: Link | None = None

    def prepare(self) -> None:
        """Make the store, or bring it to this version; nothing of the other kind is left.

        Raises:
            StoreInUse: another wallboard has it.
            StoreError: it cannot be opened.
            OSError: the folder cannot be used.
        """
        folder = self.store.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in (STORE_FILE, SEALED):
            with alone(folder / name):
                if self.key is not None or name != self.store.name:
                    for end in ("-wal", "-shm", ""):
                        (folder / f"{name}{end}").unlink(missing_ok=True)
        Store(self.store, user=User.CONSOLE, key=self.key).close()

    def start(
        self,
        on_pulled: Callable[[tuple[str, ...]], None],
        on_status: Callable[[SyncStatus], None],
        on_hub: Callable[[LetIn | TurnedAway | Expelled], None],
    ) -> None:
        """Start the worker; see `Link`."""
        begin = None
        if self._login is not None and self.key is not None:
            password = self._login.password.get_secret_value()
            begin = Begin(key=SecretStr(self.key.hex), person=self._login.person, password=SecretStr(password))
        self._link = Link(
            self.store, self._hub, SEAT, on_pulled, on_status,
            begin=begin, on_hub=on_hub, scope=Scope(directory=False, days=DAYS), silent_s=self._settings.silent_s,
        )  # fmt: skip
        self._link.start()

    async def close(self) -> None:
        """Let the worker end. Nothing is written here that the hub does not have."""
        if self._link is not None:
            await self._link.close(PATIENCE_S)


def login_of(name: str, password: SecretStr) -> Login:
    """Who speaks to the hub."""
    return Login(person=AgentId(" ".join(name.split())), password=password)
