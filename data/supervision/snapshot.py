"""The floor at one moment, as values: what every panel of the dashboard and of the wallboard is drawn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from data.models.agent import AgentState
from data.models.contact import ContactState
from data.queue.figures import FigureRow
from data.supervision.adherence import Adherence
from data.supervision.steps import StepLine
from data.supervision.thresholds import FloorPolicy, Level

AVAILABLE: Final = frozenset(
    {AgentState.READY, AgentState.RINGING, AgentState.ON_CALL, AgentState.ON_HOLD, AgentState.WRAP_UP}
)
"""States of agents who take contacts, or will when the one in hand is done."""

_TIMED_STATES: Final = frozenset({AgentState.WRAP_UP, AgentState.NOT_READY})
"""States that have a limit of their own."""
What = Literal["waiting", "longest wait", "service level", "abandonment", "wrap-up", "not ready"]


@dataclass(frozen=True, slots=True)
class QueueNow:
    """A queue: who waits now, and its day."""

    id: str
    name: str
    waiting: int
    oldest: datetime | None
    """Since when whoever has waited longest waits; None when nobody does."""
    row: FigureRow | None
    """None: nothing was offered today."""
    target: float
    threshold_s: float
    wrap_up_s: int = 0


@dataclass(frozen=True, slots=True)
class WaitingNow:
    """A contact that waits or rings."""

    contact_id: str
    queue: str
    who: str
    since: datetime
    state: ContactState
    priority: int = 0
    rings_at: str = ""
    """The name of whom it rings at."""


@dataclass(frozen=True, slots=True)
class AgentNow:
    """An agent who is signed on."""

    id: str
    name: str
    state: AgentState
    since: datetime
    """When the state began; of a call, when it was answered."""
    reason: str = ""
    after_call: str = ""
    contact_id: str | None = None
    queue: str = ""
    """Of the contact in hand: the queue's id."""
    caller: str = ""
    ticket: str = ""
    """The number of the contact's ticket."""
    wrap_up_s: int = 0
    """How long wrap-up should take in that queue."""
    row: FigureRow | None = None
    leads: bool = False
    """A supervisor: nobody waits for one to be ready."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A figure that has reached a limit."""

    what: What
    level: Level
    about: str
    """The id of a queue or an agent; empty: the floor as a whole."""
    name: str
    value: float
    """A count, seconds or a share."""
    limit: float
    """The step that was reached; of a service level, its target."""
    contact_id: str | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that a supervisor should see to, in words: a line of the list of alerts."""

    key: str
    """The same as long as it is the same trouble."""
    level: Level
    text: str
    about: str = ""
    since: datetime | None = None
    contact_id: str | None = None
    agent_id: str | None = None
    todo: str = ""
    """What one can do about it, in a few words."""
    from_row: bool = False
    """It is a record of its own: once seen it is seen. A figure may come back."""
    notice_id: str | None = None
    """The notice that it is: seeing to that is the same."""
    seen_by: str = ""
    """Who has seen it; empty: nobody."""
    seen_at: datetime | None = None
    size: float = 0.0
    """Of a figure: how far it has gone; more is worse."""

    @property
    def open(self) -> bool:
        """Whether nobody has seen it yet."""
        return self.seen_at is None


@dataclass(frozen=True, slots=True)
class Passed:
    """An alert that is over, as it was at its worst."""

    key: str
    level: Level
    text: str
    about: str
    since: datetime
    until: datetime
    """Of a record that was seen: when it was."""
    size: float = 0.0
    contact_id: str | None = None
    from_row: bool = False
    seen_by: str = ""
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FloorSnapshot:
    """Everything at one moment."""

    at: datetime
    day: date
    """The site's."""
    zone: ZoneInfo
    total: FigureRow
    queues: tuple[QueueNow, ...]
    waiting: tuple[WaitingNow, ...]
    """In the order in which they are served, the first 200."""
    agents: tuple[AgentNow, ...]
    slots: tuple[FigureRow, ...]
    """The half hours of the day in which anything was offered."""
    policy: FloorPolicy
    alerts: tuple[Alert, ...] = ()
    past: tuple[Passed, ...] = ()
    """The alerts of the day that are over, the latest first."""
    steps: tuple[StepLine, ...] = ()
    """Where supervisors stepped in during the last day, the newest first."""
    crossings: tuple[Crossing, ...] = field(default=())
    adherence: Mapping[str, Adherence] = field(default_factory=dict)
    """How agents kept to the schedule today, by id; of those for whom anything was scheduled."""

    @property
    def waits(self) -> int:
        """How many wait or ring."""
        return sum(one.waiting for one in self.queues)

    @property
    def oldest(self) -> datetime | None:
        """Since when whoever has waited longest waits."""
        return min((one.oldest for one in self.queues if one.oldest is not None), default=None)

    @property
    def states(self) -> Counter[AgentState]:
        """How many agents are in each state."""
        return Counter(one.state for one in self.agents)

    def level(self, what: What, about: str = "") -> Level:
        """How a figure of the floor, of a queue or of an agent stands."""
        found = (one.level for one in self.crossings if one.what == what and one.about == about)
        return next(found, Level.FINE)

    def queue_name(self, queue: str) -> str:
        """What a queue is called."""
        return next((one.name for one in self.queues if one.id == queue), queue)


def seconds_since(moment: datetime | None, now: datetime) -> float | None:
    """How long ago a moment was; None for none."""
    return max(0.0, (now - moment).total_seconds()) if moment is not None else None


def slot_start(row: FigureRow) -> datetime:
    """When a half hour began, in the site's zone."""
    assert row.starts is not None, "it is a row of a part of time"
    return row.starts


def crossings(
    total: FigureRow, queues: tuple[QueueNow, ...], agents: tuple[AgentNow, ...], policy: FloorPolicy, now: datetime
) -> tuple[Crossing, ...]:
    """What has reached a limit now: the floor's first, then the queues', then the agents', in their order."""
    oldest = min((one.oldest for one in queues if one.oldest is not None), default=None)
    found = _of_queue(
        None, "", QueueNow("", "all queues", sum(q.waiting for q in queues), oldest, total, policy.target, policy.threshold_s), policy, now
    )  # fmt: skip
    for queue in queues:
        found += _of_queue(queue.id, queue.id, queue, policy, now)
    for agent in agents:
        if agent.state in _TIMED_STATES:
            found += _of_agent(agent, policy, now)
    return tuple(found)


def _of_queue(
    limits_of: str | None, about: str, queue: QueueNow, policy: FloorPolicy, now: datetime
) -> list[Crossing]:
    limits, row, found = policy.limits_of(limits_of), queue.row, []
    waited = seconds_since(queue.oldest, now)
    if level := limits.waiting.level(queue.waiting or None):
        limit = limits.waiting.alarm if level is Level.ALARM else limits.waiting.warn
        found.append(Crossing("waiting", level, about, queue.name, queue.waiting, limit))
    if waited is not None and (level := limits.longest_wait_s.level(waited)):
        limit = limits.longest_wait_s.alarm if level is Level.ALARM else limits.longest_wait_s.warn
        found.append(Crossing("longest wait", level, about, queue.name, waited, limit))
    if row is not None and (level := policy.service_level(row, queue.target, limits_of)):
        found.append(Crossing("service level", level, about, queue.name, row.service_level or 0.0, queue.target))
    if row is not None and (level := policy.abandonment(row, limits_of)):
        limit = limits.abandonment.alarm if level is Level.ALARM else limits.abandonment.warn
        found.append(Crossing("abandonment", level, about, queue.name, row.abandonment_rate or 0.0, limit))
    return found


def _of_agent(agent: AgentNow, policy: FloorPolicy, now: datetime) -> list[Crossing]:
    seconds = seconds_since(agent.since, now) or 0.0
    if agent.state is AgentState.WRAP_UP and agent.wrap_up_s:
        limits, over = policy.wrap_up_over_s, seconds - agent.wrap_up_s
        level, limit = limits.level(over), float(agent.wrap_up_s)
        what: What = "wrap-up"
    elif agent.state is AgentState.NOT_READY and not agent.leads:
        limits = policy.not_ready_min.get(agent.reason, policy.other_not_ready_min)
        level, what = limits.level(seconds / 60), "not ready"
        limit = (limits.alarm if level is Level.ALARM else limits.warn) * 60
    else:
        return []
    return [Crossing(what, level, agent.id, agent.name, seconds, limit, agent.contact_id)] if level else []
