"""Migration steps for the history of the queues."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def queue_log_torn(db: Database) -> None:
    """The cut ends of imported queue_log pieces, kept until the piece with their other half comes.

    `part` is `tail` (a last line without its end), `head` (a first line that looks like the rest of one),
    `joined` (one whose other half was found), `used` (one that waits for nothing) or `last` (a single row: how the
    file before ended). `piece` counts the pieces in the order in which they came. `near_ms`: time of the nearest
    whole line in the piece. `follows`: with which tail the file before a head ended. `event_id`: the contact_event that a tail stands for meanwhile."""
    db.table("queue_log_torn").create(
        {"id": str, "piece": int, "part": str, "raw": bytes, "near_ms": int, "follows": str, "event_id": str},
        pk="id",
        not_null={"piece", "part", "raw"},
    )


STEPS = [queue_log_torn]
