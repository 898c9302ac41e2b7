"""A fresh store and a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.floor.pace import LeapClock
from data.models.agent import Agent
from data.store.database import Store
from data.store.save import saving
from tests.data.seats import ANA, BO, Seat, Seats
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


@pytest.fixture
def pair(seats: Seats, clock: LeapClock) -> tuple[Seat, Seat]:
    """Two seats that both know Ana and Bo."""
    one, other = seats.open("one"), seats.open("other")
    with saving(one.store, ANA, clock) as change:
        change.add(Agent(id=ANA, name="Ana Silva"))
        change.add(Agent(id=BO, name="Bo Lindgren"))
    seats.sync()
    return one, other
