"""Migration steps for alerts that were seen, for stepping in, and for scored contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def stepping_in(db: Database) -> None:
    """Alerts that supervisors have seen; where they stepped in, and what came of it."""
    seen = db.table("alert_seen")
    seen.create(
        {"id": str, "key": str, "level": int, "by": str, "at": str}, pk="id", not_null={"key", "level", "by", "at"}
    )
    seen.create_index(["at"])
    step = db.table("intervention")
    step.create(
        {
            "id": str, "by": str, "at": str, "kind": str, "agent": str, "contact_id": str, "state": str, "reason": str,
            "text": str,
        },
        pk="id",
        not_null={"by", "at", "kind", "reason"},
    )  # fmt: skip
    step.create_index(["at"])
    step.create_index(["agent", "at"])
    outcome = db.table("intervention_outcome")
    outcome.create(
        {"id": str, "by": str, "at": str, "done": int, "why": str}, pk="id", not_null={"by", "at", "done"}
    )


def scorecards(db: Database) -> None:
    """Contacts that supervisors scored."""
    card = db.table("scorecard")
    card.create(
        {
            "id": str, "contact_id": str, "agent": str, "by": str, "at": str, "answers": str, "comment": str,
            "instead_of": str,
        },
        pk="id",
        not_null={"contact_id", "agent", "by", "at", "answers"},
    )  # fmt: skip
    card.create_index(["contact_id", "at"])
    card.create_index(["at"])


STEPS = [stepping_in, scorecards]
