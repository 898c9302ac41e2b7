"""A real queue_log through the live queue: the log's own agents take their calls as they did, and callers give
up when they did. What a person at a console takes leaves the log (it is forked) and is played like any other
call.

Waits and talk times are written as the log has them, whatever the speed, so that figures equal the log's."""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from data.customers.phone import normalise
from data.floor.callers import Caller, Callers
from data.floor.calls import Call
from data.floor.ringing import SEEN_S, Ringing
from data.floor.stable import stable_id
from data.floor.switch import Switch
from data.models.agent import Agent, AgentState, AgentStatus
from data.models.base import AgentId, ContactId, QueueId
from data.models.contact import ContactState, EventKind, Queue
from data.models.supervision import Intervention
from data.queue.timeline import CallStory

UNTOLD_WAIT_S = 300.0
"""A call whose end the log does not tell leaves after so long."""
UNTOLD_TALK_S = 180.0
"""A conversation whose end it does not tell lasts so long."""
_GRACE_S = 0.3
_PATIENCE_S = 240.0
"""Of a caller whom a person passed on to a queue."""


@dataclass(slots=True)
class _Part:
    """One call of the log and where it stands."""

    story: CallStory
    call: Call
    agent: AgentId | None = None
    """The log's agent while they talk."""
    ends_t: float = math.inf
    missed: list[tuple[float, str]] = field(default_factory=list)


class ReplayFeed:
    """Plays the stories of a log. Floor second 0 is the log's first moment, or the one given by `skip_s`."""

    def __init__(
        self,
        switch: Switch,
        callers: Callers,
        ringing: Ringing,
        stories: Sequence[CallStory],
        seed: int,
        *,
        skip_s: float = 0.0,
        hold: bool = False,
        own_time: datetime | None = None,
    ) -> None:
        """`skip_s`: leave out what entered in the first seconds of the log; negative: so long nothing enters yet.
        `hold`: never end by itself. `own_time`: the time of day at floor second 0: everything is written with the time
        that the log has it at, however late this process comes to it."""
        self._switch = switch
        self._callers = callers
        self._ringing = ringing
        self._skip_s = skip_s
        self._own_time = own_time
        self._hold = hold
        self._seed = seed
        self._stories = [story for story in stories if story.entered_s >= skip_s or not skip_s]
        self._next = 0
        self._parts: list[_Part] = []
        self._working: dict[AgentId, int] = {}
        self._told = False

    def start(self) -> None:
        known = self._switch.line.queues
        for queue in sorted({story.queue for story in self._stories} - known.keys()):
            self._switch.line.put(Queue(id=queue, name=queue))

    def step(self) -> None:
        while self._next < len(self._stories) and self._entered_t(self._stories[self._next]) <= self._switch.t:
            with self._at(self._entered_t(self._stories[self._next])):
                self._offer(self._stories[self._next])
            self._next += 1
        people = self._ringing.ready()
        for part in list(self._parts):
            if not part.call.scripted or part.call.contact_id not in self._switch.calls:
                self._parts.remove(part)
            else:
                self._play(part, people)
        if self._ran_out() and not self._told:
            self._told = True
            tally = self._switch.tally
            print(
                f"The log has ended: {tally.offered} offered, {tally.answered} answered, "
                f"{tally.abandoned} abandoned, {tally.forked} taken by people.",
                file=sys.stderr,
            )

    @contextmanager
    def _at(self, t: float) -> Iterator[None]:
        """What is done in it happens at this floor second."""
        switch, own_time = self._switch, self._own_time
        if own_time is None:
            yield
            return
        was = switch.t, switch.now
        switch.at(t, own_time + timedelta(seconds=t))
        yield
        switch.at(*was)

    # one call

    def _entered_t(self, story: CallStory) -> float:
        return story.entered_s - self._skip_s

    def _offer(self, story: CallStory) -> None:
        rng = random.Random(f"{self._seed}/log/{story.call_id}/{story.entered_s}")
        number, e164, name = story.caller_number, normalise(story.caller_number), story.caller_name
        if not number and not name:
            number, e164, name = self._callers.known(rng)
        caller = Caller(
            place=self._next + 1,
            queue=QueueId(story.queue),
            number=number,
            e164=e164,
            name=name,
            patience_s=_PATIENCE_S,
            talk_s=story.talk_s or 0.0,
            talk_to_person_s=self._callers.talk_to_person(rng),
        )
        call = self._switch.offer(caller, "replay", math.inf)
        call.scripted = True
        self._parts.append(_Part(story, call, missed=list(story.missed_by)))

    def _play(self, part: _Part, people: bool) -> None:
        """Do what the log says has happened by now."""
        story, call = part.story, part.call
        if part.agent is None:
            self._ring_in_vain(part)
            leaves_t = self._entered_t(story) + (UNTOLD_WAIT_S if story.wait_s is None else story.wait_s)
            if leaves_t > self._switch.t:
                return
            if story.outcome == "answered":
                if not (people and self._for_people(call)) and not self._rings_at_person(call):
                    with self._at(leaves_t):
                        self._take(part)
            else:
                with self._at(leaves_t):
                    self._leave(part)
        if part.agent is not None and part.ends_t <= self._switch.t:
            with self._at(part.ends_t):
                self._end(part)

    def _leave(self, part: _Part) -> None:
        match part.story.outcome:
            case "abandoned":
                self._switch.abandon(part.call, part.story.wait_s)
            case "left":
                self._switch.leave(part.call, "left the queue", part.story.wait_s)
            case _:
                self._switch.leave(part.call, "the log does not tell more")

    def _ring_in_vain(self, part: _Part) -> None:
        while part.missed and part.missed[0][0] - self._skip_s <= self._switch.t:
            at, name = part.missed.pop(0)
            with self._at(at - self._skip_s):
                self._switch.line.log(self._switch.event(part.call, EventKind.MISSED, self._agent(name)))

    def _for_people(self, call: Call) -> bool:
        """Whether a person who is ready may still be rung: seldom does a caller of a log wait long enough."""
        waited = self._switch.t - call.queued_t
        return not call.rejected and waited < (SEEN_S + _GRACE_S) * self._switch.person_pace

    def _rings_at_person(self, call: Call) -> bool:
        contact = self._switch.contact(call)
        return contact.state is ContactState.RINGING

    def _take(self, part: _Part) -> None:
        story, call = part.story, part.call
        agent = self._agent(story.agent or "NONE")
        claim = self._switch.line.claim(call.contact_id, agent)
        if claim.contact_id is None:
            return  # a person came first; the floor hears of it in this tick
        call.talk_given_s = math.inf
        self._switch.connect(call, story.wait_s)
        part.agent = agent
        answered_t = self._entered_t(story) + (story.wait_s or 0.0)
        part.ends_t = answered_t + (UNTOLD_TALK_S if story.talk_s is None else story.talk_s)
        self._working[agent] = self._working.get(agent, 0) + 1
        self._show(agent, AgentState.ON_CALL, call.contact_id)

    def _end(self, part: _Part) -> None:
        story, call = part.story, part.call
        contact = self._switch.contact(call)
        if story.transferred:
            self._switch.pass_on(call, "", story.talk_s)
        elif story.talk_s is None:
            self._switch.end(call, "the log does not tell more", kind=EventKind.OTHER)
        else:
            self._switch.end(call, "caller", story.talk_s)
        self._switch.line.change(contact, state=ContactState.DONE)
        if part.agent is not None:
            self._working[part.agent] -= 1
            if not self._working[part.agent]:
                self._show(part.agent, AgentState.READY)

    # the log's agents

    def _agent(self, name: str) -> AgentId:
        """The row of an agent of the log, made when the name first comes up."""
        agent = AgentId(stable_id("replayed-agent", name))
        if agent not in self._switch.line.agents:
            self._switch.line.put(Agent(id=agent, name=name, played=True))
        if agent not in self._working:
            self._working[agent] = 0
            self._show(agent, AgentState.READY)
        return agent

    def _show(self, agent: AgentId, state: AgentState, contact_id: ContactId | None = None) -> None:
        self._switch.line.put(AgentStatus(id=agent, state=state, since=self._switch.now, contact_id=contact_id))

    # the end

    def _ran_out(self) -> bool:
        return self._next >= len(self._stories) and not any(part.call.scripted for part in self._parts)

    def next_due(self) -> float:
        due = math.inf
        if self._next < len(self._stories):
            due = self._entered_t(self._stories[self._next])
        for part in self._parts:
            story = part.story
            if part.missed:
                due = min(due, part.missed[0][0] - self._skip_s)
            leaves_t = self._entered_t(story) + (UNTOLD_WAIT_S if story.wait_s is None else story.wait_s)
            due = min(due, part.ends_t if part.agent is not None else leaves_t)
        return due

    def ended(self) -> bool:
        return not self._hold and self._ran_out() and not self._switch.calls

    def set_state(self, step: Intervention) -> str:
        return "the log says what this agent does"

    def stop(self) -> None:
        for agent in self._working:
            self._show(agent, AgentState.SIGNED_OUT)


def skipped(stories: Sequence[CallStory], start: time | None, tz: str) -> float:
    """Seconds of a log to leave out so that it begins at this time of its first day."""
    if start is None or not stories:
        return 0.0
    began = stories[0].started_at.astimezone(ZoneInfo(tz))
    wanted = datetime.combine(began.date(), start, tzinfo=began.tzinfo)
    return max(0.0, (wanted - began).total_seconds())
