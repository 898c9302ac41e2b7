"""Twenty thousand made-up customers with real name frequencies: the answers that belong to them.

`python -m tests.bench.customers` asks the same of a million."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.customers.importing import import_customers
from data.customers.lookup import lookup
from data.store.database import STORE_FILE, Store
from tests.bench import customers as bench
from tests.data.customers.test_index import assert_indexes_right

pytestmark = [pytest.mark.corpora, pytest.mark.xdist_group("made-customers")]
COUNT = 20_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("made")


@pytest.fixture(scope="module")
def made(corpora: Path, folder: Path) -> bench.Made:
    return bench.make(corpora, folder, COUNT)


@pytest.fixture(scope="module")
def store(made: bench.Made, folder: Path) -> Iterator[Store]:
    figures = {one.name: one.value for one in bench.imported(made, folder)}
    assert figures["tickets saved meanwhile"] > 5
    with Store(folder / STORE_FILE) as opened:
        yield opened


def test_everybody_is_found_by_what_is_typed(store: Store, made: bench.Made, folder: Path) -> None:
    figures = bench.lookup_figures(made, folder)
    assert bench.faults(figures) == []
    assert {"names not found", "hard names not found", "numbers as written not found"} <= {
        one.name for one in figures
    }


def test_numbers_open_their_customers_and_duplicates_are_told(store: Store, made: bench.Made, folder: Path) -> None:
    assert bench.faults(bench.answer_figures(made, folder)) == []


def test_a_wrong_answer_is_a_fault(made: bench.Made, folder: Path, store: Store) -> None:
    wrong = {**made.expected, "shared_phone": [["+12025550142", [1, 2]]]}
    (fault,) = bench.faults(bench.answer_figures(bench.Made(made.path, made.count, wrong), folder))
    assert fault.name == "shared numbers that do not offer all"


def test_typing_mistakes_find_somebody_of_that_name(store: Store, made: bench.Made) -> None:
    tried = found = 0
    for number, name, _written, _e164, _mail in made.expected["lookup"]:
        first, _, last = name.rpartition(" ")
        if len(last) < 5:
            continue
        tried += 1
        typed = f"{first} {last[:2]}{last[3]}{last[2]}{last[4:]}"
        found += str(number) in [match.customer.id for match in lookup(store, typed)]
    assert tried > 100
    assert found / tried > 0.9


def test_importing_again_changes_nothing(store: Store, made: bench.Made) -> None:
    report = import_customers(store, made.path)
    assert (report.added, report.updated, report.unchanged) == (0, 0, made.count)
    assert_indexes_right(store)
