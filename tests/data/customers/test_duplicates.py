"""Who is probably known already, and why (CUST-4)."""

from __future__ import annotations

import pytest

from data.customers.duplicates import MOST, likely
from data.customers.index import remove_customer
from data.store.database import Store
from tests.data.customers.conftest import Save, customer
from tests.data.customers.test_naughty import OURS
from tests.hostile import HOSTILE

KNOWN = ("1", "Maria Alvarez", "202-555-0142")
FIELDS = {
    "company": "Alvarez Tile Co",
    "city": "Ridgeport, IL 62701",
    "account": "A-20718",
    "emails": ("maria@example.com",),
}


@pytest.mark.parametrize(
    ("name", "numbers", "fields", "why"),
    [
        ("Nora", ["(202) 555 0142"], {}, "same number"),
        ("maria ALVAREZ", ["202-555-0142"], {}, "same number, same name"),
        ("Maria Alvares", ["202-555-0142"], {}, "same number, name alike"),
        ("Nora", [], {"emails": ("Maria@Example.com",)}, "same e-mail address"),
        ("Nora", [], {"account": "a20718"}, "same account"),
        ("Nora", [], {"account": "20718"}, None),
        ("Maria Alvarez", [], {"city": "Ridgeport"}, "same name, same town"),
        ("Alvarez, María", [], {"city": "ridgeport, il"}, "name alike, same town"),
        ("Maria C. Alvarez", [], {"company": "Alvarez Tile Co."}, "name alike, same company"),
        ("Mraia Alvarez", [], {"city": "Ridgeport"}, "name alike, same town"),
        ("Maria Alvaerz", [], {"company": "ALVAREZ TILE CO", "city": "Ridgeport"}, "name alike, same company and town"),
        ("Maria Alvarez", [], {}, None),
        ("Maria Alvarez", [], {"city": "Eastmere"}, None),
        ("Mario Alvarado", [], {"city": "Ridgeport"}, None),
        ("Bo Lee", [], {"city": "Ridgeport"}, None),
        ("", [], {"city": "Ridgeport"}, None),
        ("Joel Alvarez", [], {"company": "Alvarez Tile Co"}, "name alike, same company"),
        ("Nora", ["0142"], {}, None),
        ("Nora", ["tel. 4711 0815"], {}, None),
    ],
)  # fmt: skip
def test_what_makes_a_duplicate(
    store: Store, save: Save, name: str, numbers: list[str], fields: dict[str, object], why: str | None
) -> None:
    save(*KNOWN, people=("Joel Alvarez",), **FIELDS)
    save("2", "Somebody Else", "202-555-0199", city="Ridgeport", company="Else Co")
    found = likely(store, customer("new", name, *numbers, **fields))
    assert [(one.id, one.why) for one in found] == ([("1", why)] if why else [])


def test_a_number_that_could_not_be_understood_is_compared_too(store: Store, save: Save) -> None:
    save("1", "Ann", "ext 4711 0815")
    assert [one.why for one in likely(store, customer("new", "Bo", "4711-0815"))] == ["same number"]


def test_the_likeliest_comes_first_and_never_too_many(store: Store, save: Save) -> None:
    for number in range(30):
        save(f"{number}", f"Lee {number}", "202-555-0142", emails=("ann@example.com",) if number == 25 else ())
    save("ann", "Ann Lee", "202-555-0142")
    found = likely(store, customer("new", "Ann Lee", "202-555-0142", emails=("ann@example.com",)))
    assert len(found) == MOST
    assert [one.id for one in found][:2] == ["25", "ann"]


def test_the_customer_itself_is_no_duplicate(store: Store, save: Save) -> None:
    ann = save("1", "Ann Lee", "202-555-0142", city="Ridgeport")
    assert likely(store, ann, but="1") == []
    assert [one.id for one in likely(store, ann)] == ["1"]


def test_only_what_can_be_seen_is_a_duplicate(store: Store, save: Save) -> None:
    ann = save("1", "Ann Lee", "202-555-0142", city="Ridgeport")
    with store.write() as connection:
        remove_customer(connection, "1")
    assert likely(store, ann) == []


def test_text_from_outside_is_no_search_syntax(store: Store, save: Save) -> None:
    for place, text in enumerate((*OURS, *HOSTILE)):
        hostile = customer("new", text, text, company=text, city=text, account=text, emails=(text,))
        likely(store, hostile)
        if place % 8 == 0 and text.strip():
            save(f"{place}", text, company=text, city=text, account=text, emails=(text,))
            likely(store, hostile)
