"""Who is given what at the embedded hub: replicas with their scopes, and the rows of a scope (SYNC rules 12, 13)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from data.clock import Clock
from data.models.base import instant_text
from data.models.customer import Customer
from data.store import driver
from data.sync.contract import TOMBSTONE_DAYS, WHOLE, Enrolment, HubRow, MustRefetch, Page, Revoked, Scope
from data.sync.hub_file import FORGOTTEN_AT_ONCE, HubFile

LOOKED_THROUGH = 2000
"""Rows of the hub's order that one pull goes through at most, however few of them are for the replica."""
NOTED_AGAIN_DAYS = 1
"""That a replica is interested in a customer is not noted again for so long, and is kept for so much longer: a page that
names known customers writes nothing."""

_KEPT = """NOT (over AND changed_at < :since AND NOT EXISTS (
    SELECT 1 FROM row AS up WHERE up.entity = row.parent AND up.entity_id = row.parent_id
    AND NOT (up.over AND up.changed_at < :since)))"""
_OF_INTEREST = """(:directory OR entity <> 'customer' OR EXISTS (
    SELECT 1 FROM interest WHERE replica_id = :replica AND interest.entity_id = row.entity_id))"""

_FORGET_PAST = {
    "DELETE FROM claim_request WHERE request_id IN ("
    "SELECT request_id FROM claim_request WHERE at < :past ORDER BY at LIMIT :most)": 1,
    "DELETE FROM claim WHERE finished AND lease_until < :past"
    " AND fence < (SELECT max(fence) FROM claim AS newest WHERE newest.contact_id = claim.contact_id)": 30,
    "DELETE FROM ops WHERE op_id IN ("
    "SELECT op_id FROM ops WHERE entity IN ('presence', 'gateway') AND hub_seq > 0 AND received_at < :past"
    " AND replica_seq < (SELECT last_seq FROM replica WHERE replica.replica_id = ops.replica_id)"
    " ORDER BY received_at LIMIT :most)": 1,
}
"""What nobody asks for any more, and after how many days: answers to claims, claims that are over but for the newest fence
of each contact, and that somebody was there. The newest op of a replica stays: it says when that was heard last. Some
of it at each enrolment, so that none takes long."""


class Known(NamedTuple):
    """A replica as the hub knows it."""

    replica_id: str
    scope: Scope
    refetch: bool
    """It must take a snapshot, and has not begun one of this scope."""


class Scopes:
    """Replicas and what each is given. `pull`, `snapshot` and `look_up` are a transaction each."""

    def __init__(self, file: HubFile, clock: Clock, withdrawn: Callable[[], bool] = lambda: False) -> None:
        """`withdrawn`: whether the person who speaks was revoked."""
        self._file = file
        self._withdrawn = withdrawn
        self._db = file.db
        self._clock = clock

    def _ago(self, days: int) -> str:
        return instant_text(self._clock.now() - timedelta(days=days))

    # replicas

    def enrol(self, replica_id: str, name: str, scope: Scope) -> Enrolment:
        """See `Hub.enrol_v1`."""
        with self._file.writing() as db:
            self._file.forget_tombstones(self._ago(TOMBSTONE_DAYS))
            for forget, days in _FORGET_PAST.items():
                db.execute(forget, {"past": self._ago(days), "most": FORGOTTEN_AT_ONCE})
            now = instant_text(self._clock.now())
            db.execute(
                "INSERT INTO replica (replica_id, number, name, enrolled_at, directory, days)"
                " VALUES (?, (SELECT coalesce(max(number), 0) + 1 FROM replica), ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (replica_id, name, now, scope.directory, scope.days),
            )
            db.execute(
                "UPDATE replica SET directory = ?, days = ?, refetch = 1"
                " WHERE replica_id = ? AND (directory, days) <> (?, ?)",
                (scope.directory, scope.days, replica_id, scope.directory, scope.days),
            )
            known = db.execute("SELECT * FROM replica WHERE replica_id = ?", (replica_id,)).fetchone()
            return Enrolment(
                replica_id=replica_id,
                number=known["number"],
                epoch=self._file.info("epoch"),
                last_replica_seq=known["last_seq"],
                refetch=bool(known["refetch"]),
                hub_id=self._file.info("hub_id"),
                revoked=bool(known["revoked"]) or self._withdrawn(),
            )

    def revoke(self, replica_id: str) -> None:
        """Give nothing to this replica any more."""
        with self._file.writing() as db:
            db.execute("UPDATE replica SET revoked = 1 WHERE replica_id = ?", (replica_id,))

    def admitted(self, replica_id: str) -> Known:
        """The replica, in the caller's transaction. One that never enrolled is given everything.

        Raises:
            Revoked: it is given nothing.
        """
        found = self._db.execute("SELECT * FROM replica WHERE replica_id = ?", (replica_id,)).fetchone()
        if self._withdrawn():
            raise Revoked
        if found is None:
            return Known(replica_id, WHOLE, refetch=False)
        if found["revoked"]:
            raise Revoked
        scope = Scope(directory=bool(found["directory"]), days=found["days"])
        begun = found["taking"] == scope.model_dump_json()
        return Known(replica_id, scope, bool(found["refetch"]) and not begun)

    def _values(self, replica: Known, **more: Any) -> dict[str, Any]:
        return {
            "since": self._ago(replica.scope.days),
            "directory": replica.scope.directory,
            "replica": replica.replica_id,
            **more,
        }

    # pull

    def pull(self, replica_id: str, cursor: int, limit: int) -> Page:
        """See `Hub.pull_v1`."""
        with self._file.snapshot() as db:
            replica = self.admitted(replica_id)
            top = self._file.top()
            if replica.refetch or cursor > top or cursor < self._file.forgotten():
                raise MustRefetch("what this seat has cannot be brought up to date: it takes a new snapshot")
            last = db.execute(
                "SELECT hub_seq FROM row WHERE hub_seq > ? ORDER BY hub_seq LIMIT 1 OFFSET ?",
                (cursor, LOOKED_THROUGH),
            ).fetchone()
            until = int(last[0]) - 1 if last is not None else top
            values = self._values(replica, cursor=cursor, until=until, limit=limit + 1)
            rows = self._file.rows(
                f"hub_seq > :cursor AND hub_seq <= :until AND {_KEPT} AND {_OF_INTEREST}"
                " ORDER BY hub_seq LIMIT :limit",
                values,
            )
            page = rows[:limit]
            end = page[-1].hub_seq if len(rows) > limit else until
            brought = [] if replica.scope.directory else self._named_by(page)
            epoch = self._file.info("epoch")
        self._take_interest(replica, {row.entity_id for row in brought})
        more = len(rows) > limit or last is not None
        return Page(start=cursor, end=end, epoch=epoch, rows=(*page, *brought), more=more)

    def _named_by(self, page: Sequence[HubRow]) -> list[HubRow]:
        """The customers that rows of a page are about, but for those that are in it."""
        there = {row.entity_id for row in page if row.entity == Customer.entity}
        names = {
            str(row.body.get("customer_id")) for row in page if row.entity in ("ticket", "contact", "callback")
        }
        wanted = sorted(names - there)
        marks = ", ".join("?" * len(wanted))
        return self._file.rows(f"entity = 'customer' AND NOT deleted AND entity_id IN ({marks})", wanted)

    def _take_interest(self, replica: Known, customers: Collection[str]) -> None:
        """From now on changes of these customers are for the replica."""
        marks = ", ".join("?" * len(customers))
        with self._file.reading() as db:
            known = db.execute(
                f"SELECT entity_id FROM interest WHERE replica_id = ? AND at >= ? AND entity_id IN ({marks})",  # noqa: S608
                (replica.replica_id, self._ago(NOTED_AGAIN_DAYS), *customers),
            ).fetchall()
        if missing := set(customers) - {row[0] for row in known}:
            with self._file.writing() as db:
                self._note(db, replica.replica_id, missing)

    def _note(self, db: driver.Connection, replica_id: str, customers: Collection[str]) -> None:
        now, stale = instant_text(self._clock.now()), self._ago(NOTED_AGAIN_DAYS)
        db.executemany(
            "INSERT INTO interest VALUES (?, ?, ?) ON CONFLICT (replica_id, entity_id) DO UPDATE SET at = excluded.at"
            " WHERE interest.at < ?",
            [(replica_id, customer, now, stale) for customer in customers],
        )

    def follow(self, replica_id: str, customer_id: str) -> None:
        """A replica wrote this customer: it is kept up to date about it. In the caller's write transaction."""
        self._note(self._db, replica_id, [customer_id])

    # snapshot

    def snapshot(self, replica_id: str, after: tuple[str, str] | None, limit: int) -> Page:
        """See `Hub.snapshot_v1`."""
        if after is None:
            self._begin_snapshot(replica_id)
        with self._file.snapshot():
            replica = self.admitted(replica_id)
            rows = self._page(replica, after or ("", ""), limit + 1)
            top = self._file.top()
            epoch = self._file.info("epoch")
            total = self._count(replica) if after is None else 0
        more = len(rows) > limit
        if not more:
            self._end_snapshot(replica)
        return Page(start=top, end=top, epoch=epoch, rows=tuple(rows[:limit]), more=more, total=total)

    def _begin_snapshot(self, replica_id: str) -> None:
        with self._file.writing() as db:
            replica = self.admitted(replica_id)
            db.execute(
                "UPDATE replica SET taking = ? WHERE replica_id = ?", (replica.scope.model_dump_json(), replica_id)
            )
            if replica.scope.directory:
                db.execute("DELETE FROM interest WHERE replica_id = ?", (replica_id,))
                return
            past = self._ago(replica.scope.days + NOTED_AGAIN_DAYS)
            db.execute("DELETE FROM interest WHERE replica_id = ? AND at < ?", (replica_id, past))
            values = self._values(replica, now=instant_text(self._clock.now()))
            db.execute(
                f"INSERT INTO interest SELECT DISTINCT :replica, customer, :now FROM row WHERE customer IS NOT NULL"  # noqa: S608
                f" AND NOT deleted AND {_KEPT} ON CONFLICT (replica_id, entity_id) DO UPDATE SET at = excluded.at",
                values,
            )

    def _end_snapshot(self, replica: Known) -> None:
        with self._file.writing() as db:
            db.execute(
                "UPDATE replica SET refetch = 0, taking = NULL WHERE replica_id = ? AND taking = ?",
                (replica.replica_id, replica.scope.model_dump_json()),
            )

    def _page(self, replica: Known, after: tuple[str, str], count: int) -> list[HubRow]:
        """The next rows in (entity, id) order. Customers by interest are found by interest: a million others are
        not gone through for them."""
        values = self._values(replica, entity=after[0], entity_id=after[1])
        there = f"NOT deleted AND {_KEPT} AND (entity, row.entity_id) > (:entity, :entity_id)"
        order = "ORDER BY entity, row.entity_id LIMIT :count"
        if replica.scope.directory:
            return self._file.rows(f"{there} {order}", {**values, "count": count})
        rows: list[HubRow] = []
        if after < (Customer.entity, ""):
            rows = self._file.rows(f"{there} AND entity < 'customer' {order}", {**values, "count": count})
        if len(rows) < count and after[0] <= Customer.entity:
            values["after"] = after[1] if after[0] == Customer.entity else ""
            rows += self._file.rows(
                "replica_id = :replica AND interest.entity_id > :after AND entity = 'customer' AND NOT deleted"
                " ORDER BY interest.entity_id LIMIT :count",
                {**values, "count": count - len(rows)},
                "(SELECT * FROM interest WHERE replica_id = :replica) AS interest CROSS JOIN row USING (entity_id)",
            )
        if len(rows) < count:
            rows += self._file.rows(
                f"{there} AND entity > 'customer' {order}", {**values, "count": count - len(rows)}
            )
        return rows

    def _count(self, replica: Known) -> int:
        found = self._db.execute(
            f"SELECT count(*) FROM row WHERE NOT deleted AND {_KEPT} AND {_OF_INTEREST}",  # noqa: S608
            self._values(replica),
        ).fetchone()
        return int(found[0])

    # look-up

    def looked_up(self, replica_id: str, where: str, values: Sequence[Any], limit: int) -> list[HubRow]:
        """Customers that are so; the replica takes an interest in them. `where` is ours."""
        with self._file.snapshot():
            replica = self.admitted(replica_id)
            rows = self._file.rows(
                f"entity = 'customer' AND NOT deleted AND {where} ORDER BY hub_seq DESC LIMIT ?", (*values, limit)
            )
        if not replica.scope.directory:
            with self._file.writing() as db:
                self._note(db, replica_id, [row.entity_id for row in rows])
        return rows
