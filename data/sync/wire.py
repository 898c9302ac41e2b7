"""What the console and its worker say to each other: one JSON object a line, over the worker's pipes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from data.models.base import AgentId, ContactId, Instant, QueueId, Value
from data.sync.contract import Claim


class Wake(Value):
    """The outbox has something new."""

    say: Literal["wake"] = "wake"


class AskClaim(Value):
    say: Literal["claim"] = "claim"
    request_id: str
    agent: AgentId
    queues: tuple[QueueId, ...] = ()
    contact_id: ContactId | None = None


class Finish(Value):
    """The agent is done with a contact: give its claim back."""

    say: Literal["finish"] = "finish"
    contact_id: ContactId
    fence: int


class Ping(Value):
    """Are you there?"""

    say: Literal["ping"] = "ping"


class Pong(Value):
    """Yes."""

    tell: Literal["pong"] = "pong"


class Claimed(Value):
    """The answer to a claim. `refused` is True when the hub could not be asked at all."""

    tell: Literal["claimed"] = "claimed"
    claim: Claim
    refused: bool = False


class Pulled(Value):
    """Rows of these entities changed in the store."""

    tell: Literal["pulled"] = "pulled"
    entities: tuple[str, ...]


class SyncStatus(Value):
    """What the status line shows."""

    tell: Literal["status"] = "status"
    online: bool = False
    since: Instant | None = None
    queued: int = 0
    refused: int = 0
    conflicts: int = 0
    cursor: int = 0
    last_pull: Instant | None = None
    last_push: Instant | None = None
    problem: str = ""
    """One sentence when something is wrong, else empty."""
    silent: bool = False
    """The worker itself does not answer: set by the console, and the rest is what it said last."""


ToWorker = Annotated[Wake | AskClaim | Finish | Ping, Field(discriminator="say")]
FromWorker = Annotated[Claimed | Pong | Pulled | SyncStatus, Field(discriminator="tell")]

_LATER = ConfigDict(defer_build=True)
TO_WORKER: TypeAdapter[ToWorker] = TypeAdapter(ToWorker, config=_LATER)
FROM_WORKER: TypeAdapter[FromWorker] = TypeAdapter(FromWorker, config=_LATER)
