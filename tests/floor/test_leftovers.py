"""What a floor finds when it opens: calls that hang, events that were not written, requests nobody answered."""

from __future__ import annotations

from pathlib import Path

from data.models.base import new_id
from data.models.contact import Contact, ContactEvent, ContactState, EventKind, Request, RequestAction, RequestState
from data.queue.figures import figures
from tests.floor.playground import Playground, waiting

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
