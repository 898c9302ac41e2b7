"""Notices: somebody is asked to look at something. Both kinds of row are only ever added, so that two people who
acknowledge at the same moment are no conflict: the first one counts, and the other sees by whom."""

from enum import StrEnum
from typing import ClassVar

from data.models.base import AgentId, ContactId, CustomerId, Entity, Instant, TicketId


class NoticeRole(StrEnum):
    """Whom a notice is for."""

    AGENT = "agent"
    LEADER = "leader"
    SUPPORT = "support"


class Notice(Entity):
    """Who wants what, about which ticket, when."""

    entity: ClassVar[str] = "notice"
    append_only: ClassVar[bool] = True
    once: ClassVar[bool] = True
    free_text: ClassVar[frozenset[str]] = frozenset({"kind", "about", "skill"})

    id: str
    to_role: NoticeRole
    to_agent: AgentId | None = None
    """One person; None: everybody of the role (and the skill)."""
    skill: str = ""
    """Only those with this skill, among agents: `remote`. Empty: all."""
    kind: str = ""
    """What is wanted, in a word or two: `remote session`, `payment failed`."""
    about: str = ""
    """The rest, for a person to read."""
    ticket_id: TicketId | None = None
    contact_id: ContactId | None = None
    customer_id: CustomerId | None = None
    by: AgentId
    at: Instant


class NoticeSeen(Entity):
    """Somebody has acknowledged a notice."""

    entity: ClassVar[str] = "notice_seen"
    append_only: ClassVar[bool] = True

    id: str
    notice_id: str
    by: AgentId
    at: Instant
