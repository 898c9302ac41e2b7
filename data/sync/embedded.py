"""The embedded hub: the contract in one SQLite file, for the seats of one machine (at most about five).

Rows are kept as JSON bodies with a version a field, so the hub needs no table an entity; contacts that can
be claimed have a small typed index beside them. Every call is one immediate transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from data.clock import SYSTEM_CLOCK, Clock
from data.models import SYNCED
from data.models.base import AgentId, ContactId, QueueId, instant_text, new_id
from data.models.contact import Contact, ContactKind, ContactState
from data.store import driver
from data.store.errors import explain
from data.sync.contract import (
    Claim,
    Enrolment,
    FieldConflict,
    HubRow,
    HubUnreachable,
    NumberBlock,
    Op,
    OpOutcome,
    OpResult,
    Page,
)

LEASE = timedelta(seconds=45)
FIRST_TICKET_NUMBER = 10001
HUB_WRITER = 0
"""Number of the hub itself as a writer of fields (claims)."""

_SHAPE = """
CREATE TABLE IF NOT EXISTS hub_info (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hub_clock (one INTEGER PRIMARY KEY CHECK (one = 1), v INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS replica (
    replica_id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, name TEXT NOT NULL, enrolled_at TEXT NOT NULL,
    last_seq INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ops (
    op_id TEXT PRIMARY KEY, replica_id TEXT NOT NULL, replica_seq INTEGER NOT NULL, txn_id TEXT NOT NULL,
    actor TEXT NOT NULL, entity TEXT NOT NULL, entity_id TEXT NOT NULL, kind TEXT NOT NULL, patch TEXT NOT NULL,
    base_ver INTEGER NOT NULL, schema_v INTEGER NOT NULL, hub_seq INTEGER NOT NULL, result TEXT NOT NULL,
    received_at TEXT NOT NULL, UNIQUE (replica_id, replica_seq));
CREATE TABLE IF NOT EXISTS row (
    entity TEXT NOT NULL, entity_id TEXT NOT NULL, ver INTEGER NOT NULL, hub_seq INTEGER NOT NULL,
    body TEXT NOT NULL, field_ver TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (entity, entity_id));
CREATE INDEX IF NOT EXISTS row_by_seq ON row (hub_seq);
CREATE TABLE IF NOT EXISTS claimable (
    contact_id TEXT PRIMARY KEY, queue TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
    priority INTEGER NOT NULL, queued_at TEXT NOT NULL, ringing_agent TEXT, agent TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS claimable_order ON claimable (state, priority DESC, queued_at);
CREATE TABLE IF NOT EXISTS claim (
    contact_id TEXT NOT NULL, fence INTEGER NOT NULL, agent TEXT NOT NULL, replica_id TEXT NOT NULL,
    lease_until TEXT NOT NULL, finished INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (contact_id, fence)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS claim_request (
    request_id TEXT PRIMARY KEY, answer TEXT NOT NULL) WITHOUT ROWID;
"""


class EmbeddedHub:
    """A hub in the file at `path`, made when missing. One object a thread."""

    def __init__(self, path: Path, clock: Clock = SYSTEM_CLOCK) -> None:
        """Open the hub.

        Raises:
            HubUnreachable: the file cannot be opened or is not a hub.
        """
        self._path = path
        self._clock = clock
        try:
            self._db = driver.connect(path)
            if self._db.execute("PRAGMA user_version").fetchone()[0] == 0:
                self._make()
        except (driver.Error, OSError) as error:
            raise HubUnreachable(explain(error, path)) from error

    def _make(self) -> None:
        with self._write() as db:
            for statement in _SHAPE.split(";"):
                if statement.strip():
                    db.execute(statement)
            db.execute("INSERT INTO hub_clock (one, v) VALUES (1, 0) ON CONFLICT DO NOTHING")
            for key, value in (("epoch", new_id()), ("next_ticket", str(FIRST_TICKET_NUMBER))):
                db.execute("INSERT INTO hub_info VALUES (?, ?) ON CONFLICT DO NOTHING", (key, value))
            db.execute("PRAGMA user_version = 1")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def version(self) -> int:
        """Changes whenever another connection has committed (`PRAGMA data_version`)."""
        with self._reading() as db:
            return int(db.execute("PRAGMA data_version").fetchone()[0])

    @contextmanager
    def _reading(self) -> Iterator[driver.Connection]:
        try:
            yield self._db
        except driver.Error as error:
            raise HubUnreachable(explain(error, self._path)) from error

    @contextmanager
    def _write(self) -> Iterator[driver.Connection]:
        with self._reading():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def _info(self, key: str) -> str:
        return str(self._db.execute("SELECT value FROM hub_info WHERE key = ?", (key,)).fetchone()[0])

    def _tick(self, steps: int = 1) -> int:
        """Take the next number of the hub's order."""
        taken = self._db.execute("UPDATE hub_clock SET v = v + ? RETURNING v", (steps,)).fetchone()
        return int(taken[0])

    # enrolment and numbers

    def enrol_v1(self, replica_id: str, name: str) -> Enrolment:
        with self._write() as db:
            db.execute(
                "INSERT INTO replica (replica_id, number, name, enrolled_at)"
                " VALUES (?, (SELECT coalesce(max(number), 0) + 1 FROM replica), ?, ?) ON CONFLICT DO NOTHING",
                (replica_id, name, instant_text(self._clock.now())),
            )
            known = db.execute(
                "SELECT number, last_seq FROM replica WHERE replica_id = ?", (replica_id,)
            ).fetchone()
            return Enrolment(
                replica_id=replica_id,
                number=known["number"],
                epoch=self._info("epoch"),
                last_replica_seq=known["last_seq"],
            )

    def lease_numbers_v1(self, replica_id: str, count: int) -> NumberBlock:
        with self._write() as db:
            taken = db.execute(
                "UPDATE hub_info SET value = value + ? WHERE key = 'next_ticket' RETURNING value", (count,)
            ).fetchone()
            last = int(taken[0]) - 1
            return NumberBlock(first=last - count + 1, last=last)

    # push

    def push_v1(self, replica_id: str, ops: Sequence[Op]) -> list[OpResult]:
        with self._write() as db:
            writer = self._number_of(replica_id)
            refused: set[tuple[str, str]] = set()
            results = []
            for op in ops:
                known = db.execute("SELECT result FROM ops WHERE op_id = ?", (op.op_id,)).fetchone()
                if known is not None:
                    results.append(OpResult.model_validate_json(known[0]))
                    continue
                if (op.entity, op.entity_id) in refused:
                    result = OpResult(
                        op_id=op.op_id,
                        outcome=OpOutcome.REFUSED,
                        hub_seq=0,
                        why="depends_on an earlier change of this record that was refused",
                    )
                else:
                    result = self._apply(op, writer)
                if result.outcome is OpOutcome.REFUSED:
                    refused.add((op.entity, op.entity_id))
                self._record(replica_id, op, result)
                results.append(result)
            if ops:
                db.execute(
                    "UPDATE replica SET last_seq = max(last_seq, ?) WHERE replica_id = ?",
                    (ops[-1].replica_seq, replica_id),
                )
            return results

    def _number_of(self, replica_id: str) -> int:
        found = self._db.execute("SELECT number FROM replica WHERE replica_id = ?", (replica_id,)).fetchone()
        if found is None:
            raise HubUnreachable("This seat is not enrolled at the hub: it enrols again by itself.")
        return int(found[0])

    def _record(self, replica_id: str, op: Op, result: OpResult) -> None:
        self._db.execute(
            "INSERT INTO ops VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                op.op_id,
                replica_id,
                op.replica_seq,
                op.txn_id,
                op.actor,
                op.entity,
                op.entity_id,
                op.kind,
                json.dumps(op.patch, ensure_ascii=False),
                op.base_ver,
                op.schema_v,
                result.hub_seq,
                result.model_dump_json(),
                instant_text(self._clock.now()),
            ),
        )

    def _apply(self, op: Op, writer: int) -> OpResult:
        def refuse(why: str) -> OpResult:
            return OpResult(op_id=op.op_id, outcome=OpOutcome.REFUSED, hub_seq=0, why=why)

        model = SYNCED.get(op.entity)
        if model is None:
            return refuse(f"the hub does not know '{op.entity}': update the hub")
        if model.append_only != (op.kind == "append"):
            return refuse(f"'{op.kind}' is not possible on '{op.entity}'")
        row = self._row(op.entity, op.entity_id)
        if row is not None and op.kind == "append":
            return refuse("a record with this id exists and is never changed")
        body, versions, ver = row if row is not None else ({}, {}, 0)
        conflicts = []
        fresh: dict[str, Any] = {}
        for name, value in op.patch.items():
            field_ver, field_writer = versions.get(name, (0, writer))
            if field_ver > op.base_ver and field_writer != writer:
                if body.get(name) != value:
                    conflicts.append(FieldConflict(field=name, mine=value, theirs=body.get(name)))
                continue
            fresh[name] = value
        try:
            clean = model.model_validate({**body, **fresh, "id": op.entity_id}).model_dump(mode="json")
        except ValidationError as error:
            first = error.errors()[0]
            return refuse(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")
        hub_seq = self._put(op.entity, op.entity_id, clean, versions, ver, fresh, writer)
        return OpResult(
            op_id=op.op_id,
            outcome=OpOutcome.CONFLICT if conflicts else OpOutcome.APPLIED,
            hub_seq=hub_seq,
            conflicts=tuple(conflicts),
        )

    def _row(self, entity: str, entity_id: str) -> tuple[dict[str, Any], dict[str, tuple[int, int]], int] | None:
        found = self._db.execute(
            "SELECT body, field_ver, ver FROM row WHERE entity = ? AND entity_id = ?", (entity, entity_id)
        ).fetchone()
        if found is None:
            return None
        versions = {name: (pair[0], pair[1]) for name, pair in json.loads(found["field_ver"]).items()}
        return json.loads(found["body"]), versions, found["ver"]

    def _put(
        self,
        entity: str,
        entity_id: str,
        body: dict[str, Any],
        versions: dict[str, tuple[int, int]],
        ver: int,
        changed: dict[str, Any],
        writer: int,
    ) -> int:
        """Write a row under the next number. A conflicting op counts as a change too, so that the seat
        which sent it pulls the row again and sees what holds."""
        hub_seq = self._tick()
        marks = {**versions, **{name: (ver + 1, writer) for name in changed}}
        self._db.execute(
            "INSERT INTO row (entity, entity_id, ver, hub_seq, body, field_ver) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (entity, entity_id) DO UPDATE SET ver = excluded.ver, hub_seq = excluded.hub_seq,"
            " body = excluded.body, field_ver = excluded.field_ver",
            (entity, entity_id, ver + 1, hub_seq, json.dumps(body, ensure_ascii=False), json.dumps(marks)),
        )
        if entity == Contact.entity:
            self._index_contact(body)
        return hub_seq

    def _index_contact(self, body: dict[str, Any]) -> None:
        if body["state"] not in (ContactState.WAITING, ContactState.RINGING) and body["kind"] == ContactKind.CALL:
            self._db.execute("DELETE FROM claimable WHERE contact_id = ?", (body["id"],))
            return
        self._db.execute(
            "INSERT OR REPLACE INTO claimable VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                body["id"],
                body["queue"],
                body["kind"],
                body["state"],
                body["priority"],
                body["queued_at"],
                body["ringing_agent"],
                body["agent"],
            ),
        )

    # pull

    def pull_v1(self, replica_id: str, cursor: int, limit: int = 100) -> Page:
        with self._reading() as db:
            db.execute("BEGIN")
            try:
                rows = self._hub_rows("hub_seq > ? ORDER BY hub_seq LIMIT ?", (cursor, limit + 1))
                top = int(db.execute("SELECT v FROM hub_clock").fetchone()[0])
                epoch = self._info("epoch")
            finally:
                db.execute("ROLLBACK")
        more = len(rows) > limit
        page = rows[:limit]
        end = page[-1].hub_seq if more else max(top, cursor)
        return Page(start=cursor, end=end, epoch=epoch, rows=tuple(page), more=more)

    def snapshot_v1(self, replica_id: str, after: tuple[str, str] | None, limit: int = 500) -> Page:
        with self._reading() as db:
            db.execute("BEGIN")
            try:
                rows = self._hub_rows(
                    "(entity, entity_id) > (?, ?) AND NOT deleted ORDER BY entity, entity_id LIMIT ?",
                    (*(after or ("", "")), limit + 1),
                )
                top = int(db.execute("SELECT v FROM hub_clock").fetchone()[0])
                epoch = self._info("epoch")
            finally:
                db.execute("ROLLBACK")
        return Page(start=top, end=top, epoch=epoch, rows=tuple(rows[:limit]), more=len(rows) > limit)

    def lookup_v1(self, query: str, limit: int = 20) -> list[HubRow]:
        pattern = "%" + query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        with self._reading():
            return self._hub_rows(
                "entity = 'customer' AND NOT deleted AND body LIKE ? ESCAPE '\\' ORDER BY hub_seq DESC LIMIT ?",
                (pattern, limit),
            )

    def _hub_rows(self, where: str, values: Sequence[Any]) -> list[HubRow]:
        found = self._db.execute(
            f"SELECT hub_seq, entity, entity_id, ver, body, deleted FROM row WHERE {where}",  # noqa: S608
            values,
        )
        return [
            HubRow(
                hub_seq=row["hub_seq"],
                entity=row["entity"],
                entity_id=row["entity_id"],
                ver=row["ver"],
                body=json.loads(row["body"]),
                deleted=bool(row["deleted"]),
            )
            for row in found
        ]

    # claims

    def claim_v1(
        self,
        replica_id: str,
        request_id: str,
        agent: AgentId,
        queues: Sequence[QueueId],
        contact_id: ContactId | None,
    ) -> Claim:
        with self._write() as db:
            known = db.execute("SELECT answer FROM claim_request WHERE request_id = ?", (request_id,)).fetchone()
            if known is not None:
                return Claim.model_validate_json(known[0])
            now = self._clock.now()
            self._requeue_expired(now)
            chosen = self._choose(agent, queues, contact_id)
            if chosen is None:
                answer = Claim(request_id=request_id, contact_id=None, why=self._why_not(contact_id))
            else:
                answer = self._give(chosen, request_id, replica_id, agent, now)
            db.execute("INSERT INTO claim_request VALUES (?, ?)", (request_id, answer.model_dump_json()))
            return answer

    def _choose(self, agent: AgentId, queues: Sequence[QueueId], contact_id: ContactId | None) -> str | None:
        if contact_id is not None:
            found = self._db.execute(
                "SELECT contact_id FROM claimable WHERE contact_id = ?"
                " AND (state = 'waiting' OR (state = 'ringing' AND ringing_agent = ? AND agent IS NULL))",
                (contact_id, agent),
            ).fetchone()
        else:
            found = self._db.execute(
                "SELECT contact_id FROM claimable WHERE state = 'waiting'"
                " AND (? = '[]' OR queue IN (SELECT value FROM json_each(?)))"
                " ORDER BY priority DESC, queued_at, contact_id LIMIT 1",
                (json.dumps(list(queues)), json.dumps(list(queues))),
            ).fetchone()
        return str(found[0]) if found else None

    def _why_not(self, contact_id: ContactId | None) -> str:
        if contact_id is None:
            return "nobody is waiting"
        row = self._row(Contact.entity, contact_id)
        if row is None:
            return "the hub does not know this contact"
        body = row[0]
        if body["state"] == ContactState.ABANDONED:
            return "the caller hung up first"
        if body["state"] == ContactState.RINGING and body["agent"] is None:
            return "it is ringing at another agent"
        return "another agent took it first"

    def _give(self, contact_id: str, request_id: str, replica_id: str, agent: AgentId, now: datetime) -> Claim:
        fence = 1 + int(
            self._db.execute(
                "SELECT coalesce(max(fence), 0) FROM claim WHERE contact_id = ?", (contact_id,)
            ).fetchone()[0]
        )
        lease_until = now + LEASE
        self._db.execute(
            "INSERT INTO claim VALUES (?, ?, ?, ?, ?, 0)",
            (contact_id, fence, agent, replica_id, instant_text(lease_until)),
        )
        patch = {
            "state": ContactState.RINGING.value,
            "ringing_agent": agent,
            "ringing_since": instant_text(now),
            "agent": agent,
            "fence": fence,
        }
        self._patch_contact(contact_id, patch)
        return Claim(request_id=request_id, contact_id=ContactId(contact_id), fence=fence, lease_until=lease_until)

    def _patch_contact(self, contact_id: str, patch: dict[str, Any]) -> None:
        row = self._row(Contact.entity, contact_id)
        if row is not None:
            body, versions, ver = row
            self._put(Contact.entity, contact_id, {**body, **patch}, versions, ver, patch, HUB_WRITER)

    def _requeue_expired(self, now: datetime) -> None:
        """Give back what a vanished seat holds. A live call belongs to the PBX and is left alone (rule 9)."""
        expired = self._db.execute(
            "SELECT claim.contact_id, claim.fence FROM claim JOIN claimable USING (contact_id)"
            " WHERE NOT finished AND lease_until < ? AND claimable.kind <> 'call'"
            " AND claimable.state NOT IN ('waiting', 'done')",
            (instant_text(now),),
        ).fetchall()
        for contact_id, fence in expired:
            self._db.execute(
                "UPDATE claim SET finished = 1 WHERE contact_id = ? AND fence = ?", (contact_id, fence)
            )
            back = {"state": ContactState.WAITING.value, "agent": None, "ringing_agent": None}
            self._patch_contact(contact_id, back)

    def heartbeat_v1(self, replica_id: str, contact_id: ContactId, fence: int) -> bool:
        with self._write() as db:
            kept = db.execute(
                "UPDATE claim SET lease_until = ? WHERE contact_id = ? AND fence = ? AND NOT finished"
                " AND fence = (SELECT max(fence) FROM claim AS newest WHERE newest.contact_id = claim.contact_id)"
                " RETURNING fence",
                (instant_text(self._clock.now() + LEASE), contact_id, fence),
            ).fetchone()
            return kept is not None

    def finish_v1(self, replica_id: str, contact_id: ContactId, fence: int) -> bool:
        with self._write() as db:
            newest = db.execute("SELECT max(fence) FROM claim WHERE contact_id = ?", (contact_id,)).fetchone()[0]
            if newest != fence:
                return False
            db.execute("UPDATE claim SET finished = 1 WHERE contact_id = ? AND fence = ?", (contact_id, fence))
            return True
