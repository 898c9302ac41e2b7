"""The shape of the store, one function a step. A step that has been released is never changed.

Tables carry the names and columns of `data.models`; SYNC.md's local tables stand beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

STORE_FILE = "seat.db"
"""The replica of one seat, in the data folder."""
SCHEMA_VERSION = 15
"""Number of steps: `PRAGMA user_version` of a store that has them all."""


def first_shape(db: Database) -> None:
    """Contacts, tickets, people, the outbox and what sync needs."""
    db.table("agent").create(
        {"id": str, "name": str, "role": str, "queues": str, "skills": str, "played": int}, pk="id"
    )
    db.table("agent_status").create(
        {"id": str, "state": str, "reason": str, "since": str, "contact_id": str, "after_call": str}, pk="id"
    )
    db.table("queue").create(
        {"id": str, "name": str, "priority": int, "target": float, "threshold_s": int, "wrap_up_s": int},
        pk="id",
    )
    contact = db.table("contact")
    contact.create(
        {
            "id": str,
            "kind": str,
            "direction": str,
            "feed": str,
            "queue": str,
            "state": str,
            "priority": int,
            "caller_number": str,
            "caller_e164": str,
            "caller_name": str,
            "about": str,
            "can": str,
            "offered_at": str,
            "queued_at": str,
            "ringing_agent": str,
            "ringing_since": str,
            "agent": str,
            "fence": int,
            "answered_at": str,
            "held_since": str,
            "consult": str,
            "ended_at": str,
            "end_reason": str,
            "forked": int,
            "customer_id": str,
            "ticket_id": str,
            "disposition": str,
            "disposed_at": str,
            "verified": str,
        },
        pk="id",
    )
    contact.create_index(["state", "queued_at"])
    contact.create_index(["customer_id", "offered_at"])
    contact.create_index(["agent", "state"])
    event = db.table("contact_event")
    event.create(
        {
            "id": str,
            "contact_id": str,
            "at": str,
            "kind": str,
            "queue": str,
            "agent": str,
            "source": str,
            "wait_s": float,
            "talk_s": float,
            "hold_s": float,
            "text": str,
        },
        pk="id",
    )
    event.create_index(["contact_id", "at"])
    event.create_index(["at"])
    db.table("request").create(
        {
            "id": str,
            "contact_id": str,
            "agent": str,
            "action": str,
            "target": str,
            "fence": int,
            "state": str,
            "why": str,
            "at": str,
        },
        pk="id",
    )
    ticket = db.table("ticket")
    ticket.create(
        {
            "pk": int,
            "id": str,
            "number": str,
            "customer_id": str,
            "contact_id": str,
            "title": str,
            "type": int,
            "priority": str,
            "state": str,
            "assignee": str,
            "person": str,
            "asset": str,
            "sla": str,
            "worksheet": str,
            "details": str,
            "code": str,
            "remind_at": str,
            "created_at": str,
            "created_by": str,
            "updated_at": str,
        },
        pk="pk",
        not_null={"id", "number", "title"},
    )
    ticket.create_index(["id"], unique=True)
    ticket.create_index(["number"])
    ticket.create_index(["customer_id", "updated_at"])
    ticket.enable_fts(["title", "details"], create_triggers=True, tokenize="unicode61 remove_diacritics 2")
    ticket_event = db.table("ticket_event")
    ticket_event.create(
        {
            "pk": int,
            "id": str,
            "ticket_id": str,
            "at": str,
            "actor": str,
            "kind": str,
            "field": str,
            "old": str,
            "new": str,
            "text": str,
        },
        pk="pk",
        not_null={"id", "ticket_id"},
    )
    ticket_event.create_index(["id"], unique=True)
    ticket_event.create_index(["ticket_id", "at"])
    ticket_event.enable_fts(["text"], create_triggers=True, tokenize="unicode61 remove_diacritics 2")

    db.table("desk").create(
        {
            "id": str,
            "agent": str,
            "contact_id": str,
            "ticket_id": str,
            "customer_id": str,
            "number": str,
            "fields": str,
            "base": str,
            "focus": str,
            "cursor": str,
            "trail": str,
            "place": int,
            "updated_at": str,
        },
        pk=("agent", "id"),
    )

    # AUTOINCREMENT: a number is never used again after its op has gone (the hub knows each one for ever)
    db.execute(
        """
        CREATE TABLE outbox (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, op_id TEXT NOT NULL, txn_id TEXT NOT NULL, entity TEXT NOT NULL,
            entity_id TEXT NOT NULL, kind TEXT NOT NULL, base_ver INTEGER, patch TEXT NOT NULL, actor TEXT,
            local_at TEXT, schema_v INTEGER, state TEXT NOT NULL, tries INTEGER, last_error TEXT, hub_seq INTEGER)
        """
    )
    outbox = db.table("outbox")
    outbox.create_index(["op_id"], unique=True)
    outbox.create_index(["state", "seq"])
    outbox.create_index(["entity", "entity_id"])
    db.table("row_meta").create(
        {"entity": str, "entity_id": str, "ver": int, "field_ver": str, "deleted": int},
        pk=("entity", "entity_id"),
    )
    db.table("shadow").create({"entity": str, "entity_id": str, "body": str}, pk=("entity", "entity_id"))
    db.table("conflict").create(
        {
            "id": str,
            "entity": str,
            "entity_id": str,
            "field": str,
            "mine": str,
            "theirs": str,
            "op_id": str,
            "state": str,
            "at": str,
        },
        pk="id",
    )
    db.table("sync_state").create({"key": str, "value": str}, pk="key")
    db.table("number_block").create({"first": int, "last": int, "next": int}, pk="first")


STEPS = [first_shape]
"""The first steps; `data.store.steps` has those of the other rooms."""
