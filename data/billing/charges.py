"""Charges on tickets: an item put on, and taken back by a reversing entry."""

from __future__ import annotations

from data.billing import accounts
from data.billing.amounts import MoneyError, money_text
from data.billing.catalogue import Catalogue
from data.billing.telling import tell
from data.clock import Clock
from data.models.base import AgentId, TicketId, new_id
from data.models.money import Charge, Reversal, Reversed
from data.models.ticket import Ticket
from data.store.database import Store
from data.store.save import saving
from data.tickets import tickets

MOST_OF_ONE = 999
REASON = 200
"""Letters of a reason that are kept."""


def charge(
    store: Store,
    ticket_id: str,
    item_code: str,
    agent: AgentId,
    clock: Clock,
    catalogue: Catalogue,
    quantity: int = 1,
    *,
    charge_id: str | None = None,
) -> Charge:
    """Put an item on a ticket at its price of today. A `charge_id` makes a repeat harmless.

    Raises:
        MoneyError: no such item or ticket, an item that is not for this type of ticket, or not so many of it.
        StoreError: nothing was written.
    """
    with saving(store, agent, clock) as change:
        if charge_id is not None and (known := accounts.charge_of(store, charge_id)) is not None:
            return known
        ticket = ticket_of(store, ticket_id)
        item = catalogue.item(item_code)
        if ticket.type not in item.types:
            raise MoneyError(
                f"Item {item.code} ({item.name}) is not for tickets of type {int(ticket.type)}, {ticket.type.label}:"
                " choose another item, or correct the ticket's type first."
            )
        if not 1 <= quantity <= MOST_OF_ONE:
            raise MoneyError(f"A charge is for 1 to {MOST_OF_ONE} of an item: {quantity} is not possible.")
        written = change.add(
            Charge(
                id=charge_id or new_id(),
                ticket_id=TicketId(ticket_id),
                item=item.code,
                text=item.name,
                per=item.per,
                quantity=quantity,
                unit_price=item.price,
                at=clock.now(),
                by=agent,
            )
        )
        tell(change, ticket_id, f"charged {_named(written)}", agent, clock)
    return written


def take_back(store: Store, charge_id: str, why: str, agent: AgentId, clock: Clock) -> None:
    """Take a charge back by a reversing entry; taking it back again changes nothing.

    Raises:
        MoneyError: there is no such charge, no reason was given, or it stands on an invoice.
        StoreError: nothing was written.
    """
    with saving(store, agent, clock) as change:
        taken = accounts.charge_of(store, charge_id)
        if taken is None:
            raise MoneyError("This charge is not in the store: look at the ticket again.")
        if accounts.is_reversed(store, Reversed.CHARGE, taken):
            return
        standing = accounts.standing_invoices(store, taken.ticket_id)
        holds = [one for one in standing if any(line.charge_id == charge_id for line in one.lines)]
        if holds:
            raise MoneyError(
                f"This charge is on invoice {holds[0].number}: void the invoice first, then take it back."
            )
        reverse = reversal(Reversed.CHARGE, charge_id, why, agent, clock)
        change.add(reverse)
        tell(change, taken.ticket_id, f"took back {_named(taken)}: {reverse.why}", agent, clock)


def reversal(what: Reversed, of: str, why: str, agent: AgentId, clock: Clock) -> Reversal:
    """The entry that takes something back.

    Raises:
        MoneyError: no reason was given.
    """
    if not why.strip():
        raise MoneyError("Say in a few words why: the reason stays in the books.")
    return Reversal(id=new_id(), what=what, of=of, why=why.strip()[:REASON], at=clock.now(), by=agent)


def ticket_of(store: Store, ticket_id: str) -> Ticket:
    """The ticket that money is put on.

    Raises:
        MoneyError: it is not saved.
    """
    ticket = tickets.get(store, ticket_id)
    if ticket is None:
        raise MoneyError("This ticket is not saved yet: save it first.")
    return ticket


def _named(one: Charge) -> str:
    times = f"{one.quantity} × " if one.quantity > 1 else ""
    return f"{times}{one.item} {one.text} {money_text(one.amount)}"
