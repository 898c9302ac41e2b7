"""What the console and its worker say to each other: one JSON object a line, over the worker's pipes."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from data.models.base import AgentId, ContactId, CustomerId, Instant, QueueId, Value
from data.sync.contract import Claim, Member, Spoken


class Begin(Value):
    """The first line of all where agents sign in by password: the key of the store, and who speaks to the hub. It
    comes over the pipe, because a command line, an environment and a file can be read by others."""

    say: Literal["begin"] = "begin"
    key: Spoken
    """As `Key.hex` writes it."""
    person: AgentId
    password: Spoken


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


class AskLookup(Value):
    """Ask the hub for customers that may not be here."""

    say: Literal["lookup"] = "lookup"
    request_id: str
    query: str


class SignOut(Value):
    """The screen is locked and its agent gone: the console has no key any more, so the worker signs them out."""

    say: Literal["sign out"] = "sign out"
    agent: AgentId


class Leaving(Value):
    """The console writes nothing more into this store. A revoked one is wiped once the hub has all of it."""

    say: Literal["leaving"] = "leaving"


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


class LookedUp(Value):
    """The answer to a look-up: the customers are in the store by now. `refused`: the hub could not be asked."""

    tell: Literal["looked_up"] = "looked_up"
    request_id: str
    customers: tuple[CustomerId, ...] = ()
    refused: bool = False


class Progress(Value):
    """How far something long is; nothing is under way while `total` is 0."""

    done: int = 0
    total: int = 0


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
    snapshot: Progress = Progress()
    """Rows of a snapshot that are in, of about so many; `total` is at least 1 while one is taken."""
    load: Progress = Progress()
    """Customers of imports that are at the hub, of so many."""
    revoked: bool = False
    """The hub gives nothing to this seat any more; what waits is still sent."""
    stalls: int = 0
    """How often the worker connected anew because nothing moved for a minute."""
    put_backs: int = 0
    """How often the hub turned out to have been put back from a backup since the worker began."""
    problem: str = ""
    """One sentence when something is wrong, else empty."""
    silent: bool = False
    """The worker itself does not answer: set by the console, and the rest is what it said last."""


class LetIn(Value):
    """The hub let this agent in."""

    tell: Literal["let in"] = "let in"
    member: Member


class TurnedAway(Value):
    """The hub does not let this agent in, and trying again does not help."""

    tell: Literal["turned away"] = "turned away"
    why: str


class Expelled(Value):
    """The hub gives this agent, or this seat, nothing more."""

    tell: Literal["expelled"] = "expelled"
    queued: int
    """Changes, and customers of imports, that the hub does not have yet."""
    over: bool = False
    """The console left, nothing waits, and the wipe is begun."""


ToWorker = Annotated[
    Begin | Wake | AskClaim | AskLookup | Finish | SignOut | Leaving | Ping, Field(discriminator="say")
]
FromWorker = Annotated[
    Claimed | LookedUp | Pong | Pulled | SyncStatus | LetIn | TurnedAway | Expelled, Field(discriminator="tell")
]

_LATER = ConfigDict(defer_build=True)
TO_WORKER: TypeAdapter[ToWorker] = TypeAdapter(ToWorker, config=_LATER)
FROM_WORKER: TypeAdapter[FromWorker] = TypeAdapter(FromWorker, config=_LATER)
