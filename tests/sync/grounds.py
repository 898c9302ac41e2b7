"""A hub of either kind for a run of seats: where it is, whose clock it goes by, and how it is reached."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict

from data.floor.pace import LeapClock
from data.models.base import new_id
from data.store import driver
from data.sync.contract import Hub
from data.sync.embedded import EmbeddedHub
from data.sync.postgres.hub import PostgresHub
from tests.postgres import Server


@dataclass(frozen=True)
class Ground:
    """An empty hub, and the clock that it goes by."""

    address: Path | str
    clock: LeapClock
    open: Callable[[], Hub]
    back_up: Callable[[], Callable[[], None]] | None = None
    """Makes a backup of the hub, and returns what puts it back; None: of this kind it is tested elsewhere."""


def embedded(path: Path) -> Ground:
    """A hub in a file, which does not wait for the disk: processes die here, not machines."""
    clock = LeapClock()

    def opened() -> Hub:
        hub = EmbeddedHub(path, clock)
        hub._file.db.execute("PRAGMA synchronous = OFF")
        return hub

    def back_up() -> Callable[[], None]:
        backup = path.with_suffix(".backup")
        with closing(driver.connect(path)) as hub:
            hub.execute(f"VACUUM INTO '{backup}'")

        def put_back() -> None:
            for one in path.parent.glob(f"{path.name}*"):
                one.unlink()
            backup.rename(path)
            with closing(driver.connect(path)) as hub:
                hub.execute("UPDATE hub_info SET value = ? WHERE key = 'epoch'", (new_id(),))
                hub.execute("UPDATE hub_info SET value = value + 1000 WHERE key = 'next_ticket'")

        return put_back

    return Ground(path, clock, opened, back_up)


class PostgresClock(LeapClock):
    """The clock of an emptied hub, and ours."""

    def __init__(self, dsn: str) -> None:
        super().__init__()
        self._connection = psycopg.connect(dsn, autocommit=True)

    def leap(self, seconds: float) -> None:
        super().leap(seconds)
        self._connection.execute("UPDATE agent_console.test_clock SET now = %s", (self.now(),))


def in_postgres(server: Server) -> Ground:
    """The one hub of a server that is emptied for each run."""
    dsn = server.emptied_hub(LeapClock().now())
    clock = PostgresClock(dsn)
    return Ground(dsn, clock, lambda: PostgresHub(dsn, clock))


def url(dsn: str) -> str:
    """The address of a hub as it is given to the program."""
    parts = conninfo_to_dict(dsn)
    where = quote(str(parts["host"]), safe="")
    return f"postgresql://{parts['user']}@/{parts['dbname']}?host={where}&port={parts['port']}"
