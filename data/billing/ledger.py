"""What the books add up to: pure rules over rows that are only ever added, in whatever order they came.

An invoice is owed until it is voided; a payment counts until it is refunded. What was paid beyond an invoice (two
seats that did not hear of each other, an invoice voided elsewhere) is the customer's credit, so nothing is ever due
below zero, and open balance - credit = invoices - payments always holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from data.models.money import Charge, Invoice, Payment

ZERO = Decimal("0.00")


class Bucket(StrEnum):
    """How long an open amount is past its due date."""

    NOT_DUE = "not due"
    DAYS_1 = "1–29 days"
    DAYS_30 = "30–59 days"
    DAYS_60 = "60–89 days"
    DAYS_90 = "90 days and more"


def bucket_of(days: int) -> Bucket:
    """The bucket of an age in days past the due date."""
    if days < 1:
        return Bucket.NOT_DUE
    return (Bucket.DAYS_1, Bucket.DAYS_30, Bucket.DAYS_60, Bucket.DAYS_90)[min(days // 30, 3)]


@dataclass(frozen=True, slots=True)
class InvoiceState:
    """An invoice on a day. `paid` never exceeds what it asks for; what came in beyond that is `surplus`."""

    invoice: Invoice
    void: bool
    paid: Decimal
    surplus: Decimal
    days: int
    """Past the due date; below zero while it is not due."""
    past_due_days: int
    """From how many days on it is past due."""
    also_on: tuple[str, ...] = ()
    """Numbers of standing invoices that hold a charge of this one too: made on two seats at once, void one."""

    @property
    def total(self) -> Decimal:
        """What it asks for; nothing once it is void."""
        return ZERO if self.void else self.invoice.total

    @property
    def due(self) -> Decimal:
        return self.total - self.paid

    @property
    def past_due(self) -> bool:
        return self.due > 0 and self.days >= self.past_due_days

    @property
    def word(self) -> str:
        """Its state in a word or two."""
        if self.void:
            return "void"
        if not self.due:
            return "paid"
        return "past due" if self.past_due else "part paid" if self.paid else "open"


def due_of(invoices: Iterable[InvoiceState]) -> Decimal:
    """What is due on some invoices together."""
    return sum((one.due for one in invoices), ZERO)


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's books on a day, oldest invoice first."""

    invoices: tuple[InvoiceState, ...] = ()
    unplaced: Decimal = ZERO
    """Paid for invoices that have not come to this seat yet."""

    @property
    def open_balance(self) -> Decimal:
        return due_of(self.invoices)

    @property
    def credit(self) -> Decimal:
        """Paid beyond what was asked for."""
        return sum((one.surplus for one in self.invoices), self.unplaced)

    @property
    def open(self) -> tuple[InvoiceState, ...]:
        """The invoices on which something is due, oldest due date first."""
        return tuple(one for one in self.invoices if one.due)

    @property
    def past_due(self) -> Decimal:
        """The amount that is past due."""
        return due_of(one for one in self.invoices if one.past_due)

    @property
    def oldest_days(self) -> int:
        """How long the oldest past-due amount is past its due date; 0 when there is none."""
        return max((one.days for one in self.invoices if one.past_due), default=0)

    @property
    def by_age(self) -> dict[Bucket, Decimal]:
        """The open balance by age, every bucket named."""
        amounts = dict.fromkeys(Bucket, ZERO)
        for one in self.invoices:
            amounts[bucket_of(one.days)] += one.due
        return amounts


def statement(
    invoices: Iterable[Invoice],
    payments: Iterable[Payment],
    reversed_ids: Collection[str],
    today: date,
    past_due_days: int,
) -> Account:
    """Add up one customer's rows.

    Args:
        reversed_ids: ids of invoices that are void and of payments that were refunded.
        today: the day in the site's zone.
    """
    came: defaultdict[str, Decimal] = defaultdict(Decimal)
    for payment in payments:
        if payment.id not in reversed_ids:
            for part in payment.allocations:
                came[part.invoice_id] += part.amount
    listed = sorted(invoices, key=lambda one: (one.due_on, one.at, one.id))
    holders: defaultdict[str, list[Invoice]] = defaultdict(list)
    for invoice in listed:
        if invoice.id not in reversed_ids:
            for line in invoice.lines:
                holders[line.charge_id].append(invoice)
    states = []
    for invoice in listed:
        void = invoice.id in reversed_ids
        received = came.pop(invoice.id, ZERO)
        paid = min(received, ZERO if void else invoice.total)
        others = {} if void else {one.number: one for line in invoice.lines for one in holders[line.charge_id]}
        states.append(
            InvoiceState(
                invoice=invoice,
                void=void,
                paid=paid,
                surplus=received - paid,
                days=(today - invoice.due_on).days,
                past_due_days=past_due_days,
                also_on=tuple(number for number, one in others.items() if one.id != invoice.id),
            )
        )
    return Account(tuple(states), sum(came.values(), ZERO))


@dataclass(frozen=True, slots=True)
class TicketMoney:
    """The money on one ticket: the charges that stand, and its invoices."""

    charges: tuple[Charge, ...] = ()
    waiting: tuple[Charge, ...] = ()
    """Those of the charges that are on no standing invoice."""
    invoices: tuple[InvoiceState, ...] = ()

    @property
    def total(self) -> Decimal:
        """Of the charges."""
        return sum((one.amount for one in self.charges), ZERO)

    @property
    def due(self) -> Decimal:
        """On the ticket's invoices."""
        return due_of(self.invoices)
