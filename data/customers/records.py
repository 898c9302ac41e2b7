"""Creating and changing customers, through the outbox like every local change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from data.clock import Clock
from data.customers.form import changes, read_form
from data.customers.lookup import get
from data.models.base import AgentId
from data.models.customer import Customer, Phone
from data.store.database import Store
from data.store.save import saving


class Opened(NamedTuple):
    """A customer as a form was filled with it."""

    customer: Customer
    ver: int
    """The hub's version of it that this seat had."""


class Written(NamedTuple):
    """A customer as it was saved."""

    customer: Customer
    masked: bool
    """A card number was masked."""


def opened(store: Store, customer_id: str) -> Opened:
    """A customer for its form.

    Raises:
        LookupError: it is no longer there.
    """
    customer = get(store, customer_id)
    if customer is None:
        raise LookupError("This customer is no longer in the store.")
    ver = store.value("SELECT ver FROM row_meta WHERE entity = 'customer' AND entity_id = ?", (customer_id,))
    return Opened(customer, int(ver or 0))


def create(store: Store, texts: Mapping[str, str], region: str, actor: AgentId, clock: Clock) -> Written:
    """Write a new customer from the texts of a form; it is found by the next search.

    Raises:
        ValueError: no name, or a plan that is none of 0 to 4.
    """
    customer = read_form(texts, region)
    _named(customer.name)
    with saving(store, actor, clock) as change:
        written = change.add(customer)
    return Written(written, bool(change.masked) or _card_in(written.phones))


def change(
    store: Store, shown: Opened, texts: Mapping[str, str], region: str, actor: AgentId, clock: Clock
) -> Written:
    """Write what a form changed of a customer; what others changed in other fields meanwhile stays.

    Raises:
        ValueError: no name, or a plan that is none of 0 to 4.
        LookupError: the customer is no longer there.
    """
    fields = changes(shown.customer, texts, region)
    _named(str(fields.get("name", shown.customer.name)))
    customer_id = shown.customer.id
    with saving(store, actor, clock) as change:
        now = get(store, customer_id)
        if now is not None and _only_here(store, customer_id):
            # The hub would make a whole customer of the few fields of an update.
            written: Customer | None = change.add(Customer.model_validate({**now.model_dump(), **fields}))
        else:
            written = change.update(Customer, customer_id, shown.ver, **fields)
    if written is None:
        raise LookupError("This customer is no longer in the store.")
    return Written(written, bool(change.masked) or _card_in(fields.get("phones", ())))


def _only_here(store: Store, customer_id: str) -> bool:
    """Whether a customer came by an import and nothing of it has gone to the hub or waits for it."""
    found = store.row(
        "SELECT (SELECT max(import_id) FROM customer_row WHERE id = :id AND gone = 0) AS import_id,"
        " EXISTS (SELECT 1 FROM row_meta WHERE entity = 'customer' AND entity_id = :id)"
        " OR EXISTS (SELECT 1 FROM outbox WHERE entity = 'customer' AND entity_id = :id) AS known",
        {"id": customer_id},
    )
    return found is not None and bool(found["import_id"]) and not found["known"]


def _card_in(phones: Sequence[Phone]) -> bool:
    """Whether there is what is left of a card number in a number's place."""
    return any("••••" in phone.raw for phone in phones)


def _named(name: str) -> None:
    if not name:
        raise ValueError("A customer needs a name.")
