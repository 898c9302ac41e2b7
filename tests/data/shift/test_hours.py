"""SHIFT-2: hours by day and week are right over midnight, at the edge of a week and on both days on which the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.models.agent import AgentState
from data.models.base import AgentId
from data.models.shift import AgentMove, Punch, TimeEntry
from data.shift import hours
from data.shift.hours import Break, Interval, Standing, breaks, intervals, per_day, per_week

ANA = AgentId("ana")
ZONES = {name: ZoneInfo(name) for name in ("America/New_York", "Europe/Berlin", "Australia/Sydney")}
NEW_YORK = ZONES["America/New_York"]


def punch(
    entry: str, what: str, at: datetime, made: datetime | None = None, stands_for: str | None = None
) -> TimeEntry:
    return TimeEntry(
        id=entry, agent=ANA, punch=Punch(what), at=at, by=ANA, made_at=made or at, instead_of=stands_for
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(zone: str, text: str, fold: int = 0) -> datetime:
    """A time of day that a wall clock of the zone shows."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONES[zone], fold=fold).astimezone(UTC)


def worked(zone: str, start: str, end: str) -> dict[str, float]:
    """Hours by day of a shift between two wall-clock times."""
    entries = [punch("i", "in", local(zone, start)), punch("o", "out", local(zone, end))]
    days = per_day(intervals(entries, local(zone, end)), ZONES[zone])
    return {f"{day:%m-%d}": span.total_seconds() / 3600 for day, span in days.items()}


@pytest.mark.parametrize(
    ("zone", "start", "end", "expected"),
    [
        ("America/New_York", "2026-11-20T08:00", "2026-11-20T16:30", {"11-20": 8.5}),
        ("America/New_York", "2026-11-20T22:00", "2026-11-21T06:00", {"11-20": 2, "11-21": 6}),
        # the clocks are put forward at 2:00 (New York), 2:00 (Berlin), 2:00 (Sydney)
        ("America/New_York", "2026-03-07T22:00", "2026-03-08T06:00", {"03-07": 2, "03-08": 5}),
        ("Europe/Berlin", "2026-03-28T22:00", "2026-03-29T06:00", {"03-28": 2, "03-29": 5}),
        ("Australia/Sydney", "2026-10-03T22:00", "2026-10-04T06:00", {"10-03": 2, "10-04": 5}),
        # and back at 2:00 (New York), 3:00 (Berlin), 3:00 (Sydney)
        ("America/New_York", "2026-10-31T22:00", "2026-11-01T06:00", {"10-31": 2, "11-01": 7}),
        ("Europe/Berlin", "2026-10-24T22:00", "2026-10-25T06:00", {"10-24": 2, "10-25": 7}),
        ("Australia/Sydney", "2026-04-04T22:00", "2026-04-05T06:00", {"04-04": 2, "04-05": 7}),
    ],
)
def test_hours_by_day(zone: str, start: str, end: str, expected: dict[str, float]) -> None:
    assert worked(zone, start, end) == expected


def test_an_hour_that_comes_twice_is_counted_twice() -> None:
    first, second = local("Europe/Berlin", "2026-10-25T02:30"), local("Europe/Berlin", "2026-10-25T02:30", fold=1)
    [one] = intervals([punch("i", "in", first), punch("o", "out", second)], second)
    assert one.length == timedelta(hours=1)


def test_where_the_clocks_skip_midnight_the_day_begins_with_the_skip() -> None:
    beirut = ZoneInfo("Asia/Beirut")
    skip = hours.midnight(date(2025, 3, 30), beirut)
    assert skip == utc("2025-03-29T22:00")
    span = Interval("i", skip - timedelta(hours=1), skip + timedelta(hours=1), Standing.CLOSED)
    assert per_day([span], beirut) == {date(2025, 3, 29): timedelta(hours=1), date(2025, 3, 30): timedelta(hours=1)}


def test_a_night_between_two_weeks_belongs_to_both() -> None:
    entries = [
        punch("i", "in", local("America/New_York", "2026-11-22T20:00")),  # a Sunday
        punch("o", "out", local("America/New_York", "2026-11-23T04:00")),
    ]
    weeks = per_week(per_day(intervals(entries, utc("2026-11-24T00:00")), NEW_YORK))
    assert weeks == {date(2026, 11, 16): timedelta(hours=4), date(2026, 11, 23): timedelta(hours=4)}


def test_an_interval_that_nobody_ended() -> None:
    begun = utc("2026-11-20T08:00")
    entries = [punch("i", "in", begun)]
    [running] = intervals(entries, begun + timedelta(hours=3))
    assert (running.standing, running.length) == (Standing.RUNNING, timedelta(hours=3))
    [edge] = intervals(entries, begun + hours.LONGEST)
    assert edge.standing is Standing.RUNNING
    [forgotten] = intervals(entries, begun + hours.LONGEST + timedelta(seconds=1))
    assert (forgotten.standing, forgotten.length) == (Standing.NO_CLOCK_OUT, timedelta(0))
    assert per_day([forgotten], NEW_YORK) == {}
    late = begun + hours.LONGEST + timedelta(seconds=1)
    again = [*entries, punch("j", "in", late)]
    first, second = intervals(again, late + timedelta(hours=1))
    assert (first.standing, second.standing) == (Standing.NO_CLOCK_OUT, Standing.RUNNING)
    assert intervals([punch("o", "out", begun)], begun) == []


def test_a_second_clock_in_at_a_seat_that_had_not_heard_of_the_first() -> None:
    """One shift, from the first one on; nothing that was worked is lost."""
    begun = utc("2026-11-20T08:00")
    entries = [
        punch("i", "in", begun),
        punch("j", "in", begun + timedelta(hours=4)),
        punch("o", "out", begun + timedelta(hours=8)),
        punch("p", "out", begun + timedelta(hours=8, minutes=5)),
    ]
    [running] = intervals(entries[:2], begun + timedelta(hours=5))
    assert (running.shift, running.length, running.standing) == ("i", timedelta(hours=5), Standing.RUNNING)
    [whole] = intervals(entries, begun + timedelta(hours=9))
    assert (whole.shift, whole.length, whole.standing) == ("i", timedelta(hours=8), Standing.CLOSED)


@pytest.mark.parametrize("names", ["ab", "ba"])
def test_a_correction_counts_whatever_the_clock_said_at_which_it_was_entered(names: str) -> None:
    at, (first, second) = utc("2026-11-20T08:00"), names
    entries = [
        punch("i", "in", at),
        punch("o", "out", at + timedelta(hours=8)),
        punch(first, "in", at - timedelta(minutes=30), at - timedelta(minutes=20), "i"),
        punch(second, "in", at - timedelta(minutes=45), at - timedelta(minutes=40), first),
    ]
    [one] = intervals(entries[:3], at + timedelta(hours=9))
    assert (one.shift, one.length) == ("i", timedelta(hours=8, minutes=30))
    [again] = intervals(entries, at + timedelta(hours=9))
    assert (again.shift, again.length) == ("i", timedelta(hours=8, minutes=45))


def test_corrections() -> None:
    """The last one that was entered counts, keeps the shift's id, and can be put right itself."""
    at = utc("2026-11-20T08:00")
    entries = [
        punch("i", "in", at),
        punch("o", "out", at + timedelta(hours=9)),
        punch("c1", "in", at - timedelta(minutes=10), at + timedelta(days=1), "i"),
        punch("c2", "in", at - timedelta(minutes=20), at + timedelta(days=2), "c1"),
    ]
    [one] = intervals(entries, at + timedelta(days=3))
    assert (one.shift, one.length) == ("i", timedelta(hours=9, minutes=20))
    voided = [*entries, punch("c3", "void", at, at + timedelta(days=3), "i")]
    assert intervals(voided, at + timedelta(days=3)) == []
    missing = [punch("i", "in", at), punch("late", "out", at + timedelta(hours=8), at + timedelta(days=1))]
    [mended] = intervals(missing, at + timedelta(days=2))
    assert (mended.standing, mended.length) == (Standing.CLOSED, timedelta(hours=8))


def moved(minute: int, state: AgentState, reason: str = "") -> AgentMove:
    at = utc("2026-11-20T08:00") + timedelta(minutes=minute)
    return AgentMove(id=f"m{minute:03}", agent=ANA, at=at, state=state, reason=reason)


def test_breaks_stand_beside_the_hours() -> None:
    start = utc("2026-11-20T08:00")
    span = Interval("i", start, start + timedelta(hours=8), Standing.RUNNING)
    moves = [
        moved(0, AgentState.NOT_READY, "signed on"),
        moved(5, AgentState.READY),
        moved(60, AgentState.NOT_READY, "break"),
        moved(70, AgentState.READY),
        moved(90, AgentState.NOT_READY, "paperwork"),
        moved(120, AgentState.NOT_READY, "lunch"),
        moved(121, AgentState.SIGNED_OUT),  # the workstation is restarted
        moved(125, AgentState.NOT_READY, "signed on"),
        moved(150, AgentState.READY),
        moved(200, AgentState.NOT_READY, "break"),
    ]
    found = breaks(moves, ("break", "lunch"), [span])
    minute = timedelta(minutes=1)
    assert found == [
        Break("break", start + 60 * minute, start + 70 * minute),
        Break("lunch", start + 120 * minute, start + 150 * minute),
        Break("break", start + 200 * minute, None),
    ]
    assert hours.total(found, start + 210 * minute) == 50 * minute
    closed = Interval("i", start, start + 205 * minute, Standing.CLOSED)
    assert breaks(moves, ("break",), [closed])[-1] == Break("break", start + 200 * minute, start + 205 * minute)


@given(
    st.lists(st.tuples(st.sampled_from(["in", "out"]), st.integers(0, 60 * 24 * 40)), max_size=30),
    st.sampled_from(sorted(ZONES)),
)
def test_no_minute_is_lost_or_counted_twice(punches: list[tuple[str, int]], zone: str) -> None:
    """Days and weeks add up to the intervals, which never overlap; no day is longer than it is."""
    start = utc("2026-10-01T00:00")
    entries = [punch(f"{n:03}", what, start + timedelta(minutes=at)) for n, (what, at) in enumerate(punches)]
    spans = intervals(entries, start + timedelta(days=41))
    days = per_day(spans, ZONES[zone])
    whole = sum((one.length for one in spans), timedelta())
    assert sum(days.values(), timedelta()) == whole == sum(per_week(days).values(), timedelta())
    for before, after in pairwise(spans):
        assert before.end <= after.start
    for day, span in days.items():
        assert span <= hours.midnight(day + timedelta(days=1), ZONES[zone]) - hours.midnight(day, ZONES[zone])
