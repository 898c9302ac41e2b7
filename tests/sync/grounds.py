"""A hub of either kind for a run of seats: where it is, whose clock it goes by, and how it is reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict

from data.backup.hubs import back_up_hub, restore_hub
from data.backup.shelf import Reason
from data.floor.pace import LeapClock
from data.sync.contract import Hub
from data.sync.embedded import EmbeddedHub
from data.sync.postgres import archive
from data.sync.postgres.hub import PostgresHub
from tests.postgres import Server, empty


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


def embedded(path: Path) -> Ground:
    """A hub in a file, which does not wait for the disk: processes die here, not machines."""
    clock = LeapClock()

    def opened() -> Hub:
        hub = EmbeddedHub(path, clock)
        hub._file.db.execute("PRAGMA synchronous = OFF")
        return hub

    def back_up() -> PutBack:
        made = back_up_hub(path, Reason.BY_HAND, clock.now())

        def put_back(*, lost: bool) -> None:
            if lost:
                for one in path.parent.glob(f"{path.name}*"):
                    one.unlink()
            restore_hub(path, made, clock.now())

        return put_back

    return Ground(path, clock, opened, back_up)


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

    return Ground(dsn, clock, lambda: PostgresHub(dsn, clock), back_up)


def url(dsn: str) -> str:
    """The address of a hub as it is given to the program."""
    parts = conninfo_to_dict(dsn)
    where = quote(str(parts["host"]), safe="")
    return f"postgresql://{parts['user']}@/{parts['dbname']}?host={where}&port={parts['port']}"
