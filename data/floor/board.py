"""What is on the floor's lines at this moment, and how an event of it is written down."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from data.floor.calls import Call, Tally
from data.floor.line import Line
from data.models.base import AgentId, QueueId, new_id
from data.models.contact import Contact, ContactEvent, ContactState, Direction, EventKind


class Board:
    """The live calls and the moment: floor seconds (`t`) beside the instant that is written (`now`)."""

    def __init__(self, line: Line, rng: random.Random, person_pace: float = 1.0) -> None:
        """`person_pace`: floor seconds in a second of a person's time (a replay may be faster than people)."""
        self.line = line
        self.rng = rng
        self.person_pace = person_pace
        self.calls: dict[str, Call] = {}
        self.tally = Tally()
        self.t = 0.0
        self.now = datetime.min.replace(tzinfo=UTC)

    def at(self, t: float, now: datetime) -> None:
        """Set the moment of this tick."""
        self.t = t
        self.now = now.replace(microsecond=now.microsecond // 1000 * 1000)

    def contact(self, call: Call) -> Contact:
        """The row of a call."""
        return self.line.contacts[call.contact_id]

    def waiting(self) -> list[Call]:
        """Calls that wait and ring nowhere, in the order in which they are served."""
        found = [
            (contact, self.calls[contact.id])
            for contact in self.line.contacts.values()
            if contact.state is ContactState.WAITING and contact.id in self.calls
        ]
        found.sort(key=lambda pair: (-pair[0].priority, pair[0].queued_at, pair[0].id))
        return [call for _contact, call in found]

    def in_queue(self) -> int:
        """How many wait or ring, not counting outbound calls."""
        return sum(
            1
            for contact in self.line.contacts.values()
            if contact.state in (ContactState.WAITING, ContactState.RINGING)
            and contact.direction is Direction.INBOUND
        )

    def busy(self, agent: AgentId) -> bool:
        """Whether a call rings at this agent or is in its hands."""
        return any(
            agent in (contact.agent, contact.ringing_agent)
            for contact in self.line.contacts.values()
            if contact.state is not ContactState.WAITING
        )

    def talking(self, agent: AgentId) -> bool:
        """Whether this agent is in a call that is not held."""
        return any(
            contact.agent == agent and contact.state is ContactState.TALKING
            for contact in self.line.contacts.values()
        )

    def event(
        self,
        call: Call,
        kind: EventKind,
        agent: AgentId | None = None,
        *,
        queue: QueueId | None = None,
        wait_s: float | None = None,
        talk_s: float | None = None,
        hold_s: float | None = None,
        text: str = "",
    ) -> ContactEvent:
        """An event of a call at this moment; not written yet."""
        return ContactEvent(
            id=new_id(),
            contact_id=call.contact_id,
            at=self.now,
            kind=kind,
            queue=queue or self.contact(call).queue,
            agent=agent,
            source=call.source,
            wait_s=None if wait_s is None else round(wait_s, 3),
            talk_s=None if talk_s is None else round(talk_s, 3),
            hold_s=None if hold_s is None else round(hold_s, 3),
            text=text,
        )

    def remark(self, contact: Contact, kind: EventKind, agent: AgentId, text: str) -> ContactEvent:
        """An event of a contact that is off the line already; not written yet."""
        return ContactEvent(
            id=new_id(),
            contact_id=contact.id,
            at=self.now,
            kind=kind,
            queue=contact.queue,
            agent=agent,
            source=contact.feed,
            text=text,
        )
