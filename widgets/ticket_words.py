"""The words of the ticket form: what its fields are called, what a choice may be, what the history tells."""

from __future__ import annotations

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
    if event.kind is TicketEventKind.CHANGED:
        label = LABELS.get(event.field, event.field)
        if event.field == "details" or len(event.old) + len(event.new) > 60:
            return f"{label} changed"
        return f"{label}: {event.old or '–'} → {event.new or '–'}"
    return event.text or str(event.kind)
