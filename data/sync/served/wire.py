"""What a seat and the owner of a served hub say to each other: one JSON object a line, over a Unix socket.

The owner says hello first. Then a seat asks and waits for the answer, one call at a time; in between the owner
tells of a new version, so that no seat has to ask for it."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BeforeValidator, Field, TypeAdapter

from data.models.base import AgentId, ContactId, QueueId, Value
from data.sync.contract import (
    WHOLE,
    Claim,
    CopiedReplica,
    Enrolment,
    HubRow,
    HubUnreachable,
    Member,
    MustRefetch,
    NumberBlock,
    Op,
    OpResult,
    Page,
    Revoked,
    Scope,
    Spoken,
    WrongLogin,
)
from data.sync.status import HubStatus
from data.text.whole import whole

PROTOCOL = 1
LONGEST_LINE = 16_000_000
"""Bytes of a request. A push holds about 1 MB, or one transaction that is larger by itself."""

T = TypeVar("T")
Text = Annotated[str, BeforeValidator(whole)]
Limit = Annotated[int, Field(ge=1, le=1_000_000)]


class Enrol(Value):
    call: Literal["enrol_v1"] = "enrol_v1"
    replica_id: str
    name: Text
    scope: Scope = WHOLE


class Push(Value):
    call: Literal["push_v1"] = "push_v1"
    replica_id: str
    ops: tuple[Op, ...]


class Pull(Value):
    call: Literal["pull_v1"] = "pull_v1"
    replica_id: str
    cursor: int
    limit: Limit


class Snapshot(Value):
    call: Literal["snapshot_v1"] = "snapshot_v1"
    replica_id: str
    after: tuple[str, str] | None
    limit: Limit


class Lookup(Value):
    call: Literal["lookup_v1"] = "lookup_v1"
    replica_id: str
    query: Text
    limit: Limit


class AskClaim(Value):
    call: Literal["claim_v1"] = "claim_v1"
    replica_id: str
    request_id: str
    agent: AgentId
    queues: tuple[QueueId, ...]
    contact_id: ContactId | None


class Heartbeat(Value):
    call: Literal["heartbeat_v1"] = "heartbeat_v1"
    replica_id: str
    contact_id: ContactId
    fence: int


class Finish(Value):
    call: Literal["finish_v1"] = "finish_v1"
    replica_id: str
    contact_id: ContactId
    fence: int


class LeaseNumbers(Value):
    call: Literal["lease_numbers_v1"] = "lease_numbers_v1"
    replica_id: str
    count: Annotated[int, Field(ge=1, le=100_000)]


class LogIn(Value):
    """Who speaks on this line from now on."""

    call: Literal["log_in"] = "log_in"
    person: AgentId
    password: Spoken


class Look(Value):
    """How the hub stands; for whoever looks after it."""

    call: Literal["status"] = "status"


Ask = Enrol | Push | Pull | Snapshot | Lookup | AskClaim | Heartbeat | Finish | LeaseNumbers | LogIn | Look

ANSWERS: dict[str, Any] = {
    "enrol_v1": Enrolment,
    "push_v1": list[OpResult],
    "pull_v1": Page,
    "snapshot_v1": Page,
    "lookup_v1": list[HubRow],
    "claim_v1": Claim,
    "heartbeat_v1": bool,
    "finish_v1": bool,
    "lease_numbers_v1": NumberBlock,
    "log_in": Member,
    "status": HubStatus,
}
"""What each call answers."""

ERRORS: dict[str, type[Exception]] = {
    one.__name__: one for one in (HubUnreachable, CopiedReplica, MustRefetch, Revoked, WrongLogin)
}
"""What a call may raise, at the hub and so at the seat."""


class Request(Value):
    id: int
    ask: Annotated[Ask, Field(discriminator="call")]


class Hello(Value):
    """The owner's first word."""

    tell: Literal["hello"] = "hello"
    protocol: int = PROTOCOL
    epoch: str
    version: int
    asks: bool = False
    """The hub lets seats in by password only."""


class News(Value):
    """The hub changed."""

    tell: Literal["news"] = "news"
    version: int


class Failed(Value):
    """A call was not done. Without an id: the line was no request, or this client is not served at all."""

    tell: Literal["failed"] = "failed"
    id: int | None = None
    error: str
    """One of `ERRORS`."""
    says: str


class Answered(Value, Generic[T]):
    tell: Literal["answered"] = "answered"
    id: int
    answer: T


REQUEST: TypeAdapter[Request] = TypeAdapter(Request)
WITHOUT_CALL: TypeAdapter[Hello | News | Failed] = TypeAdapter(
    Annotated[Hello | News | Failed, Field(discriminator="tell")]
)
"""What the owner may say while nothing is asked."""


@cache
def answered(call: str) -> Any:
    """The type of the answer to a call."""
    return Answered.__class_getitem__(ANSWERS[call])


@cache
def told(call: str) -> TypeAdapter[Any]:
    """What the owner may say while this call is asked."""
    kinds: Any = answered(call) | Failed | News
    return TypeAdapter(Annotated[kinds, Field(discriminator="tell")])
