"""Callbacks: somebody is to be called at a time, and what came of each try."""

from enum import StrEnum
from typing import ClassVar

from data.models.base import AgentId, ContactId, CustomerId, Entity, Instant, TicketId
from data.models.customer import Phone


class CallbackState(StrEnum):
    DUE = "due"
    """Still to be made, now or later."""
    DONE = "done"
    GIVEN_UP = "given up"


class Callback(Entity):
    """A promise to call somebody."""

    entity: ClassVar[str] = "callback"
    free_text: ClassVar[frozenset[str]] = frozenset({"about", "override_why", "verified", "zone"})
    phone_text: ClassVar[frozenset[str]] = frozenset({"number", "numbers"})

    id: str
    customer_id: CustomerId | None = None
    contact_id: ContactId | None = None
    """The contact in which it was promised."""
    ticket_id: TicketId | None = None
    number: str
    """E.164, or as it was typed where it is no such number."""
    about: str = ""
    due_at: Instant
    until: Instant | None = None
    """End of the window that suits the customer; None: as soon as it is due."""
    for_agent: AgentId | None = None
    """Whose it is; None: anybody's."""
    made_by: AgentId
    made_at: Instant
    state: CallbackState = CallbackState.DUE
    numbers: tuple[Phone, ...] = ()
    """Every number that was given for it, each with a note of when it works; the first one is `number`."""
    zone: str = ""
    """The customer's zone; empty: nobody has said it."""
    verified: tuple[str, ...] = ()
    """What was confirmed when the message was taken: name, phones, address."""
    flagged: bool = False
    """Outside the hours in which customers may be called, by their own clock."""
    override_by: AgentId | None = None
    """The leader who allowed that."""
    override_why: str = ""


class CallbackOutcome(StrEnum):
    ANSWERED = "answered"
    NO_ANSWER = "no answer"
    VOICE_MAIL = "voice mail"
    BUSY = "busy"
    GIVEN_UP = "given up"
    """No try: nobody will call any more; the text says why."""
    HANDED_OVER = "handed over"
    """No try: somebody else is to call; the text says who."""


class CallbackAttempt(Entity):
    """What came of a callback at one time. Never changed afterwards."""

    entity: ClassVar[str] = "callback_attempt"
    append_only: ClassVar[bool] = True
    free_text: ClassVar[frozenset[str]] = frozenset({"text"})

    id: str
    callback_id: str
    at: Instant
    by: AgentId
    outcome: CallbackOutcome
    text: str = ""
