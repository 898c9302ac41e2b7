"""Hubs and clocks for the tests of the spine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from data.floor.pace import LeapClock
from data.sync.contract import WHOLE, Hub, Scope
from data.sync.embedded import EmbeddedHub
from data.sync.postgres.hub import PostgresHub
from data.sync.served.client import SocketHub
from tests import postgres
from tests.sync.owner import serving
from tests.sync.restorable import Seat, StartSeat
from tests.sync.stepped import MakeSeat, Stepped
from tests.sync.writers import Writer

OpenHub = Callable[[], Hub]
Revoke = Callable[[str], None]


class SharedClock(LeapClock):
    """A clock that takes others with it."""

    def __init__(self) -> None:
        super().__init__()
        self.followers: list[Callable[[datetime], None]] = []

    def leap(self, seconds: float) -> None:
        super().leap(seconds)
        for follow in self.followers:
            follow(self.now())


@pytest.fixture
def clock() -> SharedClock:
    """A clock that stands still until it is moved."""
    return SharedClock()


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """The PostgreSQL of this test process."""
    with postgres.running() as one:
        yield one


@pytest.fixture(params=["embedded", "served", "postgres"])
def open_hub(request: pytest.FixtureRequest, tmp_path: Path, clock: SharedClock) -> Iterator[OpenHub]:
    """Opens connections to one and the same hub, of each kind."""
    opened: list[Hub] = []
    file = tmp_path / "hub.db"
    with ExitStack() as stack:
        connect: OpenHub
        match request.param:
            case "embedded":
                connect = partial(EmbeddedHub, file, clock)
            case "served":
                connect = partial(SocketHub, stack.enter_context(serving(file, clock)).socket)
            case _:
                dsn = request.getfixturevalue("server").emptied_hub(clock.now())
                clock.followers.append(lambda now: postgres.set_clock(dsn, now))
                connect = partial(PostgresHub, dsn, clock)

        def opening() -> Hub:
            opened.append(connect())
            return opened[-1]

        yield opening
        for hub in opened:
            hub.close()


@pytest.fixture
def revoke(open_hub: OpenHub, tmp_path: Path, request: pytest.FixtureRequest) -> Revoke:
    """Revokes a replica, as whoever runs the hub does."""

    def revoking(replica_id: str) -> None:
        if isinstance(open_hub(), PostgresHub):
            postgres.revoke(request.getfixturevalue("server").slow_hub(), replica_id)
            return
        with closing(EmbeddedHub(tmp_path / "hub.db")) as hub:
            hub.revoke(replica_id)

    return revoking


@pytest.fixture
def hub(open_hub: OpenHub) -> Hub:
    """A hub that nobody has spoken to yet."""
    return open_hub()


@pytest.fixture
def hub_path(tmp_path: Path) -> Path:
    """The file of an embedded hub."""
    return tmp_path / "hub.db"


@pytest.fixture
def feed(hub_path: Path, clock: LeapClock) -> Writer:
    """Another replica at that hub."""
    return Writer(EmbeddedHub(hub_path, clock))


@pytest.fixture
def seat(tmp_path: Path, hub_path: Path, clock: LeapClock) -> Iterator[MakeSeat]:
    """Makes seats of that hub whose workers take one step at a time."""
    made: list[Stepped] = []

    def make(name: str = "seat", scope: Scope = WHOLE) -> Stepped:
        made.append(Stepped(tmp_path / f"{name}.db", hub_path, clock, scope))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def start_seat(tmp_path: Path) -> Iterator[StartSeat]:
    """Seats of one hub, each in a folder of its own."""
    started: list[Seat] = []

    def starter(name: str) -> Seat:
        (tmp_path / name).mkdir()
        started.append(Seat(tmp_path / name / "seat.db", tmp_path / "hub.db"))
        return started[-1]

    yield starter
    for seat in started:
        seat.close()
