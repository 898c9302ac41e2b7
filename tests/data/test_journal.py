"""The desk: what is on top, what is kept of a form, and whose it is (CALL-7, TICK-2, TICK-5)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from data.billing.terms import Terms
from data.desk import journal, reading
from data.desk.journal import DeskItem
from data.floor.pace import LeapClock
from data.models.base import AgentId, ContactId, CustomerId, TicketId
from data.service.policies import load_service
from data.store.database import Store
from data.store.errors import StoreError
from data.tickets import tickets
from tests.data.samples import run
from tests.hostile import HOSTILE

ANA, BO = AgentId("ana"), AgentId("bo")
FORM = {"title": "Printer", "details": "since Monday"}


def typed(store: Store, clock: LeapClock, item: DeskItem, **fields: str) -> DeskItem:
    return journal.keep(store, item.model_copy(update={"fields": {**item.fields, **fields}}), clock)


def test_the_last_one_brought_up_is_on_top(store: Store, clock: LeapClock) -> None:
    for name in ("chat", "call", "ticket"):
        journal.put_on_top(store, name, ANA, clock)
    assert [item.id for item in journal.items(store, ANA)] == ["ticket", "call", "chat"]
    journal.put_on_top(store, "chat", ANA, clock)
    assert [item.id for item in journal.items(store, ANA)] == ["chat", "ticket", "call"]


def test_a_known_one_comes_back_exactly_as_it_was_left(store: Store, clock: LeapClock) -> None:
    item = journal.put_on_top(store, "call", ANA, clock, contact_id=ContactId("call"), customer_id=CustomerId("c1"))
    left = journal.keep(
        store,
        item.model_copy(update={"fields": FORM, "focus": "details", "cursor": (2, 7), "runs": (run("verify"),)}),
        clock,
    )
    journal.put_on_top(store, "other", ANA, clock)
    clock.leap(60)
    back = journal.put_on_top(store, "call", ANA, clock)
    assert back == left.model_copy(update={"place": back.place})
    assert back.place > left.place
    assert journal.items(store, ANA)[0] == back


def test_a_start_after_a_crash_finds_everything(store: Store, clock: LeapClock) -> None:
    item = typed(store, clock, journal.put_on_top(store, "call", ANA, clock), **FORM)
    with Store(store.path) as again:
        assert journal.items(again, ANA) == [item]


def test_cards_are_masked_before_a_draft_is_kept(store: Store, clock: LeapClock) -> None:
    item = journal.put_on_top(store, "call", ANA, clock)
    kept = typed(store, clock, item, details="her card is 4111-1111-1111-1111", title="Bill")
    assert kept.fields["details"] == "her card is card ••••1111"
    assert "4111" not in str(store.rows("SELECT * FROM desk"))


def test_a_form_with_text_takes_one_number_and_keeps_it(store: Store, clock: LeapClock) -> None:
    item = journal.put_on_top(store, "call", ANA, clock)
    empty = typed(store, clock, item, title="  ", type="1", priority="normal", person="Maria")
    assert empty.number == "", "what the form fills in by itself takes no number"
    first = typed(store, clock, empty, title="P")
    assert first.number
    second = typed(store, clock, first, title="Pr")
    cleared = typed(store, clock, second, title="")
    assert {second.number, cleared.number} == {first.number}
    other = typed(store, clock, journal.put_on_top(store, "other", ANA, clock), title="x")
    assert other.number != first.number


def test_a_draft_that_fails_takes_no_number(store: Store, clock: LeapClock) -> None:
    item = journal.put_on_top(store, "call", ANA, clock)
    store.execute(
        "CREATE TEMP TRIGGER refuse BEFORE INSERT ON main.desk BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    )
    with pytest.raises(StoreError, match="full"):
        typed(store, clock, item, title="P")
    store.execute("DROP TRIGGER refuse")
    numbers = [typed(store, clock, item, title="P").number]
    assert numbers[0].endswith("-0001"), "the first one is still there"


def test_what_is_taken_off_is_gone(store: Store, clock: LeapClock) -> None:
    for name in ("a", "b"):
        journal.put_on_top(store, name, ANA, clock)
    journal.take_off(store, "a")
    journal.take_off(store, "never there")
    assert [item.id for item in journal.items(store, ANA)] == ["b"]


def test_two_agents_of_one_seat_have_the_same_ticket_each_on_their_own_desk(store: Store, clock: LeapClock) -> None:
    hers = typed(store, clock, journal.put_on_top(store, "ticket:1", ANA, clock), title="by Ana")
    his = journal.put_on_top(store, "ticket:1", BO, clock)
    assert (his.agent, his.fields) == (BO, {})
    his = typed(store, clock, his, title="by Bo")
    assert journal.items(store, ANA) == [hers]
    assert journal.items(store, BO) == [his]
    journal.take_off(store, "ticket:1", BO)
    assert journal.items(store, ANA) == [hers]
    assert journal.items(store, BO) == []


@pytest.mark.parametrize("place", range(len(HOSTILE)))
def test_texts_come_back_as_they_were_typed(store: Store, clock: LeapClock, place: int) -> None:
    text = HOSTILE[place]
    item = journal.put_on_top(store, text or "x", ANA, clock)
    kept = typed(store, clock, item, title=text, details=text + text)
    assert journal.items(store, ANA) == [kept]
    assert kept.fields == {"title": text, "details": text + text}


def test_halves_of_characters_do_not_lose_the_draft(store: Store, clock: LeapClock) -> None:
    kept = typed(store, clock, journal.put_on_top(store, "call", ANA, clock), title="half \ud83d")
    assert kept.fields["title"] == "half \ufffd"
    assert journal.items(store, ANA) == [kept]


def test_what_others_change_shows_in_the_form_and_what_was_edited_stays(store: Store, clock: LeapClock) -> None:
    saved = tickets.create(store, FORM, "10001", ANA, clock).ticket
    item = journal.put_on_top(store, f"ticket:{saved.id}", ANA, clock, ticket_id=TicketId(saved.id))
    form = tickets.form_of(saved)
    item = journal.keep(store, item.model_copy(update={"fields": {**form, "title": "mine"}}), clock)
    assert item.base is not None
    tickets.update(store, saved, {"details": "theirs", "title": "theirs"}, BO, clock)
    item = journal.keep(store, item, clock)
    assert item.base.fields == form, "as it was when the editing began"
    view = reading.ticket_view(store, item, load_service(), Terms(ZoneInfo("UTC")), clock.now())
    assert (view.fields["title"], view.fields["details"]) == ("mine", "theirs")
    done = journal.keep(store, item.model_copy(update={"fields": {}}), clock)
    assert done.base is None
