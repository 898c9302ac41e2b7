"""Tickets and what happened to them."""

from enum import StrEnum
from typing import ClassVar

from data.models.base import AgentId, ContactId, CustomerId, Entity, Instant, Value
from data.models.customer import Plan


class TicketState(StrEnum):
    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    ON_HOLD = "on hold"
    SOLVED = "solved"
    CLOSED = "closed"


class Priority(StrEnum):
    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Ticket(Entity):
    """A ticket. `number` is what is read out to the customer: unique for ever, known at once (TICK-2)."""

    entity: ClassVar[str] = "ticket"
    free_text: ClassVar[frozenset[str]] = frozenset(
        {"title", "details", "assignee", "person", "asset", "sla", "worksheet", "code"}
    )

    id: str
    number: str
    customer_id: CustomerId | None = None
    contact_id: ContactId | None = None
    """The contact in which it was opened."""
    title: str
    type: Plan = Plan.PAY_AS_YOU_GO
    priority: Priority = Priority.NORMAL
    state: TicketState = TicketState.NEW
    assignee: str = ""
    person: str = ""
    """The customer's contact for this ticket."""
    asset: str = ""
    sla: str = ""
    worksheet: str = ""
    details: str = ""
    code: str = ""
    """Six digits of the remote session; empty until there is one."""
    remind_at: Instant | None = None
    created_at: Instant
    created_by: AgentId
    updated_at: Instant


class Begun(Value):
    """A saved ticket as it was when somebody began to edit it: what a form was filled from."""

    fields: dict[str, str]
    ver: int
    """The hub's version of it."""


class TicketEventKind(StrEnum):
    """What can happen to a ticket."""

    CREATED = "created"
    """In a contact, if `new` names its kind."""
    CHANGED = "changed"
    NOTE = "note"
    """For colleagues only."""
    REPLY = "reply"
    """What the customer was told, in words or in writing."""
    CONTACT = "contact"
    """A later contact about it; `new` is its kind. A message is the customer's."""
    MONEY = "money"
    """A charge, an invoice, a payment, or one of them taken back."""
    TOLD = "told"
    """Somebody was told of it, or acknowledged that; made from the notices when it is read, never stored."""
    CALLBACK = "callback"
    """A callback was promised or tried; made from the callbacks when it is read, never stored."""


class TicketEvent(Entity):
    """One line of a ticket's history: who changed what when, or a note. Never changed afterwards."""

    entity: ClassVar[str] = "ticket_event"
    append_only: ClassVar[bool] = True
    free_text: ClassVar[frozenset[str]] = frozenset({"old", "new", "text"})

    id: str
    ticket_id: str
    at: Instant
    actor: AgentId
    kind: TicketEventKind
    field: str = ""
    old: str = ""
    new: str = ""
    text: str = ""
