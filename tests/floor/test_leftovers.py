"""What a floor finds when it opens: calls that hang, events that were not written, requests nobody answered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from data.floor.floor import Floor, run_floor
from data.floor.options import FloorOptions, FloorSummary
from data.floor.pace import LeapClock
from data.models.base import new_id
from data.models.contact import Contact, ContactEvent, ContactState, EventKind, Request, RequestAction, RequestState
from data.queue.figures import figures
from data.sync.contract import Claim, HubUnreachable, Op, OpResult, Page
from data.sync.embedded import EmbeddedHub
from tests.floor.playground import Playground, Seat, waiting
from tests.floor.test_replay import write_log

K, S = EventKind, ContactState


def test_a_caller_who_gave_up_as_the_floor_died_is_counted(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "hub.db")
    seat = ground.seat()
    ground.play(5)
    contact = waiting(seat)[0]
    assert ground.floor.switch.abandon(ground.floor.live()[contact.id])
    assert seat.kinds(contact.id) == [K.OFFERED]  # killed here: the event was still in line
    again = Playground(tmp_path / "hub.db")
    gone = [event for event in seat.events(contact.id) if event.kind is K.ABANDONED]
    assert [event.wait_s for event in gone] == [(ground.clock.now() - contact.queued_at).total_seconds()]
    again.floor.close()
    Playground(tmp_path / "hub.db")
    assert seat.kinds(contact.id) == [K.OFFERED, K.ABANDONED]  # once only


def test_a_claim_that_was_never_connected_is_no_talk(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "hub.db")
    seat = ground.seat()
    ground.play(5)
    claim = seat.claim()
    Playground(tmp_path / "hub.db")
    mine = seat.contact(str(claim.contact_id))
    assert (mine.state, mine.agent, mine.answered_at) == (S.ENDED, seat.me, None)
    assert seat.kinds(mine.id)[-1] is K.LEFT
    row = figures(seat.all(ContactEvent))[0]
    assert row.answered == 0


def test_a_claim_as_the_floor_closes_is_no_talk(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "hub.db")
    seat = ground.seat()
    ground.play(5)
    claim = seat.claim()
    ground.floor.close()
    mine = seat.contact(str(claim.contact_id))
    assert (mine.state, mine.end_reason) == (S.ENDED, "the floor closed")
    assert seat.kinds(mine.id) == [K.OFFERED, K.LEFT]


def test_requests_made_while_there_was_no_floor_are_refused(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "hub.db")
    seat = ground.seat()
    ground.play(5)
    contact = waiting(seat)[0]
    ground.floor.close()
    hold = seat.ask(contact, RequestAction.HOLD)
    out = Request(
        id=new_id(),
        contact_id=new_id(),
        agent=seat.me,
        action=RequestAction.CALL_OUT,
        target="+12025550199",
        at=ground.clock.now(),
    )
    seat.push(out)
    Playground(tmp_path / "hub.db")
    for request_id in (hold, out.id):
        state, why = seat.answer(request_id)
        assert state is RequestState.REFUSED and why


def test_calls_and_requests_of_another_feed_are_left_alone(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "hub.db")
    seat = ground.seat()
    now = ground.clock.now()
    foreign = Contact(id=new_id(), feed="pbx", queue="support", offered_at=now, queued_at=now)
    seat.push(foreign)
    request = seat.ask(foreign, RequestAction.HANG_UP)
    ground.play(600, tick=5)
    assert seat.answer(request)[0] is RequestState.ASKED
    ground.floor.close()
    Playground(tmp_path / "hub.db")
    assert seat.contact(foreign.id) == foreign
    assert seat.answer(request)[0] is RequestState.ASKED


class TroubledHub(EmbeddedHub):
    """A hub that fails at every third call while it is in trouble."""

    calls = 0
    trouble = False

    def push_v1(self, replica_id: str, ops: Sequence[Op]) -> list[OpResult]:
        self._stumble()
        return super().push_v1(replica_id, ops)

    def pull_v1(self, replica_id: str, cursor: int, limit: int = 100) -> Page:
        self._stumble()
        return super().pull_v1(replica_id, cursor, limit)

    def claim_v1(self, *asked: Any) -> Claim:
        self._stumble()
        return super().claim_v1(*asked)

    def _stumble(self) -> None:
        self.calls += self.trouble
        if self.trouble and self.calls % 3 == 0:
            raise HubUnreachable("busy")


def troubled(path: Path, options: FloorOptions) -> FloorSummary:
    """A floor played to its end on a hub in trouble."""
    clock = LeapClock()
    EmbeddedHub(path, clock).close()
    hub = TroubledHub(path, clock)
    floor = Floor(hub, options, clock)
    hub.trouble = True
    troubles = 0
    while not floor.over():
        try:
            clock.leap(min(max(floor.step(), 0.05), 1.0))
        except HubUnreachable:
            troubles += 1
            clock.leap(0.5)
    hub.trouble = False
    assert troubles > 3
    return floor.close()


def test_a_hub_that_fails_now_and_then_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    summary = troubled(path, FloorOptions(hub=path, seed=5, seconds=3600))
    assert summary.offered == summary.answered + summary.abandoned + summary.left + summary.waiting_at_end
    assert summary.answered > 20 and summary.doubles == 0
    seat = Seat(path, LeapClock(), "Dana Reyes")
    row = figures(seat.all(ContactEvent))[0]
    assert (row.offered, row.answered, row.abandoned) == (summary.offered, summary.answered, summary.abandoned)
    assert {contact.state for contact in seat.all(Contact)} == {S.DONE, S.ABANDONED}


def test_nor_does_it_change_a_replay(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    log = write_log(tmp_path / "queue_log")
    summary = troubled(path, FloorOptions(hub=path, seed=5, replay=log))
    assert (summary.offered, summary.answered, summary.abandoned, summary.left) == (6, 3, 1, 2)
    assert summary.forked == 0
    row = figures(Seat(path, LeapClock(), "Dana Reyes").all(ContactEvent))[0]
    assert (row.offered, row.answered, row.abandoned) == (6, 3, 1)
    assert row.asa_s == pytest.approx(55 / 3)


def test_a_hub_that_stays_away_ends_the_floor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, clock = tmp_path / "hub.db", LeapClock()

    def nap(seconds: float) -> bool:
        clock.leap(seconds)
        if clock.monotonic() > 30 and path.exists():
            path.unlink()
        return False

    with pytest.raises(HubUnreachable):
        run_floor(FloorOptions(hub=path, seed=1), clock, nap)
    assert 90 <= clock.monotonic() <= 120
    assert capsys.readouterr().err.count("tries again") == 1
