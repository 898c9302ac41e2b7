"""Migration steps for running playbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def card_steps(db: Database) -> None:
    """The cards that contacts went through, and on this seat the texts of the versions that they began with."""
    step = db.table("card_step")
    step.create(
        {
            "id": str,
            "run_id": str,
            "contact_id": str,
            "ticket_id": str,
            "playbook": str,
            "version": int,
            "card": str,
            "at": str,
            "left_at": str,
            "answer": str,
            "outcome": str,
            "because": str,
            "to": str,
            "done": str,
            "agent": str,
        },
        pk="id",
    )
    step.create_index(["run_id", "at"])
    step.create_index(["contact_id", "at"])
    step.create_index(["playbook", "version", "at"])
    db.table("playbook_text").create({"id": str, "playbook": str, "version": int, "text": str, "at": str}, pk="id")


def runs(db: Database) -> None:
    """A thing on the desk keeps its place in a playbook, in the room of the plain script's list of cards."""
    db.table("desk").add_column("runs", str)
    db.table("desk").transform(
        drop={"trail"},
        column_order=[
            "id",
            "agent",
            "contact_id",
            "ticket_id",
            "customer_id",
            "number",
            "fields",
            "base",
            "focus",
            "cursor",
            "runs",
            "place",
            "updated_at",
        ],
    )


STEPS = [card_steps, runs]
