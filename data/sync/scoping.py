"""What a hub notes beside each row, so that the scope of a replica is decided without looking into bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from data.models.callback import CallbackState
from data.models.contact import ContactState
from data.models.mail import MailState
from data.models.ticket import TicketState


class Traits(NamedTuple):
    """A row is out of scope when it is over, has not changed for `Scope.days`, and its parent (if it has one, and
    the hub knows it) is over and has not changed for so long either."""

    over: bool
    parent: str | None = None
    """Entity of the row that it goes with."""
    parent_id: str | None = None
    customer: str | None = None
    """The customer that it is about."""


PARENT_OF: dict[str, tuple[tuple[str, str], ...]] = {
    "ticket_event": (("ticket", "ticket_id"),),
    "contact_event": (("contact", "contact_id"),),
    "request": (("contact", "contact_id"),),
    "callback_attempt": (("callback", "callback_id"),),
    "agent_move": (("contact", "contact_id"),),
    "card_step": (("ticket", "ticket_id"), ("contact", "contact_id")),
    "scorecard": (("contact", "contact_id"),),
}
"""Entities that only tell what happened to something else, with the columns that name it; the first one filled holds."""
OVER: dict[str, frozenset[str]] = {
    "ticket": frozenset({TicketState.SOLVED, TicketState.CLOSED}),
    "contact": frozenset({ContactState.DONE, ContactState.ABANDONED}),
    "callback": frozenset({CallbackState.DONE, CallbackState.GIVEN_UP}),
    "mail": frozenset({MailState.SENT, MailState.FAILED}),
}
"""States in which a thing is over."""


def traits_of(entity: str, body: Mapping[str, Any]) -> Traits:
    """What is noted beside a row with this body."""
    if entity in OVER:
        return Traits(body.get("state") in OVER[entity], customer=body.get("customer_id"))
    for parent, column in PARENT_OF.get(entity, ()):
        if body.get(column):
            return Traits(True, parent, str(body[column]))
    return Traits(entity in PARENT_OF)
