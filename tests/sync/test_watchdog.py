"""A worker that is connected and does not get on: it connects anew, says so, and gets on."""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from data.floor.pace import LeapClock
from data.sync.contract import HubUnreachable, Op, OpResult
from data.sync.embedded import EmbeddedHub
from data.sync.wire import SyncStatus
from data.sync.worker import STALLED_S
from tests.sync.checker import Site, check
from tests.sync.stepped import Stepped
from tests.sync.writers import Writer, ticket


@pytest.fixture
def hub_path(tmp_path: Path) -> Path:
    return tmp_path / "hub.db"


def test_a_queue_that_does_not_move_for_a_minute_has_the_hub_connected_anew(
    tmp_path: Path, hub_path: Path, clock: LeapClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Planted: the worker forgets that there is something to push."""
    seat = Stepped(tmp_path / "seat.db", hub_path, clock)
    seat.sync()
    made = seat.ticket("forgotten")
    whole = type(seat.worker)._next_ops
    seat.worker._next_ops = lambda _now: []  # type: ignore[method-assign]
    begun = clock.monotonic()
    with caplog.at_level(logging.WARNING):
        while not seat.status.stalls:
            seat.step()
            clock.leap(0.5)
            assert clock.monotonic() - begun < STALLED_S + 5
    assert clock.monotonic() - begun >= STALLED_S - 1
    assert "Nothing was sent for a minute" in caplog.text
    assert any(
        isinstance(told, SyncStatus) and "Nothing was sent" in told.problem and not told.online
        for told in seat.told
    ), "the agent sees it"
    seat.worker._next_ops = whole.__get__(seat.worker)  # type: ignore[method-assign]
    seat.sync()
    assert made in {row.entity_id for row in Writer(EmbeddedHub(hub_path, clock)).rows()}
    assert seat.status.online and seat.status.stalls == 1 and seat.status.problem == ""
    seat.close()


def test_a_hub_that_answers_nothing_to_a_push_is_no_answer(
    tmp_path: Path, hub_path: Path, clock: LeapClock
) -> None:
    class Mute(EmbeddedHub):
        mute = True

        def push_v1(self, replica_id: str, ops: Sequence[Op]) -> list[OpResult]:
            results = super().push_v1(replica_id, ops)
            return [] if Mute.mute else results

    seat = Stepped(tmp_path / "seat.db", hub_path, clock, connect=lambda: Mute(hub_path, clock))
    seat.ticket("unheard")
    for _ in range(200):
        seat.step()
        clock.leap(0.1)
    assert seat.value("SELECT count(*) FROM outbox WHERE state = 'queued'") > 0
    assert any(isinstance(told, SyncStatus) and "sent again" in told.problem for told in seat.told)
    Mute.mute = False
    seat.sync()
    assert check(Site(hub_path, [seat.path], seat.saved)) == []
    seat.close()


def test_nothing_is_said_of_a_queue_that_moves_or_is_empty(
    tmp_path: Path, hub_path: Path, clock: LeapClock
) -> None:
    seat = Stepped(tmp_path / "seat.db", hub_path, clock)
    chance = random.Random(2)
    for _ in range(40):
        seat.sync()
        clock.leap(chance.choice([1, 30, 59, 200]))
        seat.save(1, chance)
    assert seat.status.stalls == 0
    seat.close()


def test_away_is_not_stalled(tmp_path: Path, hub_path: Path, clock: LeapClock) -> None:
    def away() -> EmbeddedHub:
        raise HubUnreachable("The line is down.")

    seat = Stepped(tmp_path / "seat.db", hub_path, clock, connect=away)
    seat.ticket("waits")
    for _ in range(100):
        seat.step()
        clock.leap(5)
    assert seat.status.stalls == 0
    assert seat.status.problem == "The line is down."
    seat.close()


def test_a_revoked_seat_sends_what_waits_and_says_so(tmp_path: Path, hub_path: Path, clock: LeapClock) -> None:
    hub = EmbeddedHub(hub_path, clock)
    seat = Stepped(tmp_path / "seat.db", hub_path, clock)
    seat.sync()
    hub.revoke(seat.value("SELECT value FROM sync_state WHERE key = 'replica_id'"))
    seat.cut()
    made = seat.ticket("the last one")
    other = Writer(hub)
    other.add(ticket("not for this seat"))
    seat.online = True
    for _ in range(10):
        seat.worker._retry_at = 0.0
        seat.step()
        clock.leap(1)
    assert made in {row.entity_id for row in other.rows()}
    assert seat.titles() == {"the last one"}
    assert seat.status.revoked and "revoked" in seat.status.problem
    seat.close()
