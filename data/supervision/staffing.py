"""How many agents a queue's target needed in each half hour, beside those who were there. Pure; the rules are Erlang C's."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from math import ceil

from data.models.agent import Agent
from data.models.base import AgentId
from data.models.contact import Queue
from data.models.shift import AgentMove
from data.queue.erlang import agents_needed
from data.queue.figures import FigureRow
from data.supervision.states import AT_WORK, Stay, stays


@dataclass(frozen=True, slots=True)
class StaffingRow:
    """A queue in a half hour."""

    slot: str
    queue: str
    starts: datetime
    ends: datetime
    offered: int
    aht_s: float | None
    """Of this half hour, or of the queue's whole period where no call of it is over."""
    target: float
    """Share of calls to be answered within `threshold_s`, 0 to 1."""
    threshold_s: float
    agents: float | None
    """Those who serve the queue and were at work, on the average of the time; whoever serves several queues counts in
    each. None where no state of anybody is known."""
    needed: int | None
    """The fewest that keep the target; None where no call was handled, or no number of agents would do."""

    @property
    def more(self) -> int | None:
        """How many more agents the target asks for; 0 when there are enough."""
        if self.needed is None or self.agents is None:
            return None
        return max(0, ceil(round(self.needed - self.agents, 6)))


def staffing_rows(
    slots: Sequence[FigureRow],
    whole: Sequence[FigureRow],
    queues: Mapping[str, Queue],
    people: Iterable[Agent],
    moves: Sequence[AgentMove],
    now: datetime,
) -> list[StaffingRow]:
    """The staffing of half hours; the one that goes on counts as far as it has come.

    Args:
        slots: figures by half hour and queue.
        whole: those of the whole period by queue.
        queues: with their targets; one that is missing has 80 % within the threshold of the figures.
        moves: those of the period and of LONGEST_STAY before it; none: it is not known who was there.
    """
    overall = {row.key_of("queue"): row.aht_s for row in whole}
    serves = {AgentId(one.id): one.queues for one in people}
    times = [one for row in slots for one in (row.starts, row.ends) if one is not None]
    states = stays(moves, min(times), min(max(times), now)) if times and moves else {}
    found: list[StaffingRow] = []
    for row in slots:
        slot, queue = row.key_of("half-hour"), row.key_of("queue")
        if slot is None or queue is None or row.starts is None or row.ends is None or row.starts >= now:
            continue
        ends = min(row.ends, now)
        aim = queues.get(queue)
        target, threshold_s = (aim.target, float(aim.threshold_s)) if aim else (0.8, row.threshold_s)
        aht_s = row.aht_s or overall.get(queue)
        here = [mine for agent, mine in states.items() if not serves.get(agent) or queue in serves[agent]]
        found.append(
            StaffingRow(
                slot=slot,
                queue=queue,
                starts=row.starts,
                ends=ends,
                offered=row.offered,
                aht_s=aht_s,
                target=target,
                threshold_s=threshold_s,
                agents=_there(here, row.starts, ends) if moves else None,
                needed=_needed(row.offered, (ends - row.starts).total_seconds(), aht_s, threshold_s, target),
            )
        )
    return found


def _there(agents: Iterable[Sequence[Stay]], start: datetime, end: datetime) -> float:
    seconds = 0.0
    for states in agents:
        first = max(0, bisect_right(states, start, key=_starts) - 1)
        for stay in islice(states, first, bisect_left(states, end, key=_starts)):
            seconds += stay.seconds(start, end) if stay.state in AT_WORK else 0.0
    return seconds / (end - start).total_seconds()


def _starts(stay: Stay) -> datetime:
    return stay.starts


def _needed(calls: int, period_s: float, aht_s: float | None, threshold_s: float, target: float) -> int | None:
    if not aht_s:
        return None
    try:
        return agents_needed(calls, period_s, aht_s, threshold_s, target).agents
    except ValueError:  # a target of all calls, or more load than any room holds
        return None
