"""Adherence: for how many of the scheduled minutes agents were in the state that was scheduled (GLOSSARY). Pure.

Who is scheduled for work should take contacts or be with one; who is scheduled for lunch, a break or training should be
not ready, whatever the reason says, or signed out. Reporting of the queue is done beside the work and has no state of its
own. What begins inside something else takes that time out of it: a lunch out of the work."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from data.models.agent import AgentState
from data.models.base import AgentId
from data.models.queue_report import Activity, ReporterDuty
from data.models.shift import AgentMove
from data.supervision.states import AT_WORK, Stay, stays

_AWAY = frozenset({AgentState.NOT_READY, AgentState.SIGNED_OUT})
KEPT_BY = {Activity.WORK: AT_WORK, Activity.LUNCH: _AWAY, Activity.BREAK: _AWAY, Activity.TRAINING: _AWAY}
"""The states that an activity asks for."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """Somebody was in another state than the schedule says."""

    starts: datetime
    ends: datetime
    activity: Activity
    """What was scheduled."""
    state: AgentState | None
    """What was; None: nothing is known, so nobody was there."""
    reason: str = ""

    @property
    def seconds(self) -> float:
        """How long."""
        return (self.ends - self.starts).total_seconds()


@dataclass(frozen=True, slots=True)
class Adherence:
    """How an agent kept to the schedule."""

    agent: AgentId
    starts: datetime
    ends: datetime
    scheduled_s: float
    deviations: tuple[Deviation, ...]
    """In order of time."""

    @property
    def kept_s(self) -> float:
        """Seconds in the scheduled state."""
        return self.scheduled_s - self.lost_s

    @property
    def lost_s(self) -> float:
        """The impact: seconds in another state than the scheduled one."""
        return sum(one.seconds for one in self.deviations)

    @property
    def adherence(self) -> float | None:
        """0 to 1; None where nothing was scheduled."""
        return self.kept_s / self.scheduled_s if self.scheduled_s else None


def adherence(
    schedule: Iterable[ReporterDuty], moves: Iterable[AgentMove], start: datetime, end: datetime
) -> list[Adherence]:
    """Of each agent who was scheduled for anything in the period, by id.

    Args:
        schedule: rows that were withdrawn, and turns of reporting, are passed over.
        moves: those of the period and of LONGEST_STAY before it.
        end: of the period; no later than now.
    """
    planned: dict[AgentId, list[ReporterDuty]] = defaultdict(list)
    for row in schedule:
        if row.activity in KEPT_BY and not row.withdrawn and row.starts < end and row.ends > start:
            planned[row.agent].append(row)
    states = stays(moves, start, end)
    found: list[Adherence] = []
    for agent in sorted(planned):
        pieces = list(_pieces(planned[agent], start, end))
        scheduled = sum((ends - starts).total_seconds() for starts, ends, _ in pieces)
        if scheduled:
            deviations = tuple(_deviations(pieces, states.get(agent, [])))
            found.append(Adherence(agent, start, end, scheduled, deviations))
    return found


def _pieces(
    rows: Sequence[ReporterDuty], start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime, Activity]]:
    """What is scheduled from when to when, without overlaps: what began last counts, then what ends first."""
    edges = sorted({min(max(edge, start), end) for row in rows for edge in (row.starts, row.ends)})
    for starts, ends in pairwise(edges):
        here = [row for row in rows if row.starts <= starts and row.ends >= ends]
        if here:
            latest = max(here, key=lambda row: (row.starts, -row.ends.timestamp(), row.id))
            yield starts, ends, latest.activity


def _deviations(
    pieces: Sequence[tuple[datetime, datetime, Activity]], states: Sequence[Stay]
) -> Iterator[Deviation]:
    begins = [stay.starts for stay in states]
    for starts, ends, activity in pieces:
        at = starts
        for stay in states[max(0, bisect_right(begins, starts) - 1) :]:
            if stay.starts >= ends:
                break
            if stay.ends <= at:
                continue
            if stay.starts > at:
                yield Deviation(at, stay.starts, activity, None)
            at = min(stay.ends, ends)
            if stay.state not in KEPT_BY[activity]:
                yield Deviation(max(stay.starts, starts), at, activity, stay.state, stay.reason)
        if at < ends:
            yield Deviation(at, ends, activity, None)
