"""What a card can do: every action that a playbook may name, one class each (PLAY-2).

A class says how the action is written, what it asks the agent for, what can come of it, and what it makes of the
`World`; `faults` says what is wrong with doing it there. What it does to the store is in `data.playbook.deeds`, so that
checking and simulating a playbook needs no store, and no action exists in the one without the other (by test)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator

from data.playbook.actions.act import Act, Asked, When, Wrong
from data.playbook.actions.conduct import Conduct
from data.playbook.actions.customer import Consent, Customer, Lead, Speaker, Verify
from data.playbook.actions.line import (
    AtComputer,
    Call,
    CalledBack,
    Chat,
    Email,
    EndContact,
    HandOver,
    Hold,
    RemoteSession,
    VoiceMail,
)
from data.playbook.actions.money import Charge, Invoice, Payment, Receipt, VoidInvoice
from data.playbook.actions.telling import Callback, Notify, Upsell
from data.playbook.actions.ticket import (
    Appointment,
    Asset,
    ConfirmContact,
    Hardware,
    Note,
    ReturnToLead,
    TellNumber,
    Ticket,
    Worksheet,
)

__all__ = [
    "EVERY",
    "NAMES",
    "Act",
    "Action",
    "Appointment",
    "Asked",
    "Asset",
    "AtComputer",
    "Call",
    "Callback",
    "CalledBack",
    "Charge",
    "Chat",
    "Conduct",
    "ConfirmContact",
    "Consent",
    "Customer",
    "Email",
    "EndContact",
    "HandOver",
    "Hardware",
    "Hold",
    "Invoice",
    "Lead",
    "Note",
    "Notify",
    "Payment",
    "Receipt",
    "RemoteSession",
    "ReturnToLead",
    "Speaker",
    "TellNumber",
    "Ticket",
    "Upsell",
    "Verify",
    "VoiceMail",
    "VoidInvoice",
    "When",
    "Worksheet",
    "Wrong",
]

EVERY: tuple[type[Act], ...] = (
    Customer, Lead, Verify, Consent, Speaker, Asset, Worksheet, ConfirmContact, Ticket, TellNumber, Charge, Invoice,
    VoidInvoice, Payment, Receipt, Notify, Callback, Note, Conduct, Hardware, Appointment, Upsell, Chat, Email, Call,
    CalledBack, AtComputer, Hold, VoiceMail, RemoteSession, HandOver, EndContact, ReturnToLead,
)  # fmt: skip
"""The registry: one place that says what there is."""

NAMES: dict[str, type[Act]] = {str(one.model_fields["action"].default): one for one in EVERY}


def _written(action: Any) -> Any:
    """`- invoice` and `- charge: {item: "320"}`, as they are written, become what the models read."""
    if isinstance(action, str):
        return {"action": action}
    if isinstance(action, dict) and len(action) == 1:
        name, given = next(iter(action.items()))
        if given is None:
            return {"action": name}
        if isinstance(given, dict):
            return {"action": name, **given}
    raise ValueError("write an action as `- name`, or as `- name: {field: value}`")


Action = Annotated[
    Customer | Lead | Verify | Consent | Speaker | Asset | Worksheet | ConfirmContact | Ticket | TellNumber | Charge
    | Invoice | VoidInvoice | Payment | Receipt | Notify | Callback | Note | Conduct | Hardware | Appointment | Upsell
    | Chat | Email | Call | CalledBack | AtComputer | Hold | VoiceMail | RemoteSession | HandOver | EndContact | ReturnToLead,
    Discriminator("action"),
    BeforeValidator(_written),
]  # fmt: skip
"""An action as it stands in a playbook."""
