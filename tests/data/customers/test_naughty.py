"""Hostile text as the name and company of customers: stored as it is, found by its own text, never syntax."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from data.customers.folding import words_of
from data.customers.importing import import_customers
from data.customers.index import write_customer
from data.customers.lookup import get, lookup
from data.models.customer import Customer
from data.store.database import Store
from data.text.cards import mask_cards
from tests.data.customers.test_index import assert_indexes_right

OURS = [
    "[/]",
    "[bold red]Ann[/bold red] [@click=app.quit]x[/]",
    "\x1b[2J\x1b[1;31mAnn\x07",
    "\x9b31mAnn",
    "Ann\0Lee",
    "a" * 100_000,
    "ann " * 5_000,
    '"ann" OR * NEAR(lee, 2) ^name: {w}',
    "'; DROP TABLE customer_row; --",
    "=HYPERLINK(\"https://example.com\")",
    "\u202eeeL nnA\u2066\u200f",
    "\ufeffAnn\u200b\u00adLee",
    "Z̷̢̛a̸l̶g̵o̷ text",
    "𝕬𝖓𝖓 𝓛𝓮𝓮 ＡＮＮ ⁰⁴²",
    "🇬🇧👩‍👩‍👧‍👦 5️⃣ family",
    "4111 1111 1111 1111 Ann",
    "|a|b|c|",
    "\r\nX-Header: ann",
    "AND", "NOT", "OR", "NULL", "nan", "-0", "1e309", "０１２",
]  # fmt: skip


@pytest.fixture(scope="session")
def blns(corpora: Path) -> list[str]:
    strings = json.loads((corpora / "naughty" / "blns.json").read_text(encoding="utf-8"))
    assert len(strings) > 500
    return [str(text) for text in strings]


def check(store: Store, strings: list[str]) -> None:
    """Each string, as name and as company, is stored equal and found by itself."""
    texts = list(dict.fromkeys(strings))
    for number, text in enumerate(texts):
        with store.write() as connection:
            write_customer(connection, Customer(id=f"n{number}", name=text).to_row())
            write_customer(connection, Customer(id=f"c{number}", name="Somebody", company=text).to_row())
    for number, text in enumerate(texts):
        assert get(store, f"n{number}") == Customer(id=f"n{number}", name=text)
        assert get(store, f"c{number}") == Customer(id=f"c{number}", name="Somebody", company=text)
        found = lookup(store, text, limit=200)
        if words_of(text):
            names = {match.customer.name for match in found}
            companies = {match.customer.company for match in found}
            assert text in names, text
            assert text in companies, text
        else:
            assert found == []
    assert_indexes_right(store)


def test_our_own_hostile_strings(store: Store) -> None:
    check(store, OURS)


def test_every_beginning_of_a_hostile_string_is_a_harmless_query(store: Store) -> None:
    with store.write() as connection:
        write_customer(connection, Customer(id="1", name="Ann Lee").to_row())
    for text in OURS:
        for end in range(min(len(text), 60)):
            for match in lookup(store, text[:end]):
                assert match.customer.id == "1"


def imported(store: Store, strings: list[str], tmp_path: Path) -> None:
    path = tmp_path / "naughty.csv"
    texts = [text for text in dict.fromkeys(strings) if text.strip() and "\0" not in text and len(text) < 50_000]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("id", "name", "company"), *((f"n{at}", text, text) for at, text in enumerate(texts))]
        )
    report = import_customers(store, path)
    assert (report.added, report.rejected) == (len(texts), 0)
    for number, text in enumerate(texts):
        masked = mask_cards(text)
        assert get(store, f"n{number}") == Customer(id=f"n{number}", name=masked, company=masked)
    assert_indexes_right(store)


def test_our_own_hostile_strings_come_through_an_import(store: Store, tmp_path: Path) -> None:
    imported(store, OURS, tmp_path)


@pytest.mark.corpora
def test_the_big_list_of_naughty_strings(store: Store, blns: list[str]) -> None:
    check(store, blns)


@pytest.mark.corpora
def test_the_big_list_comes_through_an_import(store: Store, blns: list[str], tmp_path: Path) -> None:
    imported(store, blns, tmp_path)
