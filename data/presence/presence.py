"""Who is at which ticket, in the store. It travels like any other row and is worth nothing once it is old, so that at
most one change of it ever waits, and none is waited for."""

from __future__ import annotations

from datetime import datetime, timedelta

from data.clock import Clock
from data.models.base import AgentId, TicketId
from data.models.presence import Presence
from data.presence.rules import Visitor
from data.store.database import Store
from data.store.save import saving

LASTS = timedelta(seconds=150)
"""So long a row holds: two beats may be lost."""


def be_at(store: Store, agent: AgentId, ticket_id: TicketId | None, clock: Clock) -> bool:
    """Say that this agent is at a ticket (None: at none). False when nothing was written, because the last time still
    waits for the hub, or the hub does not take such rows.

    Raises:
        StoreError: nothing was written.
    """
    if store.value("SELECT 1 FROM outbox WHERE entity = ? AND state IN ('queued', 'refused')", (Presence.entity,)):
        return False
    until = clock.now() + LASTS
    with saving(store, agent, clock) as change:
        if change.update(Presence, agent, ticket_id=ticket_id, until=until) is None and ticket_id is not None:
            change.add(Presence(id=agent, agent=agent, ticket_id=ticket_id, until=until))
    return True


def ask_again(store: Store) -> None:
    """A hub that did not take such rows may do so by now."""
    if store.value("SELECT 1 FROM outbox WHERE entity = ? AND state = 'refused'", (Presence.entity,)):
        with store.write() as connection:
            connection.execute("DELETE FROM outbox WHERE entity = ? AND state = 'refused'", (Presence.entity,))


def others(store: Store, ticket_id: str, agent: AgentId, now: datetime) -> tuple[Visitor, ...]:
    """Who else is at a ticket, by name."""
    found = store.rows(
        "SELECT agent.name, presence.* FROM presence JOIN agent ON agent.id = presence.agent"
        " WHERE ticket_id = ? AND presence.agent <> ? ORDER BY agent.name",
        (ticket_id, agent),
    )
    visitors = [Visitor(row["name"], Presence.from_row(row).until) for row in found]
    return tuple(one for one in visitors if one.until > now)
