"""Who has which ticket open (TICK-5): one row an agent, which expires by itself."""

from typing import ClassVar

from data.models.base import AgentId, Entity, Instant, TicketId


class Presence(Entity):
    """An agent at a ticket, or at none. `id` is the agent's id."""

    entity: ClassVar[str] = "presence"

    id: str
    agent: AgentId
    ticket_id: TicketId | None = None
    until: Instant
    """After this it says nothing any more."""
