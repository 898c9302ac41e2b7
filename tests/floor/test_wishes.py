"""What agents ask of the floor, carried out or refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.models.agent import Agent
from data.models.base import new_id
from data.models.contact import (
    Contact,
    ContactEvent,
    ContactState,
    Direction,
    EventKind,
    Queue,
    Request,
    RequestAction,
    RequestState,
)
from tests.floor.playground import Playground, Seat, waiting

A, K, S = RequestAction, EventKind, ContactState
DONE = (RequestState.DONE, "")


class Desk:
    """A floor, a seat, and a call that the seat is talking on."""

    def __init__(self, path: Path, seed: int = 1) -> None:
        self.ground = Playground(path, seed=seed)
        self.seat: Seat = self.ground.seat()
        self.ground.play(4)
        support = next(contact for contact in waiting(self.seat) if contact.queue == "support")
        contact_id = self.seat.claim(support.id).contact_id
        assert contact_id is not None
        self.id = contact_id
        self.ground.play(10)

    @property
    def contact(self) -> Contact:
        return self.seat.contact(self.id)

    @property
    def last(self) -> ContactEvent:
        return self.seat.events(self.id)[-1]

    def ask(self, action: RequestAction, target: str = "") -> tuple[RequestState, str]:
        """Ask, let the floor answer, and say what became of it."""
        request = self.seat.ask(self.contact, action, target)
        self.ground.play(0.1)
        return self.seat.answer(request)

    def refused(self, action: RequestAction, target: str = "") -> str:
        """Ask for something that must be refused and change nothing; the reason."""
        before = self.contact
        state, why = self.ask(action, target)
        assert state is RequestState.REFUSED and why.endswith(".")
        assert self.contact == before
        return why


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "hub.db")


def test_hold_and_resume(desk: Desk) -> None:
    assert desk.ask(A.HOLD) == DONE
    assert desk.contact.state is S.HELD and desk.contact.held_since is not None
    assert "held" in desk.refused(A.HOLD)
    desk.ground.play(30)
    assert desk.ask(A.RESUME) == DONE
    assert (desk.contact.state, desk.contact.held_since) == (S.TALKING, None)
    assert "talking" in desk.refused(A.RESUME)
    assert desk.ask(A.HANG_UP) == DONE
    assert desk.seat.kinds(desk.id) == [K.OFFERED, K.ANSWERED, K.HOLD, K.RESUME, K.ENDED]
    assert desk.last.hold_s == pytest.approx(30.1, abs=0.3)
    assert desk.last.talk_s == pytest.approx(10.3, abs=0.5)


def test_hang_up(desk: Desk) -> None:
    assert desk.ask(A.HANG_UP) == DONE
    assert (desk.contact.state, desk.contact.end_reason) == (S.ENDED, "agent")
    assert desk.contact.ended_at is not None and desk.contact.agent == desk.seat.me
    assert "not on the line" in desk.refused(A.HANG_UP)


def test_transfer_to_a_queue_waits_there_anew(desk: Desk) -> None:
    before = desk.contact
    assert desk.ask(A.TRANSFER, "queue:billing") == DONE
    now = desk.contact
    assert (now.state, now.queue, now.agent, now.ringing_agent) == (S.WAITING, "billing", None, None)
    billing = next(queue for queue in desk.seat.all(Queue) if queue.id == "billing")
    assert now.priority == billing.priority == 5
    assert now.queued_at > before.queued_at and now.offered_at == before.offered_at
    moved, offered = desk.seat.events(desk.id)[-2:]
    assert (moved.kind, moved.text, moved.queue) == (K.TRANSFERRED, "queue:billing", "support")
    assert moved.talk_s == pytest.approx(10, abs=0.3)
    assert (offered.kind, offered.queue) == (K.OFFERED, "billing")
    sam = desk.ground.seat("Sam Osei")
    claim = sam.claim(desk.id)
    assert (claim.contact_id, claim.fence) == (desk.id, 2)
    desk.ground.play(0.1)
    assert desk.contact.state is S.TALKING and desk.contact.agent == sam.me
    assert desk.ground.floor.close().doubles == 0


@pytest.mark.parametrize("target", ["agent:Sam Osei", "+1 202 555 0199", "(202) 555-0199"])
def test_transfer_to_an_agent_or_number_ends_it_here(desk: Desk, target: str) -> None:
    assert desk.ask(A.TRANSFER, target) == DONE
    assert (desk.contact.state, desk.contact.end_reason) == (S.ENDED, "transfer")
    assert (desk.last.kind, desk.last.text) == (K.TRANSFERRED, target)


def test_transfer_by_the_agents_id(desk: Desk) -> None:
    sam = next(agent for agent in desk.seat.all(Agent) if agent.name == "Sam Osei")
    assert desk.ask(A.TRANSFER, f"agent:{sam.id}") == DONE


@pytest.mark.parametrize(
    "target", ["", "queue:nowhere", "agent:Nobody", "agent:Dana Reyes", "call me", "\x1b[31m", "+", "1" * 60]
)
def test_transfer_to_what_is_not_there_is_refused(desk: Desk, target: str) -> None:
    desk.refused(A.TRANSFER, target)
    desk.refused(A.CONSULT, target)


def test_warm_transfer(desk: Desk) -> None:
    assert "warm transfer" in desk.refused(A.COMPLETE_TRANSFER)
    assert desk.ask(A.CONSULT, "agent:Sam Osei") == DONE
    assert (desk.contact.state, desk.contact.consult) == (S.HELD, "agent:Sam Osei")
    assert desk.last.kind is K.CONSULT and desk.last.text == "agent:Sam Osei"
    desk.refused(A.CONSULT, "queue:billing")
    desk.refused(A.RESUME)
    assert desk.ask(A.COMPLETE_TRANSFER) == DONE
    assert (desk.contact.state, desk.contact.end_reason, desk.contact.consult) == (S.ENDED, "transfer", None)
    assert (desk.last.kind, desk.last.text) == (K.TRANSFERRED, "agent:Sam Osei")


def test_warm_transfer_to_a_queue(desk: Desk) -> None:
    assert desk.ask(A.CONSULT, "queue:billing") == DONE
    assert desk.ask(A.COMPLETE_TRANSFER, "queue:billing") == DONE
    assert (desk.contact.state, desk.contact.queue, desk.contact.consult) == (S.WAITING, "billing", None)


def test_consult_cancelled(desk: Desk) -> None:
    desk.refused(A.CANCEL_CONSULT)
    assert desk.ask(A.CONSULT, "+12025550199") == DONE
    assert desk.ask(A.CANCEL_CONSULT) == DONE
    assert (desk.contact.state, desk.contact.consult, desk.contact.held_since) == (S.TALKING, None, None)
    assert desk.last.kind is K.CONSULT_CANCELLED


def test_voice_mail(desk: Desk) -> None:
    assert desk.ask(A.VOICE_MAIL) == DONE
    assert (desk.contact.state, desk.contact.end_reason) == (S.ENDED, "voice mail")
    assert desk.last.kind is K.VOICE_MAIL and desk.last.talk_s is not None


def test_somebody_elses_call_is_refused(desk: Desk) -> None:
    sam = desk.ground.seat("Sam Osei")
    request = sam.ask(desk.contact, A.HANG_UP)
    desk.ground.play(0.1)
    state, why = sam.answer(request)
    assert state is RequestState.REFUSED and "not yours" in why
    assert desk.contact.state is S.TALKING


def test_an_old_fence_is_refused(desk: Desk) -> None:
    old = desk.contact
    desk.ask(A.TRANSFER, "queue:billing")
    desk.seat.claim(desk.id)
    desk.ground.play(0.1)
    request = desk.seat.ask(old, A.HANG_UP)
    desk.ground.play(0.1)
    state, why = desk.seat.answer(request)
    assert state is RequestState.REFUSED and "again" in why
    assert desk.contact.state is S.TALKING


def test_an_unknown_call_is_refused(desk: Desk) -> None:
    request = desk.seat.ask(desk.contact.model_copy(update={"id": new_id()}), A.HOLD)
    desk.ground.play(0.1)
    assert desk.seat.answer(request)[0] is RequestState.REFUSED


def test_reject_without_a_ring_is_refused(desk: Desk) -> None:
    assert "ring" in desk.refused(A.REJECT)


def test_a_waiting_call_cannot_be_held(desk: Desk) -> None:
    request = desk.seat.ask(waiting(desk.seat)[0], A.HOLD)
    desk.ground.play(0.1)
    assert desk.seat.answer(request)[0] is RequestState.REFUSED


def call_out(desk: Desk, number: str) -> Request:
    """Ask for an outbound call."""
    request = Request(
        id=new_id(),
        contact_id=new_id(),
        agent=desk.seat.me,
        action=A.CALL_OUT,
        target=number,
        at=desk.ground.clock.now(),
    )
    desk.seat.push(request)
    desk.ground.play(0.1)
    return request


def test_calls_out_are_answered_or_not(tmp_path: Path) -> None:
    """Over a few seeds both ends come about; each is recorded, and none counts as offered or answered."""
    ends = set()
    for seed in range(1, 9):
        desk = Desk(tmp_path / f"{seed}.db", seed)
        desk.ask(A.HANG_UP)
        request = call_out(desk, "(202) 555-0199")
        assert desk.seat.answer(request.id) == DONE
        dialled = desk.seat.contact(request.contact_id)
        assert (dialled.direction, dialled.state, dialled.agent) == (Direction.OUTBOUND, S.RINGING, desk.seat.me)
        assert (
            dialled.fence == 1
            and dialled.caller_e164 == "+12025550199"
            and dialled.caller_number == "(202) 555-0199"
        )
        assert desk.ground.seat("Sam Osei").claim(dialled.id).contact_id is None
        desk.ground.play(6)
        now = desk.seat.contact(dialled.id)
        if now.state is S.TALKING:
            ends.add("talking")
            request_id = desk.seat.ask(now, A.HANG_UP)
            desk.ground.play(0.2)
            assert desk.seat.answer(request_id) == DONE
            assert desk.seat.contact(dialled.id).end_reason == "agent"
        else:
            desk.ground.play(15)
            ended = desk.seat.contact(dialled.id)
            assert (ended.state, ended.end_reason, ended.answered_at) == (S.ENDED, "no answer", None)
            ends.add("no answer")
        assert not {K.OFFERED, K.ANSWERED} & set(desk.seat.kinds(dialled.id))
        assert desk.seat.kinds(dialled.id)[-1] is K.ENDED
    assert ends == {"talking", "no answer"}


def test_a_call_out_can_be_given_up_while_it_rings(desk: Desk) -> None:
    desk.ask(A.HANG_UP)
    request = call_out(desk, "+12025550199")
    dialled = desk.seat.contact(request.contact_id)
    hang_up = desk.seat.ask(dialled, A.HANG_UP)
    desk.ground.play(0.1)
    assert desk.seat.answer(hang_up) == DONE
    ended = desk.seat.contact(dialled.id)
    assert (ended.state, ended.end_reason) == (S.ENDED, "agent")
    assert desk.seat.events(dialled.id)[-1].talk_s == 0


def test_call_out_refusals(desk: Desk) -> None:
    during = call_out(desk, "+12025550199")
    assert "on a call" in desk.seat.answer(during.id)[1]
    desk.ask(A.HANG_UP)
    nonsense = call_out(desk, "ring Maria")
    assert "no telephone number" in desk.seat.answer(nonsense.id)[1]
    assert all(contact.direction is Direction.INBOUND for contact in desk.seat.all(Contact))
