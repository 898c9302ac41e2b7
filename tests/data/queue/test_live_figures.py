"""Figures that grow with each event are at every moment those computed from scratch."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.queue.figures import FigureRow, figures
from data.queue.groupings import FiguresError
from data.queue.live_figures import LiveFigures
from data.queue.offers import TELLING, Happening

START = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)
"""A day on which clocks change in Europe."""
BY = (None, "quarter", "half-hour", "day", "week", "queue", "agent", "disposition", "half-hour,queue", "day,agent")

happenings = st.builds(
    Happening,
    contact_id=st.sampled_from(["a", "b", "c", "d", "e"]),
    at=st.integers(0, 60).map(lambda ten: START.timestamp() + ten * 397.0),
    kind=st.sampled_from(TELLING),
    queue=st.sampled_from(["support", "sales"]),
    agent=st.sampled_from([None, "ana", "bo"]),
    wait_s=st.sampled_from([None, 0.0, 4.9, 20.0, 0.1]),
    talk_s=st.sampled_from([None, 0.0, 0.1, 0.2, 61.7]),
    hold_s=st.sampled_from([None, 0.0, 0.3]),
    disposition=st.sampled_from([None, "solved", "declined"]),
)
periods = st.sampled_from(
    [
        {},
        {"start": START + timedelta(minutes=50)},
        {"start": START + timedelta(minutes=7), "end": START + timedelta(hours=3, minutes=11)},
        {"end": START + timedelta(hours=2)},
    ]
)


def same(live: LiveFigures, told: list[Happening], asked: dict[str, Any]) -> None:
    for by in BY:
        assert live.rows(by) == figures(told, by=by, **asked), by


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(happenings, max_size=8), max_size=8),
    periods,
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"]),
    st.sampled_from(["SL1", "SL4", "SL6"]),
)
def test_at_every_moment_they_are_those_from_scratch(
    pieces: list[list[Happening]], period: dict[str, Any], tz: str, formula: str
) -> None:
    asked = {**period, "tz": tz, "formula": formula}
    live, told = LiveFigures(**asked), []
    same(live, told, asked)
    for piece in pieces:
        live.take(piece)
        told += piece
        same(live, told, asked)
    live.take(told)  # all of it once more
    same(live, told, asked)


def test_a_queue_that_grew_short_before_the_period_began_and_long_in_it() -> None:
    """All within the quarter in which the period begins."""

    def told(contact: str, seconds: float, kind: str, wait_s: float | None = None) -> Happening:
        return Happening(contact, START.timestamp() + seconds, kind, "support", None, wait_s, None, None)

    asked = {"start": START + timedelta(minutes=7), "tz": "UTC", "formula": "SL1"}
    live = LiveFigures(**asked)
    calls = [told("b", -5.0, "offered"), told("b", 0.0, "answered", 5.0), told("a", 794.0, "offered")]
    calls += [told("a", 800.0, "answered", 6.0)]
    live.take(calls)
    same(live, calls, asked)
    assert live.rows(None)[0].max_queue == 1


def day_of_calls(count: int, seed: int) -> list[Happening]:
    """Calls of a day as they happen: most answered, some given up, a few that never end."""
    rng = random.Random(seed)
    told: list[Happening] = []
    for number in range(count):
        contact, queue = f"c{number}", rng.choice(["support", "sales", "billing"])
        at, agent = START.timestamp() + rng.uniform(8, 18) * 3600, f"agent {rng.randrange(30)}"
        wait = rng.expovariate(1 / 40)

        def add(kind: str, when: float, *known: float | None, here: str = contact, line: str = queue, who: str | None = None) -> None:  # fmt: skip
            told.append(Happening(here, when, kind, line, who, *(*known, None, None, None)[:3]))

        add("offered", at)
        fate = rng.random()
        if fate < 0.85:
            talk = rng.lognormvariate(5, 0.5)
            add("answered", at + wait, wait, who=agent)
            add("ended", at + wait + talk, None, talk, 0.0, who=agent)
            add("disposed", at + wait + talk + rng.uniform(5, 60), who=agent)
        elif fate < 0.99:
            add("abandoned", at + wait, wait)
    return sorted(told, key=lambda one: one.at)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_day_in_order_and_out_of_order(seed: int) -> None:
    told = day_of_calls(400, seed)
    asked: dict[str, Any] = {"tz": "America/New_York"}
    live = LiveFigures(**asked)
    for place in range(0, len(told), 97):
        live.take(told[place : place + 97])
        same(live, told[: place + 97], asked)
    late = LiveFigures(**asked)
    mixed = told * 2
    random.Random(seed).shuffle(mixed)
    for place in range(0, len(mixed), 500):
        late.take(mixed[place : place + 500])
    same(late, told, asked)


def test_what_changes_is_told() -> None:
    told = day_of_calls(3, 1)
    live = LiveFigures()
    assert live.take(told) == 3
    assert live.take(told) == 0
    assert live.take([]) == 0
    row: FigureRow = live.rows()[0]
    assert row.offered == 3


def test_live_figures_know_no_playbook() -> None:
    with pytest.raises(FiguresError, match="playbook"):
        LiveFigures().rows("playbook")


def test_a_formula_that_there_is_not_is_refused() -> None:
    with pytest.raises(FiguresError, match="SL9"):
        LiveFigures(formula="SL9")
