"""Migration steps for what a replica keeps of its talk with the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

_STATEMENTS = (
    # what the hub has confirmed, so that it can be sent again to a hub that was put back from a backup
    """CREATE TABLE op_done (
        op_id TEXT PRIMARY KEY, replica_id TEXT NOT NULL, seq INTEGER NOT NULL, txn_id TEXT NOT NULL,
        entity TEXT NOT NULL, entity_id TEXT NOT NULL, kind TEXT NOT NULL, base_ver INTEGER, patch TEXT NOT NULL,
        actor TEXT, local_at TEXT, schema_v INTEGER, hub_seq INTEGER NOT NULL, done_at TEXT NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX op_done_at ON op_done (done_at)",
    "CREATE INDEX op_done_seq ON op_done (replica_id, seq)",
    # rows that the snapshot which is being taken has brought
    "CREATE TABLE seen (entity TEXT, entity_id TEXT, PRIMARY KEY (entity, entity_id)) WITHOUT ROWID",
    # how far each import of customers is loaded into the hub
    """CREATE TABLE hub_load (
        import_id INTEGER PRIMARY KEY, replica_id TEXT NOT NULL, after TEXT NOT NULL, next_seq INTEGER NOT NULL,
        done INTEGER NOT NULL, total INTEGER NOT NULL, finished INTEGER NOT NULL)""",
)


def keeping(db: Database) -> None:
    """Confirmed changes, the place in a snapshot, the loading of imports."""
    for statement in _STATEMENTS:
        db.execute(statement)


STEPS = [keeping]
