"""What a hub takes from somebody who signed in: what they did themselves, and nothing about who others are."""

from __future__ import annotations

from data.models.agent import Agent
from data.models.base import AgentId, new_id
from data.models.ticket import TicketEvent, TicketEventKind
from data.sync.contract import OpOutcome
from tests.sync.writers import NOON, Writer, ticket


def speaks_for_itself_only(seat: Writer, me: AgentId, other: AgentId) -> None:
    """Both people have a row at the hub; `seat` signed in as `me`, who is an agent."""
    mine = ticket(created_by=me)
    [made] = seat.add(mine)
    assert made.outcome is OpOutcome.APPLIED, made.why
    again = seat.edit(mine, made.hub_seq, title="Scanner", created_by=me)
    assert again.outcome is OpOutcome.APPLIED, "what the row says may be said again"
    before = {row.entity_id: row.body for row in seat.rows()}
    high = 10**9
    refused = [
        *seat.add(ticket(created_by=other), said_by(other, mine.id), Agent(id=new_id(), name="Nobody")),
        seat.edit(mine, high, created_by=other),
        seat.push(seat.op("agent", me, {"role": "administrator"}, base=high))[0],
        seat.push(seat.op("agent", other, {"name": "Another"}, base=high))[0],
        # a whole new row that comes twice in one push is put together in another way
        *seat.push(*(seat.op("ticket", "twice", ticket(created_by=other).model_dump(mode="json")) for _ in "ab")),
    ]
    assert {one.outcome for one in refused} == {OpOutcome.REFUSED}
    assert {one.why.partition(":")[0] for one in refused} >= {"created_by", "actor", "role", "name"}
    assert {row.entity_id: row.body for row in seat.rows()} == before
    skilled = seat.push(seat.op("agent", me, {"skills": ["printers"]}, base=high))[0]
    assert skilled.outcome is OpOutcome.APPLIED, skilled.why


def said_by(actor: AgentId, ticket_id: str) -> TicketEvent:
    """A note on a ticket, by somebody."""
    return TicketEvent(id=new_id(), ticket_id=ticket_id, at=NOON, actor=actor, kind=TicketEventKind.NOTE, text="x")
