"""A snapshot on its way into the store (SYNC rules 12 and 13).

Its rows go straight to where they belong: each is newer than what stood there, with our waiting changes over it, so
there is never a half state to be seen, and nothing is written twice. Which rows it brought is noted; those that it
did not bring go at the end, a few at a time, but never what only this seat has: a record whose change waits or was
refused, an imported customer that is not loaded yet, an imported queue log. Pulls go on meanwhile.

The place is a row of the store and moves in the transaction of the rows, so that a worker that is killed goes on
where it was."""

from __future__ import annotations

from collections.abc import Sequence

from data.clock import Clock
from data.models import SYNCED
from data.models.base import instant_text, new_id
from data.store import driver
from data.store.database import Store
from data.store.rows import remove_row
from data.sync.applying import show_hub_row, take_in
from data.sync.contract import HubRow, Page, Scope
from data.sync.facts import LIFE, Place, fact, forget, keep_place, place, remember
from data.sync.sending_again import done_with, hold_what_depends, lower_base

SWEPT_AT_ONCE, LOOKED_AT_ONCE = 100, 2000
TAKEN_AS = "taken_as"
"""The fact that holds the id under which the last snapshot was taken: without the directory, the hub knows by it which
customers are followed here."""
_LOCAL = {"contact_event": "source = 'log'"}
"""Rows of these are only ever on this seat."""


def begin(connection: driver.Connection, scope: Scope, *, fresh: bool = False, put_back: bool = False) -> None:
    """Take a new snapshot, from its first page on."""
    before = place(connection)
    known = before is not None and before.put_back
    if put_back and not known:
        remember(connection, {LIFE: new_id()})
    keep_place(connection, Place(scope=scope, fresh=fresh, put_back=put_back or known))
    remember(connection, {TAKEN_AS: fact(connection, "replica_id") or ""})
    connection.execute("DELETE FROM seen")


class Snapshots:
    """The snapshot of one store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    @property
    def place(self) -> Place | None:
        """The one that is being taken, if any."""
        return place(self._store.connection)

    def first_page(self, page: Page) -> None:
        """Note where pulls go on from, and how much there is."""
        with self._store.write() as connection:
            at = place(connection)
            if at is None:
                return
            back = page.start < int(fact(connection, "cursor") or 0)
            if back and not at.put_back:
                remember(connection, {LIFE: new_id()})
            begun = {"total": page.total, "cursor": page.start, "put_back": at.put_back or back}
            keep_place(connection, at.model_copy(update=begun))
            forget(connection, "passed_over", "passed_over_by")

    def take(self, rows: Sequence[HubRow], *, last: bool) -> set[str]:
        """Take some rows of a page in, and the place with them; `last`: there are no more. Returns the entities that
        changed."""
        changed: set[str] = set()
        with self._store.write() as connection:
            at = place(connection)
            if at is None:
                return changed
            for row in rows:
                if take_in(connection, row, at):
                    changed.add(row.entity)
            after = (rows[-1].entity, rows[-1].entity_id) if rows else at.after
            done = at.done + len(rows)
            keep_place(connection, at.model_copy(update={"after": after, "done": done, "whole": last}))
            remember(connection, {"last_pull": instant_text(self._clock.now())})
        return changed

    def sweep(self) -> tuple[bool, set[str]]:
        """Take away some of what the snapshot did not bring. Returns (whether all is done, entities that changed).

        What may go is looked for without holding the store: a million rows are gone through by pieces."""
        at = self.place
        names = sorted(SYNCED)
        if at is None:
            return True, set()
        name, after = at.swept or (names[0], "")
        if at.fresh or name not in SYNCED:
            with self._store.write() as connection:
                return True, self._end(connection, at)
        piece = self._came_once(name, after)
        unseen = [entity_id for entity_id, seen in piece if not seen][:SWEPT_AT_ONCE]
        if len(unseen) == SWEPT_AT_ONCE:
            reached = (name, unseen[-1])
        elif len(piece) == LOOKED_AT_ONCE:
            reached = (name, piece[-1][0])
        else:
            reached = (next((one for one in names if one > name), "~"), "")
        with self._store.write() as connection:
            if at.put_back:
                _forget_versions(connection, name, unseen)
            gone = [entity_id for entity_id in unseen if _may_go(connection, name, entity_id)]
            for entity_id in gone:
                _remove(connection, name, entity_id)
            keep_place(connection, at.model_copy(update={"swept": reached}))
        return False, {name} if gone else set()

    def _came_once(self, name: str, after: str) -> list[tuple[str, bool]]:
        """The next rows of an entity that came from the hub at some time, and whether they came now."""
        if SYNCED[name].append_only:
            source, column = f'"{name}"', "id"
            where = f"NOT ({_LOCAL[name]})" if name in _LOCAL else "true"
        else:
            source, column, where = "row_meta", "entity_id", f"entity = '{name}'"
        found = self._store.rows(
            f"SELECT {column} AS id, EXISTS (SELECT 1 FROM seen WHERE entity = ? AND entity_id = one.{column}) AS seen"  # noqa: S608
            f" FROM {source} AS one WHERE {where} AND {column} > ? ORDER BY {column} LIMIT ?",
            (name, after, LOOKED_AT_ONCE),
        )
        return [(str(row["id"]), bool(row["seen"])) for row in found]

    def _end(self, connection: driver.Connection, at: Place) -> set[str]:
        if at.put_back:
            for entity, entity_id in connection.execute(
                "SELECT DISTINCT entity, entity_id FROM outbox WHERE state = 'queued' AND base_ver > 0"
                " AND NOT EXISTS (SELECT 1 FROM seen WHERE seen.entity = outbox.entity"
                " AND seen.entity_id = outbox.entity_id)"
            ).fetchall():
                lower_base(connection, entity, entity_id, 1)  # who changed it has seen it made
            hold_what_depends(connection, self._clock.now())
        cursor = at.cursor or 0
        remember(connection, {"cursor": str(cursor)})
        done = done_with(connection, "state = 'sent' AND hub_seq <= ?", (cursor,), self._clock.now())
        for key in done:
            show_hub_row(connection, *key)
        connection.execute("DELETE FROM seen")
        keep_place(connection, None)
        return {entity for entity, _id in done}


def _forget_versions(connection: driver.Connection, name: str, ids: Sequence[str]) -> None:
    """The hub will count the versions of rows that it lacks anew."""
    connection.executemany(
        "DELETE FROM row_meta WHERE entity = ? AND entity_id = ? AND NOT EXISTS (SELECT 1 FROM seen WHERE"
        " seen.entity = row_meta.entity AND seen.entity_id = row_meta.entity_id)",
        [(name, entity_id) for entity_id in ids],
    )


def _may_go(connection: driver.Connection, name: str, entity_id: str) -> bool:
    """Whether nobody has pulled or changed it meanwhile. An imported customer that is to be loaded (again) stays."""
    kept = connection.execute(
        "SELECT 1 FROM seen WHERE entity = :name AND entity_id = :id UNION ALL"
        " SELECT 1 FROM outbox WHERE entity = :name AND entity_id = :id UNION ALL"
        " SELECT 1 FROM customer_row JOIN hub_load USING (import_id)"
        " WHERE :name = 'customer' AND id = :id AND NOT finished",
        {"name": name, "id": entity_id},
    ).fetchone()
    return kept is None


def _remove(connection: driver.Connection, name: str, entity_id: str) -> None:
    remove_row(connection, SYNCED[name], entity_id)
    for table in ("row_meta", "shadow"):
        connection.execute(
            f"DELETE FROM {table} WHERE entity = ? AND entity_id = ?",  # noqa: S608
            (name, entity_id),
        )
