"""Mail that is to be sent, by the gateway."""

from enum import StrEnum
from typing import ClassVar

from data.models.base import AgentId, Entity, Instant


class MailState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    """A gateway has taken it; another may take it over at `next_try`."""
    SENT = "sent"
    FAILED = "failed"
    """The server refused it for good; `why`."""
    SAVED = "saved"
    """Written as an .eml file too, because there was no gateway or no server (`why` says where it lies). A gateway that
    comes soon sends it all the same, under the same Message-ID."""


OVER = frozenset({MailState.SENT, MailState.FAILED})
"""Nothing is done with it any more."""


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
    gateway: str = ""
    """Which gateway is sending it, or did."""
    next_try: Instant | None = None
    done_at: Instant | None = None
    why: str = ""
    """Why the last try failed, or where the file lies."""
