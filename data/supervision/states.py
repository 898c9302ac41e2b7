"""From an agent's moves to how long each state lasted. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from data.models.agent import AgentState
from data.models.base import AgentId
from data.models.shift import AgentMove

LONGEST_STAY: Final = timedelta(hours=12)
"""A state that nothing ended for so long was left by an end that nobody saw: it counts nothing."""
AT_WORK: Final = frozenset(
    {AgentState.READY, AgentState.RINGING, AgentState.ON_CALL, AgentState.ON_HOLD, AgentState.WRAP_UP}
)
"""States in which an agent takes contacts or is with one."""


class Stay(NamedTuple):
    """A state of an agent, from when to when."""

    state: AgentState
    reason: str
    starts: datetime
    ends: datetime

    def seconds(self, start: datetime, end: datetime) -> float:
        """How long it lasted within two moments."""
        return max(0.0, (min(self.ends, end) - max(self.starts, start)).total_seconds())


def stays(moves: Iterable[AgentMove], start: datetime, end: datetime) -> dict[AgentId, list[Stay]]:
    """The states of each agent within a period, in order. The state in which an agent is lasts until its end.

    Args:
        moves: those of the period and of LONGEST_STAY before it, in any order.
    """
    by_agent: dict[AgentId, list[AgentMove]] = defaultdict(list)
    for move in moves:
        by_agent[move.agent].append(move)
    found: dict[AgentId, list[Stay]] = {}
    for agent in sorted(by_agent):
        told = sorted(by_agent[agent], key=lambda move: (move.at, move.id))
        until = [move.at for move in told[1:]] + [max(end, told[-1].at)]
        here = [
            Stay(move.state, move.reason, max(move.at, start), min(left, end))
            for move, left in zip(told, until, strict=True)
            if move.at < end and left > start and timedelta(0) < left - move.at <= LONGEST_STAY
        ]
        if here:
            found[agent] = here
    return found
