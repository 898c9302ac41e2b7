"""A fresh store and a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.floor.pace import LeapClock
from data.store.database import Store
from tests.data.seats import Seats
from tests.stores import new_store


@pytest.fixture
def clock() -> LeapClock:
    return LeapClock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path / "seat.db") as opened:
        yield opened


@pytest.fixture
def seats(tmp_path: Path, clock: LeapClock) -> Iterator[Seats]:
    opened = Seats(tmp_path, clock)
    yield opened
    opened.close()
