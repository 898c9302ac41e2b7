"""SHIFT-2: what is open at sign-off is listed once each, and handed over by name as one transaction."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.callbacks import callbacks
from data.desk import drafts, journal
from data.desk.drafts import Draft, DraftKind, draft_id
from data.floor.pace import LeapClock
from data.models.agent import Agent
from data.models.base import AgentId
from data.models.callback import Callback
from data.models.contact import Contact, ContactState
from data.models.mail import Mail, MailState
from data.models.shift import DutyOutcome
from data.notices import notices
from data.shift import duties, time_clock
from data.shift.handing_over import UNNAMED, hand_over
from data.shift.open_matters import MatterKind, OpenMatter, open_matters
from data.store.database import Store
from data.store.save import saving
from data.tickets import tickets

DANA = AgentId("dana")
PRIYA = Agent(id="priya", name="Priya Nair")


@pytest.fixture
def desk(store: Store, clock: LeapClock) -> Store:
    with saving(store, DANA, clock) as change:
        change.add(Agent(id=DANA, name="Dana Reyes"))
        change.add(PRIYA)
    return store


def listed(store: Store, clock: LeapClock) -> list[OpenMatter]:
    return open_matters(store, DANA, clock.now())


def hand(store: Store, clock: LeapClock, matter: OpenMatter) -> None:
    hand_over(store, matter, PRIYA, DANA, clock, None)


def told(store: Store) -> list[tuple[str, str | None]]:
    return [(line.notice.about, line.notice.ticket_id) for line in notices.of(store, PRIYA)]


def begin(store: Store, clock: LeapClock, kind: DraftKind, about: str, **fields: str) -> None:
    drafts.keep(store, Draft(id=draft_id(kind, about), agent=DANA, fields=fields, updated_at=clock.now()), clock)


def test_nothing_is_open(desk: Store, clock: LeapClock) -> None:
    begin(desk, clock, DraftKind.SEARCH, "", text="maria")
    begin(desk, clock, DraftKind.CALL_OUT, "", text="555 0142")
    begin(desk, clock, DraftKind.NOTE, "ticket:1", text="  ")
    assert listed(desk, clock) == []


def test_contacts_callbacks_drafts_and_mail(desk: Store, clock: LeapClock) -> None:
    now = clock.now()
    with saving(desk, DANA, clock) as change:
        for name, state, agent in (
            ("ended", ContactState.ENDED, DANA),
            ("done", ContactState.DONE, DANA),
            ("theirs", ContactState.ENDED, AgentId("priya")),
        ):
            change.add(
                Contact(
                    id=name,
                    feed="t",
                    queue="q",
                    state=state,
                    agent=agent,
                    caller_name=name,
                    offered_at=now,
                    queued_at=now,
                )
            )
        for name, state, minutes in (
            ("refused", MailState.FAILED, 1),
            ("stuck", MailState.WAITING, 6),
            ("going", MailState.WAITING, 1),
            ("sent", MailState.SENT, 9),
        ):
            change.add(
                Mail(
                    id=name,
                    kind="alarm",
                    to=("a@example.com",),
                    subject=name,
                    text="",
                    made_by=DANA,
                    made_at=now - timedelta(minutes=minutes),
                    state=state,
                )
            )
    for about, minutes, whose in (
        ("mine", 1, DANA),
        ("later", 60, DANA),
        ("anybody's", 1, None),
        ("hers", 1, AgentId("priya")),
    ):
        callbacks.make(
            desk, "+12025550142", now + timedelta(minutes=minutes), DANA, clock, about=about, for_agent=whose
        )
    journal.put_on_top(desk, "ticket:x", DANA, clock)
    item = journal.put_on_top(desk, "c-1", DANA, clock)
    journal.keep(desk, item.model_copy(update={"fields": {"title": "Printer"}}), clock)
    begin(desk, clock, DraftKind.NOTE, "c-1", text="half a note")
    begin(desk, clock, DraftKind.CALLBACK, "", when="mon 9", number="555 0100")
    clock.leap(120)
    found = [(one.kind, one.title, one.state) for one in listed(desk, clock)]
    assert [(kind, title) for kind, title, _ in found if kind is not MatterKind.DRAFT] == [
        (MatterKind.CONTACT, "ended"),
        (MatterKind.CALLBACK, "+1 202 555 0142 · mine"),
        (MatterKind.MAIL, "stuck"),
        (MatterKind.MAIL, "refused"),
    ]
    [thing, form] = [(title, state) for kind, title, state in found if kind is MatterKind.DRAFT]
    assert thing[0].endswith("Printer") and thing[1] == "not saved: form, note"
    assert form == ("mon 9", "callback begun")
    clock.leap(3600)
    assert len([one for one in listed(desk, clock) if one.kind is MatterKind.CALLBACK]) == 2


def test_a_callback_becomes_theirs(desk: Store, clock: LeapClock) -> None:
    made = callbacks.make(desk, "+12025550142", clock.now() + timedelta(minutes=1), DANA, clock, for_agent=DANA)
    clock.leap(120)
    entry = time_clock.clock_in(desk, DANA, clock)
    [matter] = listed(desk, clock)
    hand_over(desk, matter, PRIYA, DANA, clock, entry.id)
    assert listed(desk, clock) == []
    row = desk.row("SELECT * FROM callback WHERE id = ?", (made.id,))
    assert row is not None and Callback.from_row(row).for_agent == "priya"
    [stamp] = duties.stamps(desk, entry.id)
    assert (stamp.outcome, stamp.to_agent, stamp.step) == (DutyOutcome.HANDED_OVER, "priya", f"callback:{made.id}")
    assert len(told(desk)) == 1


def test_a_new_ticket_is_saved_and_assigned(desk: Store, clock: LeapClock) -> None:
    item = journal.put_on_top(desk, "c-1", DANA, clock)
    journal.keep(desk, item.model_copy(update={"fields": {"details": "It smokes"}}), clock)
    begin(desk, clock, DraftKind.NOTE, "c-1", text="wants a call")
    [matter] = listed(desk, clock)
    hand(desk, clock, matter)
    assert listed(desk, clock) == [] and journal.items(desk, DANA) == [] and drafts.of_agent(desk, DANA) == []
    [row] = desk.rows("SELECT * FROM ticket")
    assert (row["title"], row["details"], row["assignee"]) == (UNNAMED, "It smokes", "Priya Nair")
    assert told(desk)[0][1] == row["id"]
    history = tickets.history(desk, row["id"])
    assert any("Not finished, handed over to Priya Nair: wants a call" in one.text for one in history)


def test_edits_of_a_saved_ticket_become_a_note(desk: Store, clock: LeapClock) -> None:
    saved = tickets.create(desk, {"title": "Printer"}, "10001", DANA, clock).ticket
    item = journal.put_on_top(desk, f"ticket:{saved.id}", DANA, clock, ticket_id=saved.id)  # type: ignore[arg-type]
    form = {**tickets.form_of(saved), "details": "Card 4111 1111 1111 1111 was declined"}
    journal.keep(desk, item.model_copy(update={"fields": form}), clock)
    [matter] = listed(desk, clock)
    hand(desk, clock, matter)
    now = tickets.get(desk, saved.id)
    assert now is not None and (now.title, now.details, now.assignee) == ("Printer", "", "Priya Nair")
    notes = [one.text for one in tickets.history(desk, saved.id) if one.kind == "note"]
    assert notes == ["Not finished, handed over to Priya Nair: details: Card ••••1111 was declined"]


def test_a_text_about_no_ticket_is_in_the_notice(desk: Store, clock: LeapClock) -> None:
    begin(desk, clock, DraftKind.CALLBACK, "", when="mon 9", number="555 0100")
    [matter] = listed(desk, clock)
    hand(desk, clock, matter)
    assert listed(desk, clock) == []
    assert told(desk) == [("callback begun: when: mon 9 · number: 555 0100", None)]
    with pytest.raises(LookupError):
        hand(desk, clock, matter)
    assert len(told(desk)) == 1, "what could not be handed over tells nobody"
