"""Conduct: records that count until they are taken back, and whom to call at which hour."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from data.conduct import conduct
from data.conduct.people import called, hours_of, in_turn
from data.conduct.policy import PersonToCall
from data.desk import journal
from data.floor.pace import LeapClock
from data.models.base import AgentId, ContactId, TicketId
from data.models.conduct import ConductKind
from data.models.notice import Notice
from data.shift.policy import load_shift
from data.store.database import Store
from data.tickets import tickets
from tests.data.playbook.desk import LEADER, Desk, engine

ANA = AgentId("ana")
NEW_YORK = ZoneInfo("America/New_York")


def test_what_was_taken_back_counts_no_longer(store: Store, clock: LeapClock) -> None:
    ticket, contact = TicketId("t"), ContactId("c")
    said = conduct.record(
        store, ConductKind.COST_SAID, ANA, clock, ticket_id=ticket, contact_id=contact, amount=Decimal("20.00"), reason=" ok "
    )  # fmt: skip
    clock.leap(1)
    no = conduct.record(store, ConductKind.REFUSED, ANA, clock, ticket_id=ticket, reason="the law")
    assert conduct.about(store, None, "t") == [said, no] and conduct.about(store, "c", None) == [said]
    conduct.take_back(store, no.id, AgentId("bo"), clock)
    assert conduct.about(store, "c", "t", [said.id]) == [said, no], "nobody takes back what another wrote"
    assert (said.amount, said.reason) == (Decimal("20.00"), "ok")
    for _ in "ab":
        conduct.take_back(store, said.id, ANA, clock)
    assert conduct.about(store, None, "t") == [no] and conduct.about(store, "c", None) == []
    assert store.value("SELECT count(*) FROM conduct") == 4
    conduct.take_back(store, "gone", ANA, clock)


@pytest.mark.parametrize(
    ("utc", "first"),
    [
        ("2026-11-23 14:00", ["Level 2 desk", "Billing leader", "The duty manager"]),  # 9:00
        ("2026-11-23 22:00", ["Level 2 desk", "The duty manager", "Billing leader"]),  # 17:00: the leader has gone
        ("2026-11-24 02:00", ["The duty manager", "Level 2 desk", "Billing leader"]),  # 21:00
        ("2026-07-24 12:00", ["Level 2 desk", "The duty manager", "Billing leader"]),  # 8:00 in summer
    ],
)
def test_who_is_there_now_comes_first(utc: str, first: list[str]) -> None:
    people = load_shift().conduct.people
    turn = in_turn(people, datetime.fromisoformat(utc).replace(tzinfo=UTC), NEW_YORK)
    assert [person.name for person, _ in turn] == first
    assert [there for _, there in turn] == sorted((there for _, there in turn), reverse=True)
    assert [hours_of(one) for one in people] == ["08:00–20:00", "09:00–17:00", "at any hour"]


def test_that_somebody_was_called_is_recorded_with_the_ticket(store: Store, clock: LeapClock) -> None:
    person = PersonToCall(name="The duty manager", number="555-0142")
    assert called(store, person, None, ANA, clock).ticket_id is None
    desk = Desk(store, clock, engine(clock), {}, "voice")
    desk.keep(fields={"title": "Strange noise"})
    desk.item, _ = journal.save(store, desk.item, clock)
    made = called(store, person, desk.item, ANA, clock, "  send a technician ")
    assert (made.kind, made.reason, made.text) == (ConductKind.PERSON_CALLED, person.name, "send a technician")
    notes = [one.text for one in tickets.history(store, desk.item.ticket_id or "") if one.kind == "note"]
    assert notes == ["Person called: The duty manager, 555-0142: send a technician"]


def conduct_of(desk: Desk) -> list[tuple[str, str, str]]:
    found = conduct.about(desk.store, desk.item.contact_id, None)
    return [(str(one.kind), one.reason, one.text) for one in found if one.kind != "offer"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("11", [("abuse", "the calm words were said", "")]),
        ("122", [("abuse", "the calm words were said", ""), ("abuse", "it goes on", "as said")]),
        ("211", [("refused", "our rules", "as said")]),
        ("221", [("refused", "the law", "as said")]),
        ("241", [("refused", "limited time or people", "as said")]),
        ("31", [("takes longer", "", "as said")]),
        ("41", [("cost said", "agreed", "item 320")]),
        ("42", [("cost said", "declined", "item 320")]),
        ("51", [("manager request", "helped at once", "as said")]),
        ("523", [("manager request", "the team leader has it", "as said"),
                 ("exception", "as said", f"granted by {LEADER}: as said")]),
        ("531", [("manager request", "the managers' mailbox was given", "")]),
        ("61", [("escalated", "", "as said")]),
        ("621", [("person called", "unresolved complaint", "as said")]),
        ("81", [("escalated", "the phone desk", "")]),
        ("91", [("self-service", "shown", "as said")]),
    ],
)  # fmt: skip
def test_the_playbook_leaves_a_record(
    store: Store, clock: LeapClock, keys: str, expected: list[tuple[str, str, str]]
) -> None:
    desk = Desk(store, clock, engine(clock, "conduct"), {"plan": "pay_as_you_go"}, "voice")
    desk.customer()
    desk.begin("conduct")
    for key in keys:
        desk.answer(key)
    assert conduct_of(desk) == expected
    amounts = [one.amount for one in conduct.about(store, desk.item.contact_id, None) if one.amount is not None]
    assert amounts == ([Decimal("20.00")] if "cost said" in str(expected) else [])


def test_abuse_alerts_the_leader_and_going_back_takes_the_record_back(store: Store, clock: LeapClock) -> None:
    desk = Desk(store, clock, engine(clock, "conduct"), {}, "voice")
    desk.begin("conduct")
    desk.answer("1")
    [notice] = [Notice.from_row(row) for row in store.rows("SELECT * FROM notice")]
    assert notice.to_role == "leader" and notice.about.startswith("Abuse, ticket")
    desk.answer("2", note="words that are no words")
    assert [reason for _, reason, _ in conduct_of(desk)] == ["the calm words were said", "it goes on"]
    desk.back()
    assert [reason for _, reason, _ in conduct_of(desk)] == ["the calm words were said"]


def test_the_leader_gets_the_story_so_far(store: Store, clock: LeapClock) -> None:
    desk = Desk(store, clock, engine(clock, "conduct"), {}, "voice")
    desk.begin("conduct")
    desk.answer("5")
    desk.answer("2", note="the printer fell silent; restarted twice")
    [notice] = [Notice.from_row(row) for row in store.rows("SELECT * FROM notice")]
    assert f"ticket {desk.item.number} asks for you" in notice.about
    assert "The story so far: the printer fell silent; restarted twice" in notice.about


def test_the_script_can_begin_at_the_abuse_card(store: Store, clock: LeapClock) -> None:
    scripts = engine(clock, "conduct")
    desk = Desk(store, clock, scripts, {}, "chat")
    desk._take(scripts.begin(store, desk.item, "conduct", "abuse"))
    assert desk.card == "abuse" and conduct_of(desk) == [("abuse", "the calm words were said", "")]
    desk._take(scripts.begin(store, desk.item, "conduct", "no such card"))
    assert desk.card == "what", "an organisation's own playbook may have another one"
