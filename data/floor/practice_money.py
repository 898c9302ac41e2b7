"""The practice customers' invoices (data/content/practice_money.toml) as the rows that an empty hub gets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from data.billing.amounts import parse_money
from data.floor.stable import stable_id
from data.models.base import AgentId, CustomerId, Entity, TicketId, Value
from data.models.customer import Customer, Plan
from data.models.money import Allocation, Charge, Invoice, InvoiceLine, Method, Payment
from data.models.ticket import Ticket, TicketState


def _amount(value: object) -> object:
    return parse_money(value) if isinstance(value, str) else value


Price = Annotated[Decimal, BeforeValidator(_amount)]


class PracticeLine(Value):
    item: str
    text: str
    per: str = ""
    quantity: int = 1
    price: Price


class PracticePaid(Value):
    method: Method
    reference: str
    amount: Price


class PracticeInvoice(Value):
    """An invoice on a solved ticket. `due_days_ago` counts from the floor's first day; below zero it is to come."""

    account: str
    ticket: str
    title: str
    terms_days: int = 0
    due_days_ago: int
    lines: tuple[PracticeLine, ...]
    paid: PracticePaid | None = None

    def entities(self, customer: Customer, today: date, agent: AgentId) -> Iterator[Entity]:
        """The ticket, its charges, the invoice and what was paid of it, as they were written in their time."""
        due_on = today - timedelta(days=self.due_days_ago)
        issued_on = due_on - timedelta(days=self.terms_days)
        at = datetime.combine(issued_on, time(15), UTC)
        ticket_id, customer_id = TicketId(stable_id("ticket", self.ticket)), CustomerId(customer.id)
        yield Ticket(
            id=ticket_id,
            number=self.ticket,
            customer_id=customer_id,
            title=self.title,
            type=customer.plan if customer.plan is not None else Plan.ONE_TIME,
            state=TicketState.SOLVED,
            created_at=at,
            created_by=agent,
            updated_at=at,
        )
        lines = tuple(
            InvoiceLine(
                charge_id=stable_id("charge", f"{self.ticket}-{place}"),
                item=line.item,
                text=line.text,
                per=line.per,
                quantity=line.quantity,
                unit_price=line.price,
            )
            for place, line in enumerate(self.lines, start=1)
        )
        for line in lines:
            yield Charge(
                id=line.charge_id,
                ticket_id=ticket_id,
                item=line.item,
                text=line.text,
                per=line.per,
                quantity=line.quantity,
                unit_price=line.unit_price,
                at=at,
                by=agent,
            )
        invoice = Invoice(
            id=stable_id("invoice", self.ticket),
            number=f"{self.ticket}-1",
            customer_id=customer_id,
            ticket_id=ticket_id,
            issued_on=issued_on,
            terms_days=self.terms_days,
            lines=lines,
            at=at,
            by=agent,
        )
        yield invoice
        if self.paid is not None:
            yield Payment(
                id=stable_id("payment", self.ticket),
                customer_id=customer_id,
                method=self.paid.method,
                reference=self.paid.reference,
                allocations=(Allocation(invoice_id=invoice.id, amount=self.paid.amount),),
                at=at + timedelta(days=1),
                by=agent,
            )
