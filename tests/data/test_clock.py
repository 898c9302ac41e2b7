"""The clock of a rehearsal."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from data.clock import RehearsalClock

MORNING = datetime(2026, 3, 2, 7, 55, tzinfo=timezone(timedelta(hours=-5)))


def test_it_begins_where_one_wishes_and_passes_as_fast() -> None:
    clock = RehearsalClock(MORNING, 60.0, time.time() - 120)
    gone = clock.now() - MORNING
    assert timedelta(hours=2) <= gone < timedelta(hours=2, minutes=10)
    assert clock.now().tzinfo is UTC
    assert abs(clock.monotonic() - time.monotonic()) < 1, "waits are real ones"


def test_processes_that_are_given_the_same_text_have_the_same_time() -> None:
    clock = RehearsalClock.beginning_now(MORNING, 48)
    assert RehearsalClock.from_text(str(clock)) == clock


@pytest.mark.parametrize("text", ["", "2026-03-02T07:55", "x,1,2", "2026-03-02T07:55:00-05:00,fast,0"])
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"unpack|isoformat|float"):
        RehearsalClock.from_text(text)
