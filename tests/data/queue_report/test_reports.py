"""Who reports when; each slot is asked for once, whatever happens to console and clock; putting off; missed slots."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.models.notice import NoticeRole
from data.models.shift import Punch
from data.queue_report import reports
from data.queue_report.policy import ReportPolicy
from data.queue_report.reports import AlreadyReported, PutOffError
from data.queue_report.slots import day_of, slot_before, slots_between
from data.queue_report.standing import Standing
from data.store.database import Store
from tests.data.queue_report.desk import (
    ANA,
    BO,
    LEA,
    NEW_YORK,
    POLICY,
    START,
    Console,
    Hands,
    duty,
    give,
    known,
    notices,
    punch,
)

DAYS = [
    ("America/New_York", (2026, 11, 20), 48),
    ("America/New_York", (2026, 11, 1), 50),
    ("America/New_York", (2026, 3, 8), 46),
    ("Europe/Berlin", (2026, 10, 25), 50),
    ("Europe/Berlin", (2026, 3, 29), 46),
    ("Australia/Lord_Howe", (2026, 4, 5), 49),
    ("Australia/Lord_Howe", (2026, 10, 4), 47),
]


def clock_in(store: Store, clock: Hands, hours_ago: float = 0.0) -> None:
    punch(store, ANA, Punch.IN, clock.now() - timedelta(hours=hours_ago), clock)


@pytest.mark.parametrize(("zone", "day", "slots"), DAYS, ids=str)
def test_every_slot_of_a_day_is_asked_for_once(
    store: Store, zone: str, day: tuple[int, int, int], slots: int
) -> None:
    there = ZoneInfo(zone)
    start, end = day_of(datetime(*day, 12, tzinfo=there), there)
    clock = Hands(start)
    known(store, clock)
    duty(store, ANA, start, end, clock)
    console, asked = Console(store, clock, there), []
    while clock.now() < end:
        if (slot := console.look()) is not None:
            asked.append(slot)
        clock.on(2.5)
    assert len(asked) == len(set(asked)) == slots
    assert asked == list(slots_between(start - timedelta(seconds=1), end - timedelta(seconds=1), there))
    assert notices(store) == []


def test_without_a_schedule_whoever_is_clocked_in_reports(store: Store) -> None:
    clock = Hands()
    known(store, clock)
    assert reports.reporters_now(store, clock.now(), POLICY, NEW_YORK) == []
    first = punch(store, ANA, Punch.IN, START - timedelta(minutes=10), clock)
    punch(store, BO, Punch.IN, START - timedelta(minutes=10), clock)
    punch(store, BO, Punch.OUT, START - timedelta(minutes=1), clock)
    assert reports.reporters_now(store, clock.now(), POLICY, NEW_YORK) == [ANA]
    punch(store, ANA, Punch.IN, START + timedelta(minutes=5), clock, instead_of=first)
    assert reports.reporters_now(store, clock.now(), POLICY, NEW_YORK) == [], "she came after the slot"
    duty(store, BO, START + timedelta(hours=2), START + timedelta(hours=4), clock)
    later = START + timedelta(hours=2)
    assert reports.reporters_now(store, later, POLICY, NEW_YORK) == [BO], "the schedule of a day is the whole of it"
    assert reports.reporters_now(store, START + timedelta(hours=1), POLICY, NEW_YORK) == []


def test_a_duty_over_midnight_leaves_the_next_day_to_whoever_is_clocked_in(store: Store) -> None:
    """The schedule names Bo from 22:00 to 2:00 and says nothing of the day after."""
    clock = Hands()
    known(store, clock)
    duty(store, BO, START + timedelta(hours=13), START + timedelta(hours=17), clock)
    punch(store, ANA, Punch.IN, START + timedelta(hours=16), clock)
    assert reports.reporters_now(store, START + timedelta(hours=16.5), POLICY, NEW_YORK) == [BO]
    assert reports.reporters_now(store, START + timedelta(hours=17), POLICY, NEW_YORK) == [ANA], (
        "2:00, nobody is named"
    )
    assert reports.reporters_now(store, START + timedelta(hours=12), POLICY, NEW_YORK) == [], (
        "the day of the schedule"
    )


def test_a_forgotten_clock_out_asks_nobody_for_ever(store: Store) -> None:
    clock = Hands()
    known(store, clock)
    clock_in(store, clock)
    assert reports.reporters_now(store, START + timedelta(hours=13), POLICY, NEW_YORK) == [ANA]
    assert reports.reporters_now(store, START + timedelta(hours=15), POLICY, NEW_YORK) == []


def test_due_late_missed(store: Store) -> None:
    clock = Hands()
    known(store, clock)
    clock_in(store, clock)
    table = [(0, Standing.DUE), (4.9, Standing.DUE), (5, Standing.LATE), (29.9, Standing.LATE)]
    for minutes, standing in table:
        [one] = reports.due(store, ANA, START + timedelta(minutes=minutes), POLICY, NEW_YORK)
        assert (one.at, one.standing(START + timedelta(minutes=minutes), POLICY)) == (START, standing)
    clock.on(61)
    state = reports.state(store, ANA, clock.now(), POLICY, NEW_YORK)
    assert state.present is not None and state.present.at == START + timedelta(hours=1)
    assert [one.at for one in state.missed] == [START, START + timedelta(minutes=30)]
    assert state.next == START + timedelta(minutes=90)
    give(store, state.present.at, ANA, clock)
    lines = reports.lines(store, START - timedelta(minutes=1), clock.now(), POLICY, NEW_YORK)
    assert [line.standing for line in lines] == [Standing.REPORTED, Standing.MISSED, Standing.MISSED]


def test_a_slot_is_reported_once(store: Store) -> None:
    clock = Hands()
    known(store, clock)
    clock_in(store, clock)
    clock.on(6)
    report = give(store, START, ANA, clock)
    clock.on(1)
    with pytest.raises(AlreadyReported, match=r"The \d\d:00 report is there already: Ana Silva gave it at \d\d:06"):
        give(store, START, ANA, clock)
    assert reports.given(store, START, ANA) == report
    [line] = reports.lines(store, START - timedelta(minutes=1), clock.now(), POLICY, NEW_YORK)
    assert line.standing is Standing.REPORTED_LATE


def test_one_person_at_two_seats(pair: tuple, seats, clock) -> None:  # type: ignore[no-untyped-def]
    """Both file before they have heard of each other: the hub keeps one, and nobody is troubled."""
    one, other = pair
    slot = slot_before(clock.now(), NEW_YORK)
    hands = Hands(clock.now())
    give(one.store, slot, ANA, hands)
    give(other.store, slot, ANA, hands)
    seats.sync()
    seats.sync()
    assert seats.conflicts() == 0
    assert reports.given(one.store, slot, ANA) == reports.given(other.store, slot, ANA)
    for seat in pair:
        assert seat.store.value("SELECT count(*) FROM queue_report") == 1


# putting off


@pytest.mark.parametrize(
    ("minutes", "asked"), [(0, False), (4.9, False), (5, True), (-1, False), (-61, False), (29, True)]
)
def test_put_off(store: Store, minutes: float, asked: bool) -> None:
    """Asked again in five minutes; a clock that is set back does not put it off for longer, but before its slot nothing
    is due."""
    clock = Hands(START + timedelta(seconds=1))
    known(store, clock)
    clock_in(store, clock, 2)
    for earlier in slots_between(START - timedelta(hours=2), START - timedelta(minutes=1), NEW_YORK):
        give(store, earlier, ANA, clock)
    reports.put_off(store, START, ANA, POLICY, clock)
    clock.on(minutes)
    assert reports.state(store, ANA, clock.now(), POLICY, NEW_YORK).asks(clock.now(), POLICY) is asked


def test_twice_at_most(store: Store) -> None:
    clock = Hands()
    known(store, clock)
    clock_in(store, clock)
    assert reports.put_off(store, START, ANA, POLICY, clock).times == 1
    clock.on(6)
    reports.set_aside(store, START, ANA, clock)
    assert reports.waiting(store, START, ANA).times == 1, "setting aside does not count"
    assert reports.put_off(store, START, ANA, POLICY, clock).times == 2
    with pytest.raises(PutOffError, match="give it now"):
        reports.put_off(store, START, ANA, POLICY, clock)
    none = ReportPolicy.model_validate({"put_off": {"most": 0}})
    with pytest.raises(PutOffError):
        reports.put_off(store, START + timedelta(minutes=30), ANA, none, clock)
    give(store, START, ANA, clock)
    assert reports.waiting(store, START, ANA).times == 0


# missed


def test_a_missed_slot_is_told_once_by_whoever_sees_it(pair: tuple, seats, clock) -> None:  # type: ignore[no-untyped-def]
    one, other = pair
    hands = Hands(START)
    known(one.store, hands)
    punch(one.store, ANA, Punch.IN, START, hands)
    seats.sync()
    hands.on(30)
    assert reports.tell_of_missed(one.store, ANA, POLICY, NEW_YORK, hands, ANA) == [], "it may be on its way"
    hands.on(1)
    [told] = reports.tell_of_missed(one.store, ANA, POLICY, NEW_YORK, hands, ANA)
    assert (told.to_role, told.kind, told.about) == (
        NoticeRole.LEADER,
        "queue report missed",
        "09:00 EST, Ana Silva",
    )
    assert len(reports.tell_of_missed(other.store, LEA, POLICY, NEW_YORK, hands)) == 1, "not heard of yet"
    assert reports.tell_of_missed(other.store, LEA, POLICY, NEW_YORK, hands) == []
    seats.sync()
    seats.sync()
    assert seats.conflicts() == 0
    assert len(notices(one.store)) == len(notices(other.store)) == 1


# two hundred moments


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe"])
def test_starts_kills_sleeps_and_set_clocks_miss_and_double_none(tmp_path: Path, zone: str) -> None:
    """A day and a half around a change of the clocks. At random moments the console is started anew (nothing is in
    memory), the machine sleeps, the clock is set back or forward, the agent does not answer. Whatever the clock had
    shown while somebody could answer was asked for, none twice; whatever passed meanwhile is told as missed, once."""
    there, draw = ZoneInfo(zone), random.Random(zone)
    changes = {
        "America/New_York": (2026, 11, 1),
        "Europe/Berlin": (2026, 3, 29),
        "Australia/Lord_Howe": (2026, 4, 5),
    }
    start, _ = day_of(datetime(*changes[zone], 12, tzinfo=there), there)
    start -= timedelta(hours=6)
    clock = Hands(start)
    path = tmp_path / "seat.db"
    with Store(path) as store:
        known(store, clock)
        duty(store, ANA, start - timedelta(days=1), start + timedelta(days=30), clock)
        given: set[datetime] = set()
        seen = start
        for moment in range(200):
            console = Console(store, clock, there)
            slot = slot_before(clock.now(), there)
            answers = draw.random() < 0.8
            asked = console.look(answers=answers)
            assert asked == (None if slot in given else slot), f"at moment {moment}"
            if asked is not None and answers:
                given.add(asked)
            seen = max(seen, clock.now())
            clock.on(draw.choice([0.02, 1, 7, 29.99, 30, 31, 95, -0.5, -20, -75]))
        assert store.value("SELECT count(*) FROM queue_report") == len(given)
        clock.at = seen + timedelta(minutes=62)
        reports.tell_of_missed(store, ANA, POLICY, there, clock, ANA)
        told = {notice.id for notice in notices(store)}
        lost = set(slots_between(clock.now() - reports.LOOK_BACK, seen + timedelta(minutes=30), there)) - given
        assert {reports.mark("missed", one, ANA) for one in lost} <= told
        assert not {reports.mark("missed", one, ANA) for one in given} & {
            one.id for one in notices(store) if one.at >= clock.now()
        }


def test_a_console_that_slept_asks_for_the_present_slot_alone(store: Store) -> None:
    clock = Hands()
    known(store, clock)
    clock_in(store, clock)
    console = Console(store, clock, NEW_YORK)
    assert console.look() == START
    clock.on(200)
    assert console.look() == START + timedelta(minutes=180)
    assert console.look() is None
    state = reports.state(store, ANA, clock.now(), POLICY, NEW_YORK)
    assert len(state.missed) == 5 and len(notices(store)) == 5
    clock.at = datetime(2026, 11, 20, 14, 10, tzinfo=UTC)
    assert console.look() is None, "set back: what was reported is not asked for again"
