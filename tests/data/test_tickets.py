"""Tickets: opened, changed with a history, noted, found; two who edit one ticket (TICK-1, 2, 5)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data.floor.pace import LeapClock
from data.models import Contact, Ticket
from data.models.base import AgentId, CustomerId, new_id
from data.models.customer import Plan
from data.models.ticket import Priority, TicketEventKind, TicketState
from data.store.database import Store
from data.store.errors import StoreError
from data.store.save import saving
from data.sync.replica import take_ticket_number
from data.tickets import tickets
from data.tickets.rules import DEFAULTS, FIELDS, MAX_DETAILS, MAX_TITLE, TRANSITIONS, faults, hints
from data.tickets.tickets import TicketFaultError
from tests.data.samples import AT
from tests.hostile import HOSTILE

ANA, BO = AgentId("ana"), AgentId("bo")
FORM = {
    "title": "Printer offline",
    "type": "4",
    "priority": "urgent",
    "state": "open",
    "assignee": "Ana",
    "person": "Maria",
    "asset": "FRONT-DESK",
    "sla": "4 h",
    "code": "123456",
    "worksheet": "W-1",
    "details": "Since Monday morning.\nTried another cable.",
}


@pytest.fixture
def saved(store: Store, clock: LeapClock) -> Ticket:
    return tickets.create(store, FORM, "10001", ANA, clock).ticket


# opening and changing


def test_a_ticket_is_what_the_form_says(store: Store, clock: LeapClock) -> None:
    done = tickets.create(store, FORM, "10001", ANA, clock, customer_id=CustomerId("c1"))
    one = done.ticket
    assert tickets.get(store, one.id) == one
    assert tickets.form_of(one) == FORM
    assert (one.type, one.priority, one.state) == (Plan.MANAGED, Priority.URGENT, TicketState.OPEN)
    assert (one.number, one.created_by, one.created_at, one.updated_at) == ("10001", ANA, clock.now(), clock.now())
    assert (one.customer_id, done.masked) == ("c1", ())
    assert [(event.kind, event.actor) for event in tickets.history(store, one.id)] == [
        (TicketEventKind.CREATED, ANA)
    ]


def test_the_least_that_a_ticket_needs(store: Store, clock: LeapClock) -> None:
    one = tickets.create(store, {"title": " Printer "}, "10001", ANA, clock).ticket
    assert (one.title, one.type, one.priority, one.state) == (
        "Printer",
        Plan.PAY_AS_YOU_GO,
        Priority.NORMAL,
        TicketState.NEW,
    )


def test_the_contact_knows_its_ticket_at_once(store: Store, clock: LeapClock) -> None:
    contact = Contact(id=new_id(), feed="f", queue="q", offered_at=AT, queued_at=AT)
    with saving(store, ANA, clock) as change:
        change.add(contact)
    one = tickets.create(store, FORM, "10001", ANA, clock, contact_id=contact.id).ticket
    assert store.value("SELECT ticket_id FROM contact") == one.id
    assert store.value("SELECT count(DISTINCT txn_id) FROM outbox WHERE entity <> 'contact' OR kind = 'put'") == 2


def test_each_changed_field_is_a_line_of_history(store: Store, clock: LeapClock, saved: Ticket) -> None:
    clock.leap(60)
    after = tickets.update(store, saved, {**FORM, "title": "Printer on fire", "priority": "low"}, BO, clock).ticket
    assert (after.title, after.priority, after.details) == ("Printer on fire", Priority.LOW, saved.details)
    assert after.updated_at == clock.now()
    assert [(event.field, event.old, event.new, event.actor) for event in tickets.history(store, saved.id)[1:]] == [
        ("title", "Printer offline", "Printer on fire", BO),
        ("priority", "urgent", "low", BO),
    ]


def test_saving_what_is_saved_changes_nothing(store: Store, clock: LeapClock, saved: Ticket) -> None:
    before = store.value("SELECT count(*) FROM outbox")
    clock.leap(60)
    assert tickets.update(store, saved, {**FORM, "title": f"  {FORM['title']} "}, BO, clock).ticket == saved
    assert store.value("SELECT count(*) FROM outbox") == before


def test_a_few_fields_alone_can_be_saved(store: Store, clock: LeapClock, saved: Ticket) -> None:
    assert tickets.update(store, saved, {"state": "solved"}, ANA, clock).ticket.state is TicketState.SOLVED
    assert tickets.update(store, saved, {}, ANA, clock, customer_id=CustomerId("c9")).ticket.customer_id == "c9"


def test_notes_are_added_and_stay(store: Store, clock: LeapClock, saved: Ticket) -> None:
    for text in ("called back", "pays with 4111 1111 1111 1111"):
        clock.leap(1)
        tickets.note(store, saved.id, text, BO, clock)
    told = [(event.kind, event.text) for event in tickets.history(store, saved.id)[1:]]
    assert told == [
        (TicketEventKind.NOTE, "called back"),
        (TicketEventKind.NOTE, "pays with card ••••1111"),
    ]


def test_history_is_in_order_also_within_one_millisecond(store: Store, clock: LeapClock, saved: Ticket) -> None:
    for place in range(20):
        tickets.note(store, saved.id, f"note {place}", ANA, clock)
    assert [event.text for event in tickets.history(store, saved.id)[1:]] == [f"note {n}" for n in range(20)]


def test_cards_are_masked_in_the_ticket_its_history_and_its_index(
    store: Store, clock: LeapClock, saved: Ticket
) -> None:
    done = tickets.update(
        store, saved, {**FORM, "title": "4111111111111111", "details": "5555 5555 5555 4444"}, ANA, clock
    )
    assert done.ticket.title == "card ••••1111"
    assert set(done.masked) == {"title", "details"}
    everything = str(store.rows("SELECT * FROM ticket_event")) + str(store.rows("SELECT * FROM outbox"))
    assert "4111111111111111" not in everything
    assert "5555 5555" not in everything
    assert tickets.find(store, "4111111111111111") == []


def test_nothing_is_left_of_a_save_that_failed(store: Store, clock: LeapClock, saved: Ticket) -> None:
    store.execute(
        "CREATE TEMP TRIGGER refuse BEFORE INSERT ON main.ticket_event BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    )
    before = store.value("SELECT count(*) FROM outbox")
    with pytest.raises(StoreError, match="full"):
        tickets.create(store, FORM, "10002", ANA, clock)
    with pytest.raises(StoreError, match="full"):
        tickets.update(store, saved, {**FORM, "title": "changed"}, ANA, clock)
    assert tickets.get(store, saved.id) == saved
    assert store.value("SELECT count(*) FROM ticket") == 1
    assert store.value("SELECT count(*) FROM outbox") == before


# rules


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "title"),
        ({"title": " \n "}, "title"),
        ({"title": "x" * (MAX_TITLE + 1)}, "title"),
        ({"title": "x", "details": "x" * (MAX_DETAILS + 1)}, "details"),
        ({"title": "x", "code": "12345"}, "code"),
        ({"title": "x", "code": "12345a"}, "code"),
        ({"title": "x", "code": "١٢٣٤٥٦"}, "code"),
    ],
)
def test_what_stops_a_save_is_said_field_by_field(
    store: Store, clock: LeapClock, fields: dict[str, str], field: str
) -> None:
    assert list(faults(fields)) == [field]
    with pytest.raises(TicketFaultError) as told:
        tickets.create(store, fields, "10001", ANA, clock)
    assert list(told.value.faults) == [field]
    assert field in str(told.value)
    assert store.value("SELECT count(*) FROM ticket") == 0
    assert store.value("SELECT count(*) FROM outbox") == 0


@pytest.mark.parametrize("before", TicketState)
@pytest.mark.parametrize("after", TicketState)
def test_states_follow_the_table(store: Store, clock: LeapClock, before: TicketState, after: TicketState) -> None:
    one = tickets.create(store, {"title": "x", "state": before.value}, "10001", ANA, clock).ticket
    if after in TRANSITIONS[before]:
        assert tickets.update(store, one, {"state": after.value}, ANA, clock).ticket.state is after
    else:
        with pytest.raises(TicketFaultError, match=f"is {before} cannot become {after}"):
            tickets.update(store, one, {"state": after.value}, ANA, clock)
        assert tickets.get(store, one.id) == one


def test_every_state_can_be_left_but_closed() -> None:
    assert set(TRANSITIONS) == set(TicketState)
    for state, following in TRANSITIONS.items():
        assert state in following
        assert (following == {state}) is (state is TicketState.CLOSED)


def test_hints_tell_what_a_type_also_wants() -> None:
    assert hints({"title": "x"}) == []
    assert hints({"type": "4", "title": "x"}) == ["assignee", "person", "asset", "sla", "details"]
    assert hints({"type": "0", "title": "x", "sla": "4 h", "person": "M", "assignee": " "}) == [
        "assignee",
        "details",
    ]
    assert hints(dict.fromkeys(FIELDS, "") | DEFAULTS) == []


# finding


def test_found_by_number_by_its_beginning_and_by_words(store: Store, clock: LeapClock) -> None:
    made = {
        number: tickets.create(store, {"title": title, "details": details}, number, ANA, clock).ticket
        for number, title, details in (
            ("10001", "Printer offline", "the café's printer"),
            ("10002", "Router reboots", "every night at two"),
            ("1000", "Slow laptop", "since the update"),
            ("S7-0001", "No sound", ""),
        )
    }
    tickets.note(store, made["10002"].id, "sent a replacement adapter", ANA, clock)

    def numbers(query: str) -> list[str]:
        return [one.number for one in tickets.find(store, query)]

    assert numbers("10002") == ["10002"]
    assert numbers("#10002 ") == ["10002"]
    assert numbers("1000") == ["1000", "10001", "10002"], "the whole number first"
    assert numbers("S7-0001") == ["S7-0001"]
    assert numbers("print") == ["10001"]
    assert numbers("offline PRINTER") == ["10001"]
    assert numbers("cafe") == ["10001"]
    assert numbers("CAFE\u0301") == ["10001"], "an accent typed as a letter of its own"
    assert numbers("replacement") == ["10002"], "a word of a note"
    assert numbers("replacement router") == [], "words of one text"
    assert numbers("ticket") == [], "what the program writes into the history is no text of the agent's"
    assert numbers("") == numbers("   ") == numbers("#") == []
    assert len(tickets.find(store, "1", limit=2)) == 2


def test_decomposed_letters_inside_a_word_find_it(store: Store, clock: LeapClock) -> None:
    tickets.create(store, {"title": "Résumé lost"}, "1", ANA, clock)
    for query in ("résumé", "re\u0301sume\u0301", "RESUME", "Résu"):
        assert len(tickets.find(store, query)) == 1, query


def test_a_changed_title_is_found_by_the_new_words_only(store: Store, clock: LeapClock, saved: Ticket) -> None:
    tickets.update(store, saved, {**FORM, "title": "Scanner"}, ANA, clock)
    assert tickets.find(store, "offline") == []
    assert [one.id for one in tickets.find(store, "scanner")] == [saved.id]


QUERIES = st.one_of(
    st.text(max_size=60),
    st.text(st.sampled_from("\"'()*:^-+{}[]\\%_,.;<>= \u0000ANDORT nearab1²ß漢\u0301\ud83d"), max_size=60),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(QUERIES)
@example('"')
@example("a*b")
@example("NEAR(a b, 2)")
@example("title:printer")
@example("printer AND NOT x")
@example("\ud83d")
@example("²")
@example("a " * 5000)
@example("x" * 200_000)
def test_nothing_in_a_query_is_syntax(store: Store, clock: LeapClock, query: str) -> None:
    if store.value("SELECT count(*) FROM ticket") == 0:
        tickets.create(store, FORM, "10001", ANA, clock)
    assert all(isinstance(one, Ticket) for one in tickets.find(store, query))


@pytest.mark.parametrize("text", [text for text in HOSTILE if text.strip() and len(text) < 100])
def test_hostile_titles_and_notes_are_stored_equal_and_looked_for_calmly(
    store: Store, clock: LeapClock, text: str
) -> None:
    one = tickets.create(store, {"title": text}, "10001", ANA, clock).ticket
    assert one.title == text.strip()
    assert tickets.note(store, one.id, text, ANA, clock).text == text
    assert tickets.history(store, one.id)[-1].text == text
    # the tokenizer of SQLite is of Unicode 6.1 and takes the isolates of 6.3 for letters
    parted = "".join(char if char.isalnum() or char in "\u2066\u2069" else " " for char in text).split()
    words = [word for word in parted if word.isascii()]
    found = tickets.find(store, " ".join(words))
    assert [hit.id for hit in found] == ([one.id] if words else [])


def test_open_tickets_of_a_customer_newest_first(store: Store, clock: LeapClock) -> None:
    customer = CustomerId("c1")
    for number, state in enumerate(("new", "solved", "closed", "pending", "on hold", "open", "new", "new")):
        clock.leap(1)
        tickets.create(store, {"title": "x", "state": state}, str(number), ANA, clock, customer_id=customer)
    tickets.create(store, {"title": "of somebody else"}, "99", ANA, clock, customer_id=CustomerId("c2"))
    assert [one.number for one in tickets.open_of(store, "c1")] == ["7", "6", "5", "4", "3"]
    assert len(tickets.open_of(store, "c1", limit=10)) == 6
    assert tickets.open_of(store, "nobody") == []


# two who edit one ticket


def test_an_edit_leaves_alone_what_others_changed_meanwhile(store: Store, clock: LeapClock, saved: Ticket) -> None:
    began = tickets.begun(store, saved)
    tickets.update(store, saved, {**FORM, "details": "theirs"}, BO, clock)
    now = tickets.get(store, saved.id)
    assert now is not None
    after = tickets.update(store, now, {**FORM, "title": "mine"}, ANA, clock, begun=began).ticket
    assert (after.title, after.details) == ("mine", "theirs")
    changes = [(event.field, event.actor) for event in tickets.history(store, saved.id)[1:]]
    assert changes == [("details", BO), ("title", ANA)], "nobody is said to have changed it back"


def test_an_edit_of_the_same_field_goes_out_as_of_the_version_that_was_seen(
    store: Store, clock: LeapClock, saved: Ticket
) -> None:
    store.execute("INSERT INTO row_meta (entity, entity_id, ver, deleted) VALUES ('ticket', ?, 1, 0)", (saved.id,))
    began = tickets.begun(store, saved)
    store.execute("UPDATE ticket SET title = 'theirs'")
    store.execute("UPDATE row_meta SET ver = 2")
    now = tickets.get(store, saved.id)
    assert now is not None
    tickets.update(store, now, {**FORM, "title": "mine"}, ANA, clock, begun=began)
    base = store.value("SELECT base_ver FROM outbox WHERE kind = 'put' ORDER BY seq DESC LIMIT 1")
    assert base == 1, "the hub sees that the other title was not known, and tells of a conflict"


def test_an_untouched_form_saves_nothing_whatever_others_did(store: Store, clock: LeapClock, saved: Ticket) -> None:
    began = tickets.begun(store, saved)
    tickets.update(store, saved, {**FORM, "title": "theirs", "state": "solved"}, BO, clock)
    now = tickets.get(store, saved.id)
    assert now is not None
    assert tickets.update(store, now, FORM, ANA, clock, begun=began).ticket == now


def test_numbers_without_a_hub_are_readable_and_unique(store: Store) -> None:
    numbers = []
    for _ in range(30):
        with store.write() as connection:
            numbers.append(take_ticket_number(connection))
    assert len(set(numbers)) == 30
    assert all(number.isascii() and number.startswith("S") and len(number) < 20 for number in numbers)


def test_a_number_whose_transaction_fails_is_not_used_up(store: Store) -> None:
    store.execute("INSERT INTO number_block (first, last, next) VALUES (10001, 10002, 10001)")
    with pytest.raises(KeyError), store.write() as connection:
        assert take_ticket_number(connection) == "10001"
        raise KeyError
    taken = []
    for _ in range(3):
        with store.write() as connection:
            taken.append(take_ticket_number(connection))
    assert taken[:2] == ["10001", "10002"]
    assert taken[2].startswith("S")
