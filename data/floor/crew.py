"""The agents that the floor plays. They compete with people through the same claims, a little more slowly."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from data.floor.calls import Call
from data.floor.practice import Absence, Practice
from data.floor.switch import Switch
from data.models.agent import Agent, AgentState, AgentStatus
from data.models.base import AgentId, ContactId
from data.models.contact import Contact, ContactState, EventKind
from data.models.supervision import Intervention

UNHURRIED_S = (4.0, 12.0)
"""They take a caller who has waited between so long, drawn once a call: people are rung before that."""
_AWAY_AT_ONCE = 0.4
"""At most this share of the crew is away for a reason at the same time."""


def absence_after_call(
    absences: Sequence[Absence], rng: random.Random, clock: time, done: Iterable[str]
) -> Absence | None:
    """The absence that follows a call, mostly none. Lunch (one with hours) is had once, in its hours."""
    lot = rng.random()
    for absence in absences:
        if lot < absence.chance:
            if absence.between is not None:
                first, last = absence.between
                if not first <= clock <= last or absence.reason in done:
                    return None
            return absence
        lot -= absence.chance
    return None


@dataclass(slots=True)
class _Member:
    agent: AgentId
    rng: random.Random
    state: AgentState = AgentState.NOT_READY
    until_t: float = math.inf
    contact: Contact | None = None
    had: tuple[str, ...] = ()


class Crew:
    """Moves each played agent through the shift."""

    def __init__(
        self, switch: Switch, practice: Practice, agents: Sequence[Agent], seed: int, opens: datetime
    ) -> None:
        """`opens`: the practice clock at floor second 0 (only its time of day matters)."""
        self._switch = switch
        self._practice = practice
        self._opens = opens
        self._members = [_Member(AgentId(agent.id), random.Random(f"{seed}/crew/{agent.id}")) for agent in agents]

    def start(self) -> None:
        """Everybody signs on, and gets ready one after the other."""
        for member in self._members:
            member.until_t = self._switch.t + member.rng.uniform(*self._practice.played.start_after_s)
            self._show(member, "signed on")

    def step(self) -> None:
        """Do what is due."""
        for member in self._members:
            if member.state is AgentState.READY:
                self._look_for_call(member)
            elif member.state is AgentState.ON_CALL:
                self._follow(member)
            elif member.until_t <= self._switch.t:
                self._due(member)

    def _due(self, member: _Member) -> None:
        match member.state:
            case AgentState.RINGING:
                self._pick_up(member)
            case AgentState.WRAP_UP:
                self._wrap_up(member)
            case AgentState.NOT_READY:
                self._be(member, AgentState.READY)

    # calls

    def _look_for_call(self, member: _Member) -> None:
        for call in self._switch.waiting():
            now = self._switch.t
            if not call.open_to(member.agent, now):
                continue
            meant = call.meant_for == member.agent and now < call.meant_until_t
            if meant or now - call.queued_t >= _leaves_alone_s(call):
                ring_s = member.rng.uniform(*self._practice.played.ring_s)
                if self._switch.ring(call, member.agent, math.inf):
                    member.contact = self._switch.contact(call)
                    self._be(member, AgentState.RINGING, self._switch.t + ring_s)
                return

    def _pick_up(self, member: _Member) -> None:
        line = self._switch.line
        call = self._switch.calls.get(member.contact.id) if member.contact else None
        if call is None or self._switch.contact(call).ringing_agent != member.agent:  # the caller gave up
            self._lose(member)
            return
        if line.claim(call.contact_id, member.agent).contact_id is None:
            self._lose(member)
            return
        call.talk_given_s = call.caller.talk_s
        self._switch.connect(call)
        member.contact = self._switch.contact(call)
        self._be(member, AgentState.ON_CALL)

    def _lose(self, member: _Member) -> None:
        if member.contact is not None:
            self._switch.line.claiming.pop(member.contact.id, None)
        member.contact = None
        self._be(member, AgentState.READY)

    def _follow(self, member: _Member) -> None:
        """On a call until the caller hangs up."""
        contact = member.contact
        now = self._switch.line.contacts.get(contact.id) if contact else None
        if now is None or now.agent != member.agent or now.state is ContactState.WAITING:
            self._be(
                member, AgentState.WRAP_UP, self._switch.t + member.rng.uniform(*self._practice.played.wrap_up_s)
            )

    def _wrap_up(self, member: _Member) -> None:
        if member.contact is not None:
            self._dispose(member, member.contact)
        member.contact = None
        clock = (self._opens + timedelta(seconds=self._switch.t)).time()
        absence = absence_after_call(self._practice.played.absence, member.rng, clock, member.had)
        if absence is not None and self._may_leave():
            member.had = (*member.had, absence.reason)
            minutes = member.rng.uniform(*absence.minutes)
            self._be(member, AgentState.NOT_READY, self._switch.t + 60 * minutes, absence.reason)
        else:
            self._be(member, AgentState.READY)

    def _may_leave(self) -> bool:
        away = sum(member.state is AgentState.NOT_READY for member in self._members)
        return away + 1 <= max(1.0, _AWAY_AT_ONCE * len(self._members))

    def _dispose(self, member: _Member, contact: Contact) -> None:
        """What the console does for a person: the contact is done, with a disposition."""
        line = self._switch.line
        disposition = member.rng.choice(self._practice.dispositions)
        event = self._switch.remark(contact, EventKind.DISPOSED, member.agent, disposition)
        line.finish(ContactId(contact.id), contact.fence)
        line.change(contact, event, state=ContactState.DONE, disposition=disposition, disposed_at=self._switch.now)

    # states

    def _be(self, member: _Member, state: AgentState, until_t: float = math.inf, reason: str = "") -> None:
        member.state, member.until_t = state, until_t
        self._show(member, reason)

    def _show(self, member: _Member, reason: str = "") -> None:
        busy = member.state in (AgentState.RINGING, AgentState.ON_CALL, AgentState.WRAP_UP)
        self._switch.line.put(
            AgentStatus(
                id=member.agent,
                state=member.state,
                reason=reason,
                since=self._switch.now,
                contact_id=ContactId(member.contact.id) if busy and member.contact else None,
            )
        )

    def set_state(self, step: Intervention) -> str:
        """A supervisor sets the state of a played agent, as a console would; the reason of a refusal, or nothing."""
        member = next((one for one in self._members if one.agent == step.agent), None)
        if member is None:
            return "this agent is played from a log"
        if member.state not in (AgentState.READY, AgentState.NOT_READY):
            return f"{member.state} now: ask again after the contact"
        if step.state is AgentState.READY:
            self._be(member, AgentState.READY)
        elif step.state is AgentState.NOT_READY:
            minutes = next(
                (one.minutes for one in self._practice.played.absence if one.reason == step.text), (10, 10)
            )
            self._be(member, AgentState.NOT_READY, self._switch.t + 60 * member.rng.uniform(*minutes), step.text)
        else:
            self._be(member, AgentState.SIGNED_OUT)
        return ""

    def stop(self) -> None:
        """Everybody wraps up at once and signs out; their calls have been ended before."""
        for member in self._members:
            if member.state in (AgentState.ON_CALL, AgentState.WRAP_UP) and member.contact is not None:
                self._dispose(member, member.contact)
            member.contact = None
            self._be(member, AgentState.SIGNED_OUT)

    def next_due(self) -> float:
        """The floor second at which somebody of the crew may next do something."""
        due = min((member.until_t for member in self._members), default=math.inf)
        if any(member.state is AgentState.READY for member in self._members):
            for call in self._switch.waiting():
                due = min(due, call.queued_t + _leaves_alone_s(call))
        return due


def _leaves_alone_s(call: Call) -> float:
    return random.Random(f"{call.caller.place}/unhurried").uniform(*UNHURRIED_S)
