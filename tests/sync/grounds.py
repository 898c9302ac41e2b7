"""A hub of either kind for a run of seats: where it is, whose clock it goes by, and how it is reached."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from data.backup.hubs import back_up_hub, restore_hub
from data.backup.shelf import Reason
from data.floor.pace import LeapClock
from data.models.agent import Role
from data.models.base import AgentId
from data.sync.contract import Hub, Login
from data.sync.embedded import EmbeddedHub
from data.sync.hub_people import People
from data.sync.postgres import admin, archive
from data.sync.postgres.hub import PostgresHub
from tests.postgres import Server, empty, revoke

PASSWORD = "a quiet harbour 7"


class PutBack(Protocol):
    """Puts a backup of the hub in its place."""

    def __call__(self, *, lost: bool) -> None:
        """`lost`: with the disk on which the hub was, so that nothing can be carried over from it."""


@dataclass(frozen=True)
class Ground:
    """An empty hub, and the clock that it goes by."""

    address: Path | str
    clock: LeapClock
    open: Callable[[], Hub]
    back_up: Callable[[], PutBack]
    """Makes a backup of the hub, and returns what puts it back."""
    let_in: Callable[[str, Role], Callable[[], Hub]]
    """Gives somebody a password, and returns what opens the hub for them."""
    revoke: Callable[[str], None]
    """Gives nothing to this replica any more."""


def _signed_in(name: str) -> Login:
    return Login(person=AgentId(name), password=SecretStr(PASSWORD))


def embedded(path: Path, clock: LeapClock | None = None) -> Ground:
    """A hub in a file, which does not wait for the disk: processes die here, not machines. It goes by a clock of its own,
    or by that of another hub."""
    clock = clock or LeapClock()

    def opened(login: Login | None = None) -> Hub:
        hub = EmbeddedHub(path, clock, login=login)
        hub._file.db.execute("PRAGMA synchronous = OFF")
        return hub

    def let_in(name: str, role: Role) -> Callable[[], Hub]:
        with People(path, clock) as people:
            people.add(name, role, PASSWORD)
        return lambda: opened(_signed_in(name))

    def withdraw(replica_id: str) -> None:
        with closing(EmbeddedHub(path, clock)) as hub:
            hub.revoke(replica_id)

    def back_up() -> PutBack:
        made = back_up_hub(path, Reason.BY_HAND, clock.now())

        def put_back(*, lost: bool) -> None:
            if lost:
                for one in path.parent.glob(f"{path.name}*"):
                    one.unlink()
            restore_hub(path, made, clock.now())

        return put_back

    return Ground(path, clock, opened, back_up, let_in, withdraw)


class PostgresClock(LeapClock):
    """The clock of an emptied hub, and ours."""

    def __init__(self, dsn: str) -> None:
        super().__init__()
        self._dsn = dsn
        self.dial()

    def dial(self) -> None:
        """Connect, also anew: who puts a hub back ends every connection to it."""
        self._connection = psycopg.connect(self._dsn, autocommit=True)

    def leap(self, seconds: float) -> None:
        super().leap(seconds)
        self._connection.execute("UPDATE agent_console.test_clock SET now = %s", (self.now(),))


def in_postgres(server: Server, folder: Path) -> Ground:
    """The one hub of a server that is emptied for each run; its backups lie in the folder."""
    dsn = server.emptied_hub(LeapClock().now())
    clock = PostgresClock(dsn)

    def back_up() -> PutBack:
        made = folder / "hub.backup"
        archive.backup(dsn, made)

        def put_back(*, lost: bool) -> None:
            if lost:
                empty(dsn)
            archive.restore(dsn, made)
            clock.dial()

        return put_back

    def let_in(name: str, role: Role) -> Callable[[], Hub]:
        admin.add_person(dsn, name, role, PASSWORD)
        return lambda: PostgresHub(dsn, clock, login=_signed_in(name))

    return Ground(dsn, clock, lambda: PostgresHub(dsn, clock), back_up, let_in, partial(revoke, dsn))


def url(dsn: str) -> str:
    """The address of a hub as it is given to the program."""
    parts = conninfo_to_dict(dsn)
    where = quote(str(parts["host"]), safe="")
    return f"postgresql://{parts['user']}@/{parts['dbname']}?host={where}&port={parts['port']}"
