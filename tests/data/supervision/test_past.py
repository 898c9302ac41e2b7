"""Alerts that are over stay in the list of the day, with from when to when."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from data.queue.offers import Happening
from data.supervision.alerts import Matters, alerts
from data.supervision.past import PastAlerts
from data.supervision.snapshot import Crossing
from data.supervision.thresholds import Level
from tests.data.supervision.test_alerts import NAMES, NOW, POLICY, ZONE, few, listed, seen, wait

MINUTE = timedelta(minutes=1)
BEGINS = datetime(2026, 11, 20, tzinfo=UTC)


def past() -> PastAlerts:
    return PastAlerts(POLICY, BEGINS, str.title)


def ended(minute: float, wait_s: float, kind: str = "answered", queue: str = "support") -> Happening:
    at = BEGINS.timestamp() + minute * 60
    return Happening(f"c{minute}", at, kind, queue, None, wait_s, None, None)


def at(minute: float) -> datetime:
    return BEGINS + timedelta(minutes=minute)


def test_whoever_waited_too_long_is_known_from_the_events_in_whatever_order_they_come() -> None:
    happened = [
        ended(600, 240), ended(601, 200, "abandoned"), ended(604, 90), ended(605, 59), ended(-5, 900),
        ended(700, 400, queue="remote"),
    ]  # fmt: skip
    told = []
    for seed in range(4):
        mixed = [*happened, *happened]
        random.Random(seed).shuffle(mixed)
        kept = past()
        kept.waited(mixed)
        told.append([(one.about, one.text, one.level, one.since, one.until) for one in kept.listed])
    assert all(one == told[0] for one in told)
    support = ("Support", "longest wait 4:00", Level.ALARM, at(597), at(601))
    assert [one for one in told[0] if one[0] != "all queues"] == [
        ("Remote", "longest wait 6:40", Level.WARN, at(700 - 100 / 60), at(700)),  # its own limits: five minutes
        ("Support", "longest wait 1:30", Level.WARN, at(603.5), at(604)),
        support,
    ]
    assert [one[:3] for one in told[0] if one[0] == "all queues"] == [
        ("all queues", "longest wait 6:40", Level.ALARM)
    ]


def test_what_stood_is_over_once_it_stands_no_more_as_it_was_at_its_worst() -> None:
    kept = past()
    kept.take(listed([few(), wait(70)]), NOW)
    worse = Crossing("service level", Level.ALARM, "support", "Support", 0.5, 0.8)
    row = seen("service level:support", NOW + 2 * MINUTE)
    kept.take(listed([worse], NOW + 3 * MINUTE, [row]), NOW + 3 * MINUTE)
    kept.take(listed([few()], NOW + 4 * MINUTE), NOW + 4 * MINUTE)
    assert not kept.listed, "it stands, and long waits are told by events"
    kept.take((), NOW + 5 * MINUTE)
    (one,) = kept.listed
    assert (one.text, one.level) == ("service level 50 %, target 80 %", Level.ALARM)
    assert (one.since, one.until) == (NOW, NOW + 5 * MINUTE)

    # it comes again at once: that is the same trouble; and later, that is another
    for begins in (5.5, 20.0):
        kept.take(alerts([few()], Matters(names=NAMES), POLICY, NOW, ZONE), NOW + begins * MINUTE)
        kept.take((), NOW + (begins + 1) * MINUTE)
    assert [(one.since, one.until) for one in kept.listed] == [
        (NOW + 20 * MINUTE, NOW + 21 * MINUTE),
        (NOW, NOW + 6.5 * MINUTE),
    ]
