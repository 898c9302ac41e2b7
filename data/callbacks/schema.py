"""Migration steps for callbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def callbacks(db: Database) -> None:
    """Callbacks, and what came of each try."""
    callback = db.table("callback")
    callback.create(
        {
            "id": str,
            "customer_id": str,
            "contact_id": str,
            "ticket_id": str,
            "number": str,
            "about": str,
            "due_at": str,
            "until": str,
            "for_agent": str,
            "made_by": str,
            "made_at": str,
            "state": str,
        },
        pk="id",
        not_null={"number", "due_at", "made_by", "made_at", "state"},
    )
    callback.create_index(["state", "due_at"])
    callback.create_index(["ticket_id"])
    attempt = db.table("callback_attempt")
    attempt.create(
        {"id": str, "callback_id": str, "at": str, "by": str, "outcome": str, "text": str},
        pk="id",
        not_null={"callback_id", "at", "by", "outcome"},
    )
    attempt.create_index(["callback_id", "at"])


STEPS = [callbacks]
