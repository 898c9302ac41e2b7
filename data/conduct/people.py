"""The person to call when nothing written fits: who is there now. Pure but for `called`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from data.clock import Clock
from data.conduct.conduct import record
from data.conduct.policy import PersonToCall
from data.desk.journal import DeskItem
from data.models.base import AgentId
from data.models.conduct import Conduct, ConductKind
from data.store.database import Store
from data.tickets import tickets


def is_there(person: PersonToCall, now: datetime, zone: ZoneInfo) -> bool:
    """Whether now is in their hours, by the site's clock."""
    if person.hours is None:
        return True
    local = now.astimezone(zone)
    return person.hours.opens <= local.hour * 60 + local.minute < person.hours.closes


def in_turn(people: Sequence[PersonToCall], now: datetime, zone: ZoneInfo) -> list[tuple[PersonToCall, bool]]:
    """Who is there now first, in the order of the file; each with whether they are."""
    listed = [(one, is_there(one, now, zone)) for one in people]
    return sorted(listed, key=lambda pair: not pair[1])


def hours_of(person: PersonToCall) -> str:
    """`08:00–20:00`; `at any hour` where no hours are given."""
    if person.hours is None:
        return "at any hour"
    return "–".join(f"{one // 60:02}:{one % 60:02}" for one in (person.hours.opens, person.hours.closes))


def called(
    store: Store, person: PersonToCall, item: DeskItem | None, by: AgentId, clock: Clock, said: str = ""
) -> Conduct:
    """Somebody called the person: a record, and a note on the ticket in hand where there is a saved one.

    Raises:
        StoreError: nothing was written.
    """
    said = " ".join(said.split())
    with store.write():
        if item is not None and item.ticket_id is not None:
            text = f"Person called: {person.name}, {person.number}" + (f": {said}" if said else ".")
            tickets.note(store, item.ticket_id, text, by, clock)
        return record(
            store,
            ConductKind.PERSON_CALLED,
            by,
            clock,
            contact_id=item.contact_id if item is not None else None,
            customer_id=item.customer_id if item is not None else None,
            ticket_id=item.ticket_id if item is not None else None,
            reason=person.name,
            text=said,
        )
