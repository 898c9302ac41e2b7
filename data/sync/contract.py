"""The hub's contract: nine calls and nothing else (SYNC, Shape). Seats, feeds and tests know this module only;
which hub answers (embedded SQLite, one that serves it, PostgreSQL) is decided where the program is put together."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Protocol

from pydantic import BeforeValidator, Field, PlainSerializer, SecretStr

from data.models.agent import AgentState, Role
from data.models.base import AgentId, ContactId, Instant, QueueId, Value
from data.text.whole import whole_body


class HubUnreachable(Exception):
    """The hub did not answer; what was asked may be asked again."""


class CopiedReplica(Exception):
    """A pushed op has a number under which the hub has another op of the same replica: this replica is a copy
    of one that went on, or was restored from a backup. It goes on under a new id and keeps its ops (rule 2)."""


class MustRefetch(Exception):
    """What this replica has is too old to be brought up to date by a pull, is of another epoch, or its scope is
    another one now: it takes a new snapshot beside the old rows, then replays its outbox (rule 12)."""


class WrongLogin(HubUnreachable):
    """The hub knows no such person, or the password is another one. Trying again by itself does not help."""


class Revoked(HubUnreachable):
    """This seat, or the person at it, was revoked: nothing is given out to it any more."""

    def __init__(self) -> None:
        super().__init__("This seat was revoked at the hub: what waits is still sent; ask who runs the hub.")


Spoken = Annotated[SecretStr, PlainSerializer(SecretStr.get_secret_value, return_type=str, when_used="json")]
"""A secret that is said on a pipe or socket as it is, and shown nowhere else."""


class Login(Value):
    """Who speaks to the hub, where a hub asks for it. The actor of an op is this person, never the payload's."""

    person: AgentId
    """Their id, or the name that they sign in with; the hub says whom that means (`Hub.member`)."""
    password: SecretStr


class Member(Value):
    """Somebody whom a hub lets in by password, as it knows them."""

    id: AgentId
    name: str
    role: Role = Role.AGENT
    revoked: bool = False


class Scope(Value):
    """Which part of the hub's rows a replica keeps (rule 13). Everything that is not named here is kept whole."""

    directory: bool = True
    """Every customer; without it those that tickets, contacts and callbacks of this scope are about, those that were
    looked up, and those that the replica has written itself. A row of these travels with its customer, wherever that one stands in the hub's order."""
    days: int = Field(90, ge=1, le=3650)
    """Solved and closed tickets, contacts and callbacks that are over: as far back as this, counted from their last
    change at the hub; what happened to them goes with them (`data.sync.scoping`). One that changes later comes back
    with all of that."""


class Op(Value):
    """One change on its way to the hub. The same `op_id` on every try (SYNC rule 2)."""

    op_id: str
    replica_seq: int
    txn_id: str
    entity: str
    entity_id: str
    kind: str
    """`put` (create or patch), `append` (append-only row), `delete` (of `DELETABLE`)."""
    base_ver: int
    patch: Annotated[dict[str, Any], BeforeValidator(whole_body)]
    actor: AgentId
    schema_v: int


DELETABLE = frozenset({"customer"})
"""Entities whose rows can be taken away. A delete that has not seen a change of another replica is a conflict about
the field `deleted`, and the row stays; a change of a deleted row is refused, unless it is the whole row again."""
TOMBSTONE_DAYS = 30
"""So long a hub tells of a row that was taken away."""
SIGNED = ("actor", "by", "made_by", "created_by")
"""Fields that say who did a thing. Where somebody signed in that is they: what names another is refused, unless the row
says so already. Feeds may speak for others."""
THERE_ALREADY = "a record with this id exists and is never changed"
"""Why a hub refuses an append-only row that it has."""
OF_A_PERSON = ("name", "role")
"""Fields of an agent that only whoever runs the hub changes, where somebody signed in, and feeds."""
BY_LEADERS = frozenset({"alert_seen", "intervention", "outage", "reporter_duty", "scorecard"})
"""Entities that only supervisors and administrators write, where somebody signed in, and feeds."""
OWN_CLOCK = "time_entry"
"""The entity of which people write what they do themselves; of others, and corrections, only leaders, and feeds."""
OF_A_STEP = frozenset({"agent_move", "intervention_outcome"})
"""Entities of which a row may carry out a supervisor's step: it has the id of the `intervention`. See `is_not_theirs`."""
NOT_A_LEADER = "only supervisors and administrators write this"
NOT_ALLOWED = "override_by: only a supervisor or an administrator can allow it"
"""Why a hub refuses a callback outside the hours, where somebody signed in: it names nobody who may allow that."""
NOT_ITS_ID = "id: a queue report's is made of its slot and its reporter"
NOT_YET = "slot: it is still to come by the hub's clock"
"""Why a hub refuses a queue report, where somebody signed in."""
CLOCKS_APART = timedelta(minutes=5)
"""So far a seat's clock may be ahead of the hub's."""
BY_FEEDS = frozenset({"gateway"})
"""Entities that only feeds write, where somebody signed in: seats send their mail by whoever says that it is there."""
GIVEN_AWAY = frozenset({"mail"})
"""Entities that anybody makes and only feeds change: what waits to be sent stays as it was written."""
NOT_A_FEED = "only the gateway writes this"
NUMBERS_LOST = 10_000
"""Ticket numbers that a restore passes over when it cannot know how many were given away since the backup."""


class OpOutcome(StrEnum):
    APPLIED = "applied"
    CONFLICT = "conflict"
    """Some fields were newer at the hub and kept there; the rest was applied."""
    REFUSED = "refused"


NEWEST_HOLDS = frozenset({("ticket", "updated_at"), ("presence", "until"), ("presence", "ticket_id")})
"""(entity, field) pairs that nobody is asked to choose between: of two values the greater one holds. Of moments that is
the later one, and two seats that change different fields of one ticket are not in conflict about them; where an agent
who sits at two seats is, either will do, and the next beat puts it right."""


class FieldConflict(Value):
    field: str
    mine: Any
    theirs: Any


class OpResult(Value):
    """What the hub did with an op; asking again gives the same answer."""

    op_id: str
    outcome: OpOutcome
    hub_seq: int
    """Its place in the hub's order; 0 for a refused op."""
    ver: int = 0
    """The version of the row that it made; 0 for a refused op, and from a hub that does not say it."""
    conflicts: tuple[FieldConflict, ...] = ()
    why: str = ""


class HubRow(Value):
    """One entity as the hub has it now."""

    hub_seq: int
    entity: str
    entity_id: str
    ver: int
    body: dict[str, Any]
    deleted: bool = False


class Page(Value):
    """Rows changed after `start`, in hub order; `end` is the cursor to keep. More may follow when `more`."""

    start: int
    end: int
    epoch: str
    rows: tuple[HubRow, ...]
    more: bool
    total: int = 0
    """Of the first page of a snapshot: how many rows it has in all, about; what a progress bar shows."""


class Enrolment(Value):
    replica_id: str
    number: int
    """Short number of the replica, the prefix of ticket numbers made without a leased block."""
    epoch: str
    last_replica_seq: int
    """The highest replica_seq that the hub has: a replica that knows less is a copy."""
    refetch: bool = False
    """The rows that this replica has are of another scope, or it was away too long: see MustRefetch."""
    hub_id: str = ""
    """The hub, whatever became of it: the first of its epochs. A hub that was put back from a backup has another epoch
    and the same id: its replicas take a new snapshot and send again what it lacks (rule 18)."""
    revoked: bool = False
    """This seat, or the person at it, was revoked: what waits may still be pushed, nothing more is given out, and
    then the replica is wiped (rule 20)."""


class Claim(Value):
    """The answer to a claim. `contact_id` is None when nothing could be had; `why` says so in words."""

    request_id: str
    contact_id: ContactId | None
    fence: int = 0
    lease_until: Instant | None = None
    why: str = ""


class NumberBlock(Value):
    first: int
    last: int


def is_not_theirs(entity: str, said: Mapping[str, Any], step: Mapping[str, Any] | None, speaker: AgentId) -> bool:
    """Whether a row of `OF_A_STEP` is not for who signed in to write. A step is answered by whom it addresses, or by who
    made it. A move is its agent's own; another's is written by who signs them out, under the id of that step.

    Args:
        step: the body of the intervention of the same id; None where the hub has none.
    """
    if entity == "agent_move":
        if said.get("agent") == speaker:
            return False
        out = step is not None and step["state"] == said.get("state") == AgentState.SIGNED_OUT
        return not (step is not None and out and step["by"] == speaker and step["agent"] == said.get("agent"))
    return step is None or speaker not in (step["agent"], step["by"])


WHOLE = Scope()
BY_ID = "id:"
"""Before an id in a query of `lookup_v1`."""


class Hub(Protocol):
    """A hub. Every call may raise HubUnreachable; every call may be repeated with the same effect. To a revoked
    replica all but enrolment and push raise Revoked."""

    @property
    def member(self) -> Member | None:
        """Who the login that this connection was opened with is; None without one."""

    def enrol_v1(self, replica_id: str, name: str, scope: Scope = WHOLE) -> Enrolment:
        """Make the replica known; a second call returns what is known, and keeps the scope that it names. After
        another scope than the last one, a pull raises MustRefetch until a snapshot was begun, and `refetch` stays
        until its last page was given."""

    def push_v1(self, replica_id: str, ops: Sequence[Op]) -> list[OpResult]:
        """Apply ops in order, all or none; a result for each. At most 500, never part of a txn_id.

        Raises:
            CopiedReplica: this replica must take a new id first.
        """

    def pull_v1(self, replica_id: str, cursor: int, limit: int = 100) -> Page:
        """The rows of the replica's scope that changed after `cursor`, each once, as they are now; then customers that
        some of them name (`Scope.directory`). A page may be empty though more follow.

        Raises:
            MustRefetch: the scope is another one than that of the last snapshot, rows that were taken away after
                `cursor` are forgotten by now, or the hub never was so far.
        """

    def snapshot_v1(self, replica_id: str, after: tuple[str, str] | None, limit: int = 500) -> Page:
        """Every live row of the replica's scope in (entity, id) order, a page at a time, for a replica that starts
        from nothing. The first page's `start` is the cursor to pull from when the last page is in."""

    def lookup_v1(self, replica_id: str, query: str, limit: int = 20) -> list[HubRow]:
        """Customers at the hub, of which the replica's scope may not hold all; a query is what a person typed, or
        `id:` and an id. From now on the replica's pulls bring changes of those that were found."""

    def claim_v1(
        self,
        replica_id: str,
        request_id: str,
        agent: AgentId,
        queues: Sequence[QueueId],
        contact_id: ContactId | None,
    ) -> Claim:
        """Claim the next waiting contact of `queues` (all when empty), or this one. Each contact is given to
        one agent only; the same request_id gets the same answer."""

    def heartbeat_v1(self, replica_id: str, contact_id: ContactId, fence: int) -> bool:
        """Keep the lease of this replica's claim; False when it is another's, given back, or fenced off."""

    def finish_v1(self, replica_id: str, contact_id: ContactId, fence: int) -> bool:
        """Give this replica's claim back; False when it is another's, or was fenced off by a newer one."""

    def lease_numbers_v1(self, replica_id: str, count: int) -> NumberBlock:
        """A block of ticket numbers that no other replica gets."""

    def version(self) -> int:
        """A number that changes when another connection changed the hub: cheap, for wake-up."""

    def close(self) -> None:
        """Let go of the connection."""
