"""Open time: it adds up over any cut, and the wall clock holds on days on which the clocks change (TICK-6)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from data.service.calendar import WEEKDAYS, Calendar

ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Lord_Howe",  # half an hour of summer time
    "America/Havana",  # changes at midnight
    "Asia/Kathmandu",
    "UTC",
)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)

moments = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: SINCE + timedelta(minutes=minutes))
amounts = st.integers(0, 60 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


@st.composite
def some_spans(draw: st.DrawFn, fewest: int = 0) -> list[str]:
    cuts = sorted(draw(st.sets(st.integers(0, 24 * 60), min_size=2 * fewest, max_size=6)))
    return [f"{text(a)}-{text(b)}" for a, b in zip(cuts[::2], cuts[1::2], strict=False)]


def text(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    hours = {day: draw(some_spans()) for day in WEEKDAYS}
    hours[draw(st.sampled_from(WEEKDAYS))] = ["09:00-17:00"]
    days = st.integers(0, 3 * 365).map(lambda day: SINCE.date() + timedelta(days=day))
    return Calendar.model_validate(
        {
            "zone": draw(st.sampled_from(ZONES)),
            "hours": hours,
            "holidays": draw(st.dictionaries(days, some_spans(), max_size=5)),
        }
    )


@given(calendars(), moments, moments, st.floats(0, 1))
def test_open_time_adds_up_over_any_cut(calendar: Calendar, one: datetime, other: datetime, part: float) -> None:
    start, end = sorted((one, other))
    cut = start + (end - start) * part
    assert calendar.between(start, end) == calendar.between(start, cut) + calendar.between(cut, end)
    assert timedelta() <= calendar.between(start, end) <= end - start


@given(calendars(), moments, amounts)
def test_adding_open_time_and_counting_it_gives_it_back(
    calendar: Calendar, start: datetime, amount: timedelta
) -> None:
    end = calendar.after(start, amount)
    assert calendar.between(start, end) == amount
    assert amount == timedelta() or calendar.between(start, end - timedelta(seconds=1)) < amount, (
        "no later than needed"
    )


@given(calendars(), moments, amounts, amounts)
def test_adding_twice_is_adding_both(calendar: Calendar, start: datetime, one: timedelta, other: timedelta) -> None:
    assert calendar.after(calendar.after(start, one), other) == calendar.after(start, one + other)


@given(calendars(), moments)
def test_open_spans_are_in_order_and_apart(calendar: Calendar, start: datetime) -> None:
    spans = []
    for opens, closes in calendar.open_from(start):
        spans.append((opens, closes))
        if len(spans) == 40:
            break
    assert spans[0][0] >= start
    assert all(opens < closes for opens, closes in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def office(zone: str, *spans: str, holidays: dict[date, list[str]] | None = None) -> Calendar:
    return Calendar.model_validate(
        {"zone": zone, "hours": {day: spans for day in WEEKDAYS}, "holidays": holidays or {}}
    )


CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29), 23),
    ("Europe/Berlin", date(2026, 10, 25), 25),
    ("America/New_York", date(2026, 3, 8), 23),
    ("America/New_York", date(2026, 11, 1), 25),
    ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
    ("America/Havana", date(2026, 3, 8), 23),
    ("Asia/Kolkata", date(2026, 3, 29), 24),
]


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
def test_a_working_day_on_which_the_clocks_change_has_its_wall_clock_hours(
    zone: str, day: date, hours: float
) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    after = datetime.combine(day + timedelta(days=1), midnight.time(), ZoneInfo(zone))
    calendar = office(zone, "08:00-12:00", "12:30-17:00")
    assert calendar.between(midnight, after) == timedelta(hours=8, minutes=30)
    opens, _ = next(calendar.open_from(midnight))
    assert opens.astimezone(ZoneInfo(zone)).strftime("%d %H:%M") == f"{day.day:02} 08:00"
    due = calendar.after(midnight, timedelta(hours=5))
    assert due.astimezone(ZoneInfo(zone)).strftime("%H:%M") == "13:30"
    assert office(zone, "00:00-24:00").between(midnight, after) == timedelta(hours=hours), "what really passes"


@pytest.mark.parametrize(
    ("spans", "minutes"),
    [
        (["02:00-02:30"], 30),  # the clocks skip it: it is moved on
        (["01:00-02:30", "02:30-04:00"], 120),
        (["01:00-02:30", "03:00-04:00"], 120),  # the first one would run into the second
    ],
)
def test_hours_that_the_clocks_skip_are_counted_once(spans: list[str], minutes: int) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start, end = datetime(2026, 3, 29, tzinfo=berlin), datetime(2026, 3, 29, 12, tzinfo=berlin)
    assert office("Europe/Berlin", *spans).between(start, end) == timedelta(minutes=minutes)


def test_a_zone_of_half_hours() -> None:
    calendar = office("Asia/Kolkata", "09:00-17:30")
    assert calendar.after(datetime(2026, 5, 4, 11, 30, tzinfo=UTC), timedelta(minutes=60)) == datetime(
        2026, 5, 5, 4, tzinfo=UTC
    ), "17:00 in Kolkata, half an hour that day and half an hour from 09:00 on"


def test_holidays_have_hours_of_their_own() -> None:
    calendar = office("UTC", "08:00-16:00", holidays={date(2026, 12, 24): ["08:00-12:00"], date(2026, 12, 25): []})
    start = datetime(2026, 12, 24, 11, tzinfo=UTC)
    assert calendar.after(start, timedelta(hours=2)) == datetime(2026, 12, 26, 9, tzinfo=UTC)
    assert calendar.between(start, datetime(2026, 12, 26, tzinfo=UTC)) == timedelta(hours=1)


def test_nothing_passes_backwards_or_in_no_time() -> None:
    calendar, at = office("UTC", "00:00-24:00"), datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert calendar.between(at, at) == calendar.between(at, at - timedelta(days=1)) == timedelta()
    assert calendar.after(at, timedelta()) == at


@settings(max_examples=200)
@given(st.text(max_size=12))
def test_what_is_no_span_is_refused_with_a_sentence(text: str) -> None:
    try:
        calendar = office("UTC", text)
    except ValidationError as error:
        assert "write it like 08:00-18:00" in str(error) or "ends before" in str(error) or "24:00" in str(error)
    else:
        assert calendar.hours["mon"][0].opens < calendar.hours["mon"][0].closes
