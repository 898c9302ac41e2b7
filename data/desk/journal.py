"""The journal of an agent's desk: each contact or ticket in hand with its unsaved form, cursor and script card.

One row a thing, local to the seat. Going back to a stacked contact restores it from here (CALL-7), and so
does a start after a crash (TICK-5)."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from data.clock import Clock
from data.models.base import AgentId, ContactId, CustomerId, Entity, Instant, TicketId
from data.models.ticket import Begun, TicketEventKind
from data.playbook.run import Run
from data.store.database import Store
from data.sync.replica import take_ticket_number
from data.text.cards import mask_cards
from data.text.whole import whole
from data.tickets import tickets
from data.tickets.tickets import Saved


class DeskItem(Entity):
    """One thing on an agent's desk. `id` is the contact's id, or `ticket:` and the ticket's id; on a shared seat
    two agents may each have it on their own."""

    entity: ClassVar[str] = "desk"

    id: str
    agent: AgentId
    contact_id: ContactId | None = None
    ticket_id: TicketId | None = None
    """The saved ticket, when there is one."""
    customer_id: CustomerId | None = None
    number: str = ""
    """The ticket number that is read out, taken when the form was begun."""
    fields: dict[str, str] = Field(default_factory=dict)
    """The form's texts that are not saved yet; empty when all is saved."""
    base: Begun | None = None
    """The saved ticket as it was when these texts were begun: tells them apart from what others change meanwhile."""
    focus: str = ""
    cursor: tuple[int, int] = (0, 0)
    """Row and column in the focused field."""
    runs: tuple[Run, ...] = ()
    """Its scripts: the one in hand last, those that it interrupts before it."""
    place: int = 0
    """The highest is on top."""
    updated_at: Instant

    @property
    def run(self) -> Run | None:
        """The script in hand."""
        return self.runs[-1] if self.runs else None

    @property
    def unsaved(self) -> bool:
        """Whether there is text that is nowhere else: what the form suggests by itself does not count."""
        if self.ticket_id is not None:
            return bool(self.fields)
        return any(text.strip() for name, text in self.fields.items() if name not in SUGGESTED)


SUGGESTED = frozenset({"type", "priority", "state", "person"})
"""Fields of the form that are filled in for the agent."""


def items(store: Store, agent: AgentId) -> list[DeskItem]:
    """The agent's desk, top first."""
    found = store.rows("SELECT * FROM desk WHERE agent = ? ORDER BY place DESC", (agent,))
    return [DeskItem.from_row(row) for row in found]


def put_on_top(
    store: Store,
    item_id: str,
    agent: AgentId,
    clock: Clock,
    *,
    contact_id: ContactId | None = None,
    ticket_id: TicketId | None = None,
    customer_id: CustomerId | None = None,
) -> DeskItem:
    """Bring a thing to the top of the desk; a new one begins empty, a known one keeps all it had."""
    with store.write() as connection:
        top = connection.execute(
            "SELECT coalesce(max(place), 0) + 1 FROM desk WHERE agent = ?", (agent,)
        ).fetchone()
        known = connection.execute("SELECT * FROM desk WHERE agent = ? AND id = ?", (agent, item_id)).fetchone()
        if known is not None:
            item = DeskItem.from_row(dict(known)).model_copy(update={"place": top[0]})
        else:
            item = DeskItem(
                id=item_id,
                agent=agent,
                contact_id=contact_id,
                ticket_id=ticket_id,
                customer_id=customer_id,
                place=top[0],
                updated_at=clock.now(),
            )
        _write(store, item)
    return item


def keep(store: Store, item: DeskItem, clock: Clock) -> DeskItem:
    """Write an item as it stands; card numbers in its texts are masked first. Takes a ticket number when the
    form has text and no number yet."""
    with store.write() as connection:
        fields = {name: mask_cards(whole(text)) for name, text in item.fields.items()}
        number = item.number
        if not number and item.unsaved:
            number = take_ticket_number(connection)
        base = item.base if fields else None
        if fields and base is None and item.ticket_id is not None:
            saved = tickets.get(store, item.ticket_id)
            base = tickets.begun(store, saved) if saved is not None else None
        kept = item.model_copy(update={"fields": fields, "base": base, "number": number, "updated_at": clock.now()})
        _write(store, kept)
    return kept


def save(store: Store, item: DeskItem, clock: Clock, remind_at: Instant | None = None) -> tuple[DeskItem, Saved]:
    """Save an item's form as its ticket, and take the texts off the item: both or neither, so that a crash between
    the two neither loses a ticket nor leaves a form that would make it a second time.

    Raises:
        TicketFaultError: the form is not complete.
        StoreError: nothing was written.
    """
    with store.write():
        ticket = tickets.get(store, item.ticket_id) if item.ticket_id is not None else None
        if ticket is None:
            saved = tickets.create(
                store,
                item.fields,
                free_number(store, item.number),
                item.agent,
                clock,
                customer_id=item.customer_id,
                contact_id=item.contact_id,
                remind_at=remind_at,
            )
        else:
            saved = tickets.update(
                store,
                ticket,
                item.fields,
                item.agent,
                clock,
                customer_id=ticket.customer_id or item.customer_id,
                begun=item.base,
                remind_at=remind_at,
            )
        fresh = {"ticket_id": TicketId(saved.ticket.id), "number": saved.ticket.number, "fields": {}}
        return keep(store, item.model_copy(update=fresh), clock), saved


def add_note(store: Store, item: DeskItem, text: str, clock: Clock) -> DeskItem:
    """Add a note to an item's ticket, which is saved first when it is new; all or nothing.

    Raises:
        TicketFaultError: the new ticket is not complete.
        StoreError: nothing was written.
    """
    with store.write():
        if item.ticket_id is None:
            item, _ = save(store, item, clock)
        tickets.note(store, TicketId(item.ticket_id or ""), text.strip(), item.agent, clock)
    return item


def apply(
    store: Store, item: DeskItem, text: str, kind: TicketEventKind, remind_at: Instant | None, clock: Clock
) -> tuple[DeskItem, Saved]:
    """Save an item's form with a reminder, and a note or what the customer was told, if there is any; all or nothing.

    Raises:
        TicketFaultError: the form is not complete.
        StoreError: nothing was written.
    """
    with store.write():
        item, saved = save(store, keep(store, item, clock), clock, remind_at)
        if text.strip():
            tickets.note(store, saved.ticket.id, text.strip(), item.agent, clock, kind)
    return item, saved


def free_number(store: Store, number: str) -> str:
    """The number for a new ticket: the one that its form has, unless it has none or a saved ticket has it. Then the form came back
    from before it was saved, out of a backup, and this is another ticket."""
    if number and store.value("SELECT 1 FROM ticket WHERE number = ?", (number,)) is None:
        return number
    with store.write() as connection:
        return take_ticket_number(connection)


def take_off(store: Store, item_id: str, agent: AgentId | None = None) -> None:
    """The thing is done: away with it, off this agent's desk or, without one, off everybody's."""
    with store.write() as connection:
        connection.execute("DELETE FROM desk WHERE id = ? AND agent = coalesce(?, agent)", (item_id, agent))


def _write(store: Store, item: DeskItem) -> None:
    row = item.to_row()
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    store.execute(f"INSERT OR REPLACE INTO desk ({names}) VALUES ({marks})", row)  # noqa: S608
