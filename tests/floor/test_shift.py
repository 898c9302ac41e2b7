"""Whole shifts under a clock that leaps: the figures are those of a busy but honest floor, and nobody is stuck."""

from __future__ import annotations

import json
import os
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from data.floor.floor import run_floor
from data.floor.options import FloorOptions, FloorSummary
from data.floor.pace import LeapClock
from data.floor.practice import load_practice
from data.models import SYNCED
from data.models.agent import Agent, AgentState, AgentStatus
from data.models.base import Entity
from data.models.contact import Contact, ContactEvent, ContactState, EventKind, Queue
from data.models.customer import Customer
from data.queue.figures import figures
from data.text.cards import mask_cards
from tests.floor.playground import Playground, Seat

K, S = EventKind, ContactState


def shift(path: Path, seed: int, hours: float, **options: object) -> FloorSummary:
    """A shift played by the floor alone."""
    clock = LeapClock()

    def leap(seconds: float) -> bool:
        clock.leap(seconds)
        return False

    given = {"hub": path, "seed": seed, "seconds": hours * 3600, **options}
    return run_floor(FloorOptions.model_validate(given), clock, leap)


def test_eight_hours(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    summary = shift(path, 1, 8)
    seat = Seat(path, LeapClock(), "Dana Reyes")
    assert 350 <= summary.offered <= 650
    assert summary.offered == summary.answered + summary.abandoned + summary.left + summary.waiting_at_end
    assert 0.02 <= summary.abandoned / summary.offered <= 0.15
    assert summary.doubles == 0 and summary.longest_wait_s < 1800

    row = figures([event for event in seat.all(ContactEvent)], formula="SL3")[0]
    assert (row.offered, row.answered, row.abandoned) == (summary.offered, summary.answered, summary.abandoned)
    assert row.asa_s is not None and 10 <= row.asa_s <= 90
    assert row.aht_s is not None and 150 <= row.aht_s <= 350

    contacts = seat.all(Contact)
    assert {contact.state for contact in contacts} == {S.DONE, S.ABANDONED}
    assert all(contact.disposition for contact in contacts if contact.state is S.DONE)
    reasons = Counter(contact.end_reason for contact in contacts)
    assert reasons["caller"] + reasons["abandoned"] >= len(contacts) - 12  # the rest lived when the floor closed
    assert {status.state for status in seat.all(AgentStatus)} == {AgentState.SIGNED_OUT}


def test_every_row_is_valid_and_no_call_has_two_agents(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    shift(path, 3, 2)
    seat = Seat(path, LeapClock(), "Dana Reyes")
    for row in seat.rows():
        model: type[Entity] = SYNCED[row.entity]
        model.model_validate({**row.body, "id": row.entity_id})
    answers = Counter(event.contact_id for event in seat.all(ContactEvent) if event.kind is K.ANSWERED)
    assert set(answers.values()) == {1}
    assert all(contact.fence == 1 for contact in seat.all(Contact) if contact.state is S.DONE)
    talks: dict[str, list[tuple[float, float]]] = {}
    for contact in seat.all(Contact):
        if contact.answered_at and contact.ended_at and contact.agent:
            span = (contact.answered_at.timestamp(), contact.ended_at.timestamp())
            talks.setdefault(contact.agent, []).append(span)
    for spans in talks.values():
        spans.sort()
        assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_played_agents_go_through_their_states(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "hub.db", agents=5, calls_per_hour=None)
    seat = ground.seat()
    seen: set[tuple[AgentState, str]] = set()
    for _ in range(240):
        ground.play(30, tick=5)
        seen |= {(status.state, status.reason) for status in ground.floor.statuses()}
    states = {state for state, _reason in seen}
    assert states >= {AgentState.READY, AgentState.ON_CALL, AgentState.WRAP_UP, AgentState.NOT_READY}
    assert {reason for state, reason in seen if state is AgentState.NOT_READY} > {"signed on"}
    assert sum(agent.played for agent in seat.all(Agent)) == 5


def test_the_same_seed_offers_the_same_callers_whatever_agents_do(tmp_path: Path) -> None:
    names = []
    for agents in (0, 5):
        path = tmp_path / f"{agents}.db"
        shift(path, 11, 1, agents=agents)
        contacts = sorted(Seat(path, LeapClock(), "Dana Reyes").all(Contact), key=lambda contact: contact.id)
        names.append([(one.caller_name, one.caller_e164, one.queue, one.offered_at) for one in contacts])
    assert len(names[0]) > 30
    assert [name[:3] for name in names[0]] == [name[:3] for name in names[1]]


def test_a_second_start_changes_nothing_of_the_practice_rows(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    shift(path, 1, 0.01)
    seat = Seat(path, LeapClock(), "Dana Reyes")
    before = {(row.entity, row.entity_id): row.ver for row in seat.rows() if row.entity in _FURNITURE}
    maria = next(customer for customer in seat.all(Customer) if customer.account == "20718")
    seat.push(maria, notes="calls back at noon")
    shift(path, 2, 0.01)
    after = {(row.entity, row.entity_id): row.ver for row in seat.rows() if row.entity in _FURNITURE}
    changed = {key for key in after if before.get(key) != after[key]}
    assert changed == {("customer", maria.id)}
    assert next(one for one in seat.all(Customer) if one.id == maria.id).notes == "calls back at noon"


_FURNITURE = {Queue.entity, Agent.entity, Customer.entity}


def test_customers_of_the_site_call_where_there_are_any(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    own = Customer.model_validate(
        {"id": "own-1", "name": "Own Customer", "phones": [{"raw": "+1 303 555 0111", "e164": "+13035550111"}]}
    )
    Seat(path, LeapClock(), "Dana Reyes").push(own)
    shift(path, 1, 0.5)
    seat = Seat(path, LeapClock(), "Dana Reyes")
    assert [customer.id for customer in seat.all(Customer)] == ["own-1"]
    assert [agent.name for agent in seat.all(Agent) if not agent.played].count("Dana Reyes") == 1
    assert "+13035550111" in {contact.caller_e164 for contact in seat.all(Contact)}


def hostile(path: Path, names: list[str]) -> None:
    """Play a floor on which every caller has one of these names, until each has called; all are stored equal."""
    practice = load_practice()
    habits = practice.callers.model_copy(update={"hostile": tuple(names), "hostile_name": 1.0, "opening_at_s": ()})
    practice = practice.model_copy(update={"callers": habits, "first_caller": ""})
    ground = Playground(path, practice, agents=0, calls_per_hour=2000.0)
    ground.play(len(names) * 6, tick=10)
    stored = Counter(contact.caller_name for contact in ground.seat().all(Contact))
    assert set(stored) <= {mask_cards(name) for name in names}
    assert len(stored) >= 0.9 * len({mask_cards(name) for name in names})


def test_hostile_names_are_stored_equal(tmp_path: Path) -> None:
    hostile(tmp_path / "hub.db", list(load_practice().callers.hostile))


@pytest.mark.corpora
def test_naughty_strings_as_names_are_stored_equal(tmp_path: Path) -> None:
    folder = os.environ.get("AGENT_CONSOLE_CORPORA")
    if not folder:
        pytest.skip("AGENT_CONSOLE_CORPORA names no folder with the naughty strings")
    hostile(tmp_path / "hub.db", json.loads((Path(folder) / "naughty" / "blns.json").read_text()))
