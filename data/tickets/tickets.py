"""Tickets in the store: open, save with history, note, find."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from data.clock import Clock
from data.models.base import AgentId, ContactId, CustomerId, Instant, instant_text, new_id
from data.models.contact import Contact
from data.models.customer import Plan
from data.models.ticket import Begun, Priority, Ticket, TicketEvent, TicketEventKind, TicketState
from data.store.database import Store
from data.store.save import Change, saving
from data.text.whole import whole
from data.tickets.rules import FIELDS, faults

LONGEST_QUERY = 500
MOST_LOOKED_AT = 200
"""Of the tickets with a common word, so many of the last opened are put in order: 10,000 would take 20 ms."""
MOST_WORDS = 20


class TicketFaultError(ValueError):
    """The form cannot be saved as it is; `faults` says why, field by field."""

    def __init__(self, found: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in found.items()))
        self.faults = found


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved ticket and the fields in which a card number was masked."""

    ticket: Ticket
    masked: tuple[str, ...]


def form_of(ticket: Ticket) -> dict[str, str]:
    """A ticket as the form's texts."""
    body = ticket.model_dump(mode="json")
    return {name: str(body[name] if body[name] is not None else "") for name in FIELDS}


def begun(store: Store, ticket: Ticket) -> Begun:
    """Remember what a ticket is like now, before it is edited."""
    found = store.value("SELECT ver FROM row_meta WHERE entity = ? AND entity_id = ?", (Ticket.entity, ticket.id))
    return Begun(fields=form_of(ticket), ver=found or 0)


def touched(fields: Mapping[str, str], begun: Begun | None) -> dict[str, str]:
    """The fields that were really edited: a form holds all of them, also those that others have changed since."""
    if begun is None:
        return dict(fields)
    return {name: text for name, text in fields.items() if text.strip() != begun.fields.get(name, "")}


def _values(fields: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {name: fields[name].strip() for name in FIELDS if name in fields}
    if "type" in values:
        values["type"] = Plan(int(fields["type"]))
    if "priority" in values:
        values["priority"] = Priority(fields["priority"])
    if "state" in values:
        values["state"] = TicketState(fields["state"])
    return values


def create(
    store: Store,
    fields: Mapping[str, str],
    number: str,
    agent: AgentId,
    clock: Clock,
    *,
    ticket_id: str | None = None,
    customer_id: CustomerId | None = None,
    contact_id: ContactId | None = None,
    remind_at: Instant | None = None,
) -> Saved:
    """Write a new ticket, its first line of history and the contact's link to it, in one transaction.

    Raises:
        TicketFaultError: the form is not complete.
        StoreError: nothing was written.
    """
    if found := faults(fields):
        raise TicketFaultError(found)
    now = clock.now()
    ticket = Ticket.model_validate(
        {
            **_values(fields),
            "id": ticket_id or new_id(),
            "number": number,
            "customer_id": customer_id,
            "contact_id": contact_id,
            "remind_at": remind_at,
            "created_at": now,
            "created_by": agent,
            "updated_at": now,
        }
    )
    with saving(store, agent, clock) as change:
        written = change.add(ticket)
        contact = change.update(Contact, contact_id, ticket_id=written.id) if contact_id is not None else None
        opened_in = str(contact.kind) if contact is not None else ""
        _event(change, written.id, agent, clock, TicketEventKind.CREATED, new=opened_in, text=f"ticket {number}")
    return Saved(written, tuple(change.masked))


def update(
    store: Store,
    ticket: Ticket,
    fields: Mapping[str, str],
    agent: AgentId,
    clock: Clock,
    *,
    customer_id: CustomerId | None = None,
    begun: Begun | None = None,
    remind_at: Instant | None = None,
) -> Saved:
    """Save what differs, one line of history a field; a `customer_id` or a reminder is set when one is given. A ticket
    that leaves pending loses its reminder.

    `begun`: the ticket as it was when the editing began. Fields that were not touched since stay as they are now,
    whoever changed them meanwhile; one that others changed as well becomes a conflict at the hub.

    Raises:
        TicketFaultError: the form is not complete, or the state cannot follow the saved one.
        StoreError: nothing was written.
    """
    before = form_of(ticket)
    edited = touched(fields, begun)
    if found := faults({**before, **edited}, ticket):
        raise TicketFaultError(found)
    changed = {name: edited[name] for name in FIELDS if name in edited and edited[name].strip() != before[name]}
    linked: dict[str, object] = (
        {"customer_id": customer_id} if customer_id not in (None, ticket.customer_id) else {}
    )
    if remind_at is None and changed.get("state", TicketState.PENDING) == TicketState.PENDING:
        remind_at = ticket.remind_at
    if remind_at != ticket.remind_at:
        linked["remind_at"] = remind_at
    if not changed and not linked:
        return Saved(ticket, ())
    with saving(store, agent, clock) as change:
        written = change.update(
            Ticket,
            ticket.id,
            seen_ver=begun.ver if begun is not None else None,
            **_values(changed),
            **linked,
            updated_at=clock.now(),
        )
        if written is None:
            raise LookupError(f"Ticket {ticket.number} is no longer in the store.")
        was, now_is = {**before, **_reminder(ticket)}, {**form_of(written), **_reminder(written)}
        for name in (*changed, "remind_at"):
            if now_is[name] != was[name]:
                _event(
                    change,
                    ticket.id,
                    agent,
                    clock,
                    TicketEventKind.CHANGED,
                    field=name,
                    old=was[name],
                    new=now_is[name],
                )
    return Saved(written, tuple(change.masked))


def _reminder(ticket: Ticket) -> dict[str, str]:
    """The reminder as the history has it."""
    return {"remind_at": instant_text(ticket.remind_at) if ticket.remind_at is not None else ""}


def note(
    store: Store,
    ticket_id: str,
    text: str,
    agent: AgentId,
    clock: Clock,
    kind: TicketEventKind = TicketEventKind.NOTE,
) -> TicketEvent:
    """Add a note, or with that kind what the customer was told; neither is ever changed afterwards."""
    with saving(store, agent, clock) as change:
        return _event(change, ticket_id, agent, clock, kind, text=text)


def mark(store: Store, ticket_id: str, field: str, value: str, agent: AgentId, clock: Clock) -> TicketEvent:
    """Write down how something stands that is no field of the form: `marked` reads it again."""
    with saving(store, agent, clock) as change:
        old = marked(store, ticket_id, field)
        return _event(change, ticket_id, agent, clock, TicketEventKind.CHANGED, field=field, old=old, new=value)


def marked(store: Store, ticket_id: str, field: str) -> str:
    """How something stands that was marked on a ticket; empty when it never was."""
    found = store.value(
        "SELECT new FROM ticket_event WHERE ticket_id = ? AND field = ? ORDER BY at DESC, pk DESC LIMIT 1",
        (ticket_id, field),
    )
    return str(found or "")


def _event(
    change: Change,
    ticket_id: str,
    agent: AgentId,
    clock: Clock,
    kind: TicketEventKind,
    *,
    field: str = "",
    old: str = "",
    new: str = "",
    text: str = "",
) -> TicketEvent:
    return change.add(
        TicketEvent(
            id=new_id(),
            ticket_id=ticket_id,
            at=clock.now(),
            actor=agent,
            kind=kind,
            field=field,
            old=old,
            new=new,
            text=text,
        )
    )


def get(store: Store, ticket_id: str) -> Ticket | None:
    """One ticket by id."""
    row = store.row("SELECT * FROM ticket WHERE id = ?", (ticket_id,))
    return Ticket.from_row(row) if row else None


def history(store: Store, ticket_id: str) -> list[TicketEvent]:
    """Everything that happened to a ticket, oldest first."""
    found = store.rows("SELECT * FROM ticket_event WHERE ticket_id = ? ORDER BY at, pk", (ticket_id,))
    return [TicketEvent.from_row(row) for row in found]


def open_of(store: Store, customer_id: str, limit: int = 5) -> list[Ticket]:
    """A customer's tickets that are not solved or closed, newest first."""
    found = store.rows(
        "SELECT * FROM ticket WHERE customer_id = ? AND state NOT IN ('solved', 'closed')"
        " ORDER BY updated_at DESC LIMIT ?",
        (customer_id, limit),
    )
    return [Ticket.from_row(row) for row in found]


def find(store: Store, query: str, limit: int = 20) -> list[Ticket]:
    """Tickets by number (or its beginning), or by words of title, details and notes; the last changed first.

    Nothing in the query is syntax: each word is looked for as the beginning of a word. Only the first twenty words
    count."""
    query = whole(query[:LONGEST_QUERY]).strip().lstrip("#")
    if not query:
        return []
    found: dict[str, Ticket] = {}
    for row in store.rows(
        "SELECT * FROM ticket WHERE number = ? OR (number >= ? AND number < ?) ORDER BY number = ? DESC, number LIMIT ?",
        (query, query, query + "\U0010ffff", query, limit),
    ):
        found[row["id"]] = Ticket.from_row(row)
    plain = "".join(char if char.isalnum() or unicodedata.combining(char) else " " for char in query)
    words = plain.split()[:MOST_WORDS]
    if words and len(found) < limit:
        match = " ".join(f'"{word}"*' for word in words)
        for row in store.rows(
            "SELECT * FROM ticket WHERE pk IN"
            " (SELECT rowid FROM ticket_fts WHERE ticket_fts MATCH ? ORDER BY rowid DESC LIMIT ?)"
            " OR id IN (SELECT ticket_id FROM ticket_event WHERE kind IN ('note', 'reply') AND pk IN"
            " (SELECT rowid FROM ticket_event_fts WHERE ticket_event_fts MATCH ? ORDER BY rowid DESC LIMIT ?))"
            " ORDER BY updated_at DESC LIMIT ?",
            (match, MOST_LOOKED_AT, match, MOST_LOOKED_AT, limit - len(found)),
        ):
            found.setdefault(row["id"], Ticket.from_row(row))
    return list(found.values())
