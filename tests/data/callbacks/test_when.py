"""A time as a person types it: what it means in the seat's zone, and a sentence for what cannot be meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.callbacks.when import FARTHEST, WhenError, when

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 20, 19, 18, 2, tzinfo=UTC)
"""A Friday, 14:18 in New York."""


def local(text: str) -> str:
    return when(text, NOW, NEW_YORK).astimezone(NEW_YORK).strftime("%a %d %H:%M")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("30", "Fri 20 14:48"),
        ("30m", "Fri 20 14:48"),
        (" 45 min ", "Fri 20 15:03"),
        ("in 2h", "Fri 20 16:18"),
        ("1h30", "Fri 20 15:48"),
        ("1h 30m", "Fri 20 15:48"),
        ("14:30", "Fri 20 14:30"),
        ("16.05", "Fri 20 16:05"),
        ("3pm", "Fri 20 15:00"),
        ("3:15 pm", "Fri 20 15:15"),
        ("today 18", "Fri 20 18:00"),
        ("tomorrow 9", "Sat 21 09:00"),
        ("Tomorrow at 9am", "Sat 21 09:00"),
        ("tomorrow 12am", "Sat 21 00:00"),
        ("mon 10:00", "Mon 23 10:00"),
        ("Monday 10", "Mon 23 10:00"),
        ("fri 15:00", "Fri 20 15:00"),
        ("fri 9", "Fri 27 09:00"),
        ("2026-12-01 10:30", "Tue 01 10:30"),
    ],
)
def test_what_is_typed_is_meant_in_the_seats_zone(text: str, meant: str) -> None:
    assert local(text) == meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "When: write 30 (minutes), 2h, 14:30, tomorrow 9 or mon 10:00."),
        ("soon", "That is no time: write 30 (minutes)"),
        ("25:00", "is no time"),
        ("14:60", "is no time"),
        ("13pm", "is no time"),
        ("tomorrow", "is no time"),
        ("t 9", "is no time"),
        ("2026-02-30 9:00", "is no time"),
        ("99999-01-01 9:00", "is no time"),
        ("tomorrow [/] 9", "is no time"),
        ("14:00", "That is over already"),
        ("0", "is over already"),
        ("2026-11-19 10:00", "is over already"),
        ("0001-01-01 10:00", "is over already"),
        ("9999-12-31 23:00", "write 30"),
        ("2027-11-19 10:00", "more than 90 days ahead"),
        ("9999h", "more than 90 days ahead"),
    ],
)
def test_what_cannot_be_meant_gets_a_sentence(text: str, said: str) -> None:
    with pytest.raises(WhenError) as told:
        when(text, NOW, NEW_YORK)
    assert said in str(told.value) and str(told.value).endswith(".")


def test_a_day_has_the_clock_of_that_day() -> None:
    """Nine o'clock is nine o'clock also behind a change of the clocks; in the hour that is left out it is later."""
    before = datetime(2027, 3, 13, 20, 0, tzinfo=UTC)
    assert when("tomorrow 9", before, NEW_YORK) == datetime(2027, 3, 14, 13, 0, tzinfo=UTC)
    assert when("tomorrow 2:30", before, NEW_YORK).astimezone(NEW_YORK).hour == 3
    assert when("tomorrow 9", NOW, ZoneInfo("Pacific/Auckland")) == datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


@given(st.text(max_size=30))
def test_any_text_is_a_time_ahead_or_a_sentence(text: str) -> None:
    try:
        at = when(text, NOW, NEW_YORK)
    except WhenError as error:
        assert str(error).endswith(".")
    else:
        assert NOW < at <= NOW + FARTHEST and at.utcoffset() == timedelta(0)
