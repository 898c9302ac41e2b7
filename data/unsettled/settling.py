"""Settling: choose between two values, let a refused change go, or send it again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from data.clock import Clock
from data.models import SYNCED
from data.models.base import AgentId, TicketId
from data.models.ticket import Begun, Ticket
from data.store.database import Store
from data.store.save import saving
from data.tickets import tickets
from data.tickets.rules import FIELDS
from data.unsettled import reading
from data.unsettled.rules import Choice, ConflictLine

GONE = (
    "The record is no longer on this seat, so nothing of yours can be put into it: copy what you typed if you need it,"
    " then choose theirs."
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a choice did: enough to take it back."""

    conflict: ConflictLine
    choice: Choice
    after: Any
    """The value that it put in place."""
    put: bool = True
    """Whether a value was put in place: not where the record is no longer here."""


def choose(store: Store, shown: ConflictLine, choice: Choice, agent: AgentId, clock: Clock) -> Chosen:
    """Put the chosen value in place as an ordinary change of what was `shown`, and close the conflict. Both or neither.
    What others have changed since is another conflict, not overwritten. Of a record that is no longer here only theirs
    can be chosen: nothing is written then, and what the hub has stays.

    Raises:
        LookupError: it has been chosen already, or the record that is to change is no longer here.
        TicketFaultError: a ticket cannot become what was chosen.
        StoreError: nothing was written.
    """
    with store.write() as connection:
        reading.conflict(store, shown.id)
        here = bool(reading.body_of_record(store, shown.entity, shown.entity_id))
        if here:
            _put(store, shown, shown.value(choice), shown.seen, agent, clock)
        elif choice is not Choice.THEIRS:
            raise LookupError(GONE)
        connection.execute("UPDATE conflict SET state = 'chosen' WHERE id = ?", (shown.id,))
        after = reading.body_of_record(store, shown.entity, shown.entity_id).get(shown.field)
    return Chosen(shown, choice, after, put=here)


def take_back(store: Store, chosen: Chosen, agent: AgentId, clock: Clock) -> None:
    """Open a conflict again, with the value in place that was there before; one that somebody has changed since stays.

    Raises:
        TicketFaultError: a ticket cannot become what it was.
        StoreError: nothing was written.
    """
    was = chosen.conflict
    with store.write() as connection:
        if chosen.put and reading.body_of_record(store, was.entity, was.entity_id).get(was.field) == chosen.after:
            _put(store, was, was.now, None, agent, clock)
        connection.execute("UPDATE conflict SET state = 'open' WHERE id = ?", (was.id,))


def let_go(store: Store, op_id: str) -> None:
    """Nobody wants this refused change any more. Its row stays in the store, and is listed no longer.

    Raises:
        LookupError: it is not among the refused ones.
    """
    with store.write() as connection:
        reading.change(store, op_id)
        connection.execute("UPDATE outbox SET state = 'let go' WHERE op_id = ?", (op_id,))


def send_again(store: Store, op_id: str, agent: AgentId, clock: Clock) -> int:
    """Save a refused change once more, with whatever was refused of the same record before and after it: the hub
    takes a change only after the record that it is about. Returns how many they were.

    Raises:
        LookupError: it is not among the refused ones, or this program does not know such records.
        StoreError: nothing was written.
    """
    with saving(store, agent, clock) as change:
        wanted = reading.change(store, op_id)
        model = SYNCED.get(wanted.entity)
        if model is None:
            raise LookupError("This program does not know such records: update agent-console on this seat.")
        rows = store.rows(
            "SELECT op_id, patch FROM outbox WHERE state = 'refused' AND entity = ? AND entity_id = ? ORDER BY seq",
            (wanted.entity, wanted.entity_id),
        )
        for row in rows:
            patch = json.loads(row["patch"])
            if {*patch, "id"} >= set(model.columns()):
                change.add(model.model_validate({**patch, "id": wanted.entity_id}))
            elif change.update(model, wanted.entity_id, **patch) is None:
                raise LookupError("The record that it is about is no longer here: let it go.")
            store.execute("UPDATE outbox SET state = 'sent again' WHERE op_id = ?", (row["op_id"],))
    return len(rows)


def _put(store: Store, shown: ConflictLine, value: Any, seen: int | None, agent: AgentId, clock: Clock) -> None:
    """Change the field of a conflict, a ticket's with its line of history. `seen`: see `Change.update`."""
    ticket = tickets.get(store, TicketId(shown.entity_id)) if shown.entity == Ticket.entity else None
    if ticket is not None and shown.field in FIELDS:
        before = tickets.form_of(ticket)
        begun = Begun(fields=before, ver=seen) if seen is not None else None
        texts = {**before, shown.field: "" if value is None else str(value)}
        tickets.update(store, ticket, texts, agent, clock, begun=begun)
        return
    with saving(store, agent, clock) as change:
        change.update(SYNCED[shown.entity], shown.entity_id, seen_ver=seen, **{shown.field: value})
