"""What was begun outside the ticket form: whose it is, what is written of it, and that it is never offered twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.desk import drafts, journal
from data.desk.drafts import Draft, DraftKind, draft_id
from data.floor.pace import LeapClock
from data.models.base import AgentId, TicketId
from data.store.database import Store
from data.store.errors import StoreError
from data.tickets import tickets
from data.tickets.tickets import TicketFaultError
from tests.hostile import HOSTILE

ANA, BO = AgentId("ana"), AgentId("bo")


def begun(clock: LeapClock, kind: DraftKind = DraftKind.NOTE, about: str = "call", **fields: str) -> Draft:
    return Draft(
        id=draft_id(kind, about),
        agent=ANA,
        fields=fields,
        focus="text",
        cursor=(1, 2),
        open=True,
        updated_at=clock.now(),
    )


def test_it_comes_back_as_it_was_left_and_only_to_whom_it_belongs(store: Store, clock: LeapClock) -> None:
    kept = drafts.keep(store, begun(clock, text="told her\nto wait"), clock)
    drafts.keep(store, begun(clock, DraftKind.CUSTOMER, "", name="Robin"), clock)
    with Store(store.path) as again:
        assert kept in drafts.of_agent(again, ANA)
        assert len(drafts.of_agent(again, ANA)) == 2
        assert drafts.of_agent(again, BO) == []
    assert (kept.kind, kept.about) == (DraftKind.NOTE, "call")
    hers = kept.model_copy(update={"agent": BO, "fields": {"text": "Bo's"}})
    drafts.keep(store, hers, clock)
    drafts.discard(store, kept.id, ANA)
    assert [one.fields for one in drafts.of_agent(store, BO)] == [{"text": "Bo's"}]
    assert [one.kind for one in drafts.of_agent(store, ANA)] == [DraftKind.CUSTOMER]


def test_cards_are_masked_before_anything_is_written(store: Store, clock: LeapClock) -> None:
    kept = drafts.keep(store, begun(clock, DraftKind.CUSTOMER, notes="4111 1111 1111 1111", name="x"), clock)
    assert kept.fields["notes"] == "card ••••1111"
    store.close()
    assert b"4111 1111" not in b"".join(path.read_bytes() for path in store.path.parent.glob("*.db*"))


@pytest.mark.parametrize("place", range(len(HOSTILE)))
def test_texts_come_back_as_they_were_typed(store: Store, clock: LeapClock, place: int) -> None:
    kept = drafts.keep(store, begun(clock, about=HOSTILE[place] or "x", text=HOSTILE[place]), clock)
    assert drafts.of_agent(store, ANA) == [kept]
    assert kept.fields["text"] == HOSTILE[place]


def test_what_changed_together_is_written_together(store: Store, clock: LeapClock) -> None:
    """A dialog was closed and the next one opened: a crash never shows both."""
    note, customer = begun(clock, text="told"), begun(clock, DraftKind.CUSTOMER, "", name="Robin")
    drafts.keep(store, note, clock)
    closed = note.model_copy(update={"open": False})
    store.execute(
        "CREATE TEMP TRIGGER refuse BEFORE INSERT ON main.draft WHEN NOT new.open BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    with pytest.raises(StoreError):
        drafts.keep_all(store, ANA, {customer.id: customer, closed.id: closed}, clock)
    assert [one.kind for one in drafts.of_agent(store, ANA) if one.open] == [DraftKind.NOTE]
    store.execute("DROP TRIGGER refuse")
    drafts.keep_all(store, ANA, {customer.id: customer, closed.id: closed}, clock)
    assert [one.kind for one in drafts.of_agent(store, ANA) if one.open] == [DraftKind.CUSTOMER]
    drafts.keep_all(store, ANA, {customer.id: None}, clock)
    assert [one.kind for one in drafts.of_agent(store, ANA)] == [DraftKind.NOTE]


def test_what_it_was_for_and_its_end_are_one(store: Store, clock: LeapClock) -> None:
    saved = tickets.create(store, {"title": "Printer"}, "10001", ANA, clock).ticket
    draft = drafts.keep(store, begun(clock, text="done"), clock)

    def fails(store: Store) -> None:
        tickets.note(store, saved.id, "half done", ANA, clock)
        raise StoreError("disk is full")

    with pytest.raises(StoreError, match="full"):
        drafts.finish(store, draft.id, ANA, fails)
    assert drafts.of_agent(store, ANA) == [draft]
    assert len(tickets.history(store, saved.id)) == 1
    drafts.finish(store, draft.id, ANA, tickets.note, saved.id, "done", ANA, clock)
    assert drafts.of_agent(store, ANA) == []
    assert [event.text for event in tickets.history(store, saved.id)][-1] == "done"


def test_a_save_takes_the_texts_off_the_desk_or_nothing_happens(store: Store, clock: LeapClock) -> None:
    """A crash between the ticket and the desk would leave a form that makes the ticket a second time."""
    item = journal.put_on_top(store, "call", ANA, clock)
    item = journal.keep(store, item.model_copy(update={"fields": {"title": "Printer"}}), clock)
    store.execute("CREATE TEMP TRIGGER refuse BEFORE INSERT ON main.desk BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(StoreError):
        journal.save(store, item, clock)
    assert store.value("SELECT count(*) FROM ticket") == store.value("SELECT count(*) FROM outbox") == 0
    store.execute("DROP TRIGGER refuse")
    saved, written = journal.save(store, item, clock)
    assert (saved.fields, saved.ticket_id, saved.unsaved) == ({}, TicketId(written.ticket.id), False)
    assert journal.items(store, ANA) == [saved]


def test_a_note_on_a_new_ticket_saves_both_or_neither(store: Store, clock: LeapClock) -> None:
    item = journal.put_on_top(store, "call", ANA, clock)
    item = journal.keep(store, item.model_copy(update={"fields": {"details": "no title"}}), clock)
    with pytest.raises(TicketFaultError):
        journal.add_note(store, item, "told", clock)
    assert store.value("SELECT count(*) FROM ticket_event") == 0
    item = journal.keep(store, item.model_copy(update={"fields": {"title": "Printer"}}), clock)
    noted = journal.add_note(store, item, " told ", clock)
    assert noted.ticket_id is not None
    assert [event.text for event in tickets.history(store, noted.ticket_id)][-1] == "told"


@pytest.mark.parametrize("days", [1, -1])
def test_a_clock_that_jumps_neither_loses_nor_reorders(store: Store, clock: LeapClock, days: int) -> None:
    for name in ("chat", "call"):
        item = journal.put_on_top(store, name, ANA, clock)
        journal.keep(store, item.model_copy(update={"fields": {"title": name}}), clock)
    drafts.keep(store, begun(clock, text="before"), clock)
    jumped = LeapClock(clock.now() + timedelta(days=days))
    item = journal.put_on_top(store, "ticket", ANA, jumped)
    journal.keep(store, item.model_copy(update={"fields": {"title": "after"}}), jumped)
    drafts.keep(store, begun(jumped, text="after"), jumped)
    assert [(one.id, one.fields["title"]) for one in journal.items(store, ANA)] == [
        ("ticket", "after"), ("call", "call"), ("chat", "chat")
    ]  # fmt: skip
    assert [one.fields for one in drafts.of_agent(store, ANA)] == [{"text": "after"}]


def test_a_block_of_writes_within_another_is_part_of_it(store: Store, clock: LeapClock) -> None:
    with pytest.raises(KeyError), store.write():
        drafts.keep(store, begun(clock, text="inner"), clock)
        raise KeyError
    assert drafts.of_agent(store, ANA) == []
    assert not store.connection.in_transaction
