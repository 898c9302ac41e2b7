"""Twenty thousand made-up customers with real name frequencies: the answers that belong to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.customers.importing import import_customers
from data.customers.lookup import lookup, pop
from data.store.database import Store
from tests.data.customers.conftest import MadeCustomers
from tests.data.customers.test_index import assert_indexes_right

pytestmark = pytest.mark.corpora


@pytest.fixture(scope="module")
def imported(made_customers: MadeCustomers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("made-store") / "seat.db") as store:
        report = import_customers(store, made_customers.path)
        assert (report.read, report.added, report.rejected) == (made_customers.count, made_customers.count, 0)
        yield store


def test_each_number_pops_its_customer(imported: Store, made_customers: MadeCustomers) -> None:
    for number, _name, written, e164, _mail in made_customers.expected["lookup"]:
        assert str(number) in [one.id for one in pop(imported, e164)]
        assert str(number) in [match.customer.id for match in lookup(imported, written)]
        assert str(number) in [match.customer.id for match in lookup(imported, e164[-4:])]


def test_shared_numbers_offer_all_their_customers(imported: Store, made_customers: MadeCustomers) -> None:
    assert made_customers.expected["shared_phone"]
    for e164, sharers in made_customers.expected["shared_phone"]:
        assert {str(number) for number in sharers} <= {one.id for one in pop(imported, e164)}


def test_names_and_addresses_find_their_customer(imported: Store, made_customers: MadeCustomers) -> None:
    names = mails = 0
    for number, name, _written, _e164, mail in made_customers.expected["lookup"]:
        names += str(number) in [match.customer.id for match in lookup(imported, name)]
        mails += lookup(imported, mail)[0].customer.id == str(number)
    assert mails == len(made_customers.expected["lookup"])
    assert names >= 198


def test_hard_names_are_found_by_their_own_text(imported: Store, made_customers: MadeCustomers) -> None:
    for number, name in made_customers.expected["hard"]:
        found = {match.customer.id: match.customer.name for match in lookup(imported, name)}
        assert found.get(str(number)) == name


def test_typing_mistakes_find_somebody_of_that_name(imported: Store, made_customers: MadeCustomers) -> None:
    tried = found = 0
    for number, name, _written, _e164, _mail in made_customers.expected["lookup"]:
        first, _, last = name.rpartition(" ")
        if len(last) < 5:
            continue
        tried += 1
        typed = f"{first} {last[:2]}{last[3]}{last[2]}{last[4:]}"
        found += str(number) in [match.customer.id for match in lookup(imported, typed)]
    assert tried > 100
    assert found / tried > 0.9


def test_importing_again_changes_nothing(imported: Store, made_customers: MadeCustomers, tmp_path: Path) -> None:
    report = import_customers(imported, made_customers.path)
    assert (report.added, report.updated, report.unchanged) == (0, 0, made_customers.count)
    assert_indexes_right(imported)
