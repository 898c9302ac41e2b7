"""Hubs and clocks for the tests of the spine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data.floor.pace import LeapClock
from data.sync.contract import Hub
from data.sync.embedded import EmbeddedHub

OpenHub = Callable[[], Hub]
Revoke = Callable[[str], None]


@pytest.fixture
def clock() -> LeapClock:
    """A clock that stands still until it is moved."""
    return LeapClock()


@pytest.fixture(params=["embedded"])
def open_hub(request: pytest.FixtureRequest, tmp_path: Path, clock: LeapClock) -> Iterator[OpenHub]:
    """Opens connections to one and the same hub. A second implementation becomes a second parameter here."""
    opened: list[Hub] = []

    def embedded() -> Hub:
        opened.append(EmbeddedHub(tmp_path / "hub.db", clock))
        return opened[-1]

    yield {"embedded": embedded}[request.param]
    for hub in opened:
        hub.close()


@pytest.fixture
def revoke(open_hub: OpenHub) -> Revoke:
    """Revokes a replica, as whoever runs the hub does."""

    def revoking(replica_id: str) -> None:
        hub = open_hub()
        assert isinstance(hub, EmbeddedHub)
        hub.revoke(replica_id)

    return revoking


@pytest.fixture
def hub(open_hub: OpenHub) -> Hub:
    """A hub that nobody has spoken to yet."""
    return open_hub()
