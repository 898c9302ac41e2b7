"""Hubs and clocks for the tests of the spine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from data.floor.pace import LeapClock
from data.sync.contract import Hub
from data.sync.embedded import EmbeddedHub
from data.sync.served.client import SocketHub
from tests.sync.owner import serving

OpenHub = Callable[[], Hub]
Revoke = Callable[[str], None]


@pytest.fixture
def clock() -> LeapClock:
    """A clock that stands still until it is moved."""
    return LeapClock()


@pytest.fixture(params=["embedded", "served"])
def open_hub(request: pytest.FixtureRequest, tmp_path: Path, clock: LeapClock) -> Iterator[OpenHub]:
    """Opens connections to one and the same hub. Another implementation becomes another parameter here."""
    opened: list[Hub] = []
    file = tmp_path / "hub.db"
    with ExitStack() as stack:
        if request.param == "served":
            owner = stack.enter_context(serving(file, clock))

        def connect() -> Hub:
            opened.append(SocketHub(owner.socket) if request.param == "served" else EmbeddedHub(file, clock))
            return opened[-1]

        yield connect
        for hub in opened:
            hub.close()


@pytest.fixture
def revoke(open_hub: OpenHub, tmp_path: Path) -> Revoke:
    """Revokes a replica, as whoever runs the hub does: in the file itself."""

    def revoking(replica_id: str) -> None:
        with closing(EmbeddedHub(tmp_path / "hub.db")) as hub:
            hub.revoke(replica_id)

    return revoking


@pytest.fixture
def hub(open_hub: OpenHub) -> Hub:
    """A hub that nobody has spoken to yet."""
    return open_hub()
