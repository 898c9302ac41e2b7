"""Three people who do anything at any moment, sensible or not: the floor neither fails nor loses a caller."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from data.models.agent import AgentState
from data.models.base import new_id
from data.models.contact import (
    IN_QUEUE,
    LIVE,
    Contact,
    ContactEvent,
    ContactState,
    EventKind,
    Request,
    RequestAction,
    RequestState,
)
from data.queue.figures import figures
from tests.floor.playground import Playground, Seat

K, S = EventKind, ContactState
TARGETS = ("queue:billing", "queue:support", "agent:Sam Osei", "+12025550199", "queue:none", "agent:", "x", "")
STATES = (AgentState.READY, AgentState.READY, AgentState.NOT_READY, AgentState.SIGNED_OUT, AgentState.ON_CALL)


def do_anything(seat: Seat, ground: Playground, rng: random.Random) -> None:
    """One thing that a person, or a broken console, might do now."""
    live = [contact for contact in seat.all(Contact) if contact.state in LIVE | IN_QUEUE]
    lot = rng.random()
    if lot < 0.25:
        seat.be(rng.choice(STATES))
    elif lot < 0.4:
        seat.claim()
    elif lot < 0.55 and live:
        seat.claim(rng.choice(live).id)
    elif lot < 0.6:
        request = Request(
            id=new_id(),
            contact_id=rng.choice(live).id if live and rng.random() < 0.2 else new_id(),
            agent=seat.me,
            action=RequestAction.CALL_OUT,
            target=rng.choice(TARGETS),
            at=ground.clock.now(),
        )
        seat.push(request)
    elif live:
        mine = [contact for contact in live if seat.me in (contact.agent, contact.ringing_agent)]
        contact = rng.choice(mine if mine and rng.random() < 0.8 else live)
        actions = [action for action in RequestAction if action is not RequestAction.CALL_OUT]
        seat.ask(contact, rng.choice(actions), rng.choice(TARGETS))


@pytest.mark.parametrize("seed", range(3))
def test_anything(tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    rng = random.Random(seed)
    ground = Playground(tmp_path / "hub.db", seed=seed, agents=3, calls_per_hour=200.0)
    seats = [ground.seat(name) for name in ("Dana Reyes", "Sam Osei", "Priya Nair")]
    for _turn in range(150):
        for _ in range(rng.randrange(3)):
            do_anything(rng.choice(seats), ground, rng)
        ground.play(rng.choice((0.05, 0.3, 2, 10)), tick=0.3)
    summary = ground.floor.close()

    seat = seats[0]
    assert summary.doubles == 0
    assert summary.offered == summary.answered + summary.abandoned + summary.left + summary.waiting_at_end
    assert not [contact for contact in seat.all(Contact) if contact.state in LIVE | IN_QUEUE]
    assert not [request for request in seat.all(Request) if request.state is RequestState.ASKED]
    assert {request.state for request in seat.all(Request)} == {RequestState.DONE, RequestState.REFUSED}

    events = seat.all(ContactEvent)
    row = figures(events)[0]
    assert (row.offered, row.answered, row.abandoned) == (summary.offered, summary.answered, summary.abandoned)
    stories: dict[str, Counter[EventKind]] = {}
    for event in events:
        stories.setdefault(event.contact_id, Counter())[event.kind] += 1
    for story in stories.values():
        waits = story[K.ANSWERED] + story[K.ABANDONED] + story[K.LEFT]
        assert story[K.OFFERED] == waits, story  # each stay in a queue has one end
        assert story[K.ANSWERED] <= story[K.ENDED] + story[K.TRANSFERRED] + story[K.VOICE_MAIL], story
    assert capsys.readouterr().err == ""  # the hub refused nothing of the floor
