"""Migration steps for customers and the indexes that find them.

`customer` is a view of what may be seen; what is stored is `customer_row`, whose key is the rank: the smaller, the
earlier in a list of results. New customers take decreasing negative ranks, an import takes a block above
everything else. A row is hidden while its import is not finished (its rank lies at or above
`customer_horizon.first_hidden`) and once a finished import has replaced it (`gone`): one changed row of
`customer_horizon` makes a whole import visible."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

_STATEMENTS = (
    # What the indexes hold of a row stays beside it: a contentless FTS table forgets only exact old text.
    """CREATE TABLE customer_row (
        rank INTEGER PRIMARY KEY,
        id TEXT NOT NULL, account TEXT, name TEXT NOT NULL, company TEXT, plan INTEGER, since TEXT, phones TEXT,
        emails TEXT, website TEXT, street TEXT, city TEXT, node TEXT, people TEXT, assets TEXT, flags TEXT,
        notes TEXT, extra TEXT,
        words TEXT NOT NULL, places TEXT NOT NULL, numbers TEXT NOT NULL,
        source INTEGER NOT NULL DEFAULT 0,
        import_id INTEGER NOT NULL DEFAULT 0,
        gone INTEGER NOT NULL DEFAULT 0
    )""",
    "CREATE UNIQUE INDEX customer_row_id ON customer_row (id, gone)",
    "CREATE INDEX customer_row_gone ON customer_row (gone, rank) WHERE gone <> 0",
    "CREATE TABLE customer_horizon (one INTEGER PRIMARY KEY CHECK (one = 1), first_hidden INTEGER, pending INTEGER)",
    "INSERT INTO customer_horizon VALUES (1, 9223372036854775807, 0)",
    """CREATE VIEW customer AS SELECT id, account, name, company, plan, since, phones, emails, website, street, city,
        node, people, assets, flags, notes, extra FROM customer_row
        WHERE rank < (SELECT first_hidden FROM customer_horizon)
        AND gone IN (0, (SELECT pending FROM customer_horizon))""",
    """CREATE VIRTUAL TABLE customer_names USING fts5 (
        words, content='', detail=none, columnsize=0, tokenize='ascii', prefix='1 2 3 4 5 6 7 8')""",
    """CREATE VIRTUAL TABLE customer_all USING fts5 (
        words, content='', detail=none, columnsize=0, tokenize='ascii')""",
    # Many small pages are merged bit by bit, never sixteen big segments inside one agent's save.
    "INSERT INTO customer_names (customer_names, rank) VALUES ('automerge', 8)",
    "INSERT INTO customer_names (customer_names, rank) VALUES ('crisismerge', 64)",
    "INSERT INTO customer_all (customer_all, rank) VALUES ('automerge', 8)",
    "INSERT INTO customer_all (customer_all, rank) VALUES ('crisismerge', 64)",
    "CREATE TABLE customer_number (key INTEGER, rank INTEGER, PRIMARY KEY (key, rank)) WITHOUT ROWID",
    "CREATE TABLE customer_text (key TEXT, rank INTEGER, PRIMARY KEY (key, rank)) WITHOUT ROWID",
    "CREATE TABLE customer_word (kind INTEGER, word TEXT, PRIMARY KEY (kind, word)) WITHOUT ROWID",
    "CREATE TABLE customer_slip (key TEXT, word TEXT, PRIMARY KEY (key, word)) WITHOUT ROWID",
    """CREATE TABLE customer_import (
        id INTEGER PRIMARY KEY, source TEXT, state TEXT, first_rank INTEGER, started_at TEXT, ended_at TEXT,
        added INTEGER, updated INTEGER)""",
)


def customers(db: Database) -> None:
    """Customers, the indexes of the lookup, and the book of imports."""
    for statement in _STATEMENTS:
        db.execute(statement)


STEPS = [customers]
