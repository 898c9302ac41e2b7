"""Migration steps for what an agent's desk keeps beside its items."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def drafts(db: Database) -> None:
    """Unfinished texts outside the ticket form, each agent's own."""
    db.table("draft").create(
        {"id": str, "agent": str, "fields": str, "focus": str, "cursor": str, "open": int, "updated_at": str},
        pk=("agent", "id"),
    )


STEPS = [drafts]
