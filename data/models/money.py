"""Money as a book-keeper writes it down: charges, invoices, payments, and what takes one of them back.

Every row is only ever added. Totals, what is paid and what is due are computed from the rows and kept nowhere
(`data.billing.ledger`)."""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from data.models.base import AgentId, CustomerId, Entity, Instant, TicketId, Value

CENT = Decimal("0.01")
MOST = Decimal("9999999.99")
"""The largest single amount that is taken for meant."""


def _exact(value: object) -> Decimal:
    """An int is cents, as the store and the hub hold it; a Decimal is dollars."""
    if isinstance(value, Decimal):
        amount = value
    elif isinstance(value, int) and not isinstance(value, bool):
        amount = Decimal(value) * CENT
    else:
        raise ValueError("money is a Decimal, or a whole number of cents")
    if not amount.is_finite() or not 0 <= amount <= MOST or amount != amount.quantize(CENT):
        raise ValueError("money has two decimals, is not negative and below ten million")
    return amount.quantize(CENT)


def _cents(amount: Decimal) -> int:
    return int(amount / CENT)


Money = Annotated[
    Decimal,
    BeforeValidator(_exact),
    PlainSerializer(_cents, return_type=int, when_used="json"),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": _cents(MOST)}),
]
"""An amount that is not negative, to the cent; cents in the store. A minus is a reversing entry of its own."""
Quantity = Annotated[int, Field(ge=1, le=999)]


class Charge(Entity):
    """An item on a ticket. It stands until a `Reversal` takes it back."""

    entity: ClassVar[str] = "charge"
    append_only: ClassVar[bool] = True
    free_text: ClassVar[frozenset[str]] = frozenset({"item", "text", "per"})

    id: str
    ticket_id: TicketId
    item: str
    """The item's code."""
    text: str
    per: str = ""
    """What one of it is: `session and computer`."""
    quantity: Quantity = 1
    unit_price: Money
    at: Instant
    by: AgentId

    @property
    def amount(self) -> Decimal:
        return self.unit_price * self.quantity


class InvoiceLine(Value):
    """A charge as it stands on an invoice."""

    charge_id: str
    item: str
    text: str
    per: str = ""
    quantity: Quantity = 1
    unit_price: Money

    @property
    def amount(self) -> Decimal:
        return self.unit_price * self.quantity


class Invoice(Entity):
    """An invoice. Its lines are the charges' own, masked when those were written."""

    entity: ClassVar[str] = "invoice"
    append_only: ClassVar[bool] = True

    id: str
    number: str
    customer_id: CustomerId
    ticket_id: TicketId
    issued_on: date
    """The day in the site's zone."""
    terms_days: int = Field(default=0, ge=0, le=365)
    lines: Annotated[tuple[InvoiceLine, ...], Field(min_length=1)]
    at: Instant
    by: AgentId

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal("0.00"))

    @property
    def due_on(self) -> date:
        return self.issued_on + timedelta(days=self.terms_days)


class Method(StrEnum):
    """How a customer pays; the details of a card are never seen here (TICK-4)."""

    PORTAL = "portal"
    LINK = "link"
    PHONE = "phone"


class Allocation(Value):
    """The part of a payment that goes to one invoice."""

    invoice_id: str
    amount: Money


class Payment(Entity):
    """Money that came in, with what it was for."""

    entity: ClassVar[str] = "payment"
    append_only: ClassVar[bool] = True
    free_text: ClassVar[frozenset[str]] = frozenset({"reference", "payer"})

    id: str
    customer_id: CustomerId
    method: Method
    reference: str
    """What the payment page or the processor calls it."""
    payer: str = ""
    """Who paid, where that was said."""
    allocations: Annotated[tuple[Allocation, ...], Field(min_length=1)]
    at: Instant
    by: AgentId
    """The agent who recorded it."""

    @property
    def amount(self) -> Decimal:
        return sum((part.amount for part in self.allocations), Decimal("0.00"))


class Reversed(StrEnum):
    """What can be taken back, always as a whole."""

    CHARGE = "charge"
    INVOICE = "invoice"
    PAYMENT = "payment"


class Reversal(Entity):
    """A reversing entry: a charge taken back, an invoice voided, a payment refunded. Two of one thing, written on
    two seats that did not hear of each other, count as one."""

    entity: ClassVar[str] = "reversal"
    append_only: ClassVar[bool] = True
    free_text: ClassVar[frozenset[str]] = frozenset({"why"})

    id: str
    what: Reversed
    of: str
    """The id of the charge, invoice or payment."""
    why: str
    at: Instant
    by: AgentId
