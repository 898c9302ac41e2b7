"""A bulk load into the store that nobody sees before it is whole (SYNC, Store: bulk import).

Rows go in by small pages, above the horizon, where no lookup looks; other writers get in between the pages. The
flip is one changed row. Killed at any moment before it, the store is as it was: what lies above the horizon is
swept by the next import. After the flip, rows that replaced older ones move to the older ones' ranks, page by page.

Random keys (numbers, addresses) are kept back and inserted sorted: page by page they would rewrite the whole
B-tree a thousand times."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any, NamedTuple, Self

from data.clock import Clock
from data.customers.draft import Draft
from data.customers.index import (
    NAME,
    OVERTAKEN,
    PLACE,
    Entry,
    Ranked,
    add_keys,
    add_rows,
    drop_row,
    entry_of,
    horizon,
    stored_entry,
)
from data.customers.mapping import ImportRefused
from data.customers.numbers import number_keys
from data.customers.slips import one_less
from data.models.base import Column, Row, instant_text
from data.models.customer import Customer
from data.store.database import Store
from data.store.driver import Connection
from data.store.users import User, lock
from data.text.cards import mask_cards

PAGE = 200
"""Rows of one transaction: the store is held for some 5 ms."""

_KEPT_BACK = 100_000
"""Rows whose keys wait in memory (40 MB)."""
_KEYS_PAGE = 1_000
_BREATH_S = 0.002
"""Pause between two pages that follow each other at once: who waits to write looks every few milliseconds."""
_WORDS_PAGE = 500
_SWEEP_PAGE = 20_000
_MOST_LEARNT = 300_000
"""Words that an import remembers to have learnt (30 MB): asking the store again costs 5 s a million rows."""
_NEVER = 9223372036854775807
_BULK = {"cache_size": -64 * 1024, "synchronous": 1, "wal_autocheckpoint": 500}
"""Settings of the connection during an import. It checkpoints before others would have to: they do at a thousand
pages, in the middle of somebody's save."""
_MERGE_PAGES = 32
_MERGED_A_PAGE = {"customer_names": 24, "customer_all": 8}
_MERGING = {"usermerge": 8, "automerge": 16}
"""Segments of a level that are merged when we ask for it, and without being asked: that would hold the store for
up to 80 ms at a time, so it should find nothing to do."""
_COLUMNS = Customer.columns()


class ImportLock:
    """Held by the one process that imports into a store; the system lets it go when the process dies."""

    def __init__(self, store: Store) -> None:
        self._store = store.path
        self._handle = -1

    def __enter__(self) -> Self:
        """
        Raises:
            ImportRefused: another process is importing, or the folder of the store cannot be written.
        """
        try:
            self._handle = lock(self._store, User.IMPORT, alone=True)
        except BlockingIOError as error:
            raise ImportRefused("Another import is running on this store: wait until it has finished.") from error
        except OSError as error:
            raise ImportRefused(
                f"The folder of the store cannot be written ({error.strerror}): give this user the right to write in"
                f" {self._store.parent}."
            ) from error
        return self

    def __exit__(self, *_exc: object) -> None:
        os.close(self._handle)


class Staging:
    """One import on its way into the store. Needs the `ImportLock`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._kept = _KeptBack(store)
        self._sorted: Iterator[_Keys] = iter(())
        """Keys of earlier rows that go in page by page, between the pages of rows."""
        self.import_id = 0
        self._first = self._next = 1

    def begin(self, source: str) -> None:
        """Sweep what a killed import left and open a new one.

        Raises:
            StoreError: the store could not be written.
        """
        sweep(self._store)
        with self._store.write() as connection:
            best = connection.execute("SELECT max(rank) FROM customer_row").fetchone()[0]
            self._first = self._next = max(best or 0, 0) + 1
            cursor = connection.execute(
                "INSERT INTO customer_import (source, state, first_rank, started_at, added, updated)"
                " VALUES (?, 'pending', ?, ?, 0, 0)",
                (mask_cards(source), self._first, instant_text(self._clock.now())),
            )
            self.import_id = int(cursor.lastrowid)
            for table in _MERGED_A_PAGE:
                for name, value in _MERGING.items():
                    connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES (?, ?)", (name, value))  # noqa: S608
            connection.execute(
                "UPDATE customer_horizon SET first_hidden = ?, pending = ?", (self._first, self.import_id)
            )

    def page(self, drafts: Sequence[Draft]) -> tuple[int, int, int]:
        """Stage some drafts, each of a customer of its own. Returns (added, updated, unchanged)."""
        if (keys := next(self._sorted, None)) is not None:
            _insert(self._store, keys)
        ids = [draft.id for draft in drafts]
        there = known_ids(self._store, ids)
        # Made before the store is held: it is half of the work.
        ready = {draft.id: draft.new_entry() for draft in drafts if draft.id not in there}
        with self._store.write() as connection:
            known = known_rows(connection, ids)
            ranked: list[Ranked] = []
            replaced: list[tuple[int, int]] = []
            for draft in drafts:
                row, before = new_or_changed(draft, known.get(draft.id))
                if row is None:
                    continue
                if before is not None:
                    replaced.append((self.import_id, before))
                entry = ready.get(draft.id) if before is None else None
                rank = self._next + len(ranked)
                ranked.append(Ranked(rank, row, entry or entry_of(row), draft.source, self.import_id))
            connection.executemany("UPDATE customer_row SET gone = ? WHERE rank = ?", replaced)
            add_rows(connection, ranked)
        self._next += len(ranked)
        self._merge_a_little()
        self._kept.add(ranked)
        if self._kept.rows >= _KEPT_BACK:
            self._write_keys()
            self._sorted = self._kept.sorted()
        return len(ranked) - len(replaced), len(replaced), len(drafts) - len(ranked)

    def _merge_a_little(self) -> None:
        """Merge about as much of the word indexes as a page adds to them, so that nobody ever waits for a lot."""
        with self._store.write() as connection:
            for table, pages in _MERGED_A_PAGE.items():
                connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)", (pages,))  # noqa: S608

    def _write_keys(self) -> None:
        """Insert what is left of the sorted keys."""
        for keys in self._sorted:
            _insert(self._store, keys)
            time.sleep(_BREATH_S)

    def flip(self, added: int, updated: int) -> int:
        """Make everything that was staged visible at once; returns how many rows a save had overtaken."""
        self._write_keys()
        self._sorted = self._kept.sorted()
        self._write_keys()
        self._store.execute("PRAGMA synchronous = FULL")
        with self._store.write() as connection:
            overtaken = connection.execute(
                "SELECT count(*) FROM customer_row WHERE gone <> 0 AND gone = ? AND rank >= ?",
                (OVERTAKEN, self._first),
            ).fetchone()[0]
            connection.execute(
                "UPDATE customer_import SET state = 'done', ended_at = ?, added = ?, updated = ? WHERE id = ?",
                (instant_text(self._clock.now()), added, updated, self.import_id),
            )
            _open_horizon(connection)
        return int(overtaken)

    def settle(self) -> None:
        """Tidy up after the flip: replaced rows go, the indexes are merged. What is seen does not change."""
        _settle(self._store)
        _merge(self._store)


def known_ids(store: Store, ids: Sequence[str]) -> set[str]:
    """Those of the ids that the store holds, visible or not."""
    marks = ", ".join("?" * len(ids))
    return {row[0] for row in store.execute(f"SELECT id FROM customer_row WHERE id IN ({marks})", ids).fetchall()}  # noqa: S608


def known_rows(connection: Connection, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The visible rows of some customers by id: their columns, `rank` and `source`."""
    hidden, pending = horizon(connection)
    marks = ", ".join("?" * len(ids))
    found = connection.execute(
        f"SELECT * FROM customer_row WHERE id IN ({marks}) AND rank < ? AND gone IN (0, ?)",  # noqa: S608
        [*ids, hidden, pending],
    ).fetchall()
    return {row["id"]: row for row in found}


def new_or_changed(draft: Draft, known: Mapping[str, Any] | None) -> tuple[Row | None, int | None]:
    """(the row to write or None when nothing changes, the rank of the row that it replaces).

    A row that the file brings exactly as the last time changes nothing, so that what a desk corrected since stays."""
    if known is None:
        return draft.new_row(), None
    if known["source"] == draft.source:
        return None, None
    before: dict[str, Column] = {name: known[name] for name in _COLUMNS}
    return draft.changed(before), int(known["rank"])


class _Keys(NamedTuple):
    """A page of keys, and the statement that inserts each."""

    sql: str
    values: Sequence[tuple[Any, Any]]


class _KeptBack:
    """Keys of staged rows, until there are enough of them to be inserted in order."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._learnt: set[str] = set()
        self._forget()

    def _forget(self) -> None:
        self.rows = 0
        self._numbers: list[tuple[int, int]] = []
        self._texts: list[tuple[str, int]] = []
        self._names: set[str] = set()
        self._places: set[str] = set()

    def add(self, ranked: Sequence[Ranked]) -> None:
        """Keep the keys of some rows, of higher ranks than those before."""
        self.rows += len(ranked)
        for item in ranked:
            rank, entry = item.rank, item.entry
            self._numbers += [(key, rank) for key in number_keys(entry.numbers)]
            self._texts += [(key, rank) for key in entry.texts]
            self._names.update(entry.words.split())
            self._places.update(entry.places.split())

    def sorted(self) -> Iterator[_Keys]:
        """Everything that was kept back, in order; this begins anew with nothing. To be inserted to its end before
        the next is asked for."""
        numbers, texts, names, places = self._numbers, self._texts, self._names, self._places
        self._forget()
        gc.collect()
        return self._pages(numbers, texts, names - {"|"}, places)

    def _pages(
        self, numbers: list[tuple[int, int]], texts: list[tuple[str, int]], names: set[str], places: set[str]
    ) -> Iterator[_Keys]:
        # Ranks rise already: sorting by the keys alone takes a third of the time.
        numbers.sort(key=_FIRST)
        yield from _paged("INSERT OR IGNORE INTO customer_number VALUES (?, ?)", numbers)
        texts.sort(key=_FIRST)
        yield from _paged("INSERT OR IGNORE INTO customer_text VALUES (?, ?)", texts)
        learn = "INSERT OR IGNORE INTO customer_word VALUES (?, ?)"
        yield from _paged(learn, [(PLACE, word) for word in sorted(places)])
        new = _unknown(self._store, sorted(names - self._learnt))
        slips = sorted(((key, word) for word in new for key in one_less(word)), key=_FIRST)
        yield from _paged("INSERT OR IGNORE INTO customer_slip VALUES (?, ?)", slips)
        # Last: a word that is known has all its slips.
        yield from _paged(learn, [(NAME, word) for word in new])
        self._learnt = self._learnt | names if len(self._learnt) < _MOST_LEARNT else set()


_FIRST: Callable[[tuple[Any, Any]], Any] = itemgetter(0)


def _paged(sql: str, values: list[tuple[Any, Any]]) -> Iterator[_Keys]:
    for start in range(0, len(values), _KEYS_PAGE):
        yield _Keys(sql, values[start : start + _KEYS_PAGE])


def _unknown(store: Store, words: Sequence[str]) -> list[str]:
    """Those of the words that the store has not learnt yet."""
    new: list[str] = []
    for start in range(0, len(words), _WORDS_PAGE):
        page = words[start : start + _WORDS_PAGE]
        marks = ", ".join("?" * len(page))
        known = {
            row[0]
            for row in store.execute(
                f"SELECT word FROM customer_word WHERE kind = ? AND word IN ({marks})",  # noqa: S608
                [NAME, *page],
            ).fetchall()
        }
        new += [word for word in page if word not in known]
    return new


def _insert(store: Store, keys: _Keys) -> None:
    with store.write() as connection:
        connection.executemany(keys.sql, keys.values)


def _open_horizon(connection: Connection) -> None:
    connection.execute("UPDATE customer_horizon SET first_hidden = ?, pending = 0", (_NEVER,))


def sweep(store: Store) -> None:
    """Take out everything that an import left which was killed before its flip, or while it tidied up after it.

    Needs the `ImportLock`. The visible customers are the same before, meanwhile and afterwards."""
    hidden, pending = horizon(store.connection)
    if pending:
        for table in ("customer_number", "customer_text"):
            _sweep_keys(store, table, hidden)
        while store.value("SELECT 1 FROM customer_row WHERE rank >= ?", (hidden,)) is not None:
            with store.write() as connection:
                for found in connection.execute(
                    "SELECT rank FROM customer_row WHERE rank >= ? LIMIT ?", (hidden, PAGE)
                ).fetchall():
                    drop_row(connection, int(found[0]), keys=False)
        while store.value("SELECT 1 FROM customer_row WHERE gone <> 0 AND gone = ?", (pending,)) is not None:
            with store.write() as connection:
                connection.execute(
                    "UPDATE customer_row SET gone = 0 WHERE rank IN"
                    " (SELECT rank FROM customer_row WHERE gone <> 0 AND gone = ? ORDER BY rank LIMIT ?)",
                    (pending, PAGE),
                )
        with store.write() as connection:
            connection.execute("UPDATE customer_import SET state = 'given up' WHERE id = ?", (pending,))
            _open_horizon(connection)
    _settle(store)


def _sweep_keys(store: Store, table: str, hidden: int) -> None:
    """Delete the keys of all ranks from `hidden` on, walking through the table once, in order."""
    after = store.row(f"SELECT key FROM {table} ORDER BY key LIMIT 1")  # noqa: S608
    while after is not None:
        end = store.row(
            f"SELECT key FROM {table} WHERE key >= ? ORDER BY key LIMIT 1 OFFSET ?",  # noqa: S608
            (after["key"], _SWEEP_PAGE),
        )
        upper, values = ("AND key <= ?", [end["key"]]) if end else ("", [])
        with store.write() as connection:
            connection.execute(
                f"DELETE FROM {table} WHERE key >= ? {upper} AND rank >= ?",  # noqa: S608
                [after["key"], *values, hidden],
            )
        after = end


def _settle(store: Store) -> None:
    """Move rows that replaced older ones to the older ones' ranks, and drop what a save overtook."""
    while True:
        with store.write() as connection:
            stale = connection.execute(
                "SELECT rank, id, gone FROM customer_row WHERE gone <> 0 LIMIT ?", (PAGE // 2,)
            ).fetchall()
            for found in stale:
                rank = int(found["rank"])
                drop_row(connection, rank)
                if found["gone"] != OVERTAKEN:
                    _move(connection, found["id"], rank)
        if not stale:
            return
        time.sleep(_BREATH_S)


def _move(connection: Connection, customer_id: str, rank: int) -> None:
    newer = connection.execute(
        "SELECT * FROM customer_row WHERE id = ? AND gone = 0 AND rank > ?", (customer_id, rank)
    ).fetchone()
    if newer is None:
        return
    row: Row = {name: newer[name] for name in _COLUMNS}
    entry: Entry = stored_entry(newer)
    moved = Ranked(rank, row, entry, int(newer["source"]), int(newer["import_id"]))
    drop_row(connection, int(newer["rank"]))
    add_rows(connection, [moved])
    add_keys(connection, [moved])


def _merge(store: Store) -> None:
    """Merge the segments of the word indexes, a little at a time: a lookup then reads one instead of many."""
    for table in ("customer_names", "customer_all"):
        amount = -_MERGE_PAGES
        while True:
            before = store.connection.total_changes
            with store.write() as connection:
                connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)", (amount,))  # noqa: S608
            if store.connection.total_changes - before < 2:
                break
            amount = _MERGE_PAGES
            time.sleep(_BREATH_S)


@contextmanager
def bulk_settings(store: Store) -> Iterator[None]:
    """Settings for a bulk load; the connection's own afterwards.

    A wide cache for the pages that are touched again and again. Pages of rows that nobody can see yet need not
    be on the disk one by one: `flip` puts everything there. Rows kept back are no garbage: looking through them
    for cycles costs a tenth of an import, and up to 80 ms at once while the store is held."""
    collecting = gc.isenabled()
    gc.disable()
    before = {name: store.value(f"PRAGMA {name}") for name in _BULK}
    for name, value in _BULK.items():
        store.execute(f"PRAGMA {name} = {value:d}")
    try:
        yield
    finally:
        for name, value in before.items():
            store.execute(f"PRAGMA {name} = {value:d}")
        if collecting:
            gc.enable()
