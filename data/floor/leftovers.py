"""Opening and closing the floor: practice rows on an empty hub, and no call left hanging, however the floor
before this one ended."""

from __future__ import annotations

from datetime import date, datetime

from data.floor.line import Line
from data.floor.practice import Practice
from data.floor.switch import Switch
from data.models.agent import AgentState
from data.models.base import new_id
from data.models.contact import IN_QUEUE, Contact, ContactEvent, ContactState, Direction, EventKind
from data.models.customer import Customer

KILLED = "the floor was stopped"
CLOSED = "the floor closed"
_DIRECTORY = 500


def furnish(line: Line, practice: Practice, today: date) -> list[Customer]:
    """Put in what the hub lacks: queues and people, and the practice customers with their invoices when
    it has none at all.

    Args:
        today: the site's day, from which the invoices' ages count.

    Returns the customers who call here: the practice ones where they are, else the first of the hub."""
    for queue in practice.queues():
        if queue.id not in line.queues:
            line.put(queue)
    known = {agent.name.casefold() for agent in line.agents.values()}
    for person in practice.people():
        if person.id not in line.agents and person.name.casefold() not in known:
            line.put(person)
    ours = practice.customers()
    there = line.customers(_DIRECTORY)
    if not there:
        for customer in ours:
            line.put(customer)
        for entity in practice.books(today):
            if entity.append_only:
                line.log(entity)
            else:
                line.put(entity)
        return ours
    ids = {customer.id for customer in ours}
    return ours if any(customer.id in ids for customer in there) else there


def clear(line: Line, now: datetime) -> int:
    """End what a floor that was killed left behind; how many calls that were."""
    left = list(line.contacts.values())
    for contact in left:
        _end_row(line, contact, now)
    for contact in line.unlogged:
        line.log(_given_up(contact, now))
    for request in line.requests:
        line.close_request(request, "The practice floor was started anew: what was on the line is over.")
    line.requests.clear()
    for status in list(line.statuses.values()):
        agent = line.agents.get(status.id)
        if agent is not None and agent.played and status.state is not AgentState.SIGNED_OUT:
            signed_out = {"state": AgentState.SIGNED_OUT, "reason": "", "contact_id": None, "since": now}
            line.put(status.model_copy(update=signed_out))
    return len(left)


def close(switch: Switch, reason: str = CLOSED) -> None:
    """End every call of a floor that closes in good order."""
    for call in list(switch.calls.values()):
        contact = switch.line.contacts.get(call.contact_id)
        if contact is None:
            continue
        waits = contact.state in IN_QUEUE and contact.agent is None
        if not (waits and switch.leave(call, reason)):
            switch.end(call, reason)


def _end_row(line: Line, contact: Contact, now: datetime) -> None:
    """End a contact of which only the row is known."""
    waiting = contact.state in IN_QUEUE and contact.agent is None
    unanswered = contact.answered_at is None and contact.direction is Direction.INBOUND
    ended = ContactEvent(
        id=new_id(),
        contact_id=contact.id,
        at=now,
        kind=EventKind.LEFT if unanswered else EventKind.ENDED,
        queue=contact.queue,
        agent=contact.agent,
        source=contact.feed,
        text=KILLED,
    )
    line.change(
        contact,
        ended,
        state=ContactState.ABANDONED if waiting else ContactState.ENDED,
        ringing_agent=None,
        ringing_since=None,
        held_since=None,
        consult=None,
        ended_at=now,
        end_reason=KILLED,
    )


def _given_up(contact: Contact, now: datetime) -> ContactEvent:
    """The event that a caller who gave up should have."""
    at = contact.ended_at or now
    abandoned = contact.end_reason == "abandoned"
    return ContactEvent(
        id=new_id(),
        contact_id=contact.id,
        at=at,
        kind=EventKind.ABANDONED if abandoned else EventKind.LEFT,
        queue=contact.queue,
        source=contact.feed,
        wait_s=max(0.0, (at - contact.queued_at).total_seconds()),
        text="" if abandoned else contact.end_reason or "",
    )
