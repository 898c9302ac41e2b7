"""Payments: what came in, split over invoices, and given back by a reversing entry.

Only the method and what the processor calls the payment are kept (TICK-4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from data.billing import accounts
from data.billing.amounts import MoneyError, money_text
from data.billing.charges import reversal
from data.billing.ledger import InvoiceState, due_of
from data.billing.telling import tell
from data.clock import Clock
from data.models.base import AgentId, CustomerId
from data.models.money import Allocation, Method, Payment, Reversed
from data.store.database import Store
from data.store.save import saving
from data.text.cards import mask_cards
from data.text.whole import whole

LONGEST_REFERENCE = 80
_ANY_DAY = date.min


def split(amount: Decimal, invoices: Sequence[InvoiceState]) -> tuple[Allocation, ...]:
    """An amount over open invoices: what is past due first, then the rest, the oldest due date first in each.

    Raises:
        MoneyError: it is nothing, or more than is open.
    """
    if amount <= 0:
        raise MoneyError("A payment is more than $0.00: type what was paid.")
    total = due_of(invoices)
    if amount > total:
        raise MoneyError(_too_much(amount, total, "is open"))
    parts, left = [], amount
    for one in sorted(invoices, key=lambda one: (not one.past_due, one.invoice.due_on, one.invoice.at)):
        if part := min(left, one.due):
            parts.append(Allocation(invoice_id=one.invoice.id, amount=part))
            left -= part
    return tuple(parts)


def pay(
    store: Store,
    payment_id: str,
    customer_id: str,
    allocations: Sequence[Allocation],
    method: Method,
    reference: str,
    agent: AgentId,
    clock: Clock,
    *,
    payer: str = "",
) -> Payment:
    """Record a payment. The same `payment_id` again is the same payment, and changes nothing.

    Returns the payment as it is kept: a card number in its reference is masked.

    Raises:
        MoneyError: more than is due, an invoice that cannot be paid, no reference, one that is recorded already, or
            the id of another payment.
        StoreError: nothing was written.
    """
    parts = tuple(allocations)
    text = mask_cards(" ".join(whole(reference).split()))
    with saving(store, agent, clock) as change:
        if (known := accounts.payment_of(store, payment_id)) is not None:
            if (known.customer_id, known.allocations, known.method) != (customer_id, parts, method):
                raise MoneyError("Another payment is recorded under this id: begin the payment anew.")
            return known
        numbers = _payable(store, customer_id, parts)
        _new_reference(store, customer_id, method, text)
        written = change.add(
            Payment(
                id=payment_id,
                customer_id=CustomerId(customer_id),
                method=method,
                reference=text,
                payer=payer,
                allocations=parts,
                at=clock.now(),
                by=agent,
            )
        )
        for part in parts:
            ticket_id, number = numbers[part.invoice_id]
            told = f"paid {money_text(part.amount)} of invoice {number} by {method}, {written.reference}"
            tell(change, ticket_id, told, agent, clock)
    return written


def refund(store: Store, payment_id: str, why: str, agent: AgentId, clock: Clock) -> None:
    """Give a whole payment back by a reversing entry; what it paid is due again. A second time changes nothing.

    Raises:
        MoneyError: there is no such payment, or no reason was given.
        StoreError: nothing was written.
    """
    with saving(store, agent, clock) as change:
        given = accounts.payment_of(store, payment_id)
        if given is None:
            raise MoneyError("This payment is not in the store: look at the customer again.")
        if accounts.is_reversed(store, Reversed.PAYMENT, given):
            return
        entry = reversal(Reversed.PAYMENT, payment_id, why, agent, clock)
        change.add(entry)
        for part in given.allocations:
            if (paid := accounts.invoice_of(store, part.invoice_id)) is not None:
                told = f"refunded {money_text(part.amount)} of invoice {paid.number}: {entry.why}"
                tell(change, paid.ticket_id, told, agent, clock)


def _payable(store: Store, customer_id: str, parts: Sequence[Allocation]) -> dict[str, tuple[str, str]]:
    """(ticket's id, number) of each invoice that is paid.

    Raises:
        MoneyError: one of them cannot be paid so.
    """
    if not parts or any(part.amount <= 0 for part in parts):
        raise MoneyError("A payment is more than $0.00: type what was paid.")
    if len({part.invoice_id for part in parts}) < len(parts):
        raise MoneyError("Each invoice stands once in a payment: add its parts up.")
    # on which day does not matter: only what is due is asked
    states = {one.invoice.id: one for one in accounts.account(store, customer_id, _ANY_DAY).invoices}
    numbers: dict[str, tuple[str, str]] = {}
    for part in parts:
        state = states.get(part.invoice_id)
        if state is None:
            raise MoneyError("This customer has no such invoice: look at the account again.")
        number = state.invoice.number
        if state.void:
            raise MoneyError(f"Invoice {number} is void: there is nothing to pay on it.")
        if part.amount > state.due:
            raise MoneyError(_too_much(part.amount, state.due, f"is open on invoice {number}"))
        numbers[part.invoice_id] = (state.invoice.ticket_id, number)
    return numbers


def _new_reference(store: Store, customer_id: str, method: Method, reference: str) -> None:
    if not reference or len(reference) > LONGEST_REFERENCE:
        raise MoneyError(
            f"Type the reference that the payment page or the processor shows, at most {LONGEST_REFERENCE} letters."
        )
    payments = accounts.payments_of(store, customer_id)
    refunded = accounts.reversed_ids(store, Reversed.PAYMENT, payments)
    for one in payments:
        same = one.method is method and one.reference.casefold() == reference.casefold()
        if same and one.id not in refunded:
            raise MoneyError(
                f"The payment by {method} with reference {reference} is recorded already:"
                f" {money_text(one.amount)} at {one.at.astimezone():%Y-%m-%d %H:%M}."
            )


def _too_much(amount: Decimal, most: Decimal, what: str) -> str:
    return (
        f"{money_text(most)} {what}, so {money_text(amount)} is {money_text(amount - most)} too much:"
        " record what is due, and give the rest back."
    )
