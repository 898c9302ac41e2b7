"""The indexes stay right, whatever is written: compared with indexes made from scratch."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.customers.index import (
    entry_of,
    rebuild_index,
    remove_customer,
    stored_entry,
    write_customer,
    write_customers,
)
from data.customers.lookup import get, lookup
from data.models.customer import Customer
from data.store.database import Store
from data.store.rows import read_row, write_row
from tests.data.customers.conftest import Save, customer

FTS = ("customer_names", "customer_all")
KEYED = ("customer_number", "customer_text", "customer_word", "customer_slip")


def held_by_indexes(store: Store) -> dict[str, set[tuple[Any, ...]]]:
    """Every posting of every index."""
    held = {}
    for table in FTS:
        store.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{table}_vocab USING fts5vocab(main, {table}, instance)"
        )
        held[table] = {
            (row["term"], row["doc"])
            for row in store.execute(f"SELECT term, doc FROM temp.{table}_vocab").fetchall()
        }
    for table in KEYED:
        held[table] = {tuple(row) for row in store.execute(f"SELECT * FROM {table}").fetchall()}
    return held


def assert_indexes_right(store: Store) -> None:
    """The indexes hold exactly what the rows say; words once learnt may outlive their last customer."""
    for row in store.execute("SELECT * FROM customer_row").fetchall():
        assert stored_entry(row) == entry_of(dict(row))
    for table in FTS:
        store.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")
    before = held_by_indexes(store)
    with store.write() as connection:
        rebuild_index(connection)
    after = held_by_indexes(store)
    for table in (*FTS, "customer_number", "customer_text"):
        assert before[table] == after[table], table
    for table in ("customer_word", "customer_slip"):
        assert before[table] >= after[table], table


NAMES = [
    "Ann Lee",
    "Zoë O’Brien",
    "王小明",
    "José Núñez",
    "",
    "Smith, John Jr.",
    "  Lee  ",
    "محمد عبد الله",
    "7-Eleven",
    "N/A",
]
NUMBERS = ["202-555-0142", "+44 20 7946 0142", "4711", "555-0199", "(202) 555-0100", "junk"]


def random_customer(rng: random.Random, customer_id: str) -> Customer:
    return customer(
        customer_id,
        rng.choice(NAMES),
        *rng.sample(NUMBERS, rng.randrange(3)),
        people=tuple(rng.sample(NAMES, rng.randrange(3))),
        company=rng.choice(["", "Acme Widgets", "Ann Lee"]),
        account=rng.choice(["", "20718", "A-207 18"]),
        emails=tuple(rng.sample(["ann@example.com", "Lee@Example.com ", "odd"], rng.randrange(3))),
        street=rng.choice(["", "12 Oak St", "Kaiserstraße 7"]),
        city=rng.choice(["", "Springfield"]),
        website=rng.choice(["", "https://www.example.com/a"]),
        node=rng.choice(["", "N-12"]),
    )


@pytest.mark.parametrize("seed", range(8))
def test_random_edits_leave_every_index_as_if_made_from_scratch(store: Store, seed: int) -> None:
    rng = random.Random(seed)
    alive: dict[str, Customer] = {}
    for _ in range(60):
        chosen = [random_customer(rng, str(rng.randrange(15))) for _ in range(rng.choice([1, 1, 1, 7]))]
        with store.write() as connection:
            if alive and rng.random() < 0.2:
                gone = rng.choice(sorted(alive))
                remove_customer(connection, gone)
                del alive[gone]
            else:
                write_customers(connection, [one.to_row() for one in chosen])
                alive.update({one.id: one for one in chosen})
    assert {row["id"] for row in store.rows("SELECT id FROM customer")} == set(alive)
    assert all(get(store, one) == expected for one, expected in alive.items())
    assert_indexes_right(store)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.text(max_size=60), second=st.text(max_size=60), company=st.text(max_size=40))
def test_any_text_may_replace_any_other(store: Store, first: str, second: str, company: str) -> None:
    for name in (first, second):
        written = Customer(id="x", name=name, company=company, emails=(name,), account=company, street=name)
        with store.write() as connection:
            write_customer(connection, written.to_row())
        assert get(store, "x") == written
    assert_indexes_right(store)


def test_the_check_sees_a_stale_posting(store: Store, save: Save) -> None:
    save("1", "Ann Lee")
    store.execute("INSERT INTO customer_names (customer_names, rowid, words) VALUES ('delete', -1, 'ann wrong')")
    with pytest.raises(AssertionError):
        assert_indexes_right(store)


def test_a_row_comes_back_by_the_stores_own_door(store: Store) -> None:
    made = customer("7", "Ann Lee", "202-555-0142", company="Acme", people=("Bo Lee",), extra={"vip": "1"})
    with store.write() as connection:
        write_row(connection, Customer, made.to_row())
        assert read_row(connection, Customer, "7") == made.to_row()
    assert get(store, "7") == made
    assert get(store, "8") is None


def test_an_edit_moves_nothing_and_a_new_customer_comes_first(store: Store, save: Save) -> None:
    save("1", "Ann Lee")
    save("2", "Ann Smith")
    save("1", "Ann Lee", "202-555-0142")
    assert [match.customer.id for match in lookup(store, "ann")] == ["2", "1"]


def test_what_was_replaced_is_not_found_any_more(store: Store, save: Save) -> None:
    save("1", "Ann Lee", "202-555-0142", account="20718", emails=("ann@example.com",), street="12 Oak St")
    save("1", "Bo Park", "202-555-0199", account="30000", emails=("bo@example.com",), street="9 Elm St")
    for old in ("ann", "lee", "0142", "20718", "ann@", "oak"):
        assert lookup(store, old) == [], old
    for new in ("bo", "park", "0199", "30000", "bo@", "elm"):
        assert [match.customer.id for match in lookup(store, new)] == ["1"], new


def test_a_removed_customer_leaves_nothing(store: Store, save: Save) -> None:
    save("1", "Ann Lee", "202-555-0142", account="20718", emails=("ann@example.com",))
    with store.write() as connection:
        remove_customer(connection, "1")
        remove_customer(connection, "unknown")
    held = held_by_indexes(store)
    assert [held[table] for table in (*FTS, "customer_number", "customer_text")] == [set()] * 4
    assert get(store, "1") is None
