"""Conduct in the store: what happened with a customer that somebody may have to look into. Rows are only added."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from data.clock import Clock
from data.models.base import AgentId, ContactId, CustomerId, TicketId, new_id
from data.models.conduct import Conduct, ConductKind
from data.store.database import Store
from data.store.save import saving

NOT_REFUSED: Final = (
    "NOT EXISTS (SELECT 1 FROM request WHERE request.id = conduct.id AND request.state = 'refused')"
)
"""Of rows of `conduct`: that what they stand for was not refused by whoever was to carry it out."""


def record(
    store: Store,
    kind: ConductKind,
    by: AgentId,
    clock: Clock,
    *,
    contact_id: ContactId | None = None,
    customer_id: CustomerId | None = None,
    ticket_id: TicketId | None = None,
    reason: str = "",
    amount: Decimal | None = None,
    text: str = "",
    record_id: str | None = None,
) -> Conduct:
    """Write down what happened. Within a write transaction of the caller it is a part of that one.

    Args:
        record_id: of what is asked of a feed as well: the id of that request. Refused, it does not count (`NOT_REFUSED`).

    Raises:
        StoreError: nothing was written.
    """
    with saving(store, by, clock) as change:
        return change.add(
            Conduct(
                id=record_id or new_id(),
                kind=kind,
                at=clock.now(),
                by=by,
                contact_id=contact_id,
                customer_id=customer_id,
                ticket_id=ticket_id,
                reason=" ".join(reason.split()),
                amount=amount,
                text=text.strip(),
            )
        )


def take_back(store: Store, conduct_id: str, by: AgentId, clock: Clock) -> None:
    """It counts no longer: what led to it was taken back. A record that is not there, or was taken back, stays so."""
    with saving(store, by, clock) as change:
        row = store.row("SELECT * FROM conduct WHERE id = ?", (conduct_id,))
        if row is None or store.value('SELECT 1 FROM conduct WHERE takes_back = ? AND "by" = ?', (conduct_id, by)):
            return
        before = Conduct.from_row(row)
        fresh = {"id": new_id(), "at": clock.now(), "by": by, "takes_back": conduct_id}
        change.add(before.model_copy(update={**fresh, "reason": "", "amount": None, "text": ""}))


def standing(found: Iterable[Conduct]) -> list[Conduct]:
    """What counts, oldest first; a record is taken back by whoever made it. Pure."""
    listed = list(found)
    gone = {(one.takes_back, one.by) for one in listed}
    kept = [one for one in listed if one.takes_back is None and (one.id, one.by) not in gone]
    return sorted(kept, key=lambda one: (one.at, one.id))


def about(store: Store, contact_id: str | None, ticket_id: str | None, more: Sequence[str] = ()) -> list[Conduct]:
    """What counts of a contact, of a ticket, and of further records by their ids, oldest first."""
    rows = store.rows(
        "SELECT * FROM (SELECT * FROM conduct WHERE contact_id = ? UNION SELECT * FROM conduct WHERE ticket_id = ?"  # noqa: S608
        f" UNION SELECT * FROM conduct WHERE id IN (SELECT value FROM json_each(?))) AS conduct WHERE {NOT_REFUSED}",
        (contact_id, ticket_id, json.dumps(list(more))),
    )
    return standing(Conduct.from_row(row) for row in rows)
