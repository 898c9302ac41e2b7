"""Slots are the moments at which the clock on the wall shows :00 or :30, also on the days on which it is changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.queue_report.slots import day_of, slot_after, slot_before, slots_between

ZONES = ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Chatham", "UTC")
SECOND = timedelta(seconds=1)


def of_day(zone: str, year: int, month: int, day: int, every: int = 30) -> list[datetime]:
    there = ZoneInfo(zone)
    start, end = day_of(datetime(year, month, day, 12, tzinfo=there), there)
    return list(slots_between(start - SECOND, end - SECOND, there, every))


@pytest.mark.parametrize(
    ("zone", "day", "every", "slots"),
    [
        ("America/New_York", (2026, 11, 20), 30, 48),
        ("America/New_York", (2026, 11, 1), 30, 50),
        ("America/New_York", (2026, 3, 8), 30, 46),
        ("Europe/Berlin", (2026, 10, 25), 30, 50),
        ("Europe/Berlin", (2026, 3, 29), 30, 46),
        ("Australia/Lord_Howe", (2026, 4, 5), 30, 49),
        ("Australia/Lord_Howe", (2026, 10, 4), 30, 47),
        ("Australia/Lord_Howe", (2026, 4, 5), 60, 24),
        ("Australia/Lord_Howe", (2026, 10, 4), 60, 23),
        ("Asia/Kathmandu", (2026, 11, 20), 30, 48),
        ("America/New_York", (2026, 11, 1), 5, 300),
    ],
)
def test_a_day_has_as_many_as_the_wall_shows(zone: str, day: tuple[int, int, int], every: int, slots: int) -> None:
    found = of_day(zone, *day, every)
    assert len(found) == slots == len(set(found))
    assert all(one.astimezone(ZoneInfo(zone)).minute % every == 0 for one in found)


def test_what_comes_twice_on_the_wall_is_two_slots() -> None:
    shown = [
        f"{one.astimezone(ZoneInfo('America/New_York')):%H:%M}" for one in of_day("America/New_York", 2026, 11, 1)
    ]
    assert shown[:8] == ["00:00", "00:30", "01:00", "01:30", "01:00", "01:30", "02:00", "02:30"]
    shown = [
        f"{one.astimezone(ZoneInfo('America/New_York')):%H:%M}" for one in of_day("America/New_York", 2026, 3, 8)
    ]
    assert shown[:6] == ["00:00", "00:30", "01:00", "01:30", "03:00", "03:30"]


@settings(max_examples=60, deadline=None)
@given(
    minute=st.integers(0, 2 * 365 * 24 * 60),
    zone=st.sampled_from(ZONES),
    every=st.sampled_from((5, 10, 15, 30, 60)),
)
def test_every_minute_of_the_wall_is_looked_at(minute: int, zone: str, every: int) -> None:
    """Against the plain way: minute by minute."""
    there, start = ZoneInfo(zone), datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minute, seconds=7)
    end = start + timedelta(hours=5)
    minutes = (start.replace(second=0) + timedelta(minutes=one) for one in range(1, 301))
    shown = [one for one in minutes if one <= end and one.astimezone(there).minute % every == 0]
    assert list(slots_between(start, end, there, every)) == shown
    assert slot_after(start, there, every) == next(iter(slots_between(start, end, there, every)))
    before = slot_before(end, there, every)
    assert before <= end < slot_after(before, there, every)
    assert slot_before(before, there, every) == before
