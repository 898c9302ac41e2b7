"""Whether the indexes of the customers find them: each word, number and key of a row leads to that row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from data.customers.index import NAME, PLACE, Entry, horizon, stored_entry
from data.customers.numbers import number_keys
from data.store.driver import Connection

SAMPLE = 300
_PAGE = 500


def lost(connection: Connection) -> int:
    """How many of 300 visible customers, spread over all, are not found by everything that stands in their row.
    Takes some 50 ms, also among a million."""
    return sum(not _found(connection, rank, entry) for rank, entry in _sample(connection))


def amiss(connection: Connection) -> int:
    """How many words, numbers and keys lead to more or fewer customers than have them; 20,000 customers a second.

    While an import is under way its numbers and new words still wait: then only the word indexes are looked at."""
    names: Counter[str] = Counter()
    everything: Counter[str] = Counter()
    places: set[str] = set()
    numbers = texts = 0
    for row in _rows(connection):
        entry = stored_entry(row)
        names.update(set(_words(entry.words)))
        everything.update({*_words(entry.words), *entry.places.split()})
        places.update(entry.places.split())
        numbers += len(number_keys(entry.numbers))
        texts += len(set(entry.texts))
    found = _differing(connection, "customer_names", names) + _differing(connection, "customer_all", everything)
    if not horizon(connection)[1]:
        found += len(names.keys() - _known(connection, NAME)) + len(places - _known(connection, PLACE))
        for table, count in (("customer_number", numbers), ("customer_text", texts)):
            found += abs(count - int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]))  # noqa: S608
    return found


def _differing(connection: Connection, table: str, expected: Counter[str]) -> int:
    """How many words a word index has in another number of rows than expected."""
    connection.execute(f"CREATE VIRTUAL TABLE temp.heard USING fts5vocab (main, {table}, row)")
    try:
        heard = Counter({row[0]: int(row[1]) for row in connection.execute("SELECT term, doc FROM temp.heard")})
    finally:
        connection.execute("DROP TABLE temp.heard")
    return sum(heard[word] != expected[word] for word in heard.keys() | expected.keys())


def _known(connection: Connection, kind: int) -> set[str]:
    return {row[0] for row in connection.execute("SELECT word FROM customer_word WHERE kind = ?", (kind,))}


def _words(text: str) -> list[str]:
    return text.replace("|", " ").split()


def _rows(connection: Connection) -> Iterator[dict[str, str | int | None]]:
    """Every stored row, the hidden ones too."""
    after = -(2**63)
    sql = "SELECT rank, name, account, emails, words, places, numbers FROM customer_row WHERE rank > ? ORDER BY rank LIMIT ?"
    while page := connection.execute(sql, (after, _PAGE)).fetchall():
        after = page[-1]["rank"]
        yield from map(dict, page)


def _sample(connection: Connection) -> Iterator[tuple[int, Entry]]:
    hidden, _ = horizon(connection)
    low, high = connection.execute(
        "SELECT min(rank), max(rank) FROM customer_row WHERE rank < ?", (hidden,)
    ).fetchone()
    if low is None:
        return
    for at in range(low, high + 1, max(1, (high + 1 - low) // SAMPLE)):
        row = connection.execute(
            "SELECT * FROM customer_row WHERE rank >= ? AND rank < ? ORDER BY rank LIMIT 1", (at, hidden)
        ).fetchone()
        if row is not None:
            yield int(row["rank"]), stored_entry(row)


def _found(connection: Connection, rank: int, entry: Entry) -> bool:
    names = _words(entry.words)
    return (
        _knows(connection, NAME, names)
        and _knows(connection, PLACE, entry.places.split())
        and _finds(connection, "customer_names", names, rank)
        and _finds(connection, "customer_all", [*names, *entry.places.split()], rank)
        and _leads(connection, "customer_number", number_keys(entry.numbers), rank)
        and _leads(connection, "customer_text", set(entry.texts), rank)
    )


def _knows(connection: Connection, kind: int, words: list[str]) -> bool:
    sql = "SELECT 1 FROM customer_word WHERE kind = ? AND word = ?"
    return all(connection.execute(sql, (kind, word)).fetchone() is not None for word in words)


def _finds(connection: Connection, table: str, words: list[str], rank: int) -> bool:
    if not words:
        return True
    match = " AND ".join(f'"{word}"' for word in dict.fromkeys(words))
    sql = f"SELECT 1 FROM {table} WHERE {table} MATCH ? AND rowid = ?"  # noqa: S608
    return connection.execute(sql, (match, rank)).fetchone() is not None


def _leads(connection: Connection, table: str, keys: set[int] | set[str], rank: int) -> bool:
    sql = f"SELECT 1 FROM {table} WHERE key = ? AND rank = ?"  # noqa: S608
    return all(connection.execute(sql, (key, rank)).fetchone() is not None for key in keys)
