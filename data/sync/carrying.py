"""Taking what only one store has over into another that is put in its place: a restore loses nothing.

What the hub has comes back by itself. What it has not is here: changes that were never pushed, wait for another seat's,
did not come back yet or were refused, the open conflicts (what was typed is in them), and the drafts on the desks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

from data.models import SYNCED
from data.models.base import Entity, Row, body_of
from data.store import driver
from data.store.rows import read_row, write_row
from data.sync.applying import show_hub_row
from data.sync.facts import place, remember
from data.sync.replica import renew
from data.sync.sending_again import FORMER, HELD, HELD_SINCE, Former, former_ids, lower_base
from data.sync.snapshots import begin

T = TypeVar("T")
Found = list[dict[str, Any]]


class Carried(NamedTuple):
    """What was taken over."""

    changes: int
    conflicts: int
    drafts: int
    unread: tuple[str, ...]
    """What could not be read in a damaged store, in words."""


def succeed(new: driver.Connection, old: driver.Connection | None) -> Carried:
    """Make a restored store the successor of the one that it replaces (None: there is none that can be opened).

    Inside the caller's write transaction on `new`. The changes that wait in either keep their op_id, their number
    and the replica id under which they were made, so that the hub recognises what it has; whatever is saved from
    now on goes out under a new id (SYNC rule 2)."""
    reading = _Reading(old)
    facts = dict(new.execute("SELECT key, value FROM sync_state").fetchall())
    last = _last_seq(new)
    former = _made_under(facts, last)
    theirs = reading.facts()
    their_last = max(last, reading.read("the numbers of its changes", _last_seq, 0))
    former += [one for one in _made_under(theirs, their_last) if one[0] > last]
    here = {row[0] for row in new.execute("SELECT op_id FROM outbox")}
    done = dict(new.execute("SELECT op_id, seq FROM op_done").fetchall())
    at = reading.read("its place", place, None)
    sends_again = at is not None and at.put_back
    apart = "epoch" in facts and facts["epoch"] != theirs.get("epoch")
    if "epoch" not in facts:  # it is of before the first word with the hub
        remember(new, {name: theirs[name] for name in ("epoch", "hub_id") if name in theirs})
    if at is not None:  # what it was fetching may be here already: all of it is fetched from the beginning
        begin(new, at.scope, put_back=at.put_back)

    cursor = int(facts.get("cursor") or 0)
    known = done.keys() | here - _hear(new, reading, None if apart else cursor)

    def waits(op: dict[str, Any]) -> bool:
        """Not what the new store knows: that it waits, or that the hub has it, but for a hub that was put back since."""
        return op["op_id"] not in here and (op["op_id"] not in done or sends_again or op["state"] == HELD)

    def is_news(conflict: dict[str, Any]) -> bool:
        """Not what the new store has as it is; a choice between them may have been made since."""
        return conflict["state"] != "open" or conflict["op_id"] not in known

    waiting = [op for op in reading.rows("changes that were not sent", _WAITING) if waits(op)]
    new.executemany("DELETE FROM op_done WHERE op_id = ?", [(op["op_id"],) for op in waiting])
    conflicts = [one for one in reading.rows("conflicts", "SELECT * FROM conflict") if is_news(one)]
    drafts = reading.whole("drafts", "SELECT * FROM desk")
    keys = {(op["entity"], op["entity_id"]) for op in waiting} | _on_desk(drafts or [])
    later = reading.show(new, keys, apart=apart)
    late = {op["op_id"] for op in waiting if op["seq"] <= last and op["seq"] != done.get(op["op_id"])}
    for op in waiting:
        if op["state"] == "sent" and (apart or op["hub_seq"] <= cursor or op["op_id"] in late):  # ask once more
            op |= {"state": "queued", "hub_seq": None}
    _add_ops(new, waiting, late, their_last)
    for entity, entity_id in later:
        if apart:
            lower_base(new, entity, entity_id, _version(new, (entity, entity_id)))
        _show_over(new, entity, entity_id)
    if HELD_SINCE in theirs:
        remember(new, {HELD_SINCE: max(theirs.get(HELD_SINCE, ""), facts.get(HELD_SINCE, ""))})
    _insert(new, "conflict", conflicts)
    _insert(new, "op_done", reading.rows("changes that were sent", "SELECT * FROM op_done"))
    if drafts is not None:
        new.execute("DELETE FROM desk")
        _insert(new, "desk", drafts)
    _give_new_identity(new, former)
    open_ones = sum(one["state"] == "open" for one in conflicts)
    unsaved = sum(json.loads(one["fields"] or "{}") != {} for one in drafts or [])
    return Carried(len(waiting), open_ones, unsaved, tuple(dict.fromkeys(reading.unread)))


def _hear(new: driver.Connection, reading: _Reading, cursor: int | None) -> set[str]:
    """What the old store knows of changes that wait in the new one: that they wait for another seat's row and will go
    out under a later number, or that the hub has them. The latter are returned: they wait for the hub's rows only. Of
    a hub of another epoch (`cursor` is None) the new one has to ask itself."""
    waiting = {tuple(row) for row in new.execute("SELECT op_id, seq FROM outbox WHERE state = 'queued'")}
    known = [one for one in reading.rows("changes that were sent", _KNOWN) if (one["op_id"], one["seq"]) in waiting]
    sent = [one for one in known if one["state"] == "sent" and cursor is not None and one["hub_seq"] > cursor]
    held = [one for one in known if one["state"] == HELD]
    new.executemany("UPDATE outbox SET state = :state, hub_seq = :hub_seq WHERE op_id = :op_id", sent + held)
    return {one["op_id"] for one in sent}


_KNOWN = (
    "SELECT op_id, seq, state, hub_seq FROM outbox"
    " UNION ALL SELECT op_id, seq, 'sent', hub_seq FROM op_done WHERE hub_seq > 0"
)
_WAITING = "SELECT * FROM outbox ORDER BY seq"


class _Reading:
    """Reads in the old store what can be read, and remembers what cannot."""

    def __init__(self, connection: driver.Connection | None) -> None:
        self._connection = connection
        self.unread: list[str] = []

    def read(self, what: str, read: Callable[[driver.Connection], T], otherwise: T) -> T:
        if self._connection is None:
            return otherwise
        try:
            return read(self._connection)
        except (driver.Error, ValueError):
            self.unread.append(what)
            return otherwise

    def whole(self, what: str, sql: str, values: Sequence[str] = ()) -> Found | None:
        """All rows of a query, or None when they cannot be read."""
        return self.read(what, lambda old: [dict(row) for row in old.execute(sql, values).fetchall()], None)

    def rows(self, what: str, sql: str, values: Sequence[str] = ()) -> Found:
        return self.whole(what, sql, values) or []

    def facts(self) -> dict[str, str]:
        sql = "SELECT key, value FROM sync_state"
        return self.read("its identity", lambda old: dict(old.execute(sql).fetchall()), {})

    def show(
        self, new: driver.Connection, keys: Iterable[tuple[str, str]], *, apart: bool
    ) -> list[tuple[str, str]]:
        """Show in the new store the records that waiting changes and drafts are about as they were shown in the
        old one, until the hub's rows come. A record of which the new store has a later version of the hub's (the old one
        had been put back to an earlier backup itself) stays as it is: the hub will not tell that version again. So does
        each that the new one has from the hub when the two are `apart`, of two epochs of it, whose versions do not
        compare. Returns those."""
        later = []
        for entity, entity_id in sorted(keys):
            model = SYNCED.get(entity)
            if model is None:
                continue
            key = (entity, entity_id)
            here = _version(new, key)
            if here > (0 if apart else self.read("a record", partial(_version, key=key), 0)):
                later.append(key)
                continue
            row = self.read("a record", partial(_row, model=model, entity_id=entity_id), None)
            if row is None:
                continue
            write_row(new, model, row)
            for table in ("row_meta", "shadow"):
                new.execute(f"DELETE FROM {table} WHERE entity = ? AND entity_id = ?", key)  # noqa: S608
                sql = f"SELECT * FROM {table} WHERE entity = ? AND entity_id = ?"  # noqa: S608
                _insert(new, table, self.rows("a record", sql, key))
        return later


def _row(connection: driver.Connection, model: type[Entity], entity_id: str) -> Row | None:
    return read_row(connection, model, entity_id)


def _version(connection: driver.Connection, key: tuple[str, str]) -> int:
    """The version of the hub's row that a store has; 0 for none."""
    found = connection.execute("SELECT ver FROM row_meta WHERE entity = ? AND entity_id = ?", key).fetchone()
    return int(found[0]) if found is not None else 0


def _show_over(new: driver.Connection, entity: str, entity_id: str) -> None:
    """The hub's row as the new store has it, with all that waits now over it."""
    model = SYNCED[entity]
    row = read_row(new, model, entity_id)
    if row is None:  # it was deleted at the hub, which says so to what waits
        return
    hubs = json.dumps(body_of(model, row))
    new.execute("INSERT OR IGNORE INTO shadow VALUES (?, ?, ?)", (entity, entity_id, hubs))
    show_hub_row(new, entity, entity_id)


def _on_desk(drafts: Found) -> set[tuple[str, str]]:
    names = {"ticket": "ticket_id", "contact": "contact_id"}
    return {(entity, one[column]) for one in drafts for entity, column in names.items() if one[column]}


def _last_seq(connection: driver.Connection) -> int:
    found = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
    return int(found[0]) if found else 0


def _made_under(facts: dict[str, str], last: int) -> Former:
    """Under which ids the changes of a store were made."""
    own = facts.get("replica_id")
    return [*former_ids(facts.get(FORMER)), *([(last, own)] if own else [])]


def _add_ops(new: driver.Connection, ops: Found, late: set[str], their_last: int) -> None:
    """Queue ops of the old store. Those that are `late` get a new number: theirs the new store has used for another."""
    _insert(new, "outbox", [op for op in ops if op["op_id"] not in late])
    if new.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'outbox'", (their_last,)).rowcount == 0:
        new.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ?)", (their_last,))
    anew = ({name: value for name, value in op.items() if name != "seq"} for op in ops if op["op_id"] in late)
    _insert(new, "outbox", list(anew))


def _insert(new: driver.Connection, table: str, rows: Found) -> None:
    """Insert rows, with the columns that both stores know."""
    here = {row["name"] for row in new.execute(f"PRAGMA table_info({table})").fetchall()}
    for row in rows:
        names = [name for name in row if name in here]
        marks = ", ".join("?" * len(names))
        new.execute(
            f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608
            [row[name] for name in names],
        )


def _give_new_identity(new: driver.Connection, former: Former) -> None:
    waiting = [row[0] for row in new.execute("SELECT seq FROM outbox WHERE state IN ('queued', 'sent')").fetchall()]
    kept: Former = []
    for last, replica_id in former:
        if any((kept[-1][0] if kept else 0) < seq <= last for seq in waiting):
            kept.append((last, replica_id))
    new.execute("DELETE FROM sync_state WHERE key = ?", (FORMER,))
    if kept:
        new.execute("INSERT INTO sync_state (key, value) VALUES (?, ?)", (FORMER, json.dumps(kept)))
    renew(new)
