"""The words of the ticket form: what its fields are called, what a choice may be, what the history tells."""

from __future__ import annotations

from datetime import datetime

from data.models.customer import Plan
from data.models.ticket import Priority, TicketEvent, TicketEventKind, TicketState

LABELS = {
    "title": "title",
    "type": "type",
    "priority": "priority",
    "assignee": "assignee",
    "state": "state",
    "person": "contact",
    "asset": "asset",
    "sla": "SLA",
    "code": "code",
    "worksheet": "worksheet",
    "details": "details",
    "remind_at": "reminder",
}
CHOICES = {
    "type": [(str(plan.value), f"{plan.value} {plan.label}") for plan in Plan],
    "priority": [(one.value, f"{place} {one.value}") for place, one in enumerate(Priority)],
    "state": [(one.value, one.value) for one in TicketState],
}
"""Field → (value, label) pairs; a label may begin with the digit that chooses it."""
MASKED = "A card number was masked: it is kept nowhere. Payment goes by link, account page or phone."


def happened(event: TicketEvent) -> str:
    """One line of the history."""
    if event.kind is TicketEventKind.NOTE:
        return f"note: {event.text}"
    if event.kind is TicketEventKind.REPLY:
        return f"told the customer: {event.text}"
    if event.kind is TicketEventKind.CREATED and event.new:
        return f"{event.text}, opened in a {event.new}"
    if event.kind is TicketEventKind.CHANGED and event.field == "remind_at":
        return f"reminder: {_moment(event.old)} → {_moment(event.new)}"
    if event.kind is TicketEventKind.CHANGED:
        label = LABELS.get(event.field, event.field)
        if event.field == "details" or len(event.old) + len(event.new) > 60:
            return f"{label} changed"
        return f"{label}: {event.old or '–'} → {event.new or '–'}"
    return event.text or str(event.kind)


def _moment(text: str) -> str:
    """A moment of the history, in the seat's zone."""
    if not text:
        return "–"
    at = datetime.fromisoformat(text).astimezone()
    return f"{at.day} {at:%b %H:%M}"
