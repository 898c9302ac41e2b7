"""How a call lives on the floor: offered, rung, taken, talked on, ended; and the races in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.models.agent import AgentState
from data.models.contact import Contact, ContactState, EventKind, RequestAction, RequestState
from data.models.customer import Customer
from tests.floor.playground import Playground, Seat, waiting

S = ContactState
K = EventKind


@pytest.fixture
def ground(tmp_path: Path) -> Playground:
    return Playground(tmp_path / "hub.db")


def talking(ground: Playground, seat: Seat) -> Contact:
    """A call in the seat's hands, just connected."""
    ground.play(4)
    claim = seat.claim()
    assert claim.contact_id is not None
    ground.play(0.1)
    contact = seat.contact(claim.contact_id)
    assert contact.state is S.TALKING
    return contact


def test_the_first_caller_waits_at_once_and_more_within_seconds(ground: Playground) -> None:
    seat = ground.seat()
    ground.play(0.05)
    first = waiting(seat)
    assert len(first) == 1
    maria = next(one for one in seat.all(Customer) if one.account == "20718")
    assert first[0].caller_e164 in {phone.e164 for phone in maria.phones}
    ground.play(4)
    assert 3 <= len(waiting(seat)) <= 4


def test_a_claim_connects_at_once(ground: Playground) -> None:
    seat = ground.seat()
    ground.play(4)
    claim = seat.claim()
    assert claim.contact_id is not None
    ground.play(0.1)
    contact = seat.contact(claim.contact_id)
    assert (contact.state, contact.agent, contact.fence) == (S.TALKING, seat.me, 1)
    assert contact.ringing_agent is None and contact.answered_at is not None
    answered = seat.events(contact.id)[-1]
    assert answered.kind is K.ANSWERED and answered.agent == seat.me
    waited = (contact.answered_at - contact.queued_at).total_seconds()
    assert answered.wait_s == pytest.approx(waited, abs=0.1)


def test_the_caller_stays_at_least_four_minutes_and_hangs_up(ground: Playground) -> None:
    seat = ground.seat()
    contact = talking(ground, seat)
    ground.play(235)
    assert seat.contact(contact.id).state is S.TALKING
    ground.play_until(lambda: seat.contact(contact.id).state is S.ENDED, limit=3600, tick=1)
    ended = seat.contact(contact.id)
    assert (ended.end_reason, ended.ended_at is not None) == ("caller", True)
    last = seat.events(contact.id)[-1]
    assert last.kind is K.ENDED and last.hold_s == 0 and last.talk_s is not None and last.talk_s >= 240
    assert contact.id not in ground.floor.live()


def test_nobody_hangs_up_before_two_minutes_of_hold(ground: Playground) -> None:
    seat = ground.seat()
    contact = talking(ground, seat)
    ground.play(230)
    seat.ask(contact, RequestAction.HOLD)
    ground.play(1)
    call = ground.floor.live()[contact.id]
    call.hangs_up_t = ground.floor.switch.t + 5
    ground.play(117)
    assert seat.contact(contact.id).state is S.HELD
    ground.play(4)
    assert seat.contact(contact.id).state is S.ENDED
    last = seat.events(contact.id)[-1]
    assert last.hold_s is not None and 120 <= last.hold_s <= 122
    assert last.talk_s == pytest.approx(230, abs=1)


def test_a_ready_person_is_rung_after_the_list_was_seen(ground: Playground) -> None:
    seat = ground.seat()
    seat.be(AgentState.READY)
    ground.play(1.4)
    assert all(contact.state is S.WAITING for contact in seat.all(Contact))
    ground.play(0.3)
    ringing = [contact for contact in seat.all(Contact) if contact.state is S.RINGING]
    assert len(ringing) == 1 and ringing[0].ringing_agent == seat.me and ringing[0].agent is None
    assert seat.kinds(ringing[0].id) == [K.OFFERED, K.RING]
    claim = seat.claim(ringing[0].id)
    ground.play(0.1)
    assert claim.fence == 1 and seat.contact(ringing[0].id).state is S.TALKING


def test_the_longest_idle_is_rung_first(ground: Playground) -> None:
    dana, sam = ground.seat(), ground.seat("Sam Osei")
    sam.be(AgentState.READY)
    ground.clock.leap(0.2)
    dana.be(AgentState.READY)
    ground.play(1.6)
    ringing = [contact for contact in dana.all(Contact) if contact.state is S.RINGING]
    assert [contact.ringing_agent for contact in ringing] == [sam.me]


def test_somebody_who_is_not_ready_is_never_rung(ground: Playground) -> None:
    seat = ground.seat()
    seat.be(AgentState.NOT_READY, "break")
    ground.play(60)
    assert not [event for contact in seat.all(Contact) for event in seat.events(contact.id) if event.kind is K.RING]


def test_missed_goes_to_the_next_person_and_not_back(ground: Playground) -> None:
    dana, sam = ground.seat(), ground.seat("Sam Osei")
    dana.be(AgentState.READY)
    ground.play(2)
    first = next(contact for contact in dana.all(Contact) if contact.state is S.RINGING)
    queued_at = first.queued_at
    sam.be(AgentState.READY)
    ground.play_until(lambda: K.MISSED in dana.kinds(first.id), limit=30)
    ground.play(0.5)
    rung = [event for event in dana.events(first.id) if event.kind is K.RING]
    missed = next(event for event in dana.events(first.id) if event.kind is K.MISSED)
    assert missed.agent == dana.me
    assert missed.at.timestamp() - rung[0].at.timestamp() == pytest.approx(20, abs=0.5)
    assert dana.contact(first.id).queued_at == queued_at
    ground.play(60)
    rings = [event for contact in dana.all(Contact) for event in dana.events(contact.id) if event.kind is K.RING]
    assert [event.agent for event in rings].count(dana.me) == 1  # until her own status says something new
    dana.be(AgentState.NOT_READY, "missed a call")
    ground.play(1)
    dana.be(AgentState.READY)
    ground.play_until(lambda: any(contact.ringing_agent == dana.me for contact in dana.all(Contact)), limit=60)


def test_rejected_rings_elsewhere(ground: Playground) -> None:
    dana, sam = ground.seat(), ground.seat("Sam Osei")
    dana.be(AgentState.READY)
    ground.play(2)
    first = next(contact for contact in dana.all(Contact) if contact.state is S.RINGING)
    request = dana.ask(first, RequestAction.REJECT)
    sam.be(AgentState.READY)
    ground.play(0.2)
    assert dana.answer(request) == (RequestState.DONE, "")
    rejected = next(event for event in dana.events(first.id) if event.kind is K.REJECTED)
    assert rejected.agent == dana.me
    now = dana.contact(first.id)
    assert (now.queued_at, now.ringing_agent) == (first.queued_at, sam.me)
    ground.play(50)
    rings = [event.agent for event in dana.events(first.id) if event.kind is K.RING]
    assert rings.count(dana.me) == 1


def test_rejected_by_the_only_person_rings_there_again_soon(ground: Playground) -> None:
    seat = ground.seat()
    ground.play(0.1)
    only = waiting(seat)[0]
    ground.play(4)
    for other in waiting(seat):
        if other.id != only.id:  # out of the way
            seat.claim(other.id)
    ground.play(0.1)
    for contact in seat.all(Contact):
        if contact.state is S.TALKING:
            seat.ask(contact, RequestAction.HANG_UP)
    seat.be(AgentState.READY)
    ground.play(1)
    seat.ask(seat.contact(only.id), RequestAction.REJECT)
    ground.play(1)
    assert seat.contact(only.id).state is S.WAITING
    ground.play(6)
    assert seat.contact(only.id).ringing_agent == seat.me


def test_a_caller_gives_up_while_it_rings(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "hub.db")
    seat = ground.seat()
    ground.play(1)
    contact = waiting(seat)[0]
    ground.floor.live()[contact.id].gives_up_t = 6.0
    seat.be(AgentState.READY)
    ground.play(2)
    assert seat.contact(contact.id).state is S.RINGING
    ground.play(5)
    gone = seat.contact(contact.id)
    assert (gone.state, gone.end_reason, gone.ringing_agent) == (S.ABANDONED, "abandoned", None)
    last = seat.events(contact.id)[-1]
    assert last.kind is K.ABANDONED and last.wait_s == pytest.approx(6, abs=0.3)
    assert seat.claim(contact.id).why == "the caller hung up first"


def test_claim_just_before_the_caller_gives_up(ground: Playground) -> None:
    """The floor wants to write the abandon, and finds that the hub has given the call away."""
    seat = ground.seat()
    ground.play(1)
    contact = waiting(seat)[0]
    call = ground.floor.live()[contact.id]
    assert seat.claim(contact.id).fence == 1
    assert ground.floor.switch.abandon(call) is False
    ground.play(0.1)
    assert seat.contact(contact.id).state is S.TALKING
    ground.play(2)
    ended = seat.contact(contact.id)
    assert (ended.state, ended.end_reason, ended.agent) == (S.ENDED, "caller", seat.me)
    assert seat.kinds(contact.id) == [K.OFFERED, K.ANSWERED, K.ENDED]


def test_claim_just_after_the_caller_gave_up(ground: Playground) -> None:
    seat = ground.seat()
    ground.play(1)
    contact = waiting(seat)[0]
    assert ground.floor.switch.abandon(ground.floor.live()[contact.id]) is True
    claim = seat.claim(contact.id)
    assert claim.contact_id is None and claim.why == "the caller hung up first"
    ground.play(1)
    assert seat.kinds(contact.id) == [K.OFFERED, K.ABANDONED]
    assert seat.contact(contact.id).state is S.ABANDONED


def test_claim_just_before_the_ring_moves_on(ground: Playground) -> None:
    seat = ground.seat()
    seat.be(AgentState.READY)
    ground.play(2)
    contact = next(one for one in seat.all(Contact) if one.state is S.RINGING)
    seat.claim(contact.id)
    assert ground.floor.switch.stop_ringing(ground.floor.live()[contact.id], K.MISSED) is False
    ground.play(0.1)
    assert seat.contact(contact.id).state is S.TALKING
    assert seat.kinds(contact.id) == [K.OFFERED, K.RING, K.ANSWERED]


def test_an_answer_seen_while_another_race_is_settled_is_not_undone(ground: Playground) -> None:
    """Two telephones stop ringing in one tick; both were answered. The first race brings the second answer."""
    dana, sam = ground.seat(), ground.seat("Sam Osei")
    dana.be(AgentState.READY)
    sam.be(AgentState.READY)
    ground.play(4)
    ringing = {contact.ringing_agent: contact.id for contact in dana.all(Contact) if contact.state is S.RINGING}
    assert set(ringing) == {dana.me, sam.me}
    calls = [ground.floor.live()[ringing[seat.me]] for seat in (dana, sam)]
    assert dana.claim(ringing[dana.me]).fence == sam.claim(ringing[sam.me]).fence == 1
    assert [ground.floor.switch.stop_ringing(call, K.MISSED) for call in calls] == [False, False]
    ground.play(0.1)
    for seat in (dana, sam):
        assert seat.contact(ringing[seat.me]).state is S.TALKING
        assert K.MISSED not in seat.kinds(ringing[seat.me])


def test_a_claim_seen_while_another_race_is_settled_is_not_overrun(ground: Playground) -> None:
    """Two callers give up in one tick; both were claimed. The first race makes the floor pull the second claim."""
    seat = ground.seat()
    ground.play(4)
    one, two = waiting(seat)[:2]
    calls = ground.floor.live()
    seat.claim(one.id)
    seat.claim(two.id)
    assert ground.floor.switch.abandon(calls[one.id]) is False
    assert ground.floor.switch.abandon(calls[two.id]) is False
    ground.play(3)
    for contact_id in (one.id, two.id):
        assert seat.contact(contact_id).state is S.ENDED
        assert K.ABANDONED not in seat.kinds(contact_id)


def test_a_person_at_the_console_gets_a_call_within_ten_seconds(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "hub.db", agents=5, calls_per_hour=None)
    seat = ground.seat()
    for _turn in range(12):
        ground.play(97)
        seat.be(AgentState.READY)
        since = ground.clock.monotonic()
        ground.play_until(
            lambda: any(contact.ringing_agent == seat.me for contact in seat.all(Contact)), limit=12, tick=0.25
        )
        assert ground.clock.monotonic() - since <= 10
        contact = next(one for one in seat.all(Contact) if one.ringing_agent == seat.me)
        seat.claim(contact.id)
        seat.be(AgentState.ON_CALL)
        ground.play(0.2)
        seat.ask(seat.contact(contact.id), RequestAction.HANG_UP)
        seat.be(AgentState.NOT_READY, "break")


def test_somebody_who_signs_out_is_rung_no_longer(ground: Playground) -> None:
    seat = ground.seat()
    seat.be(AgentState.READY)
    ground.play(2)
    contact = next(one for one in seat.all(Contact) if one.state is S.RINGING)
    seat.be(AgentState.SIGNED_OUT)
    ground.play(0.2)
    assert seat.contact(contact.id).state is S.WAITING
    assert seat.kinds(contact.id) == [K.OFFERED, K.RING, K.MISSED]


def test_a_ready_left_over_from_before_is_rung_late(tmp_path: Path) -> None:
    """A console that was killed leaves READY behind; the callers of the next shift do not ring there at once."""
    before = Playground(tmp_path / "hub.db", calls_per_hour=0)
    dana = before.seat()
    dana.be(AgentState.READY)
    before.play(1)
    before.floor.close()
    ground = Playground(tmp_path / "hub.db")
    ground.play(14)
    assert not [contact for contact in dana.all(Contact) if contact.ringing_agent]
    sam = ground.seat("Sam Osei")
    sam.be(AgentState.READY)
    ground.play(0.2)
    assert {contact.ringing_agent for contact in dana.all(Contact)} == {None, sam.me}
    ground.play(3)
    assert {contact.ringing_agent for contact in dana.all(Contact)} == {None, sam.me, dana.me}


def test_somebody_who_has_just_signed_on_finds_callers_in_the_list(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "hub.db", agents=5, calls_per_hour=None)
    seat = ground.seat()
    ground.play(900, tick=1)
    seat.be(AgentState.NOT_READY, "signed on")
    empty = 0.0
    for _ in range(120):
        empty = 0.0 if waiting(seat) else empty + 1
        assert empty < 10
        ground.play(1)
