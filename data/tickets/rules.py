"""What a ticket needs before it is saved, by type (D2-91), as sentences for the agent."""

from __future__ import annotations

from collections.abc import Mapping

from data.models.customer import Plan
from data.models.ticket import Ticket, TicketState

FIELDS = (
    "title",
    "type",
    "priority",
    "assignee",
    "state",
    "person",
    "asset",
    "sla",
    "code",
    "worksheet",
    "details",
)
"""The form's fields, in the order in which tab goes through them."""

DEFAULTS: Mapping[str, str] = {"type": "1", "priority": "normal", "state": "new"}

NEEDED: dict[Plan, frozenset[str]] = {
    Plan.ONE_TIME: frozenset({"title", "details", "assignee", "person", "sla"}),
    Plan.PAY_AS_YOU_GO: frozenset({"title"}),
    Plan.HELP_DESK: frozenset({"title"}),
    Plan.REMOTE_ACCESS: frozenset({"title"}),
    Plan.MANAGED: frozenset({"title", "details", "assignee", "person", "sla", "asset"}),
}
"""What the form of each type asks for; only `HARD` keeps it from being saved."""

HARD = frozenset({"title"})
MAX_TITLE = 120
MAX_DETAILS = 20_000

TRANSITIONS: dict[TicketState, frozenset[TicketState]] = {
    TicketState.NEW: frozenset(TicketState) - {TicketState.CLOSED},
    TicketState.OPEN: frozenset(TicketState) - {TicketState.NEW},
    TicketState.PENDING: frozenset(TicketState) - {TicketState.NEW},
    TicketState.ON_HOLD: frozenset(TicketState) - {TicketState.NEW},
    TicketState.SOLVED: frozenset({TicketState.SOLVED, TicketState.OPEN, TicketState.PENDING, TicketState.CLOSED}),
    TicketState.CLOSED: frozenset({TicketState.CLOSED}),
}
"""A closed ticket stays closed: what comes up again is a new ticket."""


def faults(fields: Mapping[str, str], saved: Ticket | None = None) -> dict[str, str]:
    """What stops the form from being saved: field → what to do about it."""
    found: dict[str, str] = {}
    if not fields.get("title", "").strip():
        found["title"] = "a few words that say what is wrong"
    elif len(fields["title"]) > MAX_TITLE:
        found["title"] = f"at most {MAX_TITLE} letters; the rest belongs into the details"
    if len(fields.get("details", "")) > MAX_DETAILS:
        found["details"] = f"at most {MAX_DETAILS:,} letters"
    code = fields.get("code", "").strip()
    if code and not (len(code) == 6 and code.isascii() and code.isdigit()):
        found["code"] = "six digits, or nothing"
    state = fields.get("state", "")
    if saved is not None and state and TicketState(state) not in TRANSITIONS[saved.state]:
        found["state"] = f"a ticket that is {saved.state} cannot become {state}"
    return found


def hints(fields: Mapping[str, str]) -> list[str]:
    """Fields that this type of ticket should have and that are still empty; they do not stop a save."""
    needed = NEEDED[Plan(int(fields.get("type") or DEFAULTS["type"]))]
    return [name for name in FIELDS if name in needed - HARD and not fields.get(name, "").strip()]
