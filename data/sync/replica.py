"""One seat's side of the protocol on its store: what to push, what came back, what was pulled."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from data.clock import Clock
from data.models import SYNCED
from data.models.base import AgentId, ContactId, instant_text, new_id
from data.store import driver
from data.store.database import Store
from data.sync import sending_again, snapshots
from data.sync.applying import keep_conflicts, look_again, show_hub_row, take_in
from data.sync.contract import (
    THERE_ALREADY,
    WHOLE,
    Enrolment,
    HubRow,
    HubUnreachable,
    NumberBlock,
    Op,
    OpOutcome,
    OpResult,
    Page,
    Scope,
)
from data.sync.facts import ALONE, fact, forget, keep_place, place, remember
from data.sync.sending_again import FORMER, Former, former_ids, made_by

MAX_OPS = 500
MAX_BYTES = 1_000_000
ASKED_BY = "asked_by"
"""The fact that holds the agent who claimed last at this seat."""
LiveClaim = tuple[ContactId, int]
"""A contact, and the fence of its claim."""


_BOTH = "SELECT 1 FROM outbox WHERE state = 'queued' AND EXISTS (SELECT 1 FROM outbox WHERE state = 'held') LIMIT 1"
"""Whether something waits to be pushed while something is held, which it may have to wait for."""


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
            remember(connection, facts)

    @property
    def cursor(self) -> int:
        """The hub_seq up to which everything is here."""
        return int(self.state("cursor") or 0)

    @property
    def pulled(self) -> int:
        """Where the next pull goes on from: the cursor, or while a snapshot is taken a place of its own."""
        at = place(self._store.connection)
        return at.cursor if at is not None and at.cursor is not None else self.cursor

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
            forget(connection, FORMER)
            connection.execute("DELETE FROM op_done")
            connection.execute("UPDATE outbox SET state = 'queued', hub_seq = NULL WHERE state = 'sent'")
            return renew(connection)

    def sender(self, ops: Sequence[Op]) -> str:
        """The id under which these ops go to the hub: this replica's, or the one that it had when it made them,
        before it was restored. Under that the hub knows that they are one seat's work with those before them."""
        return made_by(self._former(), ops[0].replica_seq) or self.identity()

    def former_senders(self) -> set[str]:
        """The ids other than this replica's own under which ops still wait."""
        former = self._former()
        waiting = self._store.rows("SELECT seq FROM outbox WHERE state = 'queued'") if former else []
        return {sender for row in waiting if (sender := made_by(former, row["seq"]))}

    def _former(self) -> Former:
        return former_ids(self.state(FORMER))

    def is_copy(self, enrolment: Enrolment) -> bool:
        """Whether the hub has heard more from this replica than this store ever said."""
        said = self._store.value("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")
        return enrolment.last_replica_seq > int(said or 0)

    def lacks(self, enrolment: Enrolment, hub_has: Mapping[str, int]) -> bool:
        """Whether the hub was put back: it is of another epoch, or has less of this replica than it has confirmed.
        `hub_has`: the highest number that it has from each of `senders`.

        Raises:
            HubUnreachable: it is another hub than the one whose rows are here. The two are not mixed.
        """
        known, hub_id = self.state("epoch"), self.state("hub_id")
        if known is None:
            return False
        if known != enrolment.epoch and (not enrolment.hub_id or enrolment.hub_id != (hub_id or known)):
            raise HubUnreachable(
                "This is not the hub that this seat has worked with: put that one back, or start the seat with "
                "another --data-dir; what waits here is kept."
            )
        said = sending_again.confirmed(self._store.connection)
        return known != enrolment.epoch or any(seq < said.get(one, 0) for one, seq in hub_has.items())

    def enrolled(
        self, enrolment: Enrolment, scope: Scope = WHOLE, hub_has: Mapping[str, int] | None = None
    ) -> None:
        """Note what the hub said about us, and begin a snapshot where one is needed.

        `hub_has`: the highest number that it has from each id of this replica; what a hub that was put back lacks is
        queued again.

        Raises:
            HubUnreachable: it is another hub than the one whose rows are here.
        """
        hub_has = hub_has or {enrolment.replica_id: enrolment.last_replica_seq}
        put_back = self.lacks(enrolment, hub_has)
        with self._store.write() as connection:
            fresh = fact(connection, "epoch") is None
            nothing_yet = fact(connection, "cursor") is None and place(connection) is None
            alone = not fresh and fact(connection, ALONE) is not None
            put_back = put_back or alone
            remember(connection, {"number": str(enrolment.number), "epoch": enrolment.epoch})
            if enrolment.hub_id:
                remember(connection, {"hub_id": enrolment.hub_id})
            if put_back:
                sending_again.send_again(connection, {} if alone else hub_has)
                sending_again.load_again(connection, {} if alone else hub_has)
                connection.execute("UPDATE number_block SET last = next - 1")  # it may lease the rest to others
            sending_again.number_loads_above(connection, hub_has)
            forget(connection, ALONE)
            under_way = place(connection)
            other_scope = under_way is not None and under_way.scope != scope
            renewed = not scope.directory and fact(connection, snapshots.TAKEN_AS) != enrolment.replica_id
            missed = look_again(connection)
            anew = enrolment.refetch if under_way is None else missed
            if fresh or nothing_yet or put_back or other_scope or renewed or anew:
                snapshots.begin(connection, scope, fresh=fresh, put_back=put_back)

    def must_refetch(self, scope: Scope) -> None:
        """A pull cannot bring this replica up to date: begin a snapshot."""
        with self._store.write() as connection:
            snapshots.begin(connection, scope)

    @property
    def restored_alone(self) -> bool:
        """Whether all that this store remembers goes to the hub again, whatever the hub says that it has."""
        return self.state(ALONE) is not None

    def senders(self) -> set[str]:
        """The ids under which what the hub has confirmed was made."""
        return set(sending_again.confirmed(self._store.connection))

    def tidy(self) -> None:
        """Drop some of what was confirmed more than a week ago, and wait for nothing any longer than that."""
        with self._store.write() as connection:
            sending_again.prune(connection, self._clock.now())
            sending_again.release_late(connection, self._clock.now())

    def asked_by(self, agent: AgentId) -> None:
        """Note who claims here, durably: what the hub gives them is this seat's, also when its answer is lost."""
        if self.state(ASKED_BY) != agent:
            self.remember(**{ASKED_BY: agent})

    def hear_no_more(self) -> None:
        """This replica is revoked, so the hub tells it of no row any more: what waits for one goes out now, for the
        hub to judge, and to a hub that was put back as of somebody who has seen the row made and nothing since."""
        at = place(self._store.connection)
        seen = 1 if at is not None and at.put_back else None
        if not sending_again.would_wait(self._store.connection, seen):
            return
        with self._store.write() as connection:
            sending_again.wait_no_longer(connection, seen)

    def claimed(self) -> set[LiveClaim]:
        """What the agent who claims here handles under a claim; it may be another seat's, which the hub knows."""
        found = self._store.rows(
            "SELECT id, fence FROM contact WHERE state IN ('ringing', 'talking', 'held') AND fence > 0 AND agent ="
            " (SELECT value FROM sync_state WHERE key = ?)",
            (ASKED_BY,),
        )
        return {(ContactId(row["id"]), int(row["fence"])) for row in found}

    # push

    def queued(self) -> int:
        """How many ops wait to be pushed."""
        return int(self._store.value("SELECT count(*) FROM outbox WHERE state IN ('queued', 'held')"))

    def waits(self) -> bool:
        """Whether an op could be pushed now."""
        return self._store.value("SELECT 1 FROM outbox WHERE state = 'queued' LIMIT 1") is not None

    def counts(self) -> tuple[int, int, int]:
        """(queued, refused, conflicts), as people are told of them: what only says where somebody is does
        not count."""
        found = self._store.row(
            "SELECT (SELECT count(*) FROM outbox WHERE state IN ('queued', 'held') AND entity <> 'presence') AS queued,"
            " (SELECT count(*) FROM outbox WHERE state = 'refused' AND entity <> 'presence') AS refused,"
            " (SELECT count(*) FROM conflict WHERE state = 'open') AS conflicts"
        )
        assert found is not None
        return found["queued"], found["refused"], found["conflicts"]

    def next_ops(self, most: int = MAX_OPS) -> list[Op]:
        """The oldest queued ops of one sender, at most so many or 1 MB, never part of a transaction: one that is
        larger by itself goes whole."""
        if self._store.value(_BOTH) is not None:
            with self._store.write() as connection:
                sending_again.hold_what_follows(connection)
        found = self._store.rows("SELECT * FROM outbox WHERE state = 'queued' ORDER BY seq LIMIT ?", (most + 1,))
        if found and (former := self._former()):
            sender = made_by(former, found[0]["seq"])
            found = [row for row in found if made_by(former, row["seq"]) == sender]
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

    def acknowledge(self, results: Sequence[OpResult]) -> set[str]:
        """Note what the hub did with pushed ops. They stay in the replay until they are pulled back. Returns the
        entities of which something else may be shown now."""
        changed: set[str] = set()
        with self._store.write() as connection:
            cursor = self.cursor if place(connection) is None else -1
            own = max((last for last, _former in self._former()), default=0)
            for result in results:
                op = connection.execute(
                    "SELECT op_id, entity, entity_id FROM outbox WHERE op_id = ?", (result.op_id,)
                ).fetchone()
                if op is None:
                    continue
                sending_again.lift_base(connection, op, result.ver, own)
                if result.outcome is OpOutcome.REFUSED:
                    model = SYNCED.get(op["entity"])
                    twice = model is not None and model.once and result.why == THERE_ALREADY
                    connection.execute(
                        "UPDATE outbox SET state = ?, last_error = ? WHERE op_id = ?",
                        ("let go" if twice else "refused", result.why, result.op_id),
                    )
                    show_hub_row(connection, op["entity"], op["entity_id"])
                    changed.add(op["entity"])
                    continue
                if result.hub_seq <= cursor:  # pulled already: the answer to an earlier try had been lost
                    connection.execute(
                        "UPDATE outbox SET hub_seq = ? WHERE op_id = ?", (result.hub_seq, result.op_id)
                    )
                    sending_again.done_with(connection, "op_id = ?", (result.op_id,), self._clock.now())
                    show_hub_row(connection, op["entity"], op["entity_id"])
                    changed.add(op["entity"])
                else:
                    connection.execute(
                        "UPDATE outbox SET state = 'sent', hub_seq = ? WHERE op_id = ?",
                        (result.hub_seq, result.op_id),
                    )
                if result.conflicts:
                    keep_conflicts(connection, op["entity"], op["entity_id"], result, self._clock.now())
                    changed.add(op["entity"])
            remember(connection, {"last_push": instant_text(self._clock.now())})
        return changed

    def tried(self, ops: Sequence[Op], error: str) -> None:
        """Count a push that did not reach the hub."""
        with self._store.write() as connection:
            connection.executemany(
                "UPDATE outbox SET tries = tries + 1, last_error = ? WHERE op_id = ?",
                [(error, op.op_id) for op in ops],
            )

    # pull

    def apply(self, page: Page) -> set[str]:
        """Take a page in: rows and cursor in one transaction. Returns the entities that changed.

        Raises:
            StalePage: the page does not start at our cursor.
        """
        changed: set[str] = set()
        with self._store.write() as connection:
            if page.start != self.pulled:
                raise StalePage(f"page starts at {page.start}, this replica is at {self.pulled}")
            at = place(connection)
            for row in page.rows:
                if take_in(connection, row, at):
                    changed.add(row.entity)
            remember(connection, {"last_pull": instant_text(self._clock.now())})
            if at is not None:  # before its end a snapshot may still owe the rows that hold our ops
                keep_place(connection, at.model_copy(update={"cursor": page.end}))
            else:
                remember(connection, {"cursor": str(page.end)})
                now = self._clock.now()
                sent = "state = 'sent' AND hub_seq <= ?"
                for key in sending_again.done_with(connection, sent, (page.start,), now):
                    show_hub_row(connection, *key)  # it had come before, to a store that was put back since
                    changed.add(key[0])
                sending_again.done_with(connection, sent, (page.end,), now)
        return changed

    def keep(self, rows: Sequence[HubRow]) -> set[str]:
        """Take in rows that were looked up at the hub. Returns the entities that changed."""
        with self._store.write() as connection:
            at = place(connection)
            return {row.entity for row in rows if take_in(connection, row, at)}

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


def renew(connection: driver.Connection) -> str:
    """Give the store of this write transaction a new replica id, which is returned. Leased ticket numbers and the
    hub's short number belong to the one that had the old id."""
    connection.execute("DELETE FROM number_block")
    connection.execute("DELETE FROM sync_state WHERE key = 'number'")
    remember(connection, {"replica_id": (fresh := new_id())})
    return fresh


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
    remember(connection, {"own_numbers": str(count)})
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
