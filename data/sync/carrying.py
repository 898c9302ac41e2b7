"""Taking what only one store has over into another that is put in its place: a restore loses nothing.

What the hub has comes back by itself. What it has not is here: changes that were never pushed, wait for another seat's,
did not come back yet or were refused, the open conflicts (what was typed is in them), and the drafts on the desks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

from data.models import SYNCED
from data.models.base import Entity, Row, body_of, new_id
from data.store import driver
from data.store.rows import read_row, write_row
from data.sync.applying import show_hub_row
from data.sync.contract import WHOLE
from data.sync.facts import ALONE, LIFE, Place, place, remember
from data.sync.replica import renew
from data.sync.sending_again import (
    FORMER,
    HELD,
    HELD_SINCE,
    Former,
    former_ids,
    lower_base,
    made_by,
    release_what_is_here,
)
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
    here, there = _past(_Reading(new)), _past(reading)
    apart = here.epoch is not None and (here.epoch, here.life) != (there.epoch, there.life)
    _fetch_anew(new, here, there, apart=apart)
    done = reading.rows("changes that were sent", "SELECT * FROM op_done")
    _note_what_is_known(new, here, reading, there, done, apart=apart)
    known = {row[0] for row in new.execute("SELECT op_id FROM outbox WHERE state <> 'sent'")}
    if not apart:  # or else the old store knows better what the hub lacks since
        known |= _taken_by_the_hub(new).keys()
    waiting = [op for op in reading.rows("changes that were not sent", _WAITING) if op["op_id"] not in known]
    drafts = reading.whole("drafts", "SELECT * FROM desk")
    keys = {(op["entity"], op["entity_id"]) for op in waiting} | _on_desk(drafts or [])
    later = reading.show(new, keys, apart=apart)
    former = here.former + [one for one in there.former if one[0] > here.last]
    former += _queue(new, waiting, here, there, apart=apart)
    for entity, entity_id in later:
        if apart:
            lower_base(new, entity, entity_id, _version(new, (entity, entity_id)))
        _show_over(new, entity, entity_id)
    if not apart:
        release_what_is_here(new)
    conflicts = _take_conflicts(new, reading)
    waits = {row[0] for row in new.execute("SELECT op_id FROM outbox")}
    _insert(new, "op_done", [op for op in done if op["op_id"] not in waits])
    if drafts is not None:
        new.execute("DELETE FROM desk")
        _insert(new, "desk", drafts)
    _give_new_identity(new, former)
    if old is None or reading.unread or ALONE in there.facts or apart:
        remember(new, {ALONE: "1"})
    unsaved = sum(json.loads(one["fields"] or "{}") != {} for one in drafts or [])
    return Carried(len(waiting), conflicts, unsaved, tuple(dict.fromkeys(reading.unread)))


_WAITING = "SELECT * FROM outbox ORDER BY seq"


class _Past(NamedTuple):
    """What a store knows of itself and its hub."""

    facts: dict[str, str]
    last: int
    """The highest number that it gave to a change."""
    former: Former
    """Under which ids it made them, the present one last."""
    place: Place | None

    @property
    def epoch(self) -> str | None:
        return self.facts.get("epoch")

    @property
    def life(self) -> str | None:
        """The mark of the last time that it found the hub put back: what was heard before and since does not compare."""
        return self.facts.get(LIFE)

    def sender(self, seq: int) -> str | None:
        """The id under which it sent the change of this number."""
        return made_by(self.former, seq)


def _past(reading: _Reading) -> _Past:
    facts = reading.facts()
    last = reading.read("the numbers of its changes", _last_seq, 0)
    own = facts.get("replica_id")
    former = [*former_ids(facts.get(FORMER)), *([(last, own)] if own else [])]
    return _Past(facts, last, former, reading.read("its place", place, None))


def _fetch_anew(new: driver.Connection, here: _Past, there: _Past, *, apart: bool) -> None:
    """Let the new store fetch everything where what it has and what is taken over are not of one time."""
    if here.epoch is None:  # it is of before the first word with the hub
        remember(new, {name: there.facts[name] for name in ("epoch", "hub_id", LIFE) if name in there.facts})
    if HELD_SINCE in there.facts:
        remember(new, {HELD_SINCE: max(there.facts[HELD_SINCE], here.facts.get(HELD_SINCE, ""))})
    quiet = apart and here.epoch == there.epoch  # or else the hub's next word says that it was put back
    fetching = there.place is not None or (here.place is not None and here.place.fresh)
    if quiet or fetching:
        at = there.place or here.place
        put_back = quiet or (there.place is not None and there.place.put_back)
        begin(new, at.scope if at is not None else WHOLE, put_back=put_back)


def _note_what_is_known(
    new: driver.Connection, here: _Past, reading: _Reading, there: _Past, done: Found, *, apart: bool
) -> None:
    """What the old store has heard of changes that wait in the new one: they wait for another seat's row, and will go
    out under a later number; or the hub has them, and they wait for its rows only."""
    waiting = {row[0]: row[1] for row in new.execute("SELECT op_id, seq FROM outbox WHERE state = 'queued'")}
    known = [(op, there.sender(op["seq"])) for op in reading.rows("changes that were not sent", _WAITING)]
    known += [(op | {"state": "sent"}, op["replica_id"]) for op in done]
    for op, sender in known:
        if waiting.get(op["op_id"]) != op["seq"] or here.sender(op["seq"]) != sender:
            continue
        if op["state"] == HELD or (op["state"] == "sent" and not apart):
            new.execute(
                "UPDATE outbox SET state = ?, hub_seq = ? WHERE seq = ?", (op["state"], op["hub_seq"], op["seq"])
            )


def _queue(new: driver.Connection, waiting: Found, here: _Past, there: _Past, *, apart: bool) -> Former:
    """Put what waits in the old store into the new one's queue, in its order. Returns the id of those that got new
    numbers: the new store has used theirs for others, or they follow one whose number it has used."""
    done = _taken_by_the_hub(new)
    for table in ("op_done", "outbox"):
        new.executemany(f"DELETE FROM {table} WHERE op_id = ?", [(op["op_id"],) for op in waiting])  # noqa: S608
    for op in waiting:
        if op["state"] == "sent" and (apart or op["seq"] <= here.last):  # ask again
            op |= {"state": "queued", "hub_seq": None}
    moved = [op for op in waiting if op["seq"] != done.get(op["op_id"])]
    first = min((op["seq"] for op in moved if op["seq"] <= here.last), default=None)
    late = [op for op in moved if first is not None and first <= op["seq"] and op["state"] != "sent"]
    last = max(here.last, there.last)
    for seq, op in enumerate(late, last + 1):
        op["seq"] = seq
    _insert(new, "outbox", waiting)
    last += len(late)
    if new.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'outbox'", (last,)).rowcount == 0:
        new.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ?)", (last,))
    return [(last, new_id())] if late else []


def _taken_by_the_hub(new: driver.Connection) -> dict[str, int]:
    """The changes of which a store has heard that the hub took them, each with its number."""
    found = new.execute("SELECT op_id, seq FROM op_done UNION SELECT op_id, seq FROM outbox WHERE state = 'sent'")
    return dict(found.fetchall())


def _take_conflicts(new: driver.Connection, reading: _Reading) -> int:
    """Take the conflicts over that the new store does not know, and choices that were made since. Returns how many are
    still to be decided."""
    theirs = reading.rows("conflicts", "SELECT * FROM conflict ORDER BY id")
    known = {(row[0], row[1]) for row in new.execute("SELECT op_id, field FROM conflict")}
    known -= {(one["op_id"], one["field"]) for one in theirs if one["state"] != "open"}
    news = [one for one in theirs if (one["op_id"], one["field"]) not in known]
    new.executemany("DELETE FROM conflict WHERE op_id = :op_id AND field = :field", news)
    _insert(new, "conflict", news)
    return sum(one["state"] == "open" for one in news)


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
