"""The embedded hub: the contract in one SQLite file, for the seats of one machine (at most about five)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from data.clock import SYSTEM_CLOCK, Clock
from data.models import SYNCED
from data.models.agent import Agent
from data.models.base import AgentId, ContactId, Entity, QueueId, instant_text
from data.models.callback import Callback
from data.models.customer import Customer
from data.models.queue_report import QueueReport, report_id
from data.models.shift import Punch
from data.models.supervision import Intervention
from data.store import driver
from data.sync.contract import (
    BY_FEEDS,
    BY_ID,
    BY_LEADERS,
    CLOCKS_APART,
    DELETABLE,
    GIVEN_AWAY,
    NEWEST_HOLDS,
    NOT_A_FEED,
    NOT_A_LEADER,
    NOT_ALLOWED,
    NOT_ITS_ID,
    NOT_YET,
    OF_A_PERSON,
    OF_A_STEP,
    OWN_CLOCK,
    SIGNED,
    THERE_ALREADY,
    WHOLE,
    Claim,
    CopiedReplica,
    Enrolment,
    FieldConflict,
    HubRow,
    HubUnreachable,
    Login,
    Member,
    NumberBlock,
    Op,
    OpOutcome,
    OpResult,
    Page,
    Scope,
    is_not_theirs,
)
from data.sync.hub_claims import Claims
from data.sync.hub_file import NOTHING, HubFile, Stored
from data.sync.hub_people import has_people, leads, let_in, revoked
from data.sync.hub_scope import Scopes
from data.text.whole import whole

DEPENDS_ON = "depends_on an earlier change of this record that was refused"
LONGEST_QUERY = 200
DELETE = "delete"


class EmbeddedHub:
    """A hub in the file at `path`. One object a thread."""

    def __init__(
        self, path: Path, clock: Clock = SYSTEM_CLOCK, *, create: bool = True, login: Login | None = None
    ) -> None:
        """Open the hub; with `create` it is made when missing, with `login` for one person.

        Raises:
            HubUnreachable: the file is missing, cannot be opened, is not a hub, or one of another shape.
            WrongLogin: the hub does not let this person in.
        """
        self._file = HubFile(path, clock, create=create)
        self._clock = clock
        self.member: Member | None = None
        if login is not None:
            try:
                self.member = let_in(self._file, login, clock)
            except BaseException:
                self._file.close()
                raise
        self._claims = Claims(self._file, clock)
        self._scopes = Scopes(self._file, clock, self._withdrawn)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def version(self) -> int:
        """Changes whenever another connection has committed; tells when the file has been moved away."""
        return self._file.version()

    def epoch(self) -> str:
        """The hub's epoch: another one after it was put back from a backup."""
        with self._file.reading():
            return self._file.info("epoch")

    @property
    def asks(self) -> bool:
        """Whether this hub lets seats in by password only."""
        return has_people(self._file)

    def _withdrawn(self) -> bool:
        return self.member is not None and revoked(self._file, self.member.id)

    # enrolment and numbers

    def enrol_v1(self, replica_id: str, name: str, scope: Scope = WHOLE) -> Enrolment:
        return self._scopes.enrol(replica_id, name, scope)

    def revoke(self, replica_id: str) -> None:
        """Give nothing to this replica any more; what it pushes is still taken."""
        self._scopes.revoke(replica_id)

    def lease_numbers_v1(self, replica_id: str, count: int) -> NumberBlock:
        with self._file.writing() as db:
            self._scopes.admitted(replica_id)
            taken = db.execute(
                "UPDATE hub_info SET value = value + ? WHERE key = 'next_ticket' RETURNING value", (count,)
            ).fetchone()
            last = int(taken[0]) - 1
            return NumberBlock(first=last - count + 1, last=last)

    # push

    def push_v1(self, replica_id: str, ops: Sequence[Op]) -> list[OpResult]:
        with self._file.writing() as db:
            writer = self._number_of(replica_id)
            refused: set[tuple[str, str]] = set()
            were_over: dict[tuple[str, str], str] = {}
            top = self._file.top()
            results = []
            for op in ops:
                known = db.execute("SELECT result FROM ops WHERE op_id = ?", (op.op_id,)).fetchone()
                if known is not None:
                    results.append(OpResult.model_validate_json(known[0]))
                    continue
                if (op.entity, op.entity_id) in refused:
                    result = _refused(op, DEPENDS_ON)
                else:
                    result = self._apply(op, replica_id, writer, were_over)
                if result.outcome is OpOutcome.REFUSED:
                    refused.add((op.entity, op.entity_id))
                self._record(replica_id, op, result)
                results.append(result)
            self._file.bring_back(were_over, top)
            if ops:
                db.execute(
                    "UPDATE replica SET last_seq = max(last_seq, ?) WHERE replica_id = ?",
                    (max(op.replica_seq for op in ops), replica_id),
                )
            return results

    def _number_of(self, replica_id: str) -> int:
        found = self._file.db.execute("SELECT number FROM replica WHERE replica_id = ?", (replica_id,)).fetchone()
        if found is None:
            raise HubUnreachable("This seat is not enrolled at the hub: it enrols again by itself.")
        return int(found[0])

    def _record(self, replica_id: str, op: Op, result: OpResult) -> None:
        try:
            self._file.db.execute(
                "INSERT INTO ops VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    op.op_id,
                    replica_id,
                    op.replica_seq,
                    op.txn_id,
                    self.member.id if self.member is not None else op.actor,
                    op.entity,
                    op.entity_id,
                    op.kind,
                    json.dumps(op.patch),
                    op.base_ver,
                    op.schema_v,
                    result.hub_seq,
                    result.model_dump_json(),
                    instant_text(self._clock.now()),
                ),
            )
        except driver.IntegrityError as error:
            raise CopiedReplica(f"change {op.replica_seq} of replica {replica_id} is another one here") from error

    def _apply(self, op: Op, replica_id: str, writer: int, were_over: dict[tuple[str, str], str]) -> OpResult:
        """`were_over`: what changes though it was over, with the time of its last change, is noted there."""
        model = SYNCED.get(op.entity)
        if model is None:
            return _refused(op, f"the hub does not know '{op.entity}': update the hub")
        if op.kind != ("append" if model.append_only else "put") and not (
            op.kind == DELETE and op.entity in DELETABLE
        ):
            return _refused(op, f"'{op.kind}' is not possible on '{op.entity}'")
        row = self._file.find(op.entity, op.entity_id)
        if op.kind == DELETE:
            return self._delete(op, row, replica_id, writer)
        if row is not None and model.append_only:
            return _refused(op, THERE_ALREADY)
        is_whole = {*op.patch, "id"} >= set(model.columns())
        if row is not None and row.deleted and not is_whole:
            return _refused(op, "it was deleted at the hub meanwhile")
        if row is None and not is_whole and self._was_refused(replica_id, op):
            return _refused(op, DEPENDS_ON)
        before = row or NOTHING
        if (
            self.member is not None
            and _is_for_leaders(op, self.member.id)
            and not leads(self._file, self.member.id)
        ):
            return _refused(op, NOT_A_LEADER)
        if self.member is not None and (op.entity in BY_FEEDS or (row is not None and op.entity in GIVEN_AWAY)):
            return _refused(op, NOT_A_FEED)
        if self.member is not None and (said := self._not_own(op, before, self.member.id)):
            return _refused(op, f"{said}: this is not for the person who signed in to say")
        conflicts = []
        fresh: dict[str, Any] = {}
        for name, value in op.patch.items():
            if name == "id" or name not in model.model_fields:  # which nobody changes, or a newer program's
                continue
            field_ver, field_writer = before.marks.get(name, (0, writer))
            theirs = before.body.get(name)
            if field_ver <= op.base_ver or field_writer == writer:
                fresh[name] = value
            elif (op.entity, name) in NEWEST_HOLDS:
                fresh |= {name: value} if str(value) > str(theirs) else {}
            elif theirs != value:
                conflicts.append(FieldConflict(field=name, mine=value, theirs=theirs))
        try:
            entity = model.model_validate({**before.body, **fresh, "id": op.entity_id})
        except ValidationError as error:
            first = error.errors()[0]
            return _refused(op, f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")
        if self.member is not None and (why := self._doubted(entity, op, before)):
            return _refused(op, why)
        if before.over:
            were_over.setdefault((op.entity, op.entity_id), before.changed_at)
        hub_seq = self._file.put(op.entity, op.entity_id, before, entity.model_dump(mode="json"), fresh, writer)
        if op.entity == Customer.entity:
            self._scopes.follow(replica_id, op.entity_id)
        return OpResult(
            op_id=op.op_id,
            outcome=OpOutcome.CONFLICT if conflicts else OpOutcome.APPLIED,
            hub_seq=hub_seq,
            ver=before.ver + 1,
            conflicts=tuple(conflicts),
        )

    def _doubted(self, entity: Entity, op: Op, before: Stored) -> str | None:
        """What is wrong with a record that fits its model, in the transaction of the push. Who may allow a callback is asked
        of the op: what nobody may say is not put before a person either, as the other side of a conflict."""
        if isinstance(entity, QueueReport):
            if entity.id != report_id(entity.slot, entity.reporter):
                return NOT_ITS_ID
            return NOT_YET if entity.slot > self._clock.now() + CLOCKS_APART else None
        said = op.patch.get("override_by") if op.entity == Callback.entity else None
        if said not in (None, before.body.get("override_by")):
            return None if isinstance(said, str) and leads(self._file, AgentId(said)) else NOT_ALLOWED
        return None

    def _not_own(self, op: Op, before: Stored, speaker: AgentId) -> str | None:
        """The first field in which an op says what is not for who signed in to say."""
        said = {name: value for name, value in op.patch.items() if (name, value) not in before.body.items()}
        forged = [name for name in SIGNED if said.get(name) not in (None, speaker)]
        personal = [name for name in OF_A_PERSON if op.entity == Agent.entity and name in said]
        if not forged and op.entity in OF_A_STEP:
            step = self._file.find(Intervention.entity, op.entity_id)
            if is_not_theirs(op.entity, op.patch, step.body if step is not None else None, speaker):
                return "agent"
        return next(iter(forged + personal), None)

    def _delete(self, op: Op, row: Stored | None, replica_id: str, writer: int) -> OpResult:
        if row is None or row.deleted:
            return _refused(op, "there is no such record at the hub that could be deleted")
        self._scopes.follow(replica_id, op.entity_id)
        unseen = [name for name, (ver, by) in row.marks.items() if ver > op.base_ver and by != writer]
        if unseen:
            hub_seq = self._file.put(op.entity, op.entity_id, row, row.body, {}, writer)
            told = FieldConflict(field="deleted", mine=True, theirs=False)
            return OpResult(
                op_id=op.op_id, outcome=OpOutcome.CONFLICT, hub_seq=hub_seq, ver=row.ver + 1, conflicts=(told,)
            )
        hub_seq = self._file.take_away(op.entity, op.entity_id)
        return OpResult(op_id=op.op_id, outcome=OpOutcome.APPLIED, hub_seq=hub_seq, ver=row.ver + 1)

    def _was_refused(self, replica_id: str, op: Op) -> bool:
        """Whether this replica tried to make the record before, in vain: a part of it must not become a row."""
        found = self._file.db.execute(
            "SELECT 1 FROM ops WHERE entity = ? AND entity_id = ? AND hub_seq = 0 AND replica_id = ?",
            (op.entity, op.entity_id, replica_id),
        ).fetchone()
        return found is not None

    # pull

    def pull_v1(self, replica_id: str, cursor: int, limit: int = 100) -> Page:
        return self._scopes.pull(replica_id, cursor, limit)

    def snapshot_v1(self, replica_id: str, after: tuple[str, str] | None, limit: int = 500) -> Page:
        return self._scopes.snapshot(replica_id, after, limit)

    def lookup_v1(self, replica_id: str, query: str, limit: int = 20) -> list[HubRow]:
        query = whole(query)
        if query.startswith(BY_ID):
            where, value = "entity_id = ?", query.removeprefix(BY_ID)
        else:
            inside = json.dumps(query[:LONGEST_QUERY], ensure_ascii=False)[
                1:-1
            ]  # as the text stands in a JSON body
            where = "body LIKE ? ESCAPE '\\'"
            value = "%" + inside.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        return self._scopes.looked_up(replica_id, where, (value,), limit)

    # claims

    def claim_v1(
        self,
        replica_id: str,
        request_id: str,
        agent: AgentId,
        queues: Sequence[QueueId],
        contact_id: ContactId | None,
    ) -> Claim:
        self._admit(replica_id)
        agent = self.member.id if self.member is not None else agent
        return self._claims.claim(replica_id, request_id, agent, queues, contact_id)

    def heartbeat_v1(self, replica_id: str, contact_id: ContactId, fence: int) -> bool:
        self._admit(replica_id)
        return self._claims.heartbeat(replica_id, contact_id, fence)

    def _admit(self, replica_id: str) -> None:
        with self._file.snapshot():
            self._scopes.admitted(replica_id)

    def finish_v1(self, replica_id: str, contact_id: ContactId, fence: int) -> bool:
        self._admit(replica_id)
        return self._claims.finish(replica_id, contact_id, fence)


def _is_for_leaders(op: Op, speaker: AgentId) -> bool:
    """Whether only supervisors and administrators write this."""
    if op.entity != OWN_CLOCK:
        return op.entity in BY_LEADERS
    own = op.patch.get("agent") == speaker and op.patch.get("punch") != Punch.VOID
    return not own or op.patch.get("instead_of") is not None


def _refused(op: Op, why: str) -> OpResult:
    return OpResult(op_id=op.op_id, outcome=OpOutcome.REFUSED, hub_seq=0, why=why)
