"""Customers by form: what is written, what stays, and what travels (CUST-4)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from data.clock import SYSTEM_CLOCK
from data.customers.form import MARKS, changes, form_of, read_form
from data.customers.importing import import_customers
from data.customers.lookup import get, lookup
from data.customers.records import change, create, opened
from data.models.base import AgentId
from data.models.customer import Customer, Person, Phone, Plan, may_discuss_money
from data.store.database import Store
from data.store.save import saving
from tests.data.customers.test_import import text_file
from tests.data.customers.test_index import assert_indexes_right

ME = AgentId("dana")
CARD = "4111 1111 1111 1111"
MARIA = Customer(
    id="1",
    account="20718",
    name="Maria Alvarez",
    company="Alvarez Tile Co",
    plan=Plan.HELP_DESK,
    phones=(Phone(raw="202-555-0142", e164="+12025550142", note="mobile"), Phone(raw="", e164="+12025550143"), Phone(raw="ext 7")),
    emails=("m@example.com", "t@example.com"),
    street="12 Mill St",
    city="Ridgeport",
    people=(Person(name="Maria", role="owner", money=True), Person(name="Joel")),
    notes="two\nlines",
    extra={"vip": "1"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("mark", "people", "may"),
    [
        (None, 0, True), (None, 1, True), (None, 2, False), (None, 5, False),
        (True, 1, True), (True, 2, True), (True, 5, True),
        (False, 1, False), (False, 2, False), (False, 5, False),
    ],
)  # fmt: skip
def test_who_may_discuss_money(mark: bool | None, people: int, may: bool) -> None:
    assert may_discuss_money(mark, people) is may
    person = Person(name="Ann", money=mark)
    others = [Person(name=f"Other {number}") for number in range(max(people - 1, 0))]
    assert Customer(id="1", name="Acme", people=(person, *others)).may_discuss_money(person) is may


def queued(store: Store) -> list[dict[str, Any]]:
    return [json.loads(row["patch"]) for row in store.rows("SELECT patch FROM outbox ORDER BY seq")]


def test_a_form_becomes_a_customer(store: Store) -> None:
    texts = {
        "name": "  Ann   Lee ",
        "account": "20718",
        "phone": "202-555-0142",
        "phone2": "ext 7",
        "email": "a@example.com, b@example.com",
        "plan": "2",
        "person1": "Ann",
        "money1": "no",
        "person2": "Bo",
        "money2": "",
        "person3": "",
        "money3": "yes",
    }
    written = create(store, texts, "US", ME, SYSTEM_CLOCK)
    assert written.customer == Customer(
        id=written.customer.id,
        name="Ann Lee",
        account="20718",
        plan=Plan.HELP_DESK,
        phones=(Phone(raw="202-555-0142", e164="+12025550142"), Phone(raw="ext 7")),
        emails=("a@example.com", "b@example.com"),
        people=(Person(name="Ann", money=False), Person(name="Bo")),
    )
    assert not written.masked
    assert lookup(store, "ann lee")[0].customer.id == written.customer.id
    assert_indexes_right(store)


def test_a_form_without_a_name_is_refused(store: Store) -> None:
    assert read_form({"phone": "202-555-0142"}, "US").name == ""
    with pytest.raises(ValueError, match="needs a name"):
        create(store, {"name": "  ", "phone": "202-555-0142"}, "US", ME, SYSTEM_CLOCK)
    assert queued(store) == []


def test_a_form_that_was_not_touched_changes_nothing() -> None:
    assert changes(MARIA, form_of(MARIA), "US") == {}
    assert changes(MARIA, {}, "US") == {}
    assert {form_of(MARIA)[f"money{place}"] for place in (1, 2)} <= set(MARKS)


@pytest.mark.parametrize(
    ("texts", "changed"),
    [
        ({"name": "Maria  Alvarez"}, {}),
        ({"name": "Maria Lee"}, {"name": "Maria Lee"}),
        ({"plan": ""}, {"plan": None}),
        ({"email": "m@example.com"}, {"emails": ("m@example.com",)}),
        ({"phone": "202-555-0199"}, {"phones": (Phone(raw="202-555-0199", e164="+12025550199", note="mobile"), *MARIA.phones[1:])}),
        ({"phone": ""}, {"phones": MARIA.phones[1:]}),
        ({"phone2": "ext 9"}, {"phones": (MARIA.phones[0], Phone(raw="ext 9"), MARIA.phones[2])}),
        ({"money1": "no"}, {"people": (Person(name="Maria", role="owner", money=False), Person(name="Joel"))}),
        ({"money2": "yes"}, {"people": (MARIA.people[0], Person(name="Joel", money=True))}),
        ({"person1": ""}, {"people": (Person(name="Joel"),)}),
        ({"person3": "Ann", "money3": "yes"}, {"people": (*MARIA.people, Person(name="Ann", money=True))}),
        ({"notes": "other"}, {"notes": "other"}),
    ],
)  # fmt: skip
def test_only_what_was_touched_changes(texts: dict[str, str], changed: dict[str, Any]) -> None:
    assert changes(MARIA, {**form_of(MARIA), **texts}, "US") == changed


def test_a_change_travels_and_leaves_what_others_changed(store: Store) -> None:
    with saving(store, ME, SYSTEM_CLOCK) as first:
        first.add(MARIA)
    shown = opened(store, "1")
    with saving(store, AgentId("priya"), SYSTEM_CLOCK) as other:
        other.update(Customer, "1", street="1 New St")
    texts = {**form_of(shown.customer), "city": "Eastmere", "phone": "202-555-0199"}
    change(store, shown, texts, "US", ME, SYSTEM_CLOCK)
    now = get(store, "1")
    assert now is not None
    assert (now.street, now.city, now.notes) == ("1 New St", "Eastmere", "two\nlines")
    assert lookup(store, "0142") == []
    assert set(queued(store)[-1]) == {"city", "phones"}
    assert_indexes_right(store)


def test_an_imported_customer_goes_to_the_hub_as_a_whole_once_it_is_changed(store: Store, tmp_path: Path) -> None:
    import_customers(store, text_file(tmp_path, "id,name,phone,vip\n1,Ann Lee,202-555-0142,1\n"))
    for city in ("Ridgeport", "Eastmere"):
        shown = opened(store, "1")
        change(store, shown, {**form_of(shown.customer), "city": city}, "US", ME, SYSTEM_CLOCK)
    first, second = queued(store)
    assert set(first) == set(Customer.columns())
    assert (first["name"], first["city"], first["extra"]) == ("Ann Lee", "Ridgeport", {"vip": "1"})
    assert second == {"city": "Eastmere"}
    assert_indexes_right(store)


def test_no_card_number_is_kept_in_any_field_of_the_form(store: Store) -> None:
    fields = ("name", "company", "phone", "email", "street", "city", "notes", "person1")
    written = create(store, dict.fromkeys(fields, CARD), "US", ME, SYSTEM_CLOCK)
    assert written.masked
    assert create(store, {"name": "Ann", "phone": CARD}, "US", ME, SYSTEM_CLOCK).masked
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for text in (CARD, CARD.replace(" ", "")):
        assert text.encode() not in store.path.read_bytes()


def test_a_customer_that_went_away_is_told(store: Store) -> None:
    with pytest.raises(LookupError, match="no longer in the store"):
        opened(store, "1")
