"""Migration steps for who is at which ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def presence(db: Database) -> None:
    """One row an agent."""
    table = db.table("presence")
    table.create({"id": str, "agent": str, "ticket_id": str, "until": str}, pk="id", not_null={"agent", "until"})
    table.create_index(["ticket_id"])


STEPS = [presence]
