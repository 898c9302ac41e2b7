"""What the queue pane shows: who waits, who rings here, what is on this agent's desk. Reads only."""

from __future__ import annotations

from collections.abc import Sequence

from data.models.base import AgentId, QueueId
from data.models.contact import Contact, Queue, Request
from data.store.database import Store


def queues(store: Store) -> list[Queue]:
    """Every queue of the site, by name."""
    return [Queue.from_row(row) for row in store.rows("SELECT * FROM queue ORDER BY name")]


def wrap_up_s(store: Store, queue: QueueId) -> int:
    """How long wrap-up should take in a queue; 0 when the queue is not known."""
    return int(store.value("SELECT wrap_up_s FROM queue WHERE id = ?", (queue,)) or 0)


def in_queue(store: Store, serves: Sequence[QueueId] = (), limit: int = 200) -> list[Contact]:
    """Contacts waiting or ringing in these queues (all when empty), in the order in which they are served."""
    marks = ", ".join("?" * len(serves))
    only = f"AND queue IN ({marks})" if serves else ""
    found = store.rows(
        f"SELECT * FROM contact WHERE state IN ('waiting', 'ringing') AND direction = 'in' {only}"  # noqa: S608
        " ORDER BY priority DESC, queued_at, id LIMIT ?",
        (*serves, limit),
    )
    return [Contact.from_row(row) for row in found]


def waiting_count(store: Store, serves: Sequence[QueueId] = ()) -> dict[str, int]:
    """How many wait or ring, by queue."""
    found = store.rows(
        "SELECT queue, count(*) AS n FROM contact WHERE state IN ('waiting', 'ringing') AND direction = 'in' GROUP BY queue"
    )
    return {row["queue"]: row["n"] for row in found if not serves or row["queue"] in serves}


def contact(store: Store, contact_id: str) -> Contact | None:
    """One contact, or None."""
    row = store.row("SELECT * FROM contact WHERE id = ?", (contact_id,))
    return Contact.from_row(row) if row else None


def ringing_at(store: Store, agent: AgentId) -> Contact | None:
    """The contact that this agent has claimed, else the one that rings here."""
    row = store.row(
        "SELECT * FROM contact WHERE state IN ('ringing', 'talking', 'held') AND (ringing_agent = ? OR agent = ?)"
        " ORDER BY agent IS ? DESC, queued_at LIMIT 1",
        (agent, agent, agent),
    )
    return Contact.from_row(row) if row else None


def last_contacts(store: Store, customer_id: str, but: str | None = None, limit: int = 5) -> list[Contact]:
    """A customer's latest contacts, newest first."""
    found = store.rows(
        "SELECT * FROM contact WHERE customer_id = ? AND id <> ? ORDER BY offered_at DESC LIMIT ?",
        (customer_id, but or "", limit),
    )
    return [Contact.from_row(row) for row in found]


def requests(store: Store, ids: Sequence[str]) -> list[Request]:
    """What became of some requests."""
    marks = ", ".join("?" * len(ids))
    found = store.rows(f"SELECT * FROM request WHERE id IN ({marks})", ids)  # noqa: S608
    return [Request.from_row(row) for row in found]
