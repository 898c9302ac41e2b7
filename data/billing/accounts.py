"""Reading the books: a customer's account, the money on a ticket, an invoice by its number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from data.billing.ledger import Account, InvoiceState, TicketMoney, statement
from data.billing.terms import PAST_DUE_DAYS
from data.models.base import Entity
from data.models.money import Charge, Invoice, Payment, Reversed
from data.store.database import Store

E = TypeVar("E", bound=Entity)
_AT_ONCE = 500
_INVOICE_NUMBER = re.compile(r"[0-9A-Z]+(?:-[0-9A-Z]*)+")
_LONGEST_NUMBER = 40


def account(store: Store, customer_id: str, today: date, past_due_days: int = PAST_DUE_DAYS) -> Account:
    """A customer's account on a day of the site's zone; empty for one without invoices."""
    invoices = _all(store, Invoice, "customer_id = ?", customer_id)
    payments = _all(store, Payment, "customer_id = ?", customer_id)
    back = reversed_ids(store, Reversed.INVOICE, invoices) | reversed_ids(store, Reversed.PAYMENT, payments)
    return statement(invoices, payments, back, today, past_due_days)


def open_invoices(
    store: Store, customer_id: str, today: date, past_due_days: int = PAST_DUE_DAYS
) -> tuple[InvoiceState, ...]:
    """A customer's invoices on which something is due, oldest due date first."""
    return account(store, customer_id, today, past_due_days).open


def ticket_money(store: Store, ticket_id: str, today: date, past_due_days: int = PAST_DUE_DAYS) -> TicketMoney:
    """The charges that stand on a ticket, and its invoices."""
    charges = standing_charges(store, ticket_id)
    invoices = _all(store, Invoice, "ticket_id = ?", ticket_id)
    if not charges and not invoices:
        return TicketMoney()
    customers = dict.fromkeys(one.customer_id for one in invoices)
    states = [
        state
        for customer_id in customers
        for state in account(store, customer_id, today, past_due_days).invoices
        if state.invoice.ticket_id == ticket_id
    ]
    billed = {line.charge_id for state in states if not state.void for line in state.invoice.lines}
    waiting = tuple(one for one in charges if one.id not in billed)
    return TicketMoney(tuple(charges), waiting, tuple(states))


def standing_charges(store: Store, ticket_id: str) -> list[Charge]:
    """The charges of a ticket that were not taken back, oldest first."""
    charges = _all(store, Charge, "ticket_id = ?", ticket_id)
    back = reversed_ids(store, Reversed.CHARGE, charges)
    return [one for one in charges if one.id not in back]


def standing_invoices(store: Store, ticket_id: str) -> list[Invoice]:
    """The invoices of a ticket that are not void, oldest first."""
    invoices = _all(store, Invoice, "ticket_id = ?", ticket_id)
    void = reversed_ids(store, Reversed.INVOICE, invoices)
    return [one for one in invoices if one.id not in void]


def invoice_of(store: Store, invoice_id: str) -> Invoice | None:
    """One invoice by id."""
    return next(iter(_all(store, Invoice, "id = ?", invoice_id)), None)


def payment_of(store: Store, payment_id: str) -> Payment | None:
    """One payment by id."""
    return next(iter(_all(store, Payment, "id = ?", payment_id)), None)


def charge_of(store: Store, charge_id: str) -> Charge | None:
    """One charge by id, whether or not it was taken back."""
    return next(iter(_all(store, Charge, "id = ?", charge_id)), None)


def payments_of(store: Store, customer_id: str) -> list[Payment]:
    """Every payment of a customer, oldest first; refunded ones too."""
    return _all(store, Payment, "customer_id = ?", customer_id)


def find_invoices(store: Store, query: str, limit: int = 6) -> list[Invoice]:
    """Invoices by number or by its beginning, which has a dash in it; `#` and the word invoice may stand before."""
    number = query.strip()[:_LONGEST_NUMBER].upper().removeprefix("INVOICE").lstrip(" #")
    if not _INVOICE_NUMBER.fullmatch(number):
        return []
    found = store.rows(
        "SELECT * FROM invoice WHERE number >= ? AND number < ? ORDER BY number <> ?, number LIMIT ?",
        (number, number + "\U0010ffff", number, limit),
    )
    return [Invoice.from_row(row) for row in found]


def reversed_ids(store: Store, what: Reversed, entries: Sequence[Entity]) -> frozenset[str]:
    """The ids of those entries that were taken back."""
    found: set[str] = set()
    ids = [one.id for one in entries]
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        marks = ", ".join("?" * len(part))
        sql = f"SELECT DISTINCT of FROM reversal WHERE what = ? AND of IN ({marks})"  # noqa: S608
        found.update(row["of"] for row in store.rows(sql, (what, *part)))
    return frozenset(found)


def is_reversed(store: Store, what: Reversed, entry: Entity) -> bool:
    """Whether an entry was taken back."""
    return bool(reversed_ids(store, what, [entry]))


def _all(store: Store, model: type[E], where: str, value: str) -> list[E]:
    """`where` is ours, never text from outside."""
    rows: Iterable[dict[str, object]] = store.rows(
        f'SELECT * FROM "{model.entity}" WHERE {where} ORDER BY at, id',  # noqa: S608
        (value,),
    )
    return [model.from_row(row) for row in rows]  # type: ignore[arg-type]
