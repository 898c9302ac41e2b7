"""Erlang C: the glossary's vector, and what must hold for every load."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from data.queue.erlang import agents_needed, staffing

HALF_HOUR = 1800.0


def test_the_vector_of_the_glossary() -> None:
    thirteen = staffing(100, HALF_HOUR, 180, 20, 13)
    assert thirteen is not None
    assert (round(thirteen.service_level, 4), round(thirteen.asa_s, 1)) == (0.7956, 17.1)
    fourteen = staffing(100, HALF_HOUR, 180, 20, 14)
    assert fourteen is not None
    found = (fourteen.service_level, fourteen.waits, fourteen.occupancy)
    assert tuple(round(one, 4) for one in found) == (0.8884, 0.1741, 0.7143)
    assert round(fourteen.asa_s, 2) == 7.84
    assert agents_needed(100, HALF_HOUR, 180, 20, 0.8).agents == 14


def test_too_few_agents_give_nothing() -> None:
    assert staffing(100, HALF_HOUR, 180, 20, 10) is None
    assert staffing(100, HALF_HOUR, 180, 20, 0) is None


def test_nobody_calls() -> None:
    alone = agents_needed(0, HALF_HOUR, 180, 20, 0.8)
    assert (alone.agents, alone.waits, alone.service_level, alone.asa_s, alone.occupancy) == (1, 0, 1, 0, 0)


@given(st.integers(1, 40), st.floats(0.05, 0.98))
def test_it_is_the_sum_of_the_formula(agents: int, busy: float) -> None:
    load = agents * busy
    found = staffing(load, 180, 180, 20, agents)
    assert found is not None
    top = load**agents / math.factorial(agents) * agents / (agents - load)
    waits = top / (sum(load**k / math.factorial(k) for k in range(agents)) + top)
    assert found.waits == pytest.approx(waits, rel=1e-9)


@given(st.floats(0, 3000), st.floats(1, 900), st.floats(0, 120), st.floats(0, 0.99))
def test_one_agent_fewer_would_not_do(calls: float, aht_s: float, threshold_s: float, target: float) -> None:
    assume(calls / HALF_HOUR * aht_s < 500)
    found = agents_needed(calls, HALF_HOUR, aht_s, threshold_s, target)
    assert found.service_level >= target and 0 <= found.waits <= 1 and 0 <= found.occupancy < 1
    fewer = staffing(calls, HALF_HOUR, aht_s, threshold_s, found.agents - 1) if found.agents > 1 else None
    assert fewer is None or fewer.service_level < target


@pytest.mark.parametrize(
    "asked", [(-1, 1800, 180, 20, 0.8), (1, 0, 180, 20, 0.8), (1, 1800, 0, 20, 0.8), (1, 1800, 180, 20, 1.0)]
)
def test_what_cannot_be_meant_is_refused(asked: tuple[float, float, float, float, float]) -> None:
    with pytest.raises(ValueError, match=r"must|target"):
        agents_needed(*asked)
