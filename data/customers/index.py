"""Writing a customer and everything that finds it, in the caller's transaction.

Four indexes: names (people and companies) with prefixes; every word, address and site included; numbers; accounts
and e-mail addresses. Beside them the words seen so far, for long words and typing mistakes: a word stays there
when its last customer goes, which finds nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from data.customers.folding import account_key, indexed_words, words_of
from data.customers.numbers import number_keys
from data.customers.slips import one_less
from data.models.base import Column, Row
from data.models.customer import Customer
from data.store.driver import Connection

COLUMNS = Customer.columns()
"""The columns of `customer_row` that are the customer; those of this module stand beside them."""

NAME, PLACE = 0, 1
"""Kinds of `customer_word`."""

OVERTAKEN = -1
"""`customer_row.gone` of an imported row that a save overtook before its import was finished."""

_DIGITS = re.compile(r"[0-9]+")
_LONGEST_KEY = 200
_SITE_NOISE = frozenset({"http", "https", "www"})
_PAGE = 500

_INSERT = (
    f"INSERT INTO customer_row (rank, {', '.join(COLUMNS)}, words, places, numbers, source, import_id)"  # noqa: S608
    f" VALUES ({', '.join('?' * (len(COLUMNS) + 6))})"
)
_UPDATE = (
    f"UPDATE customer_row SET {', '.join(f'{name} = ?' for name in COLUMNS)}, words = ?, places = ?, numbers = ?"  # noqa: S608
    " WHERE rank = ?"
)


_in_order: Callable[[Row], tuple[Column, ...]] = itemgetter(*COLUMNS)


class Entry(NamedTuple):
    """What the indexes hold of one customer."""

    words: str
    """Of the name | the people | the company, a blank on both sides of each word."""
    places: str
    """Words of address, node, website and mail domain."""
    numbers: str
    """E.164 numbers, and the digits of numbers that could not be normalised, parted by spaces."""
    texts: tuple[str, ...]
    """Keys of `customer_text`."""


class Ranked(NamedTuple):
    """One row on its way into the store at a known rank."""

    rank: int
    row: Row
    entry: Entry
    source: int = 0
    import_id: int = 0

    def values(self) -> list[Column]:
        entry = self.entry
        columns = _in_order(self.row)
        return [self.rank, *columns, entry.words, entry.places, entry.numbers, self.source, self.import_id]


def _listed(packed: Column) -> list[Any]:
    if not isinstance(packed, str) or packed in ("", "[]"):
        return []
    values = json.loads(packed)
    return values if isinstance(values, list) else []


def _joined(texts: Sequence[str]) -> str:
    return " ".join(dict.fromkeys([word for text in texts for word in indexed_words(text)])) if texts else ""


@lru_cache(maxsize=4096)
def _common_words(text: str) -> list[str]:
    """The words of a town or a mail domain, which thousands of rows share."""
    return indexed_words(text)


def entry_of(row: Mapping[str, Column]) -> Entry:
    """What the indexes hold of a row of the Customer model (lists as JSON text)."""
    people = [str(person.get("name", "")) for person in _listed(row.get("people"))]
    return entry_from(row, people, [str(email) for email in _listed(row.get("emails"))], _listed(row.get("phones")))


def entry_from(
    row: Mapping[str, Column], people: Sequence[str], emails: Sequence[str], phones: Sequence[Mapping[str, str]]
) -> Entry:
    """`entry_of` for who has the lists at hand: only the plain columns of the row are read."""
    name, company = str(row.get("name") or ""), str(row.get("company") or "")
    emails = [email.strip().lower() for email in emails]
    places = indexed_words(str(row.get("street") or "")) + _common_words(str(row.get("city") or ""))
    if node := row.get("node"):
        places += indexed_words(str(node))
    if website := row.get("website"):
        for word in words_of(str(website)):
            places += indexed_words(word) if word not in _SITE_NOISE else []
    for email in emails:
        places += _common_words(email.rpartition("@")[2])
    numbers = [phone.get("e164") or "".join(_DIGITS.findall(phone.get("raw", ""))) for phone in phones]
    return Entry(
        words=f" {' '.join(indexed_words(name))} | {_joined(people)} | {' '.join(indexed_words(company))} ",
        places=" ".join(dict.fromkeys(places)),
        numbers=" ".join(dict.fromkeys([number for number in numbers if len(number) >= 3])),
        texts=text_keys(name, str(row.get("account") or ""), emails),
    )


def text_keys(name: str, account: str, emails: Iterable[str]) -> tuple[str, ...]:
    """The keys under which accounts (`a…`) and e-mail addresses (`e…`) are found, and (`n…`) a name with blanks
    around it: its words alone would find everybody else of that name."""
    keys = []
    if whole := account_key(account) if account else "":
        keys.append(f"a{whole}")
        digits = "".join(_DIGITS.findall(whole))
        if len(digits) >= 3 and digits != whole:
            keys.append(f"a{digits}")
    if name != name.strip():
        keys.append(f"n{name[:_LONGEST_KEY]}")
    keys += [f"e{email[:_LONGEST_KEY]}" for email in emails if email]
    return tuple(dict.fromkeys(keys))


def write_customer(connection: Connection, row: Row) -> None:
    """Insert or replace one customer (a full row of the model) and keep every index right."""
    write_customers(connection, [row])


def write_customers(connection: Connection, rows: Sequence[Row]) -> None:
    """`write_customer` for many rows at once: new ones share one block of ranks, the first of them best.

    A row that an unfinished import also holds is taken out of that import: what was saved at a desk or came from
    the hub is newer than the file."""
    hidden, pending = horizon(connection)
    fresh: dict[str, Row] = {}
    for row in rows:
        customer_id = str(row["id"])
        seen = None
        for found in connection.execute(
            "SELECT rank, gone, source, import_id FROM customer_row WHERE id = ? ORDER BY rank DESC", (customer_id,)
        ).fetchall():
            if found["rank"] >= hidden:
                connection.execute("UPDATE customer_row SET gone = ? WHERE rank = ?", (OVERTAKEN, found["rank"]))
            elif found["gone"] in (0, pending):
                seen = int(found["rank"])
                if found["gone"]:
                    connection.execute("UPDATE customer_row SET gone = 0 WHERE rank = ?", (seen,))
        if seen is None:
            fresh[customer_id] = row
        else:
            _replace(connection, seen, row)
    if fresh:
        best = connection.execute("SELECT min(rank) FROM customer_row").fetchone()[0] or 0
        first = min(best, 0) - len(fresh)
        ranked = [Ranked(rank, row, entry_of(row)) for rank, row in enumerate(fresh.values(), first)]
        add_rows(connection, ranked)
        add_keys(connection, ranked)


def remove_customer(connection: Connection, customer_id: str) -> None:
    """Take a customer and all that finds it out of the store; an unknown id is nothing."""
    hidden, pending = horizon(connection)
    for found in connection.execute(
        "SELECT rank FROM customer_row WHERE id = ? AND rank < ? AND gone IN (0, ?)", (customer_id, hidden, pending)
    ).fetchall():
        drop_row(connection, int(found["rank"]))


def horizon(connection: Connection) -> tuple[int, int]:
    """(the first rank that is not visible yet, the number of the unfinished import or 0)."""
    found = connection.execute("SELECT first_hidden, pending FROM customer_horizon").fetchone()
    return int(found[0]), int(found[1])


def stored_entry(stored: Mapping[str, Column]) -> Entry:
    """What the indexes hold of a stored row: the texts kept beside it, not what today's rules would make of it."""
    emails = [str(email).strip().lower() for email in _listed(stored["emails"])]
    return Entry(
        words=str(stored["words"]),
        places=str(stored["places"]),
        numbers=str(stored["numbers"]),
        texts=text_keys(str(stored["name"]), str(stored["account"] or ""), emails),
    )


def add_rows(connection: Connection, ranked: Sequence[Ranked]) -> None:
    """Insert rows and the words that find them; ascending ranks are quickest. `add_keys` is the other half."""
    connection.executemany(_INSERT, [item.values() for item in ranked])
    _add_words(connection, [(item.rank, item.entry) for item in ranked])


def _add_words(connection: Connection, entries: Sequence[tuple[int, Entry]]) -> None:
    connection.executemany(
        "INSERT INTO customer_names (rowid, words) VALUES (?, ?)", [(rank, entry.words) for rank, entry in entries]
    )
    connection.executemany(
        "INSERT INTO customer_all (rowid, words) VALUES (?, ?)",
        [(rank, f"{entry.words} {entry.places}") for rank, entry in entries],
    )


def add_keys(connection: Connection, ranked: Sequence[Ranked]) -> None:
    """The numbers, accounts, addresses and words of rows that `add_rows` inserted."""
    for item in ranked:
        _add_number_and_text_keys(connection, item.rank, item.entry)
    learn_words(connection, [item.entry for item in ranked])


def _add_number_and_text_keys(connection: Connection, rank: int, entry: Entry) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO customer_number VALUES (?, ?)", [(key, rank) for key in number_keys(entry.numbers)]
    )
    connection.executemany(
        "INSERT OR IGNORE INTO customer_text VALUES (?, ?)", [(key, rank) for key in entry.texts]
    )


def learn_words(connection: Connection, entries: Iterable[Entry]) -> None:
    """Remember words, and what each becomes when one letter is left out."""
    for entry in entries:
        connection.executemany(
            "INSERT OR IGNORE INTO customer_word VALUES (?, ?)", [(PLACE, word) for word in entry.places.split()]
        )
        for word in set(entry.words.replace("|", " ").split()):
            new = connection.execute("INSERT OR IGNORE INTO customer_word VALUES (?, ?)", (NAME, word)).rowcount
            if new == 1:
                connection.executemany(
                    "INSERT OR IGNORE INTO customer_slip VALUES (?, ?)", [(key, word) for key in one_less(word)]
                )


def _replace(connection: Connection, rank: int, row: Row) -> None:
    stored = connection.execute("SELECT * FROM customer_row WHERE rank = ?", (rank,)).fetchone()
    old, new = stored_entry(stored), entry_of(row)
    connection.execute(_UPDATE, [*[row.get(name) for name in COLUMNS], new.words, new.places, new.numbers, rank])
    if (old.words, old.places) != (new.words, new.places):
        _forget_words(connection, rank, old)
        _add_words(connection, [(rank, new)])
        learn_words(connection, [new])
    if (old.numbers, old.texts) != (new.numbers, new.texts):
        _forget_keys(connection, rank, old)
        _add_number_and_text_keys(connection, rank, new)


def _forget_words(connection: Connection, rank: int, entry: Entry) -> None:
    connection.execute(
        "INSERT INTO customer_names (customer_names, rowid, words) VALUES ('delete', ?, ?)", (rank, entry.words)
    )
    connection.execute(
        "INSERT INTO customer_all (customer_all, rowid, words) VALUES ('delete', ?, ?)",
        (rank, f"{entry.words} {entry.places}"),
    )


def _forget_keys(connection: Connection, rank: int, entry: Entry) -> None:
    connection.executemany(
        "DELETE FROM customer_number WHERE key = ? AND rank = ?",
        [(key, rank) for key in number_keys(entry.numbers)],
    )
    connection.executemany(
        "DELETE FROM customer_text WHERE key = ? AND rank = ?", [(key, rank) for key in entry.texts]
    )


def drop_row(connection: Connection, rank: int, *, keys: bool = True) -> None:
    """Delete the row at a rank and all that finds it. `keys=False` when its keys are swept away otherwise."""
    stored = connection.execute("SELECT * FROM customer_row WHERE rank = ?", (rank,)).fetchone()
    entry = stored_entry(stored)
    _forget_words(connection, rank, entry)
    if keys:
        _forget_keys(connection, rank, entry)
    connection.execute("DELETE FROM customer_row WHERE rank = ?", (rank,))


def rebuild_index(connection: Connection) -> None:
    """Make every index anew from the rows, with today's rules: the repair that always works.

    Runs in the caller's transaction; 20,000 customers a second, so not for an agent's seat at work."""
    for table in ("customer_names", "customer_all"):
        connection.execute(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")  # noqa: S608
    for table in ("customer_number", "customer_text", "customer_word", "customer_slip"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608
    for page in _pages(connection):
        ranked = [Ranked(rank, row, entry_of(row)) for rank, row in page]
        connection.executemany(
            "UPDATE customer_row SET words = ?, places = ?, numbers = ? WHERE rank = ?",
            [(item.entry.words, item.entry.places, item.entry.numbers, item.rank) for item in ranked],
        )
        _add_words(connection, [(item.rank, item.entry) for item in ranked])
        add_keys(connection, ranked)


def _pages(connection: Connection) -> Iterator[list[tuple[int, Row]]]:
    after = -(2**63)
    while page := connection.execute(
        "SELECT * FROM customer_row WHERE rank > ? ORDER BY rank LIMIT ?", (after, _PAGE)
    ).fetchall():
        after = page[-1]["rank"]
        yield [(int(row["rank"]), dict(row)) for row in page]
