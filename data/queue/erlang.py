"""Erlang C: how long callers wait with so many agents, and how many agents keep a target (GLOSSARY).

It takes calls that come at random at a steady rate, one queue, agents who do nothing else, and callers who never give up.
Callers do give up, so it overstates waits: whoever shows its figures says so."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

ASSUMPTION: Final = (
    "Erlang C: calls at random at a steady rate, nobody gives up. Callers do, so it asks for rather more agents than"
    " are needed."
)
MOST_AGENTS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Staffing:
    """What so many agents give."""

    agents: int
    waits: float
    """Probability that a caller waits at all, 0 to 1."""
    service_level: float
    """Share of callers answered within the threshold, 0 to 1."""
    asa_s: float
    """Average wait of all callers, in seconds."""
    occupancy: float
    """Share of their time in which agents handle calls, 0 to 1."""


def staffing(calls: float, period_s: float, aht_s: float, threshold_s: float, agents: int) -> Staffing | None:
    """What `agents` agents give when `calls` calls come in `period_s` seconds, each taking `aht_s` seconds; None where
    they are too few: the queue would grow without end.

    Raises:
        ValueError: a figure is negative, or a time is zero.
    """
    load = _load(calls, period_s, aht_s)
    if agents <= load:
        return None
    # B(n) = A·B(n−1) / (n + A·B(n−1)): Erlang B by recursion, which no number of agents makes overflow
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = load * blocked / (number + load * blocked)
    waits = blocked / (1 - load / agents * (1 - blocked))
    spare = agents - load
    return Staffing(
        agents=agents,
        waits=waits,
        service_level=1 - waits * math.exp(-spare * threshold_s / aht_s),
        asa_s=waits * aht_s / spare,
        occupancy=load / agents,
    )


def agents_needed(calls: float, period_s: float, aht_s: float, threshold_s: float, target: float) -> Staffing:
    """The fewest agents that answer `target` (0 to 1) of the calls within the threshold.

    Raises:
        ValueError: a figure is negative, a time is zero, the target is no share below 1, or more than MOST_AGENTS
            agents would be needed.
    """
    if not 0 <= target < 1:
        raise ValueError("The target is a share from 0 to below 1.")
    load = _load(calls, period_s, aht_s)
    for agents in range(max(1, math.floor(load) + 1), MOST_AGENTS + 1):
        found = staffing(calls, period_s, aht_s, threshold_s, agents)
        if found is not None and found.service_level >= target:
            return found
    raise ValueError(f"More than {MOST_AGENTS:,} agents would be needed.")


def _load(calls: float, period_s: float, aht_s: float) -> float:
    """The offered load A, in Erlangs."""
    if calls < 0 or period_s <= 0 or aht_s <= 0:
        raise ValueError("Calls must not be negative, and times must be longer than nothing.")
    return calls / period_s * aht_s
