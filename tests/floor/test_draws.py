"""The draws behind the floor: the same seed plays the same callers; the practice content reaches nobody real."""

from __future__ import annotations

import math
import random
from datetime import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.floor.callers import Arrivals, Caller, Callers
from data.floor.crew import absence_after_call
from data.floor.practice import Absence, Practice, load_practice
from data.text.cards import mask_cards

PRACTICE = load_practice()
CUSTOMERS = PRACTICE.customers()


def drawn(seed: int, count: int, practice: Practice = PRACTICE) -> list[Caller]:
    callers = Callers(practice, CUSTOMERS, seed)
    return [callers.next() for _ in range(count)]


def test_the_same_seed_gives_the_same_callers() -> None:
    assert drawn(7, 300) == drawn(7, 300)
    assert drawn(7, 300) != drawn(8, 300)


def test_the_first_caller_is_the_one_the_content_names() -> None:
    for seed in range(5):
        first = drawn(seed, 1)[0]
        assert (first.name, first.e164, first.queue) == ("Maria Alvarez", "+12025550142", "support")


def test_the_mix_of_callers() -> None:
    callers = drawn(1, 4000)
    owners: dict[str, int] = {}
    for customer in CUSTOMERS:
        for phone in customer.phones:
            owners[phone.e164] = owners.get(phone.e164, 0) + 1
    share = {
        "known": sum(one.e164 in owners for one in callers) / 4000,
        "shared": sum(owners.get(one.e164, 0) > 1 for one in callers) / 4000,
        "withheld": sum(not one.number for one in callers) / 4000,
        "hostile": sum(one.name in PRACTICE.callers.hostile for one in callers) / 4000,
        "billing": sum(one.queue == "billing" for one in callers) / 4000,
    }
    assert share["known"] == pytest.approx(0.8, abs=0.03)
    assert 0.06 <= share["shared"] <= 0.2
    assert share["withheld"] == pytest.approx(0.06, abs=0.015)
    assert share["hostile"] == pytest.approx(0.02, abs=0.01)
    assert share["billing"] == pytest.approx(0.25, abs=0.03)
    talks = sorted(one.talk_to_person_s for one in callers)
    assert talks[0] >= 240 and talks[2000] == pytest.approx(480, rel=0.1)


def test_no_caller_reaches_anybody_real() -> None:
    for one in drawn(3, 2000):
        assert not one.e164 or one.e164[5:].startswith("55501")
    for customer in CUSTOMERS:
        assert all(phone.e164[5:].startswith("55501") and len(phone.e164) == 12 for phone in customer.phones)
        assert all(mail.endswith("@example.com") for mail in customer.emails)


def test_the_practice_customers() -> None:
    assert len({customer.id for customer in CUSTOMERS}) == len(CUSTOMERS) == 60
    assert [one.id for one in load_practice().customers()] == [one.id for one in CUSTOMERS]
    assert len({customer.account for customer in CUSTOMERS}) == 60
    assert {customer.plan for customer in CUSTOMERS} >= {0, 1, 2, 3, 4, None}
    maria = next(customer for customer in CUSTOMERS if customer.account == "20718")
    assert maria.company == "Alvarez Tile Co" and maria.node == "RP-14"
    assert maria.phones[1].note == "after 18:00" and not maria.assets[0].remote_tool
    assert maria.may_discuss_money(maria.people[0]) and not maria.may_discuss_money(maria.people[1])


@pytest.mark.parametrize("text", PRACTICE.callers.hostile)
def test_hostile_names_hold_no_card_number(text: str) -> None:
    assert mask_cards(text) == text


def test_arrivals_follow_the_day() -> None:
    """Over many days the calls of each hour come near to what the curve says."""
    counts = [0] * 24
    days = 60
    for seed in range(days):
        arrivals = Arrivals(PRACTICE.day.curve, 60, time(0), seed)
        at = arrivals.after(0)
        while at < 86400:
            counts[int(at // 3600)] += 1
            at = arrivals.after(at)
    for hour in (8, 10, 12, 15, 20):
        assert counts[hour] / days == pytest.approx(60 * PRACTICE.day.curve[hour], rel=0.12)
    assert counts[10] > counts[12] < counts[15]  # two peaks with a noon between


def test_nobody_calls_when_there_are_no_calls() -> None:
    assert Arrivals(PRACTICE.day.curve, 0, time(9), 1).after(0) == math.inf
    assert Arrivals((0.0,) * 24, 60, time(9), 1).after(0) == math.inf


@given(st.integers(), st.times(), st.floats(0.1, 500))
@settings(max_examples=50, deadline=None)
def test_arrivals_go_forward(seed: int, start: time, calls_per_hour: float) -> None:
    arrivals = Arrivals(PRACTICE.day.curve, calls_per_hour, start, seed)
    at = 0.0
    for _ in range(20):
        after = arrivals.after(at)
        assert after > at
        at = after


def test_lunch_is_had_at_noon_and_once() -> None:
    lunch = Absence(reason="lunch", chance=1.0, minutes=(30, 30), between=(time(11, 30), time(14)))
    rng = random.Random(1)
    assert absence_after_call([lunch], rng, time(9), ()) is None
    assert absence_after_call([lunch], rng, time(12), ()) == lunch
    assert absence_after_call([lunch], rng, time(12), ("lunch",)) is None


def test_absences_are_seldom() -> None:
    rng = random.Random(1)
    found = [absence_after_call(PRACTICE.played.absence, rng, time(10), ()) for _ in range(5000)]
    away = [absence.reason for absence in found if absence is not None]
    assert len(away) / 5000 == pytest.approx(0.055, abs=0.015)
    assert "lunch" not in away
