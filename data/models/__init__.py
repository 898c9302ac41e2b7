"""The models: frozen pydantic classes, one a stored thing. Nothing here does I/O.

Their annotations are no texts (`from __future__ import annotations`): each text would be compiled again, which is a
tenth of what it takes to start a process of ours."""

from data.models.agent import Agent, AgentState, AgentStatus, Role
from data.models.base import Entity
from data.models.callback import Callback, CallbackAttempt
from data.models.card_step import CardStep
from data.models.conduct import ArticleRead, Conduct
from data.models.contact import Contact, ContactEvent, Queue, Request
from data.models.customer import Customer
from data.models.gateway import Gateway
from data.models.mail import Mail
from data.models.money import Charge, Invoice, Payment, Reversal
from data.models.notice import Notice, NoticeSeen
from data.models.outage import Outage
from data.models.presence import Presence
from data.models.queue_report import QueueReport, ReporterDuty, ReportRung
from data.models.shift import AgentMove, DutyStep, TimeEntry
from data.models.supervision import AlertSeen, Intervention, InterventionOutcome, Scorecard
from data.models.ticket import Ticket, TicketEvent

SYNCED: dict[str, type[Entity]] = {
    model.entity: model
    for model in (
        Agent,
        AgentMove,
        AgentStatus,
        AlertSeen,
        ArticleRead,
        Callback,
        CallbackAttempt,
        CardStep,
        Charge,
        Conduct,
        Contact,
        ContactEvent,
        Customer,
        DutyStep,
        Gateway,
        Intervention,
        InterventionOutcome,
        Invoice,
        Mail,
        Notice,
        NoticeSeen,
        Outage,
        Payment,
        Presence,
        Queue,
        QueueReport,
        ReportRung,
        ReporterDuty,
        Request,
        Reversal,
        Scorecard,
        Ticket,
        TicketEvent,
        TimeEntry,
    )
}
"""Every entity that travels between seats, by its name."""

__all__ = [
    "SYNCED",
    "Agent",
    "AgentMove",
    "AgentState",
    "AgentStatus",
    "AlertSeen",
    "ArticleRead",
    "Callback",
    "CallbackAttempt",
    "CardStep",
    "Charge",
    "Conduct",
    "Contact",
    "ContactEvent",
    "Customer",
    "DutyStep",
    "Entity",
    "Gateway",
    "Intervention",
    "InterventionOutcome",
    "Invoice",
    "Mail",
    "Notice",
    "NoticeSeen",
    "Outage",
    "Payment",
    "Presence",
    "Queue",
    "QueueReport",
    "ReportRung",
    "ReporterDuty",
    "Request",
    "Reversal",
    "Role",
    "Scorecard",
    "Ticket",
    "TicketEvent",
    "TimeEntry",
]
