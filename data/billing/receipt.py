"""A receipt: what it says, and how that stands on paper of fixed width.

There are two: of a payment, and of a ticket on which nothing was paid (a plan that includes the help, or a help
without charge)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from data.billing import accounts
from data.billing.amounts import MoneyError, money_text
from data.billing.ledger import InvoiceState
from data.customers import lookup as customers
from data.models.money import Charge, InvoiceLine, Method, Reversed
from data.store.database import Store
from data.tickets import tickets

WIDTH = 64

Measure = Callable[[str], float]
_NAME = re.compile(r"[0-9A-Za-z-]{1,40}")
_BY = {Method.PORTAL: "in your account", Method.LINK: "by payment link", Method.PHONE: "by phone"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a receipt: text on the left, an amount on the right; `strong` is a heading."""

    left: str = ""
    right: str = ""
    strong: bool = False
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """`name`: what its files are called, made of our own numbers alone."""

    name: str
    title: str
    rows: tuple[Row, ...]


def receipt_of_payment(store: Store, payment_id: str, organisation: str, zone: ZoneInfo, now: datetime) -> Receipt:
    """The receipt of a payment: its invoices with their items, how it was paid and split, and what remains.

    Raises:
        MoneyError: there is no such payment.
    """
    payment = accounts.payment_of(store, payment_id)
    if payment is None:
        raise MoneyError("This payment is not in the store: look at the customer again.")
    account = accounts.account(store, payment.customer_id, now.astimezone(zone).date())
    states = {one.invoice.id: one for one in account.invoices}
    paid = [(states[part.invoice_id], part.amount) for part in payment.allocations if part.invoice_id in states]
    number = paid[0][0].invoice.number if paid else "payment"
    rows = [
        *_head(store, organisation, f"Receipt {number}", payment.customer_id, payment.at.astimezone(zone).date())
    ]
    for state, amount in paid:
        rows += _invoice(state, amount)
    rows += [Row(), Row("Paid", money_text(payment.amount), strong=True)]
    rows.append(Row(f"{_BY[payment.method]}, reference {payment.reference}", indent=2))
    if payment.payer:
        rows.append(Row(f"by {payment.payer}", indent=2))
    if accounts.is_reversed(store, Reversed.PAYMENT, payment):
        rows.append(Row("This payment was refunded.", strong=True))
    rows += [Row(), Row("Remains on your account", money_text(account.open_balance), strong=True)]
    if account.credit:
        rows.append(Row("Your credit", money_text(account.credit)))
    mark = hashlib.sha256(payment.id.encode()).hexdigest()[:8]
    return Receipt(f"receipt-{_plain(number)}-{mark}", f"Receipt {number}", _clean(rows))


def receipt_of_ticket(store: Store, ticket_id: str, organisation: str, zone: ZoneInfo, now: datetime) -> Receipt:
    """The receipt of a ticket: its charges, if there are any, and what remains of its invoices.

    Raises:
        MoneyError: the ticket is not saved.
    """
    ticket = tickets.get(store, ticket_id)
    if ticket is None:
        raise MoneyError("This ticket is not saved yet: save it first.")
    today = now.astimezone(zone).date()
    money = accounts.ticket_money(store, ticket_id, today)
    title = f"Receipt for ticket {ticket.number}"
    rows = [*_head(store, organisation, title, ticket.customer_id, ticket.created_at.astimezone(zone).date())]
    rows.append(Row(f"Type: {ticket.type.label}"))
    for state in money.invoices:
        if not state.void:
            rows += _invoice(state, None)
    if money.waiting:
        rows += [Row(), Row("Not invoiced yet", strong=True), *_items(money.waiting)]
    if not money.charges:
        rows += [Row(), Row("Charges", money_text(Decimal()), strong=True)]
    rows += [Row(), Row("Remains to be paid", money_text(money.due), strong=True)]
    return Receipt(f"receipt-ticket-{_plain(ticket.number)}", title, _clean(rows))


def receipt_text(receipt: Receipt) -> str:
    """A receipt as text, 64 columns wide. A letter of double width takes two."""
    lines: list[str] = []
    for row in receipt.rows:
        room = WIDTH - row.indent - (len(row.right) + 2 if row.right else 0)
        parts = wrapped(row.left, room, cells) or [""]
        lines += [" " * row.indent + part for part in parts]
        if row.right:
            gap = WIDTH - row.indent - cells(parts[-1]) - len(row.right)
            lines[-1] += " " * gap + row.right
    return "\n".join([*(one.rstrip() for one in lines), ""])


def cells(text: str) -> int:
    """Columns that a text takes in a terminal."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def wrapped(text: str, room: float, measure: Measure) -> list[str]:
    """A text in lines that are no wider than `room`; a word that is too long is cut."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        if line and measure(f"{line} {word}") <= room:
            line = f"{line} {word}"
            continue
        if line:
            lines.append(line)
        while measure(word) > room and len(word) > 1:
            end = next(end for end in range(len(word) - 1, 0, -1) if end == 1 or measure(word[:end]) <= room)
            lines.append(word[:end])
            word = word[end:]
        line = word
    return [*lines, line] if line else lines


def _head(store: Store, organisation: str, title: str, customer_id: str | None, on: date) -> Iterator[Row]:
    customer = customers.get(store, customer_id) if customer_id is not None else None
    yield Row(organisation, strong=True)
    yield Row(title)
    yield Row()
    yield Row(f"Date: {_day(on)}")
    if customer is not None:
        yield Row("Customer: " + ", ".join(part for part in (customer.name, customer.company) if part))
        if customer.account:
            yield Row(f"Account: {customer.account}")


def _invoice(state: InvoiceState, paid: Decimal | None) -> Iterator[Row]:
    """An invoice with its items, what this payment paid of it, and what remains."""
    invoice = state.invoice
    void = ", void" if state.void else ""
    yield Row()
    yield Row(
        f"Invoice {invoice.number} of {_day(invoice.issued_on)}{void}", money_text(invoice.total), strong=True
    )
    yield from _items(invoice.lines)
    if paid is not None:
        yield Row("paid with this payment", money_text(paid), indent=2)
    yield Row("remains" if state.due else "nothing remains", money_text(state.due), indent=2)


def _items(lines: Iterable[InvoiceLine | Charge]) -> Iterator[Row]:
    for line in lines:
        each = f", {line.quantity} × {money_text(line.unit_price)}" if line.quantity > 1 else ""
        per = f" (per {line.per})" if line.per else ""
        yield Row(f"{line.item} {line.text}{per}{each}", money_text(line.amount), indent=2)


def _day(on: date) -> str:
    return f"{on.day} {on:%b} {on.year}"


def _plain(number: str) -> str:
    """A number of ours as part of a file's name; one that does not look like ours as its fingerprint."""
    return number if _NAME.fullmatch(number) else hashlib.sha256(number.encode()).hexdigest()[:12]


def _clean(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Rows without what a terminal or a printer would obey."""
    return tuple(Row(_printable(row.left), _printable(row.right), row.strong, row.indent) for row in rows)


def _printable(text: str) -> str:
    shown = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(shown.split())
