"""Lines of a queue_log as rows of `contact_event`, and writing them so that a second time changes nothing.

A row's id is made of what the line says. For events about a call that is time, call, queue, agent and event, so
that a line cut among its parameters and the whole line are the same event; for all others the text counts too.
Lines that are alike to the byte are therefore one event."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from hashlib import blake2b
from typing import NamedTuple

from data.models.contact import EventKind
from data.queue.queue_log import Fact, at_text
from data.store.driver import Connection
from data.text.cards import mask_cards

SOURCE = "log"

Row = tuple[str, str, str, str, str, str | None, str, float | None, float | None, float | None, str]

_INSERT = (
    "INSERT OR IGNORE INTO contact_event"
    " (id, contact_id, at, kind, queue, agent, source, wait_s, talk_s, hold_s, text)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_KNOWN = "SELECT id, wait_s, talk_s, text FROM contact_event WHERE id IN (SELECT value FROM json_each(?))"
_CHANGE = "UPDATE contact_event SET wait_s = ?, talk_s = ?, text = ? WHERE id = ?"


class Written(NamedTuple):
    """How many rows were new, were known otherwise, and were known just so."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0


def row_of(fact: Fact) -> Row:
    """The row that a line stands for. Card numbers in its text and names are masked."""
    text = mask_cards(fact.text)
    at = at_text(fact.at_ms)
    said = [at, fact.call_id, fact.queue, fact.agent, fact.event]
    if fact.kind is EventKind.OTHER:
        said.append(text)
    digest = blake2b("|".join(said).encode(), digest_size=12).hexdigest()
    return (
        f"log-{fact.at_ms:011x}-{digest}",
        fact.call_id,
        at,
        fact.kind.value,
        mask_cards(fact.queue),
        mask_cards(fact.agent) or None,
        SOURCE,
        fact.wait_s,
        fact.talk_s,
        None,
        text,
    )


def write_rows(connection: Connection, rows: Sequence[Row], uncertain: Collection[str] = ()) -> Written:
    """Write rows inside the caller's transaction.

    Args:
        uncertain: ids of rows that only stand for a cut line: a whole line takes their place. Where two whole
            lines are the same event with different figures, the larger ones stay, whichever came first.
    """
    before = connection.total_changes
    connection.executemany(_INSERT, rows)
    added = connection.total_changes - before
    if added == len(rows):
        return Written(added)
    known = {
        found[0]: (found[1], found[2], found[3])
        for found in connection.execute(_KNOWN, (json.dumps([row[0] for row in rows]),)).fetchall()
    }
    changes = {}
    for row in rows:
        mine, theirs = (row[7], row[8], row[10]), known[row[0]]
        if mine != theirs and (row[0] in uncertain or _rank(mine) > _rank(theirs)):
            known[row[0]] = mine
            changes[row[0]] = (*mine, row[0])
    connection.executemany(_CHANGE, list(changes.values()))
    return Written(added, len(changes), len(rows) - added - len(changes))


def _rank(figures: tuple[float | None, float | None, str]) -> tuple[float, float, str]:
    wait, talk, text = figures
    return (-1.0 if wait is None else wait, -1.0 if talk is None else talk, text)


def longer_is_there(connection: Connection, row: Row) -> bool:
    """Whether the store has the whole of an event that is none of a call's, of which this is the beginning."""
    if row[3] != EventKind.OTHER.value:
        return False
    found = connection.execute(
        "SELECT 1 FROM contact_event WHERE contact_id = ? AND at = ? AND kind = 'other' AND queue = ?"
        " AND agent IS ? AND source = 'log' AND id <> ? AND substr(text, 1, ?) = ? LIMIT 1",
        (row[1], row[2], row[4], row[5], row[0], len(row[10]), row[10]),
    ).fetchone()
    return found is not None
