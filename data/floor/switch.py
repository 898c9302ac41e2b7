"""The floor's telephone exchange: what can happen to a call, and the rows and events that tell of it.

It knows no plan: feeds say who calls, agents and requests say what happens next."""

from __future__ import annotations

import math
import random

from data.floor.board import Board
from data.floor.callers import Caller
from data.floor.calls import Call
from data.floor.line import Line
from data.models.agent import AgentStatus
from data.models.base import AgentId, ContactId, QueueId, new_id
from data.models.contact import (
    Capability,
    Contact,
    ContactEvent,
    ContactKind,
    ContactState,
    Direction,
    EventKind,
)

RING_S = 20.0
"""How long a person's telephone rings before the call is missed."""
HOLD_AT_LEAST_S = 120.0
"""Nobody hangs up before having been held for so long."""
AFTER_HOLD_S = 30.0
REJECTED_REST_S = 60.0
"""A caller whom somebody rejected does not ring there again for so long."""
STATUS_S = 2.0
"""A moment for an agent's own status row to follow a missed or rejected ring."""
LAST_WORD_S = 1.0
"""A caller who gave up just as the call was answered stays on the line for so long."""

EVERYTHING = tuple(Capability)
"""The floor can do whatever a feed can do."""
WRITTEN = (Capability.TAKE, Capability.ANSWER, Capability.TRANSFER, Capability.HANG_UP)
"""What can be done with a message: nobody is on the line."""


class Switch(Board):
    """The exchange. Feeds, played agents and requests call its methods; it writes through the line."""

    def __init__(self, line: Line, rng: random.Random, person_pace: float = 1.0) -> None:
        super().__init__(line, rng, person_pace)
        self._missed: dict[AgentId, AgentStatus] = {}
        self._rests_until: dict[AgentId, float] = {}

    # the queue

    def offer(self, caller: Caller, feed: str, gives_up_t: float) -> Call:
        """A caller joins a queue."""
        queue = self.line.queues.get(caller.queue)
        contact = Contact(
            id=new_id(),
            kind=caller.kind,
            about=caller.about,
            feed=feed,
            queue=caller.queue,
            priority=queue.priority if queue else 0,
            caller_number=caller.number,
            caller_e164=caller.e164,
            caller_name=caller.name,
            can=EVERYTHING if caller.kind is ContactKind.CALL else WRITTEN,
            offered_at=self.now,
            queued_at=self.now,
        )
        call = Call(ContactId(contact.id), caller, self.t, source=feed, gives_up_t=gives_up_t)
        self.calls[contact.id] = call
        self.line.put(contact)
        self.line.log(self.event(call, EventKind.OFFERED))
        self.tally.offered += 1
        return call

    def ring(self, call: Call, agent: AgentId, seconds: float | None = None) -> bool:
        """Ring an agent, a person's time when no other is given. False: a claim came first."""
        contact = self.line.contacts.get(call.contact_id)
        if contact is None or contact.state is not ContactState.WAITING:
            return False
        rings = self.line.try_change(
            contact, state=ContactState.RINGING, ringing_agent=agent, ringing_since=self.now
        )
        if rings:
            call.rings_until_t = self.t + (RING_S * self.person_pace if seconds is None else seconds)
            self.line.log(self.event(call, EventKind.RING, agent))
        return rings

    def stop_ringing(self, call: Call, kind: EventKind | None, text: str = "") -> bool:
        """Back to the caller's old place, with a MISSED or REJECTED event. False: a claim came first."""
        contact = self.contact(call)
        agent = contact.ringing_agent
        stopped = contact.agent is None and self.line.try_change(
            contact, state=ContactState.WAITING, ringing_agent=None, ringing_since=None
        )
        call.rings_until_t = math.inf
        if stopped and kind is not None and agent is not None:
            self.line.log(self.event(call, kind, agent, text=text))
            self._note_vain(kind, agent)
        return stopped

    def _note_vain(self, kind: EventKind, agent: AgentId) -> None:
        status = self.line.statuses.get(agent)
        if kind is EventKind.MISSED and status is not None:
            self._missed[agent] = status
        self._rests_until[agent] = self.t + STATUS_S * self.person_pace

    def rings_in_vain(self, agent: AgentId) -> bool:
        """Whether the last ring here was missed or rejected and the agent's status has said nothing since."""
        status = self.line.statuses.get(agent)
        return self._rests_until.get(agent, 0.0) > self.t or (
            status is not None and self._missed.get(agent) == status
        )

    def abandon(self, call: Call, wait_s: float | None = None) -> bool:
        """The caller gives up. False: the call was just answered; the caller then hangs up at once."""
        return self._leave(call, EventKind.ABANDONED, "abandoned", wait_s)

    def leave(self, call: Call, reason: str, wait_s: float | None = None) -> bool:
        """The caller leaves the queue in another way than by hanging up. False: just answered."""
        return self._leave(call, EventKind.LEFT, reason, wait_s)

    def _leave(self, call: Call, kind: EventKind, reason: str, wait_s: float | None) -> bool:
        contact = self.contact(call)
        wait = self.t - call.queued_t if wait_s is None else wait_s
        event = self.event(
            call, kind, contact.ringing_agent, wait_s=wait, text="" if kind is EventKind.ABANDONED else reason
        )
        gone = contact.agent is None and self.line.try_change(
            contact,
            state=ContactState.ABANDONED,
            ringing_agent=None,
            ringing_since=None,
            ended_at=self.now,
            end_reason=reason,
        )
        if not gone:
            call.gives_up_t = math.inf
            call.talk_given_s = LAST_WORD_S
            return False
        self.line.contacts.pop(contact.id, None)
        self.line.log(event)
        if not call.forked:
            self.tally.abandoned += kind is EventKind.ABANDONED
            self.tally.left += kind is EventKind.LEFT
            self._note_wait(wait)
        self._gone(call)
        return True

    def _note_wait(self, wait_s: float) -> None:
        self.tally.longest_wait_s = max(self.tally.longest_wait_s, wait_s)

    def _gone(self, call: Call) -> None:
        self.calls.pop(call.contact_id, None)

    # the conversation

    def connect(self, call: Call, wait_s: float | None = None) -> None:
        """The agent whose claim the row names is through to the caller."""
        contact = self.contact(call)
        wait = self.t - call.queued_t if wait_s is None else wait_s
        call.fence = contact.fence
        call.connected_t = self.t
        call.hold_s, call.held_t = 0.0, None
        call.rings_until_t = call.gives_up_t = call.dials_until_t = math.inf
        talk = call.caller.talk_to_person_s if call.talk_given_s is None else call.talk_given_s
        written = contact.kind is not ContactKind.CALL and call.talk_given_s is None
        call.hangs_up_t = math.inf if written else self.t + talk * call.pace
        outbound = contact.direction is Direction.OUTBOUND
        self.line.change(
            contact,
            self.event(call, EventKind.OTHER, contact.agent, text="call out answered")
            if outbound
            else self.event(call, EventKind.ANSWERED, contact.agent, wait_s=wait),
            state=ContactState.TALKING,
            answered_at=self.now,
            ringing_agent=None,
            ringing_since=None,
            ended_at=None,
            end_reason=None,
            forked=call.forked,
        )
        if not outbound and not call.forked:
            self.tally.answered += 1
            self._note_wait(wait)

    def hold(self, call: Call, consult: str | None = None) -> None:
        """The caller hears music; with `consult` the agent talks to somebody else meanwhile."""
        contact = self.contact(call)
        if call.held_t is None:
            call.held_t = self.t
        kind = EventKind.HOLD if consult is None else EventKind.CONSULT
        self.line.change(
            contact,
            self.event(call, kind, contact.agent, text=consult or ""),
            state=ContactState.HELD,
            held_since=contact.held_since or self.now,
            consult=consult,
        )

    def resume(self, call: Call) -> None:
        """The agent is back with the caller."""
        contact = self.contact(call)
        kind = EventKind.RESUME if contact.consult is None else EventKind.CONSULT_CANCELLED
        self._count_hold(call)
        call.hangs_up_t = max(call.hangs_up_t, self.t + AFTER_HOLD_S * call.pace)
        self.line.change(
            contact,
            self.event(call, kind, contact.agent, text=contact.consult or ""),
            state=ContactState.TALKING,
            held_since=None,
            consult=None,
        )

    def _count_hold(self, call: Call) -> None:
        if call.held_t is not None:
            call.hold_s += (self.t - call.held_t) / call.pace
            call.held_t = None

    def _talked(self, call: Call) -> float:
        """Seconds of talk since it was answered, without hold."""
        self._count_hold(call)
        return max(0.0, (self.t - call.connected_t) / call.pace - call.hold_s)

    def end(self, call: Call, reason: str, talk_s: float | None = None, kind: EventKind = EventKind.ENDED) -> None:
        """The conversation is over; the agent wraps up. `talk_s`: what a log says in place of what passed."""
        contact = self.contact(call)
        if contact.answered_at is not None:
            talk = self._talked(call) if talk_s is None else talk_s
            ended = self.event(call, kind, contact.agent, talk_s=talk, hold_s=call.hold_s, text=reason)
        elif contact.direction is Direction.OUTBOUND:
            ended = self.event(call, kind, contact.agent, talk_s=0.0, text=reason)
        else:  # claimed, and ended before the caller was through
            ended = self.event(call, EventKind.LEFT, contact.agent, wait_s=self.t - call.queued_t, text=reason)
            self.tally.left += not call.forked
        self._finish(call, contact, reason, ended)

    def pass_on(self, call: Call, target: str, talk_s: float | None = None) -> None:
        """A transfer to an agent or a number: the call goes on elsewhere, for us it has ended."""
        contact = self.contact(call)
        self._finish(call, contact, "transfer", self._transferred(call, target, talk_s))

    def _transferred(self, call: Call, target: str, talk_s: float | None = None) -> ContactEvent:
        talk = self._talked(call) if talk_s is None else talk_s
        return self.event(
            call,
            EventKind.TRANSFERRED,
            self.contact(call).agent,
            talk_s=talk,
            hold_s=call.hold_s,
            text=target,
        )

    def _finish(self, call: Call, contact: Contact, reason: str, *events: ContactEvent) -> None:
        self.line.change(
            contact,
            *events,
            state=ContactState.ENDED,
            ringing_agent=None,
            ringing_since=None,
            held_since=None,
            consult=None,
            ended_at=self.now,
            end_reason=reason,
        )
        self._gone(call)

    def requeue(self, call: Call, queue: QueueId, target: str) -> None:
        """A transfer to a queue: the caller waits again, at its end."""
        contact = self.contact(call)
        row = self.line.queues.get(queue)
        self.line.change(
            contact,
            self._transferred(call, target),
            self.event(call, EventKind.OFFERED, queue=queue),
            state=ContactState.WAITING,
            queue=queue,
            priority=row.priority if row else contact.priority,
            queued_at=self.now,
            agent=None,
            ringing_agent=None,
            ringing_since=None,
            answered_at=None,
            held_since=None,
            consult=None,
        )
        call.queued_t = self.t
        call.gives_up_t = self.t + call.caller.patience_s * call.pace
        call.fence = 0
        call.hangs_up_t = math.inf
        call.talk_given_s = None
        call.rejected.clear()
        if not call.forked:
            self.tally.offered += 1

    # what the hub tells, and what the clock brings

    def heard(self, contact_id: str) -> None:
        """Somebody else changed a contact: a claim connects the caller at once."""
        call = self.calls.get(contact_id)
        contact = self.line.contacts.get(contact_id)
        if call is None:
            return
        if contact is None:  # ended by other hands: nothing is left to play
            self._gone(call)
            return
        if call.fence and contact.fence != call.fence:
            self.tally.doubles += 1
            call.fence = contact.fence
            return
        claimed = contact.state is ContactState.RINGING and contact.agent is not None and contact.fence > 0
        if contact_id in self.line.claiming:
            return  # perhaps our own claim: whoever made it asks again and connects
        if claimed and not call.fence and call.dials_until_t == math.inf:
            if call.scripted:
                self._fork(call)
            self.connect(call)

    def _fork(self, call: Call) -> None:
        """A person took a call of a log: from here on it is played, and the log's figures do without it."""
        call.scripted, call.forked, call.source = False, True, "floor"
        call.pace = self.person_pace
        self.tally.offered -= 1
        self.tally.forked += 1

    def pass_time(self) -> None:
        """Whatever is due for the callers: rings run out, patience ends, conversations end."""
        for call in list(self.calls.values()):
            contact = self.line.contacts.get(call.contact_id)
            if contact is None:
                continue
            match contact.state:
                case ContactState.RINGING if call.dials_until_t <= self.t:
                    if call.fails:
                        self.end(call, "no answer")
                    else:
                        self.connect(call)
                case ContactState.RINGING | ContactState.WAITING if call.gives_up_t <= self.t:
                    self.abandon(call)
                case ContactState.RINGING if call.rings_until_t <= self.t:
                    self.stop_ringing(call, EventKind.MISSED)
                case ContactState.TALKING if call.hangs_up_t <= self.t:
                    self.end(call, "caller")
                case ContactState.HELD if self._hold_ends(call) <= self.t:
                    self.end(call, "caller")

    def _hold_ends(self, call: Call) -> float:
        return max(call.hangs_up_t, (call.held_t or 0.0) + HOLD_AT_LEAST_S * call.pace)

    def next_due(self) -> float:
        """The floor second at which `pass_time` next has something to do."""
        due = math.inf
        for call in self.calls.values():
            if call.held_t is not None:
                due = min(due, self._hold_ends(call))
            else:
                due = min(due, call.gives_up_t, call.rings_until_t, call.dials_until_t, call.hangs_up_t)
        return due
