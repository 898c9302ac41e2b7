"""Migration steps for the history of the queues."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def queue_log_torn(db: Database) -> None:
    """The cut ends of imported queue_log pieces, kept until the piece with their other half comes.

    `part` is `tail` (a last line without its end) or `head` (a first line that looks like the rest of one).
    `near_ms`: time of the nearest whole line in the piece. `follows`: the tail that the import before left.
    `event_id`: the contact_event that a tail stands for meanwhile."""
    db.table("queue_log_torn").create(
        {
            "id": str,
            "seq": int,
            "part": str,
            "raw": bytes,
            "near_ms": int,
            "follows": str,
            "event_id": str,
        },
        pk="id",
        not_null={"seq", "part", "raw"},
    )


STEPS = [queue_log_torn]
