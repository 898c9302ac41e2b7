"""What happens to money stands in the history of its ticket as well, written in the same transaction."""

from __future__ import annotations

from data.clock import Clock
from data.models.base import AgentId, new_id
from data.models.ticket import TicketEvent, TicketEventKind
from data.store.save import Change


def tell(change: Change, ticket_id: str, text: str, agent: AgentId, clock: Clock) -> None:
    """Add a line to a ticket's history."""
    change.add(
        TicketEvent(
            id=new_id(),
            ticket_id=ticket_id,
            at=clock.now(),
            actor=agent,
            kind=TicketEventKind.MONEY,
            text=text,
        )
    )
