"""Whether the indexes of the customers find them: each word, number and key of a row leads to that row."""

from __future__ import annotations

from collections.abc import Iterator

from data.customers.index import Entry, horizon, stored_entry
from data.customers.numbers import number_keys
from data.store.driver import Connection

SAMPLE = 300
_PAGE = 500


def lost(connection: Connection, sample: int | None = SAMPLE) -> list[int]:
    """Ranks of visible customers that an index does not find; of a spread sample, or of all (None).

    300 of them take some 20 ms, all of a million some minutes."""
    return [rank for rank, entry in _entries(connection, sample) if not _found(connection, rank, entry)]


def stray(connection: Connection) -> int:
    """How many numbers, accounts and addresses lead to a customer that is not there."""
    return sum(
        int(
            connection.execute(
                f"SELECT count(*) FROM {table} WHERE rank NOT IN (SELECT rank FROM customer_row)"  # noqa: S608
            ).fetchone()[0]
        )
        for table in ("customer_number", "customer_text")
    )


def _entries(connection: Connection, sample: int | None) -> Iterator[tuple[int, Entry]]:
    hidden, _ = horizon(connection)
    low, high = connection.execute(
        "SELECT min(rank), max(rank) FROM customer_row WHERE rank < ?", (hidden,)
    ).fetchone()
    if low is None:
        return
    steps = range(low, high + 1, max(1, (high + 1 - low) // sample)) if sample else ()
    for at in steps:
        row = connection.execute(
            "SELECT * FROM customer_row WHERE rank >= ? AND rank < ? ORDER BY rank LIMIT 1", (at, hidden)
        ).fetchone()
        if row is not None:
            yield int(row["rank"]), stored_entry(row)
    after = low - 1
    while not sample:
        page = connection.execute(
            "SELECT * FROM customer_row WHERE rank > ? AND rank < ? ORDER BY rank LIMIT ?", (after, hidden, _PAGE)
        ).fetchall()
        if not page:
            return
        for row in page:
            after = int(row["rank"])
            yield after, stored_entry(row)


def _found(connection: Connection, rank: int, entry: Entry) -> bool:
    names = entry.words.replace("|", " ").split()
    return (
        _finds(connection, "customer_names", names, rank)
        and _finds(connection, "customer_all", [*names, *entry.places.split()], rank)
        and _leads(connection, "customer_number", number_keys(entry.numbers), rank)
        and _leads(connection, "customer_text", set(entry.texts), rank)
    )


def _finds(connection: Connection, table: str, words: list[str], rank: int) -> bool:
    if not words:
        return True
    match = " AND ".join(f'"{word}"' for word in dict.fromkeys(words))
    sql = f"SELECT 1 FROM {table} WHERE {table} MATCH ? AND rowid = ?"  # noqa: S608
    return connection.execute(sql, (match, rank)).fetchone() is not None


def _leads(connection: Connection, table: str, keys: set[int] | set[str], rank: int) -> bool:
    sql = f"SELECT 1 FROM {table} WHERE key = ? AND rank = ?"  # noqa: S608
    return all(connection.execute(sql, (key, rank)).fetchone() is not None for key in keys)
