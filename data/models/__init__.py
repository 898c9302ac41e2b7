"""The models: frozen pydantic classes, one a stored thing. Nothing here does I/O."""

from data.models.agent import Agent, AgentState, AgentStatus, Role
from data.models.base import Entity
from data.models.callback import Callback, CallbackAttempt
from data.models.card_step import CardStep
from data.models.contact import Contact, ContactEvent, Queue, Request
from data.models.customer import Customer
from data.models.money import Charge, Invoice, Payment, Reversal
from data.models.notice import Notice, NoticeSeen
from data.models.presence import Presence
from data.models.ticket import Ticket, TicketEvent

SYNCED: dict[str, type[Entity]] = {
    model.entity: model
    for model in (
        Agent,
        AgentStatus,
        Callback,
        CallbackAttempt,
        CardStep,
        Charge,
        Contact,
        ContactEvent,
        Customer,
        Invoice,
        Notice,
        NoticeSeen,
        Payment,
        Presence,
        Queue,
        Request,
        Reversal,
        Ticket,
        TicketEvent,
    )
}
"""Every entity that travels between seats, by its name."""

__all__ = [
    "SYNCED",
    "Agent",
    "AgentState",
    "AgentStatus",
    "Callback",
    "CallbackAttempt",
    "CardStep",
    "Charge",
    "Contact",
    "ContactEvent",
    "Customer",
    "Entity",
    "Invoice",
    "Notice",
    "NoticeSeen",
    "Payment",
    "Presence",
    "Queue",
    "Request",
    "Reversal",
    "Role",
    "Ticket",
    "TicketEvent",
]
