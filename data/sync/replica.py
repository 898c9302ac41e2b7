"""One seat's side of the protocol on its store: what to push, what came back, what was pulled.

The visible row is always the hub's row with our still-queued changes replayed over it (SYNC rule 6). The
hub's row is kept in `shadow` only while such changes exist; without them both are the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from data.clock import Clock
from data.models import SYNCED
from data.models.base import ContactId, Entity, instant_text, new_id
from data.store import driver
from data.store.database import Store
from data.store.rows import write_row
from data.sync.contract import Enrolment, HubRow, HubUnreachable, NumberBlock, Op, OpOutcome, OpResult, Page

MAX_OPS = 500
MAX_BYTES = 1_000_000


FORMER = "former"
"""The fact that holds the former ids."""
Former = list[tuple[int, str]]
"""(the last seq made under an id, that id) for each id that a restored replica had, oldest first."""


class StalePage(Exception):
    """A page that does not start where this replica stands; it is dropped."""


class Replica:
    """The protocol's bookkeeping in one store. Used by the worker's thread only."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    # names and cursor

    def state(self, key: str) -> str | None:
        """A remembered fact of this replica (`replica_id`, `cursor`, `epoch`, `number`…)."""
        value = self._store.value("SELECT value FROM sync_state WHERE key = ?", (key,))
        return str(value) if value is not None else None

    def remember(self, **facts: str) -> None:
        """Write facts, durably."""
        with self._store.write() as connection:
            _remember(connection, facts)

    @property
    def cursor(self) -> int:
        """The hub_seq up to which everything is here."""
        return int(self.state("cursor") or 0)

    def identity(self) -> str:
        """This replica's id, made on first use."""
        known = self.state("replica_id")
        if known is None:
            known = new_id()
            self.remember(replica_id=known)
        return known

    def renew(self) -> str:
        """Go on under a new id: this store is a copy of another seat's. Its ops are kept, all of them under the new
        id; its ticket numbers belong to the other one. Returns the new id."""
        with self._store.write() as connection:
            connection.execute("DELETE FROM sync_state WHERE key = ?", (FORMER,))
            return renew(connection)

    def sender(self, ops: Sequence[Op]) -> str:
        """The id under which these ops go to the hub: this replica's, or the one that it had when it made them,
        before it was restored. Under that the hub knows that they are one seat's work with those before them."""
        return _made_by(self._former(), ops[0].replica_seq) or self.identity()

    def former_senders(self) -> set[str]:
        """The ids other than this replica's own under which ops still wait."""
        former = self._former()
        waiting = self._store.rows("SELECT seq FROM outbox WHERE state = 'queued'") if former else []
        return {made_by for row in waiting if (made_by := _made_by(former, row["seq"]))}

    def _former(self) -> Former:
        return former_ids(self.state(FORMER))

    def is_copy(self, enrolment: Enrolment) -> bool:
        """Whether the hub has heard more from this replica than this store ever said."""
        said = self._store.value("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")
        return enrolment.last_replica_seq > int(said or 0)

    def enrolled(self, enrolment: Enrolment) -> None:
        """Note what the hub said about us.

        Raises:
            HubUnreachable: it is another hub than the one whose rows are here. The two are not mixed.
        """
        known = self.state("epoch")
        if known is not None and known != enrolment.epoch:
            raise HubUnreachable(
                "This is not the hub that this seat has worked with: put that one back, or start the seat with "
                "another --data-dir; what waits here is kept."
            )
        with self._store.write() as connection:
            _remember(connection, {"number": str(enrolment.number), "epoch": enrolment.epoch})
            self._look_again(connection)

    def claimed(self) -> dict[ContactId, int]:
        """Contacts that somebody handles under a claim, with their fences; the hub knows which are this seat's."""
        found = self._store.rows(
            "SELECT id, fence FROM contact WHERE state IN ('ringing', 'talking', 'held') AND fence > 0"
        )
        return {ContactId(row["id"]): row["fence"] for row in found}

    # push

    def queued(self) -> int:
        """How many ops wait to be pushed."""
        return int(self._store.value("SELECT count(*) FROM outbox WHERE state = 'queued'"))

    def counts(self) -> tuple[int, int, int]:
        """(queued, refused, fields in conflict), as people are told of them: what only says where somebody is does
        not count."""
        found = self._store.row(
            "SELECT (SELECT count(*) FROM outbox WHERE state = 'queued' AND entity <> 'presence') AS queued,"
            " (SELECT count(*) FROM outbox WHERE state = 'refused' AND entity <> 'presence') AS refused,"
            " (SELECT count(*) FROM (SELECT DISTINCT entity, entity_id, field FROM conflict WHERE state = 'open'))"
            " AS conflicts"
        )
        assert found is not None
        return found["queued"], found["refused"], found["conflicts"]

    def next_ops(self, most: int = MAX_OPS) -> list[Op]:
        """The oldest queued ops of one sender, at most so many or 1 MB, never part of a transaction: one that is
        larger by itself goes whole."""
        found = self._store.rows("SELECT * FROM outbox WHERE state = 'queued' ORDER BY seq LIMIT ?", (most + 1,))
        if found and (former := self._former()):
            sender = _made_by(former, found[0]["seq"])
            found = [row for row in found if _made_by(former, row["seq"]) == sender]
        taken = size = 0
        for row in found:
            size += len(row["patch"])
            if taken and (taken == most or size > MAX_BYTES):
                break
            taken += 1
        if taken < len(found):
            whole = [row for row in found[:taken] if row["txn_id"] != found[taken]["txn_id"]]
            found = whole or self._store.rows(
                "SELECT * FROM outbox WHERE state = 'queued' AND txn_id = ? ORDER BY seq", (found[0]["txn_id"],)
            )
        return [_op(row) for row in found]

    def acknowledge(self, results: Sequence[OpResult]) -> None:
        """Note what the hub did with pushed ops. They stay in the replay until they are pulled back."""
        with self._store.write() as connection:
            cursor = self.cursor
            for result in results:
                op = connection.execute(
                    "SELECT entity, entity_id FROM outbox WHERE op_id = ?", (result.op_id,)
                ).fetchone()
                if op is None:
                    continue
                if result.outcome is OpOutcome.REFUSED:
                    connection.execute(
                        "UPDATE outbox SET state = 'refused', last_error = ? WHERE op_id = ?",
                        (result.why, result.op_id),
                    )
                    self._show_hub_row(connection, op["entity"], op["entity_id"])
                    continue
                if result.hub_seq <= cursor:  # pulled already: the answer to an earlier try had been lost
                    connection.execute("DELETE FROM outbox WHERE op_id = ?", (result.op_id,))
                    self._show_hub_row(connection, op["entity"], op["entity_id"])
                else:
                    connection.execute(
                        "UPDATE outbox SET state = 'sent', hub_seq = ? WHERE op_id = ?",
                        (result.hub_seq, result.op_id),
                    )
                for conflict in result.conflicts:
                    connection.execute(
                        "INSERT INTO conflict VALUES (?, ?, ?, ?, ?, ?, ?, 'open', ?)",
                        (
                            new_id(),
                            op["entity"],
                            op["entity_id"],
                            conflict.field,
                            json.dumps(conflict.mine),
                            json.dumps(conflict.theirs),
                            result.op_id,
                            instant_text(self._clock.now()),
                        ),
                    )
            _remember(connection, {"last_push": instant_text(self._clock.now())})

    def tried(self, ops: Sequence[Op], error: str) -> None:
        """Count a push that did not reach the hub."""
        with self._store.write() as connection:
            connection.executemany(
                "UPDATE outbox SET tries = tries + 1, last_error = ? WHERE op_id = ?",
                [(error, op.op_id) for op in ops],
            )

    def _show_hub_row(self, connection: driver.Connection, entity: str, entity_id: str) -> None:
        """The hub's row again, with whatever of ours still waits. A record that the hub never had stays as it
        was made: only this seat has it, and what was typed is not taken away."""
        shadow = connection.execute(
            "SELECT body FROM shadow WHERE entity = ? AND entity_id = ?", (entity, entity_id)
        ).fetchone()
        model = SYNCED.get(entity)
        if shadow is None or model is None:
            return
        self._show(connection, model, entity_id, json.loads(shadow[0]), up_to=0)

    # pull

    def apply(self, page: Page) -> set[str]:
        """Take a page in: rows and cursor in one transaction. Returns the entities that changed.

        Raises:
            StalePage: the page does not start at our cursor.
        """
        changed: set[str] = set()
        with self._store.write() as connection:
            if page.start != self.cursor:
                raise StalePage(f"page starts at {page.start}, this replica is at {self.cursor}")
            for row in page.rows:
                if self._apply_row(connection, row):
                    changed.add(row.entity)
            connection.execute("DELETE FROM outbox WHERE state = 'sent' AND hub_seq <= ?", (page.end,))
            _remember(connection, {"cursor": str(page.end), "last_pull": instant_text(self._clock.now())})
        return changed

    def _apply_row(self, connection: driver.Connection, row: HubRow) -> bool:
        model = SYNCED.get(row.entity)
        if model is None:
            self._pass_over(connection, row)
            return False
        known = connection.execute(
            "SELECT ver FROM row_meta WHERE entity = ? AND entity_id = ?", (row.entity, row.entity_id)
        ).fetchone()
        if known is not None and known[0] > row.ver:
            return False
        try:
            self._show(connection, model, row.entity_id, row.body, up_to=row.hub_seq)
        except ValidationError:
            self._pass_over(connection, row)
            return False
        if not model.append_only:
            connection.execute(
                "INSERT INTO row_meta (entity, entity_id, ver, deleted) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (entity, entity_id) DO UPDATE SET ver = excluded.ver, deleted = excluded.deleted",
                (row.entity, row.entity_id, row.ver, int(row.deleted)),
            )
        return True

    def _pass_over(self, connection: driver.Connection, row: HubRow) -> None:
        """A newer program wrote this row and we cannot read it: go on without it, and look again once we can."""
        first = connection.execute("SELECT value FROM sync_state WHERE key = 'passed_over'").fetchone()
        if first is None:
            _remember(connection, {"passed_over": str(row.hub_seq), "passed_over_by": _reads()})

    def _look_again(self, connection: driver.Connection) -> None:
        """After an update of the program: go back to the first row that the old one could not read."""
        first, by = self.state("passed_over"), self.state("passed_over_by")
        if first is not None and by != _reads():
            connection.execute("DELETE FROM sync_state WHERE key IN ('passed_over', 'passed_over_by')")
            _remember(connection, {"cursor": str(min(self.cursor, int(first) - 1))})

    def _show(
        self, connection: driver.Connection, model: type[Entity], entity_id: str, body: dict[str, Any], up_to: int
    ) -> None:
        """Write the visible row: the hub's body with our ops that it does not hold yet.

        Raises:
            pydantic.ValidationError: the hub's body does not fit the model; nothing was written.
        """
        hubs = model.model_validate({**body, "id": entity_id})
        waiting = connection.execute(
            "SELECT patch FROM outbox WHERE entity = ? AND entity_id = ?"
            " AND (state = 'queued' OR (state = 'sent' AND hub_seq > ?)) ORDER BY seq",
            (model.entity, entity_id, up_to),
        ).fetchall()
        key = (model.entity, entity_id)
        if waiting:
            connection.execute("INSERT OR REPLACE INTO shadow VALUES (?, ?, ?)", (*key, json.dumps(body)))
        else:
            connection.execute("DELETE FROM shadow WHERE entity = ? AND entity_id = ?", key)
        visible = {**body, "id": entity_id}
        for (patch,) in waiting:
            visible.update(json.loads(patch))
        try:
            entity = model.model_validate(visible) if waiting else hubs
        except ValidationError:
            entity = hubs
        write_row(connection, model, entity.to_row())

    # numbers

    def numbers_left(self) -> int:
        """Ticket numbers of leased blocks that are still free."""
        return int(self._store.value("SELECT coalesce(sum(last - next + 1), 0) FROM number_block"))

    def add_block(self, block: NumberBlock) -> None:
        """Keep a freshly leased block."""
        with self._store.write() as connection:
            connection.execute(
                "INSERT INTO number_block (first, last, next) VALUES (?, ?, ?)",
                (block.first, block.last, block.first),
            )


def _op(row: dict[str, Any]) -> Op:
    return Op(
        op_id=row["op_id"],
        replica_seq=row["seq"],
        txn_id=row["txn_id"],
        entity=row["entity"],
        entity_id=row["entity_id"],
        kind=row["kind"],
        base_ver=row["base_ver"],
        patch=json.loads(row["patch"]),
        actor=row["actor"],
        schema_v=row["schema_v"],
    )


def _reads() -> str:
    """A mark of what this program can read: another one after an update that knows more."""
    shapes = json.dumps({name: model.model_json_schema() for name, model in SYNCED.items()}, sort_keys=True)
    return hashlib.sha256(shapes.encode()).hexdigest()[:16]


def renew(connection: driver.Connection) -> str:
    """Give the store of this write transaction a new replica id, which is returned. Leased ticket numbers and the
    hub's short number belong to the one that had the old id."""
    connection.execute("DELETE FROM number_block")
    connection.execute("DELETE FROM sync_state WHERE key = 'number'")
    _remember(connection, {"replica_id": (fresh := new_id())})
    return fresh


def former_ids(stored: str | None) -> Former:
    """The former ids of a replica as they are stored."""
    return [(int(last), str(replica_id)) for last, replica_id in json.loads(stored or "[]")]


def _made_by(former: Former, seq: int) -> str | None:
    return next((replica_id for last, replica_id in former if seq <= last), None)


def _remember(connection: driver.Connection, facts: dict[str, str]) -> None:
    connection.executemany(
        "INSERT INTO sync_state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        list(facts.items()),
    )


def take_ticket_number(connection: driver.Connection) -> str:
    """The next ticket number, inside the caller's write transaction: from a leased block, or with this
    replica's prefix when none is left, so that a number can be read out at once (TICK-2, SYNC rule 10)."""
    taken = connection.execute(
        "UPDATE number_block SET next = next + 1"
        " WHERE first = (SELECT min(first) FROM number_block WHERE next <= last) RETURNING next - 1"
    ).fetchone()
    if taken is not None:
        return str(taken[0])
    known = connection.execute("SELECT value FROM sync_state WHERE key = 'own_numbers'").fetchone()
    count = int(known[0] if known else 0) + 1
    _remember(connection, {"own_numbers": str(count)})
    return f"{seat_mark(connection)}-{count:04d}"


def seat_mark(connection: driver.Connection) -> str:
    """What is in numbers that only this replica gives: `S3`, or six letters and digits before the hub knew it."""
    facts = dict(connection.execute("SELECT key, value FROM sync_state").fetchall())
    return f"S{facts.get('number') or facts.get('replica_id', new_id()).replace('-', '')[-6:].upper()}"


def numbered_here(connection: driver.Connection, number: str) -> bool:
    """Whether this replica gave a ticket its number, and no other can have."""
    if number.isascii() and number.isdigit() and len(number) < 19:
        block = "SELECT 1 FROM number_block WHERE first <= ? AND ? < next"
        return connection.execute(block, (int(number), int(number))).fetchone() is not None
    return number.startswith(f"{seat_mark(connection)}-")
