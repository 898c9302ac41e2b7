"""The key of one agent's store, kept under the agent's password.

The key is random. It lies in a tiny encrypted database, the box, whose own key argon2id makes of the password:
with another password, or one bit changed, the box cannot be opened (every page of it is authenticated). So a new
password makes a new box, and the store itself is not rewritten. `keys.json` names the box and says how its key is
derived; it is replaced as a whole, last."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pydantic import ValidationError

from data.backup.making import put_on_disk
from data.identity import passwords
from data.identity.passwords import SALT_BYTES, Cost, derived
from data.models.base import AgentId, Value
from data.store import driver
from data.store.key import Key
from data.sync.contract import Member

CARD = "keys.json"
LOCK = "box.lock"
FORMAT = 1


class WrongPassword(Exception):
    """The box does not open with this password."""


class KeyBoxError(Exception):
    """The box cannot be read or written; the message is one sentence."""


class Card(Value):
    """What may be read without a password."""

    format: int = FORMAT
    person: AgentId
    name: str
    box: str
    """Name of the box's file, beside this one."""
    salt: str
    cost: Cost


class KeyBox:
    """The key box in the folder of one agent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def card(self) -> Card | None:
        """Whose it is; None when there is none that can be used."""
        try:
            card = Card.model_validate_json((self.folder / CARD).read_bytes())
        except (OSError, ValidationError):
            return None
        return card if card.format == FORMAT and Path(card.box).name == card.box else None

    def keep(self, member: Member, password: str, key: Key, *, first: bool = False) -> None:
        """Put the key under a password. The box that was there before is whole until this one is, and gone then.
        `first`: there must be none, or a store that somebody else is just making would lose its key.

        Raises:
            KeyBoxError: it could not be written, or is not the first; what was there is as it was.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._held():
                if first and self.card() is not None:
                    raise KeyBoxError("You have just signed in at another console of this seat: sign in once more.")
                self._keep(member, password, key)
        except (OSError, driver.Error) as error:
            raise KeyBoxError(
                f"The folder {self.folder} cannot be written ({error}): free some space and check its rights."
            ) from error

    def _keep(self, member: Member, password: str, key: Key) -> None:
        salt, cost = secrets.token_bytes(SALT_BYTES), passwords.COST
        box = self.folder / f"keys-{secrets.token_hex(4)}.db"
        with closing(driver.connect(box, key=derived(password, salt, cost))) as inside:
            inside.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
            inside.execute("CREATE TABLE kept (key TEXT NOT NULL)")
            inside.execute("INSERT INTO kept VALUES (?)", (key.hex,))
        card = Card(person=member.id, name=member.name, box=box.name, salt=salt.hex(), cost=cost)
        _write_whole(self.folder / CARD, card.model_dump_json(indent=2) + "\n")
        for former in self.folder.glob("keys-*.db"):
            if former != box:
                shred(former)

    @contextmanager
    def _held(self) -> Iterator[None]:
        """The folder's keys, for this console alone: what another one is writing is not shredded."""
        handle = os.open(self.folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def open(self, password: str) -> Key:
        """The key.

        Raises:
            WrongPassword: it is another one.
            KeyBoxError: there is no box.
        """
        card = self.card()
        if card is None or not (self.folder / card.box).is_file():
            raise KeyBoxError(f"The keys in {self.folder} are gone: what lies there cannot be opened any more.")
        try:
            key = derived(password, bytes.fromhex(card.salt), card.cost)
            with closing(driver.connect_to_read(self.folder / card.box, at_rest=True, key=key)) as inside:
                return Key.from_hex(str(inside.execute("SELECT key FROM kept").fetchone()[0]))
        except driver.DatabaseError as error:
            raise WrongPassword from error


def shred(file: Path) -> None:
    """Overwrite a small file before it is removed; what a disk keeps of its own accord is beyond us."""
    try:
        size = file.stat().st_size
    except FileNotFoundError:
        return
    with file.open("r+b") as old:
        old.write(secrets.token_bytes(size))
        old.flush()
        os.fsync(old.fileno())
    file.unlink()


def _write_whole(file: Path, text: str) -> None:
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600, exist_ok=False)
    with part.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
    put_on_disk(file.parent)
