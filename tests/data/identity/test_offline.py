"""How long one may work without the hub, whatever is done to the time of day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.floor.pace import LeapClock
from data.identity.offline import Marks
from data.store.database import Store

pytestmark = pytest.mark.usefixtures("cheap_passwords")

DAY = 86_400.0
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


class Wall:
    """A time of day that may be set, and seconds that only go forward."""

    def __init__(self) -> None:
        self.time, self.ran = START, 0.0

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.ran


def test_the_days_run_from_the_last_word_of_the_hub(tmp_path: Path) -> None:
    clock = LeapClock()
    with Store(tmp_path / "seat.db") as store:
        assert Marks(store, clock).left(7) <= timedelta(0), "the hub never spoke"
        Marks(store, clock).verified()
        assert Marks(store, clock).left(7) == timedelta(days=7)
        clock.leap(3 * DAY)
        assert Marks(store, clock).left(7) == timedelta(days=4)
        clock.leap(4 * DAY)
        assert Marks(store, clock).left(7) == timedelta(0)
        Marks(store, clock).verified()
        assert Marks(store, clock).left(7) == timedelta(days=7)


def test_a_clock_that_is_set_back_wins_nothing(tmp_path: Path) -> None:
    wall = Wall()
    with Store(tmp_path / "seat.db") as store:
        Marks(store, wall).verified()
        wall.time = START + timedelta(days=6)
        Marks(store, wall).beat()
        wall.time = START
        assert Marks(store, wall).left(7) == timedelta(days=1), "the latest moment that was seen holds"
        marks = Marks(store, wall)
        for _ in range(48):  # a clock that is held still: the hours at work count
            wall.ran += 3600
            marks.beat()
        assert Marks(store, wall).left(7) <= timedelta(0)


def test_a_beat_is_written_once_a_minute(tmp_path: Path) -> None:
    clock = LeapClock()
    with Store(tmp_path / "seat.db") as store:
        marks = Marks(store, clock)
        before = store.connection.total_changes
        for _ in range(100):
            marks.beat()
            clock.leap(1)
        assert store.connection.total_changes - before == 2
