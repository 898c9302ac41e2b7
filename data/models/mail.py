"""Mail that is to be sent, by the gateway."""

from enum import StrEnum
from typing import ClassVar

from data.models.base import AgentId, Entity, Instant


class MailState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    """The server refused it for good; `why`."""
    SAVED = "saved"
    """Written as an .eml file, because there was no gateway or no server."""


class Mail(Entity):
    """One message out. `id` is its Message-ID's left part, so that a second try is recognised."""

    entity: ClassVar[str] = "mail"
    free_text: ClassVar[frozenset[str]] = frozenset({"to", "subject", "text", "why"})

    id: str
    kind: str
    """What it is about: `queue report`, `reporter schedule`, `alarm`."""
    to: tuple[str, ...]
    subject: str
    text: str
    made_by: AgentId
    made_at: Instant
    state: MailState = MailState.WAITING
    tries: int = 0
    next_try: Instant | None = None
    done_at: Instant | None = None
    why: str = ""
    """Why the last try failed, or where the file lies."""
