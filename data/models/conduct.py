"""Conduct: what happened with a customer that somebody may have to look into, and articles that were read."""

from enum import StrEnum
from typing import ClassVar

from data.models.base import AgentId, ContactId, CustomerId, Entity, Instant, TicketId
from data.models.money import Money


class ConductKind(StrEnum):
    ABUSE = "abuse"
    REFUSED = "refused"
    """A no; `reason` says why."""
    TAKES_LONGER = "takes longer"
    COST_SAID = "cost said"
    """An extra cost was said before the charge; `amount`."""
    MANAGER = "manager request"
    EXCEPTION = "exception"
    """A leader granted something against the rules; `reason` says why."""
    OFFER = "offer"
    SELF_SERVICE = "self-service"
    ESCALATED = "escalated"
    PERSON_CALLED = "person called"
    """Nothing written fitted the case; the person to call was called."""


class Conduct(Entity):
    """One thing that happened. Never changed afterwards."""

    entity: ClassVar[str] = "conduct"
    append_only: ClassVar[bool] = True
    free_text: ClassVar[frozenset[str]] = frozenset({"reason", "text"})

    id: str
    kind: ConductKind
    at: Instant
    by: AgentId
    contact_id: ContactId | None = None
    customer_id: CustomerId | None = None
    ticket_id: TicketId | None = None
    reason: str = ""
    amount: Money | None = None
    """In the site's currency."""
    text: str = ""
    takes_back: str | None = None
    """The record that counts no longer: somebody went back over it in the script. Nothing else is in this one then."""


class ArticleRead(Entity):
    """An agent confirmed having read an article, as it was then."""

    entity: ClassVar[str] = "article_read"
    append_only: ClassVar[bool] = True
    once: ClassVar[bool] = True

    id: str
    article: str
    digest: str
    """Of its text: a changed article is read again."""
    by: AgentId
    at: Instant
