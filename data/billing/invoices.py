"""Invoices: made from the charges of a ticket, voided by a reversing entry."""

from __future__ import annotations

from data.billing import accounts
from data.billing.amounts import MoneyError, money_text
from data.billing.charges import reversal, ticket_of
from data.billing.telling import tell
from data.billing.terms import Terms
from data.clock import Clock
from data.models.base import AgentId, TicketId, new_id
from data.models.money import Invoice, InvoiceLine, Reversed
from data.store.database import Store
from data.store.save import saving
from data.sync.replica import numbered_here, seat_mark


def invoice(
    store: Store, ticket_id: str, agent: AgentId, clock: Clock, terms: Terms, *, invoice_id: str | None = None
) -> Invoice:
    """Make an invoice of a ticket's charges that are on none yet, dated today in the site's zone. An `invoice_id`
    makes a repeat harmless.

    Raises:
        MoneyError: the ticket is not saved or has no customer, or there is nothing to invoice.
        StoreError: nothing was written.
    """
    with saving(store, agent, clock) as change:
        if invoice_id is not None and (known := accounts.invoice_of(store, invoice_id)) is not None:
            return known
        ticket = ticket_of(store, ticket_id)
        if ticket.customer_id is None:
            raise MoneyError(f"Ticket {ticket.number} has no customer yet: attach one, then make the invoice.")
        now = clock.now()
        waiting = accounts.ticket_money(store, ticket_id, terms.today(now)).waiting
        if not waiting:
            raise MoneyError(f"There is nothing to invoice on ticket {ticket.number}: add an item first.")
        written = change.add(
            Invoice(
                id=invoice_id or new_id(),
                number=_next_number(store, ticket.number),
                customer_id=ticket.customer_id,
                ticket_id=TicketId(ticket_id),
                issued_on=terms.today(now),
                terms_days=terms.days,
                lines=tuple(
                    InvoiceLine(
                        charge_id=one.id,
                        item=one.item,
                        text=one.text,
                        per=one.per,
                        quantity=one.quantity,
                        unit_price=one.unit_price,
                    )
                    for one in waiting
                ),
                at=now,
                by=agent,
            )
        )
        tell(change, ticket_id, f"invoice {written.number}: {money_text(written.total)}", agent, clock)
    return written


def void(store: Store, invoice_id: str, why: str, agent: AgentId, clock: Clock) -> None:
    """Void an invoice by a reversing entry; its charges can be taken back or invoiced anew. Voiding it again changes
    nothing.

    Raises:
        MoneyError: there is no such invoice, no reason was given, or a payment stands on it.
        StoreError: nothing was written.
    """
    with saving(store, agent, clock) as change:
        voided = accounts.invoice_of(store, invoice_id)
        if voided is None:
            raise MoneyError("This invoice is not in the store: look at the ticket again.")
        if accounts.is_reversed(store, Reversed.INVOICE, voided):
            return
        payments = accounts.payments_of(store, voided.customer_id)
        refunded = accounts.reversed_ids(store, Reversed.PAYMENT, payments)
        if any(
            part.invoice_id == invoice_id
            for payment in payments
            if payment.id not in refunded
            for part in payment.allocations
        ):
            raise MoneyError(
                f"A payment stands on invoice {voided.number}: refund it first, then void the invoice."
            )
        entry = reversal(Reversed.INVOICE, invoice_id, why, agent, clock)
        change.add(entry)
        tell(change, voided.ticket_id, f"invoice {voided.number} is void: {entry.why}", agent, clock)


def _next_number(store: Store, ticket_number: str) -> str:
    """The ticket's number and a count. Where another seat gave the ticket its number, that seat may invoice it at
    this moment too: then this seat's mark follows the count."""
    mark = "" if numbered_here(store.connection, ticket_number) else f"-{seat_mark(store.connection)}"
    first = f"{ticket_number}-"
    used = {
        row["number"]
        for row in store.rows(
            "SELECT number FROM invoice WHERE number >= ? AND number < ?", (first, f"{first}\U0010ffff")
        )
    }
    return next(number for count in range(1, len(used) + 2) if (number := f"{first}{count}{mark}") not in used)
