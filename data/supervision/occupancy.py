"""Occupancy: which share of their time at work agents handle contacts (GLOSSARY). Pure.

Handling is what AHT is made of: on call, on hold, wrap-up. Ringing counts as ready, as it does in Erlang C, so that the
two can be compared. Not ready counts in neither."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from data.models.agent import AgentState
from data.models.base import AgentId
from data.models.shift import AgentMove
from data.supervision.states import stays

HANDLING = frozenset({AgentState.ON_CALL, AgentState.ON_HOLD, AgentState.WRAP_UP})
IDLE = frozenset({AgentState.READY, AgentState.RINGING})


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How an agent, or all of them, spent a period. Times in seconds."""

    agent: AgentId | None
    """None: all of them together."""
    starts: datetime
    ends: datetime
    handling_s: float
    ready_s: float
    not_ready_s: float

    @property
    def occupancy(self) -> float | None:
        """0 to 1; None for 0/0."""
        whole = self.handling_s + self.ready_s
        return self.handling_s / whole if whole else None


def occupancy(moves: Iterable[AgentMove], start: datetime, end: datetime) -> list[Occupancy]:
    """Each agent's, by id; who was only signed out is left out.

    Args:
        moves: those of the period and of LONGEST_STAY before it.
        end: of the period; no later than now, since the state in which an agent is lasts until then.
    """
    found: list[Occupancy] = []
    for agent, states in stays(moves, start, end).items():
        seconds = dict.fromkeys(AgentState, 0.0)
        for stay in states:
            seconds[stay.state] += stay.seconds(start, end)
        one = Occupancy(
            agent=agent,
            starts=start,
            ends=end,
            handling_s=sum(seconds[state] for state in HANDLING),
            ready_s=sum(seconds[state] for state in IDLE),
            not_ready_s=seconds[AgentState.NOT_READY],
        )
        if one.handling_s or one.ready_s or one.not_ready_s:
            found.append(one)
    return found


def together(rows: Sequence[Occupancy], start: datetime, end: datetime) -> Occupancy:
    """The occupancy of several agents: their times added, not the mean of their shares."""
    return Occupancy(
        agent=None,
        starts=start,
        ends=end,
        handling_s=sum(row.handling_s for row in rows),
        ready_s=sum(row.ready_s for row in rows),
        not_ready_s=sum(row.not_ready_s for row in rows),
    )
