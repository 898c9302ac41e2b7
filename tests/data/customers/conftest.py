"""A fresh store, a short way to write customers, and the made-up customers of the data folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from data.customers.index import write_customer
from data.customers.phone import normalise
from data.models.customer import Customer, Person, Phone
from data.store.database import Store
from tests.stores import new_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path / "seat.db") as opened:
        yield opened


def customer(customer_id: str, name: str, *numbers: str, people: tuple[str, ...] = (), **fields: Any) -> Customer:
    phones = tuple(Phone(raw=number, e164=normalise(number)) for number in numbers)
    return Customer(
        id=customer_id, name=name, phones=phones, people=tuple(Person(name=one) for one in people), **fields
    )


Save = Callable[..., Customer]


@pytest.fixture
def save(store: Store) -> Save:
    """Write a customer as a save at a desk does: `save("1", "Ann Lee", "202-555-0142", company="Acme")`."""

    def write(customer_id: str, name: str, *numbers: str, people: tuple[str, ...] = (), **fields: Any) -> Customer:
        made = customer(customer_id, name, *numbers, people=people, **fields)
        with store.write() as connection:
            write_customer(connection, made.to_row())
        return made

    return write


@pytest.fixture(scope="session")
def corpora() -> Path:
    folder = os.environ.get("AGENT_CONSOLE_CORPORA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("AGENT_CONSOLE_CORPORA names no folder with the real data")
    return Path(folder)
