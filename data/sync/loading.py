"""Loading imports of customers into the hub, beside the outbox (SYNC, Store: bulk import).

After its flip an import is pushed page by page under a replica id of its own. The number of a row's op is new at every
try and its op_id never (made of the import and the row), so that a page which is sent twice is applied once. How far
it is is a row of the store. Walked by customer id: ranks move while the import is tidied up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from data.clock import Clock
from data.customers.index import COLUMNS
from data.models.base import AgentId, body_of, new_id
from data.models.customer import Customer
from data.store import driver
from data.store.database import Store
from data.store.save import SCHEMA_V
from data.sync.applying import keep_conflicts
from data.sync.contract import BY_ID, Hub, Op, OpOutcome, OpResult
from data.sync.replica import Replica
from data.sync.wire import Progress

PAGE = 200
"""Rows of one push: the hub is held for some 50 ms."""
ACTOR = AgentId("import")
_OF_IMPORT = "import_id = ? AND gone = 0 AND rank < (SELECT first_hidden FROM customer_horizon)"


class Loading:
    """The imports of one store on their way to the hub."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._enrolled: set[str] = set()

    def progress(self) -> Progress:
        """Customers that are at the hub, of all of the imports that are not there whole."""
        found = self._store.row(
            "SELECT coalesce(sum(done), 0) AS done, coalesce(sum(total), 0) AS total FROM hub_load WHERE NOT finished"
        )
        return Progress(**found) if found is not None else Progress()

    def left(self) -> int:
        """How much is not at the hub yet: customers, and 1 at least of each import that is not there whole."""
        return int(
            self._store.value(
                "SELECT (SELECT coalesce(sum(max(total - done, 1)), 0) FROM hub_load WHERE NOT finished)"
                " + (SELECT count(*) FROM customer_import WHERE state = 'done' AND id NOT IN (SELECT import_id FROM hub_load))"
            )
        )

    def senders(self, *, finished: bool) -> set[str]:
        """The ids under which imports were pushed: those that are not at the hub whole, or with `finished` all."""
        found = self._store.rows("SELECT replica_id FROM hub_load WHERE ? OR NOT finished", (finished,))
        return {row["replica_id"] for row in found}

    def send_page(self, hub: Hub, name: str, replica: Replica, *, revoked: bool = False) -> set[str] | None:
        """Push the next page of the oldest import that is not there whole; None when there is none, else the entities
        that changed here. A revoked replica is given no rows back.

        Raises:
            HubUnreachable: what was pushed is pushed again.
        """
        load = self._next()
        if load is None:
            return None
        replica_id = str(load["replica_id"])
        if replica_id not in self._enrolled:
            hub.enrol_v1(replica_id, f"{name}, import {load['import_id']}")
            self._enrolled.add(replica_id)
        rows = self._store.rows(
            f"SELECT {', '.join(COLUMNS)}, coalesce((SELECT ver FROM row_meta WHERE entity = 'customer'"  # noqa: S608
            f" AND entity_id = customer_row.id), 0) AS ver FROM customer_row WHERE {_OF_IMPORT} AND id > ?"
            " ORDER BY id LIMIT ?",
            (load["import_id"], load["after"], PAGE),
        )
        first = self._take_numbers(load, len(rows))
        ops = [self._op(replica_id, row, first + place) for place, row in enumerate(rows)]
        results = hub.push_v1(replica_id, ops) if ops else []
        self._sent(load, ops, results)
        if revoked:
            return set()
        # What the hub had of an earlier try, or before it was put back, no pull brings any more.
        missed = [op.entity_id for op, one in zip(ops, results, strict=True) if 0 < one.hub_seq <= replica.pulled]
        found = [row for one in missed for row in hub.lookup_v1(replica.identity(), f"{BY_ID}{one}", 1)]
        return replica.keep(found) if found else set()

    def _next(self) -> dict[str, Any] | None:
        """How far the next import is; one that was never looked at begins."""
        fresh = self._store.rows(
            "SELECT id FROM customer_import WHERE state = 'done' AND id NOT IN (SELECT import_id FROM hub_load)"
        )
        for one in fresh:
            total = self._store.value(f"SELECT count(*) FROM customer_row WHERE {_OF_IMPORT}", (one["id"],))  # noqa: S608
            with self._store.write() as connection:
                connection.execute(
                    "INSERT OR IGNORE INTO hub_load VALUES (?, ?, '', 1, 0, ?, 0)", (one["id"], new_id(), total)
                )
        return self._store.row("SELECT * FROM hub_load WHERE NOT finished ORDER BY import_id LIMIT 1")

    def _take_numbers(self, load: dict[str, Any], count: int) -> int:
        """Numbers that no other op of this import has, whatever becomes of the push."""
        with self._store.write() as connection:
            connection.execute(
                "UPDATE hub_load SET next_seq = next_seq + ? WHERE import_id = ?", (count, load["import_id"])
            )
        return int(load["next_seq"])

    def _op(self, replica_id: str, row: dict[str, Any], seq: int) -> Op:
        op_id = str(uuid5(UUID(replica_id), str(row["id"])))
        body = body_of(Customer, {name: row[name] for name in COLUMNS})
        return Op(
            op_id=op_id,
            replica_seq=seq,
            txn_id=op_id,
            entity=Customer.entity,
            entity_id=str(row["id"]),
            kind="put",
            base_ver=row["ver"],
            patch=Customer.model_validate(body).model_dump(mode="json"),
            actor=ACTOR,
            schema_v=SCHEMA_V,
        )

    def _sent(self, load: dict[str, Any], ops: Sequence[Op], results: Sequence[OpResult]) -> None:
        """Note what the hub has now. What the seat imported it has seen: an edit that waits was made on top of it."""
        with self._store.write() as connection:
            for op, result in zip(ops, results, strict=True):
                if result.outcome is OpOutcome.APPLIED and op.base_ver == 0:
                    _seen(connection, op.entity_id)
                elif op.base_ver > 0:  # the hub had the customer already, and another seat has changed it since
                    keep_conflicts(connection, op.entity, op.entity_id, result, self._clock.now())
            connection.execute(
                "UPDATE hub_load SET after = ?, done = done + ?, finished = ? WHERE import_id = ?",
                (
                    ops[-1].entity_id if ops else load["after"],
                    len(ops),
                    len(ops) < PAGE,
                    load["import_id"],
                ),
            )


def _seen(connection: driver.Connection, customer_id: str) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO row_meta (entity, entity_id, ver, deleted) VALUES ('customer', ?, 1, 0)",
        (customer_id,),
    )
    connection.execute(
        "UPDATE outbox SET base_ver = 1 WHERE entity = 'customer' AND entity_id = ? AND state = 'queued' AND base_ver = 0",
        (customer_id,),
    )
