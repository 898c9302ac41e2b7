"""A save is a row and its outbox entry, or neither; cards are masked; only what differs travels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from data.floor.pace import LeapClock
from data.models import SYNCED, Agent, Customer, Ticket, TicketEvent
from data.models.base import Entity, instant_text
from data.models.customer import Person, Phone
from data.store.database import Store
from data.store.errors import StoreError
from data.store.rows import read_row
from data.store.save import SCHEMA_V, Change, saving
from tests.data.samples import ME, samples
from tests.hostile import HOSTILE

CARD = "4111 1111 1111 1111"
MASK = "card ••••1111"


def stored(store: Store, one: Entity) -> Entity:
    row = read_row(store.connection, type(one), one.id)
    assert row is not None
    return type(one).from_row(row)


def outbox(store: Store) -> list[dict[str, object]]:
    return store.rows("SELECT * FROM outbox ORDER BY seq")


def of(kind: type[Entity], text: str = "text") -> Entity:
    return next(one for one in samples(text) if type(one) is kind)


# row and outbox together


@pytest.mark.parametrize("one", samples(), ids=lambda one: type(one).entity)
def test_a_new_row_and_its_op_are_written_together(store: Store, clock: LeapClock, one: Entity) -> None:
    with saving(store, ME, clock) as change:
        written = change.add(one)
    assert written == one == stored(store, one)
    [op] = outbox(store)
    assert json.loads(str(op["patch"])) == one.model_dump(mode="json")
    assert (op["entity"], op["entity_id"], op["state"], op["tries"]) == (one.entity, one.id, "queued", 0)
    assert op["kind"] == ("append" if one.append_only else "put")
    assert (op["base_ver"], op["actor"], op["schema_v"]) == (0, ME, SCHEMA_V)
    assert op["local_at"] == instant_text(clock.now())


def test_what_belongs_together_has_one_transaction(store: Store, clock: LeapClock) -> None:
    with saving(store, ME, clock) as change:
        for one in samples():
            change.add(one)
    with saving(store, ME, clock) as change:
        change.add(of(Ticket))
    ops = outbox(store)
    assert len(ops) == len(SYNCED) + 1
    assert len({op["txn_id"] for op in ops}) == 2
    assert len({op["op_id"] for op in ops}) == len(ops)
    assert [op["seq"] for op in ops] == sorted(int(str(op["seq"])) for op in ops)


@pytest.mark.parametrize("place", range(3))
def test_an_exception_in_the_middle_keeps_nothing(store: Store, clock: LeapClock, place: int) -> None:
    ticket = of(Ticket)
    with pytest.raises(KeyError), saving(store, ME, clock) as change:
        for step in range(3):
            if step == place:
                raise KeyError("the process dies here")
            change.add(ticket) if step == 0 else change.update(Ticket, ticket.id, title="other")
    assert outbox(store) == []
    assert store.value("SELECT count(*) FROM ticket") == 0
    assert store.value("SELECT count(*) FROM shadow") == 0
    assert store.value("SELECT count(*) FROM ticket_fts WHERE ticket_fts MATCH 'text'") == 0


def test_a_full_disk_keeps_nothing_and_what_was_saved_before(store: Store, clock: LeapClock) -> None:
    first = of(Ticket)
    with saving(store, ME, clock) as change:
        change.add(first)
    store.execute(f"PRAGMA max_page_count = {store.value('PRAGMA page_count') + 3}")
    failed = 0
    for size in (1_000, 10_000, 100_000):
        try:
            with saving(store, ME, clock) as change:
                change.update(Ticket, first.id, title="changed")
                change.add(of(Ticket, "x" * size))
        except StoreError as error:
            failed += 1
            assert "full" in str(error)
    assert failed > 0
    store.execute("PRAGMA max_page_count = 1000000")
    kept = 3 - failed
    assert store.value("SELECT count(*) FROM ticket") == 1 + kept
    assert len(outbox(store)) == 1 + kept + min(kept, 1), "the title changes with the first that is kept"
    assert store.value("PRAGMA integrity_check") == "ok"
    with saving(store, ME, clock) as change:
        change.add(of(Ticket, "room again"))


def test_a_store_that_may_only_be_read_says_so(store: Store, clock: LeapClock) -> None:
    store.execute("PRAGMA query_only = 1")
    with pytest.raises(StoreError, match="read-only"), saving(store, ME, clock) as change:
        change.add(of(Ticket))
    store.execute("PRAGMA query_only = 0")
    assert outbox(store) == []


# changes


@pytest.mark.parametrize("one", [one for one in samples() if not one.append_only], ids=lambda one: type(one).entity)
def test_saving_the_same_again_queues_nothing(store: Store, clock: LeapClock, one: Entity) -> None:
    with saving(store, ME, clock) as change:
        change.add(one)
    with saving(store, ME, clock) as change:
        same = {name: getattr(one, name) for name in type(one).model_fields if name != "id"}
        assert change.update(type(one), one.id, **same) == one
    assert len(outbox(store)) == 1
    assert store.value("SELECT count(*) FROM shadow") == 0


def test_only_the_fields_that_differ_travel(store: Store, clock: LeapClock) -> None:
    ticket, customer = of(Ticket), of(Customer)
    with saving(store, ME, clock) as change:
        change.add(ticket)
        change.add(customer)
    with saving(store, ME, clock) as change:
        after = change.update(Ticket, ticket.id, title="new", details="text", priority="low")
        change.update(
            Customer, customer.id, people=(Person(name="Ana"),), phones=(Phone(raw="1"),), flags=("text",)
        )
    assert after is not None
    assert (after.title, after.priority) == ("new", "low")
    patches = [json.loads(str(op["patch"])) for op in outbox(store)[2:]]
    assert patches[0] == {"title": "new", "priority": "low"}
    assert set(patches[1]) == {"people", "phones"}
    assert stored(store, ticket) == after


def test_an_unknown_record_is_none_and_an_append_only_one_is_refused(store: Store, clock: LeapClock) -> None:
    event = of(TicketEvent)
    with saving(store, ME, clock) as change:
        assert change.update(Ticket, "nowhere", title="x") is None
        change.add(event)
    with pytest.raises(TypeError, match="add another"), saving(store, ME, clock) as change:
        change.update(TicketEvent, event.id, text="rewritten")
    assert stored(store, event) == event


def test_a_value_that_does_not_fit_keeps_nothing(store: Store, clock: LeapClock) -> None:
    ticket = of(Ticket)
    with saving(store, ME, clock) as change:
        change.add(ticket)
    with pytest.raises(ValidationError), saving(store, ME, clock) as change:
        change.update(Ticket, ticket.id, title="fits")
        change.update(Ticket, ticket.id, priority="sky-high")
    assert stored(store, ticket) == ticket
    assert len(outbox(store)) == 1


def test_changes_name_the_version_that_was_seen(store: Store, clock: LeapClock) -> None:
    ticket = of(Ticket)
    with saving(store, ME, clock) as change:
        change.add(ticket)
    store.execute("INSERT INTO row_meta (entity, entity_id, ver, deleted) VALUES ('ticket', ?, 7, 0)", (ticket.id,))
    with saving(store, ME, clock) as change:
        assert change.version(Ticket, ticket.id) == 7
        change.update(Ticket, ticket.id, title="as it is now")
        change.update(Ticket, ticket.id, seen_ver=3, title="as it was then")
        change.update(Ticket, ticket.id, seen_ver=9, title="nobody sees ahead")
    assert [op["base_ver"] for op in outbox(store)] == [0, 7, 3, 7]


def test_the_hubs_row_is_kept_once_while_changes_wait(store: Store, clock: LeapClock) -> None:
    agent = Agent(id="a", name="as the hub has it")
    with saving(store, ME, clock) as change:
        change.add(agent)
    for name in ("first", "second"):
        with saving(store, ME, clock) as change:
            change.update(Agent, "a", name=name)
    [shadow] = store.rows("SELECT body FROM shadow")
    assert json.loads(shadow["body"])["name"] == "as the hub has it"


# text


@pytest.mark.parametrize("place", range(len(HOSTILE)))
def test_text_is_stored_as_it_was_given(store: Store, clock: LeapClock, place: int) -> None:
    given = samples(HOSTILE[place])
    with saving(store, ME, clock) as change:
        for one in given:
            assert change.add(one) == one
    for one in given:
        assert stored(store, one) == one
    assert change.masked == []


def test_halves_of_characters_do_not_stop_a_save(store: Store, clock: LeapClock) -> None:
    with saving(store, ME, clock) as change:
        for one in samples("half \ud83d"):
            change.add(one)
            if not one.append_only:
                assert change.update(type(one), one.id, **{_text_field(one): "other \ude00"}) is not None
    assert "\ud83d" not in str(store.rows("SELECT * FROM ticket"))
    assert store.value("SELECT title FROM ticket") in ("half \ufffd", "other \ufffd")


def _text_field(one: Entity) -> str:
    return next(iter(sorted(type(one).free_text & {"name", "reason", "about", "title", "why"}) or ["name"]))


def test_no_card_number_reaches_any_file(store: Store, clock: LeapClock, tmp_path: Path) -> None:
    text = f"pay with {CARD} please"
    with saving(store, ME, clock) as change:
        for one in samples():
            free = {name: text for name in one.free_text if isinstance(getattr(one, name), str)}
            written = change.add(one.model_copy(update=free))
            for name in free:
                assert getattr(written, name) == f"pay with {MASK} please"
                assert name in change.masked
            if not one.append_only:
                for name in free:
                    again = change.update(type(one), one.id, **{name: f"{CARD} again"})
                    assert getattr(again, name) == f"{MASK} again"
        change.add(
            Customer(
                id="c",
                name="Ana",
                emails=(CARD,),
                people=(Person(name=CARD, role=CARD),),
                flags=(CARD,),
                extra={"field": CARD},
            )
        )
    store.execute("PRAGMA wal_checkpoint(PASSIVE)")
    written_bytes = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for style in (CARD, CARD.replace(" ", "")):
        assert style.encode() not in written_bytes
    assert MASK.encode() in written_bytes


def test_masked_fields_are_named_once(store: Store, clock: LeapClock) -> None:
    ticket = of(Ticket)
    with saving(store, ME, clock) as change:
        change.add(ticket)
        change.update(Ticket, ticket.id, title=CARD)
        change.update(Ticket, ticket.id, title=f"{CARD} again", details=CARD)
    assert sorted(change.masked) == ["details", "title"]


def test_a_change_knows_nothing_of_the_next(store: Store, clock: LeapClock) -> None:
    seen: list[Change] = []
    for text in (CARD, "plain"):
        with saving(store, ME, clock) as change:
            change.add(of(Ticket, text))
            seen.append(change)
    assert seen[0].masked != []
    assert seen[1].masked == []
