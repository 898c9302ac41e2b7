"""What waits for the hub, what it refused and what is in conflict, read from the store."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from data.models import SYNCED
from data.models.base import body_of
from data.models.presence import Presence
from data.store.database import Store
from data.store.rows import read_row
from data.unsettled.rules import HIDDEN, ChangeLine, ConflictLine, Unsettled

MOST = 100
"""So many of each are listed; the rest is counted."""
PASSING = (Presence.entity,)
"""What is worth nothing once it is old: nobody is told that it waits or was refused."""


def unsettled(store: Store) -> Unsettled:
    """Everything of this seat that is not settled."""
    with store.reading():
        return Unsettled(
            queued=_changes(store, "queued", "held"),
            waiting=store.value(
                "SELECT count(*) FROM outbox WHERE state IN ('queued', 'held') AND entity NOT IN (?)", PASSING
            ),
            refused=_changes(store, "refused"),
            conflicts=conflicts(store),
        )


def conflicts(store: Store, entity: str = "", entity_id: str = "") -> tuple[ConflictLine, ...]:
    """The open conflicts, of one record or of all, the newest first. A field may have several: what was typed after one
    of them was known does not stand for what that one keeps. One that the hub has told of is listed once its answer was pulled
    as well: until then the value in place is not known here."""
    sql = (
        "SELECT * FROM conflict WHERE state = 'open' AND op_id NOT IN (SELECT op_id FROM outbox WHERE state = 'sent')"
        " AND (? = '' OR (entity = ? AND entity_id = ?)) ORDER BY at DESC, rowid DESC LIMIT ?"
    )
    rows = store.rows(sql, (entity, entity, entity_id, MOST))
    return tuple(_conflict(store, row) for row in rows if row["entity"] in SYNCED)


def conflict(store: Store, conflict_id: str) -> ConflictLine:
    """An open conflict.

    Raises:
        LookupError: it is not open any more.
    """
    row = store.row("SELECT * FROM conflict WHERE id = ? AND state = 'open'", (conflict_id,))
    if row is None:
        raise LookupError("This has been chosen already.")
    return _conflict(store, row)


def change(store: Store, op_id: str) -> ChangeLine:
    """A refused change.

    Raises:
        LookupError: it is not there any more.
    """
    row = store.row("SELECT * FROM outbox WHERE op_id = ? AND state = 'refused'", (op_id,))
    if row is None:
        raise LookupError("This change is no longer among the refused ones.")
    return _change(store, row)


def _changes(store: Store, *states: str) -> tuple[ChangeLine, ...]:
    sql = (
        "SELECT * FROM outbox WHERE state IN (SELECT value FROM json_each(?)) AND entity NOT IN (?)"
        " ORDER BY seq LIMIT ?"
    )
    return tuple(_change(store, row) for row in store.rows(sql, (json.dumps(states), *PASSING, MOST)))


def _change(store: Store, row: dict[str, Any]) -> ChangeLine:
    patch = json.loads(row["patch"])
    body = {**body_of_record(store, row["entity"], row["entity_id"]), **patch}
    model = SYNCED.get(row["entity"])
    about, ticket_id = _about(store, row["entity"], row["entity_id"], body)
    return ChangeLine(
        op_id=row["op_id"],
        entity=row["entity"],
        entity_id=row["entity_id"],
        new=model is not None and {*patch, "id"} >= set(model.columns()),
        values={name: value for name, value in patch.items() if name not in HIDDEN and not name.endswith("_id")},
        at=datetime.fromisoformat(row["local_at"]) if row["local_at"] else None,
        about=about,
        ticket_id=ticket_id,
        why=row["last_error"] or "",
    )


def _conflict(store: Store, row: dict[str, Any]) -> ConflictLine:
    body = body_of_record(store, row["entity"], row["entity_id"])
    about, ticket_id = _about(store, row["entity"], row["entity_id"], body)
    theirs = json.loads(row["theirs"])
    by, by_at = _writer(store, row, theirs)
    seen = store.value(
        "SELECT ver FROM row_meta WHERE entity = ? AND entity_id = ?", (row["entity"], row["entity_id"])
    )
    return ConflictLine(
        id=row["id"],
        entity=row["entity"],
        entity_id=row["entity_id"],
        field=row["field"],
        mine=json.loads(row["mine"]),
        theirs=theirs,
        now=body.get(row["field"]),
        seen=seen or 0,
        at=datetime.fromisoformat(row["at"]),
        about=about,
        ticket_id=ticket_id,
        by=by,
        by_at=by_at,
    )


def _writer(store: Store, row: dict[str, Any], theirs: Any) -> tuple[str, datetime | None]:
    """Who wrote theirs and when: a ticket's history tells. A choice that was taken back wrote it again, later."""
    found = store.row(
        "SELECT ticket_event.at, (SELECT name FROM agent WHERE id = actor) AS name FROM ticket_event"
        " WHERE ticket_id = ? AND field = ? AND new = ? ORDER BY at > ?, CASE WHEN at > ? THEN at END, at DESC LIMIT 1",
        (row["entity_id"], row["field"], "" if theirs is None else str(theirs), row["at"], row["at"]),
    )
    if row["entity"] != "ticket" or found is None:
        return "", None
    return found["name"] or "", datetime.fromisoformat(found["at"])


def body_of_record(store: Store, entity: str, entity_id: str) -> dict[str, Any]:
    """A record as it is in place; empty when it is not here."""
    model = SYNCED.get(entity)
    row = read_row(store.connection, model, entity_id) if model is not None else None
    return body_of(model, row) if model is not None and row is not None else {}


def _about(store: Store, entity: str, entity_id: str, body: dict[str, Any]) -> tuple[str, str | None]:
    """What a record is about, in words, and its ticket."""
    ticket_id = entity_id if entity == "ticket" else body.get("ticket_id")
    if ticket_id:
        ticket = store.row("SELECT number, title FROM ticket WHERE id = ?", (ticket_id,))
        if ticket is not None:
            return f"{ticket['number']} {ticket['title']}", ticket_id
    if entity == "agent_status":
        return store.value("SELECT name FROM agent WHERE id = ?", (entity_id,)) or "", None
    customer_id = entity_id if entity == "customer" else body.get("customer_id")
    name = store.value("SELECT name FROM customer WHERE id = ?", (customer_id,)) if customer_id else None
    return name or next((str(body[one]) for one in ("name", "caller_name", "number") if body.get(one)), ""), None
