"""What stands in the books: a seat's store and the hub, read the way the program reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from data.models import SYNCED, Contact, Customer, Entity, Ticket, TicketEvent
from data.models.base import body_of
from data.models.contact import LIVE, ContactState
from data.models.ticket import TicketEventKind
from data.store.database import STORE_FILE, Store
from data.sync.contract import HubRow
from data.sync.embedded import EmbeddedHub

E = TypeVar("E", bound=Entity)


def all_of(folder: Path, model: type[E]) -> list[E]:
    """Every row of a kind in the seat's store."""
    with Store(folder / STORE_FILE, create=False) as store:
        return [model.from_row(row) for row in store.rows(f'SELECT * FROM "{model.entity}"')]


def value(folder: Path, sql: str, *values: Any) -> Any:
    """One value from the seat's store."""
    with Store(folder / STORE_FILE, create=False) as store:
        return store.value(sql, values)


def drafts(folder: Path) -> list[dict[str, str]]:
    """The texts of everything that was begun outside the ticket form."""
    with Store(folder / STORE_FILE, create=False) as store:
        return [json.loads(row["fields"]) for row in store.rows("SELECT fields FROM draft ORDER BY id")]


def unsent(folder: Path) -> int:
    """Changes that the hub has not acknowledged."""
    return int(value(folder, "SELECT count(*) FROM outbox WHERE state <> 'refused'"))


def ticket(folder: Path, number: str) -> Ticket:
    """The ticket with this number."""
    [found] = [one for one in all_of(folder, Ticket) if one.number == number]
    return found


def in_hand(folder: Path, agent: str = "Dana Reyes") -> Contact:
    """The contact that an agent is talking to."""
    me = value(folder, "SELECT id FROM agent WHERE name = ?", agent)
    live = {ContactState.TALKING, ContactState.HELD}
    [found] = [one for one in all_of(folder, Contact) if one.agent == me and one.state in live]
    return found


def at_agent(folder: Path, agent: str = "Dana Reyes") -> list[str]:
    """The ids of the contacts that ring at an agent or are in an agent's hands."""
    me = value(folder, "SELECT id FROM agent WHERE name = ?", agent)
    return [one.id for one in all_of(folder, Contact) if one.state in LIVE and me in (one.agent, one.ringing_agent)]


def with_number(folder: Path, e164: str) -> list[Customer]:
    """The customers who have a number."""
    return [one for one in all_of(folder, Customer) if e164 and e164 in {phone.e164 for phone in one.phones}]


def hub_rows(hub: Path) -> dict[tuple[str, str], HubRow]:
    """Everything at the hub, by entity and id."""
    opened = EmbeddedHub(hub)
    try:
        page = opened.snapshot_v1("", None, limit=1_000_000)
    finally:
        opened.close()
    return {(row.entity, row.entity_id): row for row in page.rows}


def differing(folder: Path, hub: Path, contact_id: str) -> list[str]:
    """Where the seat and the hub do not tell the same of a contact, its events, its ticket and the ticket's
    events. Empty: the outbox has drained into the hub as it should."""
    theirs = hub_rows(hub)
    found = []
    with Store(folder / STORE_FILE, create=False) as store:
        ticket_ids = [row["id"] for row in store.rows("SELECT id FROM ticket WHERE contact_id = ?", (contact_id,))]
        wanted = [("contact", "id", contact_id), ("contact_event", "contact_id", contact_id)]
        for ticket_id in ticket_ids:
            wanted += [("ticket", "id", ticket_id), ("ticket_event", "ticket_id", ticket_id)]
        for entity, column, wanted_id in wanted:
            model = SYNCED[entity]
            here = {
                row["id"]: row for row in store.rows(f'SELECT * FROM "{entity}" WHERE {column} = ?', (wanted_id,))
            }
            there = {
                key: row for (kind, key), row in theirs.items() if kind == entity and _is(row, column, wanted_id)
            }
            if here.keys() != there.keys():
                found.append(f"{entity}: {len(here)} rows at the seat, {len(there)} at the hub")
                continue
            for key, row in here.items():
                mine = body_of(model, row)
                other = model.model_validate({**there[key].body, "id": key}).model_dump(mode="json")
                found += [
                    f"{entity}.{name}: {mine[name]!r} at the seat, {other[name]!r} at the hub"
                    for name in other
                    if mine[name] != other[name]
                ]
    return found


def _is(row: HubRow, column: str, wanted: str) -> bool:
    return wanted == (row.entity_id if column == "id" else row.body.get(column))


def contact_tickets(folder: Path, contact_id: str) -> list[Ticket]:
    """The tickets that were opened in a contact."""
    return [one for one in all_of(folder, Ticket) if one.contact_id == contact_id]


def notes(folder: Path, ticket_id: str) -> list[str]:
    """The notes of a ticket."""
    events = [one for one in all_of(folder, TicketEvent) if one.ticket_id == ticket_id]
    return [one.text for one in events if one.kind is TicketEventKind.NOTE]


def replayed(folder: Path) -> list[Contact]:
    """The contacts of a replayed log that nobody took out of it."""
    return [one for one in all_of(folder, Contact) if one.feed == "replay" and not one.forked]
