"""Supervisors on the practice floor: a waiting contact is given to somebody or served sooner, a played agent is set; and
nobody else can ask for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.models.agent import Agent, AgentState, AgentStatus
from data.models.base import AgentId, ContactId, QueueId, new_id
from data.models.contact import Contact, ContactState, EventKind, Request, RequestAction, RequestState
from data.models.supervision import IN_TURN, NEXT, Intervention, InterventionOutcome, StepKind
from tests.floor.playground import Playground, Seat, waiting


class Desk:
    """A floor with people who wait, a supervisor's seat and an agent's."""

    def __init__(self, path: Path, **options: object) -> None:
        self.ground = Playground(path, **options)
        self.robin: Seat = self.ground.seat("Robin")
        self.dana: Seat = self.ground.seat("Dana Reyes")
        self.ground.play(8)

    def step(self, kind: StepKind, contact: Contact | None, agent: str | None = None, text: str = "") -> str:
        """Step in as a console does, and let the floor answer; the id of it."""
        step = Intervention(
            id=new_id(), by=self.robin.me, at=self.ground.clock.now(), kind=kind, agent=AgentId(agent) if agent else None,
            contact_id=ContactId(contact.id) if contact else None, reason="a long wait", text=text,
            state=AgentState(text.partition(":")[0]) if kind is StepKind.STATE else None,
        )  # fmt: skip
        self.robin.push(step)
        if contact is not None:
            action = RequestAction.PRIORITISE if kind is StepKind.PRIORITY else RequestAction.REASSIGN
            self.robin.push(self.asked(step.id, contact, action, text or f"agent:{agent}"))
        self.ground.play(0.1)
        return step.id

    def asked(self, request_id: str, contact: Contact, action: RequestAction, target: str) -> Request:
        return Request(
            id=request_id, contact_id=contact.id, agent=self.robin.me, action=action, target=target, fence=contact.fence,
            at=self.ground.clock.now(),
        )  # fmt: skip

    def refused(self, *args: object) -> str:
        state, why = self.robin.answer(self.step(*args))  # type: ignore[arg-type]
        assert state is RequestState.REFUSED
        return why


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "hub.db")


def test_a_waiting_contact_rings_at_whom_it_is_given_to(desk: Desk) -> None:
    last = waiting(desk.robin)[-1]
    desk.dana.be(AgentState.READY)
    sam = desk.ground.seat("Sam Osei")
    sam.be(AgentState.READY)
    step = desk.step(StepKind.REASSIGN, last, desk.dana.me)
    assert desk.robin.answer(step) == (RequestState.DONE, "")
    now = desk.robin.contact(last.id)
    assert (now.state, now.ringing_agent) == (ContactState.RINGING, desk.dana.me)
    assert any("given to Dana Reyes: a long wait" in one.text for one in desk.robin.events(last.id))
    claim = desk.dana.claim(last.id)
    desk.ground.play(0.1)
    assert claim.contact_id == last.id and desk.robin.contact(last.id).agent == desk.dana.me
    assert desk.ground.floor.close().doubles == 0


def test_from_a_telephone_that_rings_it_goes_to_another_and_nobody_missed_it(desk: Desk) -> None:
    desk.dana.be(AgentState.READY)
    desk.ground.play_until(lambda: any(one.ringing_agent == desk.dana.me for one in desk.robin.all(Contact)))
    rings = next(one for one in desk.robin.all(Contact) if one.ringing_agent == desk.dana.me)
    sam = desk.ground.seat("Sam Osei")
    sam.push(sam.agent, queues=(QueueId("nothing"),))
    sam.be(AgentState.READY)
    desk.step(StepKind.OVERRIDE, rings, sam.me)
    assert desk.robin.contact(rings.id).ringing_agent == sam.me
    assert EventKind.MISSED not in desk.robin.kinds(rings.id)
    another = waiting(desk.robin)[0]
    assert "Sam Osei is ringing" in desk.refused(StepKind.REASSIGN, another, sam.me)


def test_what_cannot_be_is_refused_with_a_reason_and_changes_nothing(desk: Desk) -> None:
    first = waiting(desk.robin)[0]
    assert "no such agent" in desk.refused(StepKind.REASSIGN, first, "nobody")
    desk.dana.be(AgentState.NOT_READY, "lunch")
    assert "Dana Reyes is not ready" in desk.refused(StepKind.REASSIGN, first, desk.dana.me)
    desk.dana.push(desk.dana.agent, queues=(QueueId("nothing"),))
    desk.dana.be(AgentState.READY)
    assert "does not serve this queue" in desk.refused(StepKind.REASSIGN, first, desk.dana.me)
    assert desk.robin.contact(first.id).ringing_agent is None


def test_an_override_lets_it_ring_where_the_queue_is_not_served(desk: Desk) -> None:
    first = waiting(desk.robin)[0]
    desk.dana.push(desk.dana.agent, queues=(QueueId("nothing"),))
    desk.dana.be(AgentState.READY)
    desk.ground.play(0.1)
    desk.step(StepKind.OVERRIDE, first, desk.dana.me)
    assert desk.robin.contact(first.id).ringing_agent == desk.dana.me


def test_a_place_in_the_queue_is_changed_and_given_back(desk: Desk) -> None:
    *_, last = waiting(desk.robin)
    desk.step(StepKind.PRIORITY, last, None, NEXT)
    assert waiting(desk.robin)[0].id == last.id, "the claim order follows"
    assert desk.dana.claim(None).contact_id == last.id
    first = waiting(desk.robin)[0]
    assert "that place already" in desk.refused(StepKind.PRIORITY, first, None, IN_TURN)
    second = waiting(desk.robin)[1]
    desk.step(StepKind.PRIORITY, second, None, NEXT)
    desk.step(StepKind.PRIORITY, second, None, IN_TURN)
    assert desk.robin.contact(second.id).priority == second.priority


def test_a_contact_that_somebody_took_keeps_its_fence(desk: Desk) -> None:
    first = waiting(desk.robin)[0]
    desk.dana.claim(first.id)
    assert "somebody again since" in desk.refused(StepKind.REASSIGN, first, desk.dana.me)
    desk.ground.play(1)
    assert desk.robin.contact(first.id).agent == desk.dana.me


def test_without_a_supervisors_record_nobody_may_ask(desk: Desk) -> None:
    first = waiting(desk.robin)[0]
    desk.dana.be(AgentState.READY)
    asked = desk.asked(new_id(), first, RequestAction.REASSIGN, f"agent:{desk.dana.me}")
    desk.dana.push(asked.model_copy(update={"agent": desk.dana.me}))
    desk.ground.play(0.1)
    state, why = desk.robin.answer(asked.id)
    assert state is RequestState.REFUSED and "Only supervisors" in why


def test_a_played_agent_is_set_and_hears_messages(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "hub.db", agents=2, calls_per_hour=0)
    crew = [one.id for one in desk.robin.all(Agent) if one.played]

    def state_of(agent: str) -> AgentState:
        return next(one.state for one in desk.robin.all(AgentStatus) if one.id == agent)

    def outcome(step: str) -> InterventionOutcome:
        return next(one for one in desk.robin.all(InterventionOutcome) if one.id == step)

    desk.ground.play_until(lambda: state_of(crew[0]) is AgentState.READY)
    for state in (AgentState.NOT_READY, AgentState.READY, AgentState.SIGNED_OUT):
        assert outcome(desk.step(StepKind.STATE, None, crew[0], state)).done
        assert state_of(crew[0]) is state
    refused = outcome(desk.step(StepKind.STATE, None, crew[0], AgentState.READY))
    assert not refused.done and "signed out now" in refused.why
    assert outcome(desk.step(StepKind.MESSAGE, None, crew[1], "well done")).done


def test_a_played_agent_takes_what_is_given_to_it_at_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "hub.db", agents=1)
    (member,) = [one.id for one in desk.robin.all(Agent) if one.played]
    desk.step(StepKind.STATE, None, member, AgentState.READY)
    last = waiting(desk.robin)[-1]
    state, why = desk.robin.answer(desk.step(StepKind.REASSIGN, last, member))
    assert (state, why) == (RequestState.DONE, "")
    desk.ground.play_until(lambda: desk.robin.contact(last.id).agent == member)
