"""The file of the embedded hub: its shape, its transactions, its rows.

Rows are kept as JSON bodies with a version a field, so the hub needs no table an entity; contacts that can
be claimed have a small typed index beside them. Every call of the hub is one immediate transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from data.clock import SYSTEM_CLOCK, Clock
from data.models.base import instant_text, new_id
from data.models.contact import IN_QUEUE, Contact, ContactKind, ContactState
from data.store import driver
from data.store.errors import explain
from data.sync.contract import HubRow, HubUnreachable
from data.sync.scoping import traits_of

HUB_SHAPE = 4
"""`PRAGMA user_version` of a hub that this program reads and writes."""
FIRST_TICKET_NUMBER = 10001
FORGOTTEN_AT_ONCE = 5_000
"""So many rows of a kind at most are forgotten at one enrolment: no seat waits for another's past."""

_SHAPE = """
CREATE TABLE IF NOT EXISTS hub_info (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hub_clock (one INTEGER PRIMARY KEY CHECK (one = 1), v INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS replica (
    replica_id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, name TEXT NOT NULL, enrolled_at TEXT NOT NULL,
    last_seq INTEGER NOT NULL DEFAULT 0, directory INTEGER NOT NULL DEFAULT 1, days INTEGER NOT NULL DEFAULT 90,
    refetch INTEGER NOT NULL DEFAULT 0, taking TEXT, revoked INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ops (
    op_id TEXT PRIMARY KEY, replica_id TEXT NOT NULL, replica_seq INTEGER NOT NULL, txn_id TEXT NOT NULL,
    actor TEXT NOT NULL, entity TEXT NOT NULL, entity_id TEXT NOT NULL, kind TEXT NOT NULL, patch TEXT NOT NULL,
    base_ver INTEGER NOT NULL, schema_v INTEGER NOT NULL, hub_seq INTEGER NOT NULL, result TEXT NOT NULL,
    received_at TEXT NOT NULL, UNIQUE (replica_id, replica_seq));
CREATE INDEX IF NOT EXISTS ops_refused ON ops (entity, entity_id) WHERE hub_seq = 0;
CREATE INDEX IF NOT EXISTS ops_beats ON ops (received_at) WHERE entity IN ('presence', 'gateway');
CREATE TABLE IF NOT EXISTS row (
    entity TEXT NOT NULL, entity_id TEXT NOT NULL, ver INTEGER NOT NULL, hub_seq INTEGER NOT NULL,
    body TEXT NOT NULL, field_ver TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0,
    changed_at TEXT NOT NULL DEFAULT '', over INTEGER NOT NULL DEFAULT 0, parent TEXT, parent_id TEXT, customer TEXT,
    PRIMARY KEY (entity, entity_id));
CREATE INDEX IF NOT EXISTS row_by_seq ON row (hub_seq);
CREATE INDEX IF NOT EXISTS row_by_parent ON row (parent, parent_id) WHERE parent IS NOT NULL;
CREATE INDEX IF NOT EXISTS row_by_customer ON row (customer) WHERE customer IS NOT NULL;
CREATE INDEX IF NOT EXISTS row_gone ON row (changed_at) WHERE deleted;
CREATE TABLE IF NOT EXISTS interest (
    replica_id TEXT NOT NULL, entity_id TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (replica_id, entity_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS claimable (
    contact_id TEXT PRIMARY KEY, queue TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
    priority INTEGER NOT NULL, queued_at TEXT NOT NULL, ringing_agent TEXT, agent TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS claimable_order ON claimable (state, priority DESC, queued_at);
CREATE TABLE IF NOT EXISTS claim (
    contact_id TEXT NOT NULL, fence INTEGER NOT NULL, agent TEXT NOT NULL, replica_id TEXT NOT NULL,
    lease_until TEXT NOT NULL, comes_back INTEGER NOT NULL, finished INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (contact_id, fence)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS claim_open ON claim (lease_until) WHERE comes_back AND NOT finished;
CREATE INDEX IF NOT EXISTS claim_over ON claim (lease_until) WHERE finished;
CREATE TABLE IF NOT EXISTS claim_request (
    request_id TEXT PRIMARY KEY, answer TEXT NOT NULL, at TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS claim_request_at ON claim_request (at);
"""
_ADDED_IN_3 = (
    "ALTER TABLE replica ADD COLUMN directory INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE replica ADD COLUMN days INTEGER NOT NULL DEFAULT 90",
    "ALTER TABLE replica ADD COLUMN refetch INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE replica ADD COLUMN taking TEXT",
    "ALTER TABLE replica ADD COLUMN revoked INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE row ADD COLUMN changed_at TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE row ADD COLUMN over INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE row ADD COLUMN parent TEXT",
    "ALTER TABLE row ADD COLUMN parent_id TEXT",
    "ALTER TABLE row ADD COLUMN customer TEXT",
)
_OLDEST = 2
"""The oldest shape that is brought up to date."""


class Stored(NamedTuple):
    """One row of the hub. `marks`: field → (version, number of the replica that wrote it)."""

    body: dict[str, Any]
    marks: dict[str, tuple[int, int]]
    ver: int
    deleted: bool = False
    changed_at: str = ""
    over: bool = False


NOTHING = Stored({}, {}, 0)


class HubFile:
    """The open file. One object a thread."""

    def __init__(self, path: Path, clock: Clock = SYSTEM_CLOCK, *, create: bool = True) -> None:
        """Open the file at `path`; with `create` it is made when missing. One of an older shape is brought up to date.

        Raises:
            HubUnreachable: the file is missing, cannot be opened, is not a hub, or one of another shape.
        """
        self._path = path
        self._clock = clock
        self._epoch: str | None = None
        """Of the hub as it was opened: whoever enrolled at it knows no other."""
        if not create and not path.exists():
            raise HubUnreachable(f"The hub {path} is not there: put it back, or mount the folder that it is in.")
        try:
            self.db = driver.connect(path)
        except (driver.Error, OSError) as error:
            raise HubUnreachable(explain(error, path, "hub")) from error
        try:
            self._check()
        except driver.Error as error:
            self.db.close()
            raise HubUnreachable(explain(error, path, "hub")) from error
        except BaseException:
            self.db.close()
            raise
        self._file = self._identity()
        with self.reading():
            self._epoch = self.info("epoch")
        self._seen = -1

    def _check(self) -> None:
        with self.snapshot() as db:
            shape = db.execute("PRAGMA user_version").fetchone()[0]
            tables = {row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        if shape == 0 and not tables:
            self._make()
        elif "hub_clock" not in tables:
            raise HubUnreachable(f"{self._path} is not a hub: name the hub's own file with --hub.")
        elif _OLDEST <= shape < HUB_SHAPE:
            self._bring_up_to_date()
        elif shape != HUB_SHAPE:
            raise HubUnreachable(
                f"The hub {self._path} belongs to another agent-console (shape {shape}, this one knows {HUB_SHAPE}): "
                "bring both to the same version; nothing was touched."
            )

    def _make(self) -> None:
        with self.writing() as db:
            _shape(db)
            db.execute("INSERT INTO hub_clock (one, v) VALUES (1, 0) ON CONFLICT DO NOTHING")
            epoch = new_id()
            facts = {"epoch": epoch, "hub_id": epoch, "next_ticket": str(FIRST_TICKET_NUMBER)}
            for fact in facts.items():
                db.execute("INSERT INTO hub_info VALUES (?, ?) ON CONFLICT DO NOTHING", fact)
            db.execute(f"PRAGMA user_version = {HUB_SHAPE:d}")

    def _bring_up_to_date(self) -> None:
        with self.writing() as db:
            before = db.execute("PRAGMA user_version").fetchone()[0]
            now = instant_text(self._clock.now())
            if before < 3:
                self._note_traits(db, now)
            if before < 4:  # when a claim was answered is not known
                db.execute("ALTER TABLE claim_request ADD COLUMN at TEXT NOT NULL DEFAULT ''")
                db.execute("UPDATE claim_request SET at = ?", (now,))
            _shape(db)
            db.execute(f"PRAGMA user_version = {HUB_SHAPE:d}")

    def _note_traits(self, db: driver.Connection, now: str) -> None:
        """From shape 2: what is noted beside each row was not there. When each was last changed is not known; it counts
        as changed now."""
        for statement in _ADDED_IN_3:
            db.execute(statement)
        db.execute("UPDATE row SET changed_at = ?", (now,))
        for entity, entity_id, body in db.execute("SELECT entity, entity_id, body FROM row").fetchall():
            db.execute(
                "UPDATE row SET over = ?, parent = ?, parent_id = ?, customer = ? WHERE entity = ? AND entity_id = ?",
                (*traits_of(entity, json.loads(body)), entity, entity_id),
            )
        db.execute("INSERT INTO hub_info SELECT 'hub_id', value FROM hub_info WHERE key = 'epoch'")

    def close(self) -> None:
        """Let go of the file."""
        self.db.close()

    def _identity(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except OSError as error:
            raise HubUnreachable(
                f"The hub {self._path} is not there any more: put it back, or mount the folder that it is in."
            ) from error
        return found.st_dev, found.st_ino

    def version(self) -> int:
        """Changes whenever another connection has committed.

        Raises:
            HubUnreachable: another file lies at the path now, and whatever was written here would reach nobody; or
                the hub was put back from a backup, and whoever has it open has to enrol again.
        """
        if self._identity() != self._file:
            raise HubUnreachable(f"The hub {self._path} was replaced by another file.")
        with self.reading() as db:
            seen = int(db.execute("PRAGMA data_version").fetchone()[0])
            if seen != self._seen:
                self._same_epoch()
            self._seen = seen
            return seen

    def _same_epoch(self) -> None:
        """A seat that does not know yet that the hub was put back enrols first: what it pushed without, under higher
        numbers, would hide what the hub lacks of it."""
        if self._epoch is not None and self.info("epoch") != self._epoch:
            raise HubUnreachable(
                f"The hub {self._path} was put back from a backup: seats enrol again by themselves."
            )

    # transactions

    @contextmanager
    def reading(self) -> Iterator[driver.Connection]:
        """The connection, whose errors become HubUnreachable."""
        try:
            yield self.db
        except driver.Error as error:
            raise HubUnreachable(explain(error, self._path, "hub")) from error

    @contextmanager
    def snapshot(self) -> Iterator[driver.Connection]:
        """Several reads of one and the same moment."""
        with self.reading() as db:
            db.execute("BEGIN")
            try:
                self._same_epoch()
                yield db
            finally:
                db.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[driver.Connection]:
        """A write transaction: all of it or nothing."""
        with self.reading() as db:
            driver.begin_write(db)
            try:
                self._same_epoch()
                yield db
                db.execute("COMMIT")
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")

    # rows

    def info(self, key: str) -> str:
        """A fact about the hub: `epoch`, `next_ticket`."""
        return str(self.db.execute("SELECT value FROM hub_info WHERE key = ?", (key,)).fetchone()[0])

    def top(self) -> int:
        """The highest number of the hub's order."""
        return int(self.db.execute("SELECT v FROM hub_clock").fetchone()[0])

    def find(self, entity: str, entity_id: str) -> Stored | None:
        """One row, or None."""
        found = self.db.execute(
            "SELECT body, field_ver, ver, deleted, changed_at, over FROM row WHERE entity = ? AND entity_id = ?",
            (entity, entity_id),
        ).fetchone()
        if found is None:
            return None
        marks = {name: (pair[0], pair[1]) for name, pair in json.loads(found["field_ver"]).items()}
        return Stored(
            json.loads(found["body"]),
            marks,
            found["ver"],
            bool(found["deleted"]),
            found["changed_at"],
            bool(found["over"]),
        )

    def rows(self, where: str, values: Sequence[Any] | dict[str, Any], table: str = "row") -> list[HubRow]:
        """Rows as they travel. `where` and `table` are ours, never text from outside."""
        found = self.db.execute(
            f"SELECT hub_seq, entity, entity_id, ver, body, deleted FROM {table} WHERE {where}",  # noqa: S608
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

    def put(
        self,
        entity: str,
        entity_id: str,
        before: Stored,
        body: dict[str, Any],
        changed: dict[str, Any],
        writer: int,
    ) -> int:
        """Write a row under the next number of the hub's order, which is returned. `changed` holds the fields
        that `writer` wrote. A conflicting op counts as a change too, so that the seat which sent it pulls the
        row again and sees what holds."""
        hub_seq = self.next_number()
        marks = {**before.marks, **{name: (before.ver + 1, writer) for name in changed}}
        self.db.execute(
            "INSERT OR REPLACE INTO row (entity, entity_id, ver, hub_seq, body, field_ver, deleted, changed_at, over,"
            " parent, parent_id, customer) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)",
            (
                entity,
                entity_id,
                before.ver + 1,
                hub_seq,
                json.dumps(body, ensure_ascii=False),
                json.dumps(marks),
                instant_text(self._clock.now()),
                *traits_of(entity, body),
            ),
        )
        if entity == Contact.entity:
            self._index_contact(body)
        return hub_seq

    def next_number(self) -> int:
        """Take the next number of the hub's order."""
        return int(self.db.execute("UPDATE hub_clock SET v = v + 1 RETURNING v").fetchone()[0])

    def bring_back(self, changed: Mapping[tuple[str, str], str], top: int) -> None:
        """Things that were over have changed again: where one may have been out of scope, what happened to it before comes
        again. Such rows take numbers of the order, and keep their versions.

        Args:
            changed: when each of them was changed before, by entity and id.
            top: the highest number before; what has another one since comes by itself.
        """
        days = self.db.execute("SELECT min(days) FROM replica").fetchone()[0]
        if days is None:
            return
        since = instant_text(self._clock.now() - timedelta(days=days))
        children = [
            tuple(child)
            for key, changed_at in changed.items()
            if changed_at < since
            for child in self.db.execute(
                "SELECT hub_seq, entity, entity_id FROM row WHERE parent = ? AND parent_id = ? AND hub_seq <= ?",
                (*key, top),
            )
        ]
        for _, *child in sorted(children):
            self.db.execute(
                "UPDATE row SET hub_seq = ? WHERE entity = ? AND entity_id = ?", (self.next_number(), *child)
            )

    def take_away(self, entity: str, entity_id: str) -> int:
        """Leave a tombstone for a row; returns its number in the hub's order."""
        hub_seq = self.next_number()
        self.db.execute(
            "UPDATE row SET ver = ver + 1, hub_seq = ?, body = '{}', field_ver = '{}', deleted = 1, changed_at = ?"
            " WHERE entity = ? AND entity_id = ?",
            (hub_seq, instant_text(self._clock.now()), entity, entity_id),
        )
        return hub_seq

    def forget_tombstones(self, before: str) -> None:
        """Drop some tombstones older than this, the lowest numbers first; who has not seen them must start anew
        (`forgotten`)."""
        old = self.db.execute(
            "SELECT rowid, hub_seq FROM row WHERE deleted AND changed_at < ? ORDER BY hub_seq LIMIT ?",
            (before, FORGOTTEN_AT_ONCE),
        ).fetchall()
        if not old:
            return
        self.db.executemany("DELETE FROM row WHERE rowid = ?", [(rowid,) for rowid, _ in old])
        self.db.execute(
            "INSERT INTO hub_info VALUES ('forgotten', ?) ON CONFLICT (key) DO UPDATE"
            " SET value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))",
            (str(old[-1][1]),),
        )

    def forgotten(self) -> int:
        """The highest number of a tombstone that was dropped; 0 before the first."""
        found = self.db.execute("SELECT value FROM hub_info WHERE key = 'forgotten'").fetchone()
        return int(found[0]) if found else 0

    def _index_contact(self, body: dict[str, Any]) -> None:
        over = body["state"] in (ContactState.DONE, ContactState.ABANDONED)
        if over or (body["state"] not in IN_QUEUE and body["kind"] == ContactKind.CALL):
            self.db.execute("DELETE FROM claimable WHERE contact_id = ?", (body["id"],))
            self.db.execute("UPDATE claim SET comes_back = 0 WHERE contact_id = ? AND comes_back", (body["id"],))
            return
        self.db.execute(
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


def _shape(db: driver.Connection) -> None:
    for statement in _SHAPE.split(";"):
        if statement.strip():
            db.execute(statement)
