"""Contacts: one model for calls, chats, messages and appointments, and the log of what happened to each."""

from enum import StrEnum
from typing import ClassVar

from data.models.base import AgentId, CustomerId, Entity, Instant, QueueId, TicketId


class ContactKind(StrEnum):
    CALL = "call"
    CHAT = "chat"
    MESSAGE = "message"
    APPOINTMENT = "appointment"


class Direction(StrEnum):
    INBOUND = "in"
    OUTBOUND = "out"


class ContactState(StrEnum):
    WAITING = "waiting"
    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"
    ENDED = "ended"
    """The caller is gone; the agent wraps up."""
    DONE = "done"
    """Wrapped up with a disposition."""
    ABANDONED = "abandoned"
    """The caller gave up before an answer."""


LIVE = frozenset({ContactState.RINGING, ContactState.TALKING, ContactState.HELD})
IN_QUEUE = frozenset({ContactState.WAITING, ContactState.RINGING})


class Capability(StrEnum):
    """What a feed can do with a contact; a key without its capability is dimmed and says why."""

    TAKE = "take"
    """Take a waiting contact out of turn or in turn."""
    ANSWER = "answer"
    HOLD = "hold"
    TRANSFER = "transfer"
    HANG_UP = "hang_up"
    RECORD = "record"
    VOICE_MAIL = "voice_mail"


class Contact(Entity):
    """One contact, from the moment it reaches a queue.

    The feed (PBX or practice floor) writes what the telephone knows; the console writes who it was, which
    ticket and which disposition. They never write the same field."""

    entity: ClassVar[str] = "contact"
    free_text: ClassVar[frozenset[str]] = frozenset(
        {"caller_name", "about", "end_reason", "disposition", "verified"}
    )
    phone_text: ClassVar[frozenset[str]] = frozenset({"caller_number", "consult"})

    id: str
    kind: ContactKind = ContactKind.CALL
    direction: Direction = Direction.INBOUND
    feed: str
    """Which feed it came from: `floor`, `replay`, a PBX's name."""
    queue: QueueId
    state: ContactState = ContactState.WAITING
    priority: int = 0
    """Higher is served first."""
    caller_number: str = ""
    """As the feed gave it; empty when withheld."""
    caller_e164: str = ""
    """Normalised; empty when it cannot be."""
    caller_name: str = ""
    about: str = ""
    """The first message of a chat; empty for a call."""
    can: tuple[Capability, ...] = ()
    offered_at: Instant
    """When the caller joined the queue for the first time."""
    queued_at: Instant
    """When the caller joined the present queue: waits count from here."""
    ringing_agent: AgentId | None = None
    ringing_since: Instant | None = None
    agent: AgentId | None = None
    fence: int = 0
    """Number of the claim that handles it: a finish with an older one is fenced off."""
    answered_at: Instant | None = None
    held_since: Instant | None = None
    consult: str | None = None
    """Whom the agent is talking to in a warm transfer, while the caller is held."""
    ended_at: Instant | None = None
    end_reason: str | None = None
    """`caller`, `agent`, `transfer`, `abandoned`, `voice mail`."""
    forked: bool = False
    """A replayed call that a person took: left out of the replay's figures."""
    customer_id: CustomerId | None = None
    ticket_id: TicketId | None = None
    disposition: str | None = None
    disposed_at: Instant | None = None
    verified: tuple[str, ...] = ()
    """What the caller confirmed (CUST-5)."""


class EventKind(StrEnum):
    """What can happen to a contact; `ContactEvent.detail` holds each kind's own figures."""

    OFFERED = "offered"
    RING = "ring"
    MISSED = "missed"
    REJECTED = "rejected"
    ANSWERED = "answered"
    HOLD = "hold"
    RESUME = "resume"
    CONSULT = "consult"
    CONSULT_CANCELLED = "consult cancelled"
    TRANSFERRED = "transferred"
    VOICE_MAIL = "voice mail"
    ENDED = "ended"
    ABANDONED = "abandoned"
    LEFT = "left"
    """Left the queue unanswered without hanging up: time-out, key, empty queue, withdrawn."""
    ATTACHED = "attached"
    VERIFIED = "verified"
    DISPOSED = "disposed"
    OTHER = "other"
    """Kept as it came, unknown to us."""


class ContactEvent(Entity):
    """One thing that happened, never changed afterwards. Figures are computed from these alone."""

    entity: ClassVar[str] = "contact_event"
    append_only: ClassVar[bool] = True
    free_text: ClassVar[frozenset[str]] = frozenset({"text"})

    id: str
    contact_id: str
    """The contact, or for an imported log the PBX's call id."""
    at: Instant
    kind: EventKind
    queue: QueueId
    agent: AgentId | None = None
    source: str
    """`floor`, `replay`, `desk` (an agent's doing) or `log` (imported)."""
    wait_s: float | None = None
    talk_s: float | None = None
    hold_s: float | None = None
    text: str = ""
    """A reason, a target, a key: what the kind needs in words."""


class RequestAction(StrEnum):
    """What an agent can ask of the feed that carries a contact."""

    REJECT = "reject"
    HOLD = "hold"
    RESUME = "resume"
    TRANSFER = "transfer"
    """Blind: to a queue, an agent or a number in `target`."""
    CONSULT = "consult"
    """Warm, first step: the caller is held, `target` is called."""
    COMPLETE_TRANSFER = "complete transfer"
    CANCEL_CONSULT = "cancel consult"
    HANG_UP = "hang up"
    VOICE_MAIL = "voice mail"
    CALL_OUT = "call out"
    REASSIGN = "re-assign"
    """A supervisor's: the waiting contact is to ring at the agent in `target`."""
    PRIORITISE = "prioritise"
    """A supervisor's: the place in the queue in `target`."""


class RequestState(StrEnum):
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


class Request(Entity):
    """An agent's wish; the feed carries it out or refuses it with a reason."""

    entity: ClassVar[str] = "request"
    free_text: ClassVar[frozenset[str]] = frozenset({"why"})
    phone_text: ClassVar[frozenset[str]] = frozenset({"target"})

    id: str
    contact_id: str
    agent: AgentId
    action: RequestAction
    target: str = ""
    fence: int = 0
    state: RequestState = RequestState.ASKED
    why: str = ""
    at: Instant


class Queue(Entity):
    """A queue as the site set it up."""

    entity: ClassVar[str] = "queue"
    free_text: ClassVar[frozenset[str]] = frozenset({"name"})

    id: str
    name: str
    priority: int = 0
    target: float = 0.8
    """Share of calls to be answered within `threshold_s`."""
    threshold_s: int = 20
    wrap_up_s: int = 90
    """How long wrap-up should take at most; the timer turns to a warning after it."""
