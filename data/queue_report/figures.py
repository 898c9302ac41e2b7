"""What the console reads of the queue for a report: callers who wait, and the longest wait. Reads only."""

from __future__ import annotations

from datetime import datetime

from data.models.contact import Contact
from data.queue_report.standing import LiveQueue
from data.store.database import Store


def live_queue(store: Store, now: datetime) -> LiveQueue:
    """The calls that wait or ring, in every queue of the site."""
    rows = store.rows(
        "SELECT contact.*, coalesce(queue.name, contact.queue) AS queue_name,"
        " (SELECT name FROM customer WHERE id = contact.customer_id) AS customer"
        " FROM contact LEFT JOIN queue ON queue.id = contact.queue"
        " WHERE contact.state IN ('waiting', 'ringing') AND contact.direction = 'in' AND contact.kind = 'call'"
        " ORDER BY contact.queued_at, contact.id"
    )
    if not rows:
        return LiveQueue()
    names = [row["queue_name"] for row in rows]
    first = Contact.from_row(rows[0])
    return LiveQueue(
        calls=len(rows),
        wait_s=max(0.0, (now - first.queued_at).total_seconds()),
        longest=rows[0]["customer"] or first.caller_name or first.caller_number or "number withheld",
        queues=tuple((name, names.count(name)) for name in sorted(set(names))),
    )
