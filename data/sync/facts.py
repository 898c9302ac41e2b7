"""What a replica remembers about itself: names, cursor, place in a snapshot. Read and written in any transaction."""

from __future__ import annotations

from data.models.base import Value
from data.store import driver
from data.sync.contract import Scope

LIFE = "life"
"""The fact that marks the last time that the hub was found put back: versions, numbers and places that were heard before
and since do not compare."""

ALONE = "restored_alone"
"""The fact that marks a store that was restored without what the one before it knew of the same life of the hub, and has not
heard the hub since: what the hub's numbers say of it is not to be believed, for what had to wait has one of them too."""


class Place(Value):
    """How far a snapshot has come. One that is killed goes on from here."""

    scope: Scope
    after: tuple[str, str] | None = None
    """The last row that is in."""
    cursor: int | None = None
    """Where pulls go on from meanwhile; None before the first page. The replica's own cursor moves at the end: up to
    that everything is here."""
    whole: bool = False
    """Every page is in: rows that it did not bring go now."""
    swept: tuple[str, str] | None = None
    """Up to where they have gone."""
    fresh: bool = False
    """There was nothing before it, so nothing can go."""
    put_back: bool = False
    """The hub is behind what this replica had of it: versions may go back, and nothing is pushed before the end."""
    done: int = 0
    total: int = 0


def fact(connection: driver.Connection, key: str) -> str | None:
    """A remembered fact (`replica_id`, `cursor`, `epoch`, `number`…)."""
    found = connection.execute("SELECT value FROM sync_state WHERE key = ?", (key,)).fetchone()
    return str(found[0]) if found is not None else None


def remember(connection: driver.Connection, facts: dict[str, str]) -> None:
    """Write facts in the caller's transaction."""
    connection.executemany(
        "INSERT INTO sync_state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        list(facts.items()),
    )


def forget(connection: driver.Connection, *keys: str) -> None:
    """Drop facts in the caller's transaction."""
    connection.executemany("DELETE FROM sync_state WHERE key = ?", [(key,) for key in keys])


def place(connection: driver.Connection) -> Place | None:
    """The snapshot that is being taken, if any."""
    known = fact(connection, "snapshot")
    return Place.model_validate_json(known) if known is not None else None


def keep_place(connection: driver.Connection, at: Place | None) -> None:
    """Note how far the snapshot is; None: there is none any more."""
    if at is None:
        forget(connection, "snapshot")
    else:
        remember(connection, {"snapshot": at.model_dump_json()})
