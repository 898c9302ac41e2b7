"""A claim whose answer was lost on its way: the hub gave the contact to an agent who did not hear of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.floor.pace import LeapClock
from data.models.base import AgentId
from data.models.contact import ContactKind
from data.queue import live
from data.sync.claiming import UNHEARD
from data.sync.contract import Claim, HubUnreachable
from data.sync.embedded import EmbeddedHub
from data.sync.wire import AskClaim, Claimed
from tests.sync.stepped import Stepped, WorkerDied
from tests.sync.writers import ME, Writer, contact


class Cut:
    """A hub whose answers to claims are lost, so many of them."""

    lost = 0
    by: type[BaseException] = HubUnreachable

    def __init__(self, hub: EmbeddedHub) -> None:
        self._hub = hub

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hub, name)

    def claim_v1(self, *asked: Any) -> Claim:
        answer = self._hub.claim_v1(*asked)
        if Cut.lost:
            Cut.lost -= 1
            raise Cut.by("The answer was lost on its way.")
        return answer


@pytest.fixture
def hub_path(tmp_path: Path) -> Path:
    return tmp_path / "hub.db"


@pytest.fixture
def other(hub_path: Path, clock: LeapClock) -> Writer:
    """Another seat, and the feed."""
    return Writer(EmbeddedHub(hub_path, clock), "other")


@pytest.fixture
def seat(tmp_path: Path, hub_path: Path, clock: LeapClock) -> Iterator[Stepped]:
    Cut.lost, Cut.by = 0, HubUnreachable
    made = Stepped(tmp_path / "seat.db", hub_path, clock, connect=lambda: Cut(EmbeddedHub(hub_path, clock)))
    made.sync()
    yield made
    made.close()


def goes_on(seat: Stepped, clock: LeapClock, seconds: float) -> None:
    until = clock.monotonic() + seconds
    while clock.monotonic() < until:
        seat.step()
        clock.leap(0.5)


def ask(seat: Stepped, request_id: str = "r1") -> Claimed:
    seat.say(AskClaim(request_id=request_id, agent=ME))
    return next(told for told in reversed(seat.told) if isinstance(told, Claimed))


def test_it_is_asked_again_at_once_and_the_agent_hears_the_true_answer(seat: Stepped, other: Writer) -> None:
    waiting = contact()
    other.add(waiting)
    Cut.lost = 1
    told = ask(seat)
    assert (told.claim.contact_id, told.claim.fence, told.refused) == (waiting.id, 1, False)


def test_unheard_it_is_not_told_as_nobodys_and_no_other_agent_gets_it(
    seat: Stepped, other: Writer, clock: LeapClock
) -> None:
    waiting = contact(kind=ContactKind.MESSAGE)
    other.add(waiting)
    Cut.lost = 2
    told = ask(seat)
    assert told.refused and told.claim.why == UNHEARD
    goes_on(seat, clock, 120)
    mine = live.ringing_at(seat.store, ME)
    assert mine is not None and (mine.id, mine.fence) == (waiting.id, 1)
    assert other.claim(agent="bo").contact_id is None, "its lease is kept"


def test_a_worker_that_died_on_the_question_leaves_the_claim_to_the_next(
    seat: Stepped, other: Writer, clock: LeapClock
) -> None:
    other.add(contact(kind=ContactKind.MESSAGE))
    Cut.lost, Cut.by = 1, WorkerDied
    with pytest.raises(WorkerDied):
        ask(seat)
    seat.kill()
    goes_on(seat, clock, 120)
    assert other.claim(agent="bo").contact_id is None


def test_what_the_same_agent_has_at_another_seat_is_left_to_that(
    seat: Stepped, other: Writer, clock: LeapClock
) -> None:
    waiting = contact(kind=ContactKind.MESSAGE)
    other.add(waiting)
    assert ask(seat).claim.contact_id == waiting.id
    other.add(elsewhere := contact(kind=ContactKind.MESSAGE))
    assert other.claim(agent=ME).contact_id == elsewhere.id
    goes_on(seat, clock, 120)
    assert other.claim(agent=AgentId("bo")).contact_id == elsewhere.id, "nobody kept that lease"
