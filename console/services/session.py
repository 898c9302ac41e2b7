"""An agent's session: what is in hand, and what each key does to it.

The session owns the state; screens send it intents and show what it tells them. It touches the store only
through the store's thread and the hub only through the worker, so nothing here holds the event loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from textual.message import Message

from console.messages import (
    Connected,
    CustomerShown,
    DeskChanged,
    NoCustomer,
    QueueChanged,
    Rang,
    ScriptShown,
    StateChanged,
    TicketShown,
    Told,
)
from console.services.link import Link
from console.services.store_thread import StoreThread
from console.settings import Settings
from data.clock import Clock
from data.customers import records
from data.desk import journal, reading
from data.desk.journal import DeskItem
from data.models.agent import Agent, AgentState, AgentStatus
from data.models.base import AgentId, ContactId, CustomerId, TicketId, new_id
from data.models.contact import Capability, Contact, ContactKind, ContactState, RequestAction
from data.models.customer import Customer
from data.playbook.files import Choices
from data.playbook.script import Script
from data.queue import handling, live, people
from data.queue.agent_state import HANDLING, IllegalMoveError, Move, observed
from data.store.errors import StoreError
from data.sync.wire import SyncStatus
from data.tickets import tickets
from data.tickets.tickets import TicketFaultError
from data.views import Found, QueueFigures

log = logging.getLogger(__name__)
T = TypeVar("T")

REFRESH_S = 0.2
"""Least time between two readings of the queue: the floor may change faster than one can read."""
KEEP_S = 0.4
"""How long typing may go on before the draft is written: less than the second that a crash may cost."""
FIGURES_S = 15.0
CAPABILITY = {
    RequestAction.HOLD: Capability.HOLD,
    RequestAction.RESUME: Capability.HOLD,
    RequestAction.TRANSFER: Capability.TRANSFER,
    RequestAction.CONSULT: Capability.TRANSFER,
    RequestAction.HANG_UP: Capability.HANG_UP,
    RequestAction.VOICE_MAIL: Capability.VOICE_MAIL,
}


class Session:
    """One signed-on agent."""

    def __init__(
        self,
        agent: Agent,
        status: AgentStatus,
        store: StoreThread,
        link: Link,
        settings: Settings,
        script: Script,
        choices: Choices,
        clock: Clock,
    ) -> None:
        self.agent = agent
        self.status = status
        self.script = script
        self.choices = choices
        self.sync = SyncStatus()
        self.contact: Contact | None = None
        """The live contact: ringing, talking, held or in wrap-up."""
        self._store = store
        self._link = link
        self._settings = settings
        self._clock = clock
        self._me = AgentId(agent.id)
        self._post: Callable[[Message], object] = lambda _message: None
        self._desk: list[DeskItem] = []
        self._current: str | None = None
        self._viewed: CustomerId | None = None
        self._turn = asyncio.Lock()
        self._refreshing: asyncio.Task[None] | None = None
        self._stale = True
        self._keeping: asyncio.Task[None] | None = None
        self._figures: dict[str, QueueFigures] = {}
        self._figures_at = 0.0
        self._pending_disposition: str | None = None
        self._popped: str | None = None

    # life

    async def start(self, post: Callable[[Message], object]) -> None:
        """Begin to tell the screen; what the last session left on the desk comes back."""
        self._post = post
        self._desk = await self._store.do(journal.items, self._me)
        if self._desk:
            self._current = self._desk[0].id
        if self.status.contact_id is not None:
            self.contact = await self._store.do(live.contact, self.status.contact_id)
        await self._read()
        await self._show_current()

    async def close(self) -> None:
        """Write what is being typed and stop."""
        for task in (self._refreshing, self._keeping):
            if task is not None:
                task.cancel()
        await self._keep_now()
        self._post = lambda _message: None

    async def sign_off(self) -> bool:
        """Sign out; False (and told) while something is in hand."""
        if self.status.state in HANDLING:
            self.tell(f"You are {self.status.state}: end the contact first (w), then sign off.", "warning")
            return False
        await self._keep_now()
        await self._move(Move.SIGN_OUT)
        return True

    def tell(self, text: str, tone: str = "information") -> None:
        """One sentence for the agent."""
        self._post(Told(text, tone))

    async def guard(self, work: Awaitable[T]) -> T | None:
        """Do something that an agent asked for; what goes wrong becomes a sentence, and the shift goes on."""
        try:
            return await work
        except (StoreError, IllegalMoveError, ValueError, LookupError) as error:
            self.tell(str(error), "error")
        except asyncio.CancelledError:
            raise
        except Exception:
            mark = new_id()[-6:]
            log.exception("unexpected error %s", mark)
            self.tell(f"Something went wrong here (error {mark}, see the log). Your work is kept; go on.", "error")
        return None

    # what comes from the hub

    def pulled(self, entities: tuple[str, ...]) -> None:
        """Rows changed: read again, soon and not too often."""
        self._stale = True
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refresh())

    def synced(self, status: SyncStatus) -> None:
        """The worker's state changed."""
        self.sync = status
        self._post(StateChanged(self.status, self.sync, self.contact))

    async def _refresh(self) -> None:
        while self._stale:
            self._stale = False
            await self.guard(self._read())
            await asyncio.sleep(REFRESH_S)

    async def _read(self) -> None:
        async with self._turn:
            await self._observe()
            await self._read_figures()
            view = await self._store.do(reading.queue_view, self.agent, self.status, self._figures)
            self._post(QueueChanged(view))
            self._post(StateChanged(self.status, self.sync, self.contact))
            await self._show_desk()

    async def _read_figures(self) -> None:
        now = self._clock.monotonic()
        if now >= self._figures_at:
            self._figures_at = now + FIGURES_S
            self._figures = await self._store.do(reading.day_figures, self._clock.now())

    async def _observe(self) -> None:
        """Follow what the feed did with the contact that is here, or find the one that rings."""
        before = self.contact
        if self.status.contact_id is not None:
            self.contact = await self._store.do(live.contact, self.status.contact_id)
        elif self.status.state in (AgentState.READY, AgentState.NOT_READY):
            self.contact = await self._store.do(live.ringing_at, self._me)
        for _ in range(3):  # a claim may ring and be answered between two readings
            move = observed(self.status, self.contact)
            if move is None or self.contact is None:
                break
            contact = self.contact
            self.status = await self._store.do(
                people.move, self.status, move, self._clock, contact_id=ContactId(contact.id)
            )
            self._link.wake()
            await self._after(move, contact)
        if self.contact != before and self.contact is not None and self._current == self.contact.id:
            await self._show_customer()

    async def _after(self, move: Move, contact: Contact) -> None:
        match move:
            case Move.RING:
                self._post(Rang(contact))
                await self._pop(contact)
            case Move.ANSWERED:
                await self._pop(contact)
                await self._bring_up(contact)
                self._post(Connected(contact))
            case Move.MISSED:
                self.contact = None
                self.tell(
                    "You missed a call: it went back to the queue, and you are not ready. r makes you ready.",
                    "warning",
                )
                await self._show_customer()
            case Move.ABANDONED:
                self.contact = None
                self.tell("The caller hung up before you answered.")
                await self._show_customer()
            case Move.ENDED:
                if self._pending_disposition is not None:
                    disposition, self._pending_disposition = self._pending_disposition, None
                    await self._dispose(contact, disposition)
                elif contact.end_reason == "caller":
                    self.tell("The caller has hung up. w wraps the contact up.")

    # phone

    async def toggle_ready(self, reason: str | None = None) -> None:
        """Ready, or not ready with a reason; during a contact the reason is kept for afterwards."""
        async with self._turn:
            if reason is not None:
                await self._move(Move.NOT_READY, reason)
                if self.status.after_call:
                    self.tell(f"After this contact you will be not ready: {reason}.")
            else:
                await self._move(Move.READY)
        self.pulled(())

    async def take(self, contact_id: ContactId | None) -> None:
        """Ask the hub for the next contact, or for this one; the answer is said either way."""
        if self.status.state is AgentState.RINGING:
            await self.answer()
            return
        if self.status.state is not AgentState.READY:
            self.tell(f"You are {self.status.state}: press r to get ready first.", "warning")
            return
        claim = await self._link.claim(self._me, self.agent.queues, contact_id)
        if claim.contact_id is None:
            self.tell(f"Not taken: {claim.why}.", "warning")
        self.pulled(())

    async def answer(self) -> None:
        """Answer what rings here."""
        contact = self.contact
        if self.status.state is not AgentState.RINGING or contact is None:
            await self.take(None)
            return
        if contact.agent == self._me:
            return
        claim = await self._link.claim(self._me, (), ContactId(contact.id))
        if claim.contact_id is None:
            self.tell(f"Not answered: {claim.why}.", "warning")
        self.pulled(())

    async def reject(self) -> None:
        """Send the ringing contact back to its place."""
        async with self._turn:
            contact = self.contact
            if self.status.state is not AgentState.RINGING or contact is None or contact.agent == self._me:
                self.tell("Nothing rings here that could be rejected.", "warning")
                return
            await self._store.do(handling.ask, contact, RequestAction.REJECT, self._me, self._clock)
            await self._move(Move.REJECTED)
            self.contact = None
            self._link.wake()
            await self._show_customer()
        self.pulled(())

    def cannot(self, action: RequestAction) -> str:
        """Why the feed of the present contact cannot do this; empty when it can."""
        contact = self.contact
        if (
            contact is None
            or contact.agent != self._me
            or contact.state not in (ContactState.TALKING, ContactState.HELD)
        ):
            return "There is no call in hand."
        needed = CAPABILITY.get(action)
        if needed is not None and needed not in contact.can:
            return f"This line cannot do that from here ({action}): use the phone itself."
        return ""

    async def ask(self, action: RequestAction, target: str = "") -> None:
        """Ask the feed to do something with the call in hand."""
        contact = self.contact
        if why := self.cannot(action):
            self.tell(why, "warning")
            return
        if contact is not None:
            await self._store.do(handling.ask, contact, action, self._me, self._clock, target)
            self._link.wake()

    async def hold(self) -> None:
        """Hold or resume."""
        held = self.contact is not None and self.contact.state is ContactState.HELD
        if held and self.contact is not None and self.contact.consult:
            await self.ask(RequestAction.CANCEL_CONSULT)
            return
        await self.ask(RequestAction.RESUME if held else RequestAction.HOLD)

    async def transfer_targets(self) -> list[tuple[str, str, str]]:
        """Where a call can go: (what to ask for, name, state in words), ready agents first, then queues."""
        return await self._store.do(reading.transfer_targets, self._me)

    async def call_out(self, number: str) -> None:
        """Ask the feed to call a number for this agent."""
        if self.status.state not in (AgentState.READY, AgentState.NOT_READY):
            self.tell(f"You are {self.status.state}: end that first, then call out.", "warning")
            return
        await self._store.do(handling.call_out, number, self._me, self._clock)
        self._link.wake()
        self.tell(f"Calling {number} …")

    # the contact in hand

    async def _pop(self, contact: Contact) -> None:
        """Who calls: one match is attached, several are offered, none leads to search or create (CUST-1)."""
        if self._popped == contact.id:
            return
        self._popped = contact.id
        if contact.customer_id is None:
            found = await self._store.do(reading.matches, contact)
            if len(found) == 1:
                contact = await self._attach(contact, CustomerId(found[0].key.removeprefix("customer:")))
        await self._show_customer(contact)

    async def _attach(self, contact: Contact, customer_id: CustomerId) -> Contact:
        attached = await self._store.do(handling.attach_customer, contact, customer_id, self._me, self._clock)
        if self.contact is not None and self.contact.id == attached.id:
            self.contact = attached
        for item in self._desk:
            if item.contact_id == contact.id and item.customer_id != customer_id:
                await self._put(item.model_copy(update={"customer_id": customer_id}))
        self._link.wake()
        return attached

    async def _bring_up(self, contact: Contact) -> None:
        """Put a contact on top of the desk; what it interrupts stays under it as it is."""
        await self._keep_now()
        await self._store.do(
            journal.put_on_top,
            contact.id,
            self._me,
            self._clock,
            contact_id=ContactId(contact.id),
            customer_id=CustomerId(contact.customer_id) if contact.customer_id else None,
            ticket_id=contact.ticket_id,
        )
        self._desk = await self._store.do(journal.items, self._me)
        self._current = contact.id
        item = self._item()
        if item is not None and not item.trail:
            await self._put(item.model_copy(update={"trail": (self.script.first.id,)}))
        await self._show_current()

    async def dispose(self, disposition: str) -> None:
        """Wrap the contact up; a live call is ended first."""
        async with self._turn:
            contact = self.contact
            if contact is None or self.status.state not in (
                AgentState.ON_CALL,
                AgentState.ON_HOLD,
                AgentState.WRAP_UP,
            ):
                self.tell("There is no contact to wrap up.", "warning")
                return
            if self.status.state is AgentState.WRAP_UP:
                await self._dispose(contact, disposition)
            else:
                if why := self.cannot(RequestAction.HANG_UP):
                    self.tell(why, "warning")
                    return
                self._pending_disposition = disposition
                await self.ask(RequestAction.HANG_UP)
        self.pulled(())

    async def _dispose(self, contact: Contact, disposition: str) -> None:
        item = next((one for one in self._desk if one.contact_id == contact.id), None)
        left = ""
        if item is not None and item.fields:
            try:
                item = await self._save(item)
            except TicketFaultError as error:
                left = f" The ticket is not saved yet ({error}): it stays on your desk."
        await self._store.do(handling.dispose, contact, disposition, self._me, self._clock)
        self._link.finish(ContactId(contact.id), contact.fence)
        await self._move(Move.WRAPPED_UP)
        self.contact = None
        if item is not None and not item.fields:
            await self._store.do(journal.take_off, item.id)
            self._desk = [one for one in self._desk if one.id != item.id]
        self._current = self._desk[0].id if self._desk else None
        self._viewed = None
        number = f" Ticket {item.number}." if item is not None and item.ticket_id else ""
        self.tell(f"Wrapped up: {disposition}.{number}{left}")
        await self._show_current()

    async def verify(self, items: tuple[str, ...]) -> None:
        """Record what the caller has confirmed."""
        if self.contact is None:
            self.tell("There is no contact whose caller could be verified.", "warning")
            return
        self.contact = await self._store.do(handling.verify, self.contact, items, self._me, self._clock)
        self._link.wake()
        await self._show_customer()

    async def answered(self, key: str) -> None:
        """An answer of the script's card."""
        item = self._item()
        if item is None or not item.trail:
            return
        card = self.script.card(item.trail[-1])
        answer = next((one for one in card.answers if one.key == key), None)
        if answer is not None:
            await self._put(item.model_copy(update={"trail": (*item.trail, answer.to)}))
            await self._show_script()

    async def card_back(self) -> None:
        """One card back."""
        item = self._item()
        if item is not None and len(item.trail) > 1:
            await self._put(item.model_copy(update={"trail": item.trail[:-1]}))
            await self._show_script()

    # customers

    async def search(self, query: str) -> list[Found]:
        """The hits for what stands in the search box."""
        return await self._store.do(reading.search, query)

    async def pick(self, key: str) -> None:
        """A hit was chosen: open the ticket, or show the customer and attach it to the contact in hand."""
        kind, _, entity_id = key.partition(":")
        if kind == "ticket":
            await self.open_ticket(TicketId(entity_id))
            return
        customer_id = CustomerId(entity_id)
        self._viewed = customer_id
        ringing = self.contact if self.status.state is AgentState.RINGING else None
        item = self._item()
        contact = ringing or (
            self.contact if item is not None and self.contact and item.id == self.contact.id else None
        )
        if contact is not None:
            await self._attach(contact, customer_id)
            await self._link_ticket()
        await self._show_customer()

    async def _link_ticket(self) -> None:
        """A saved ticket follows the contact to its customer."""
        item = self._item()
        if item is None or item.ticket_id is None:
            return
        ticket = await self._store.do(tickets.get, item.ticket_id)
        if ticket is not None and ticket.customer_id is None and item.customer_id is not None:
            await self._store.do(
                tickets.update, ticket, tickets.form_of(ticket), self._me, self._clock, customer_id=item.customer_id
            )
            self._link.wake()

    async def create_customer(self, customer: Customer) -> None:
        """Write a new customer and attach it."""
        await self._store.do(records.create, customer, self._me, self._clock)
        self._link.wake()
        self.tell(f"Created: {customer.name}.")
        await self.pick(f"customer:{customer.id}")

    async def choose_again(self) -> None:
        """Offer the customers with the caller's number once more."""
        if self.contact is None:
            self.tell("Nobody is calling: / searches.", "warning")
            return
        found = await self._store.do(reading.matches, self.contact)
        self._post(NoCustomer(self.contact.caller_number, tuple(found), _withheld(self.contact)))

    # tickets and the desk

    async def open_ticket(self, ticket_id: TicketId) -> None:
        """Open a saved ticket on the desk."""
        await self._keep_now()
        ticket = await self._store.do(tickets.get, ticket_id)
        if ticket is None:
            raise LookupError("This ticket is no longer in the store.")
        known = next((one for one in self._desk if one.ticket_id == ticket_id), None)
        await self._store.do(
            journal.put_on_top,
            known.id if known else f"ticket:{ticket_id}",
            self._me,
            self._clock,
            ticket_id=ticket_id,
            customer_id=ticket.customer_id,
        )
        await self._tidy(but=known.id if known else f"ticket:{ticket_id}")

    async def switch(self, item_id: str) -> None:
        """Go on with another thing on the desk, as it was left."""
        await self._keep_now()
        await self._store.do(journal.put_on_top, item_id, self._me, self._clock)
        await self._tidy(but=item_id)

    async def _tidy(self, but: str) -> None:
        """Read the desk again; opened tickets without a change, other than the current, go."""
        self._desk = await self._store.do(journal.items, self._me)
        for item in list(self._desk):
            if item.id != but and item.contact_id is None and not item.fields:
                await self._store.do(journal.take_off, item.id)
                self._desk.remove(item)
        self._current = but
        self._viewed = None
        await self._show_current()

    async def drop(self, *, sure: bool) -> bool:
        """Put the current thing away; False when it holds unsaved text and `sure` is False."""
        item = self._item()
        if item is None:
            return True
        if self.contact is not None and item.id == self.contact.id:
            self.tell("This contact is still yours: w wraps it up.", "warning")
            return True
        if item.fields and not sure:
            return False
        await self._store.do(journal.take_off, item.id)
        self._desk = await self._store.do(journal.items, self._me)
        self._current = self._desk[0].id if self._desk else None
        await self._show_current()
        return True

    def edited(self, item_id: str, fields: dict[str, str], focus: str, cursor: tuple[int, int]) -> None:
        """The form was typed into: remembered now, written within half a second."""
        place = next((at for at, one in enumerate(self._desk) if one.id == item_id), None)
        if place is None:
            return
        item = self._desk[place]
        changed = {"fields": fields, "focus": focus, "cursor": cursor}
        self._desk[place] = item.model_copy(update=changed)
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self._keep_soon(first=not item.number))

    async def _keep_soon(self, *, first: bool) -> None:
        await asyncio.sleep(0.02 if first else KEEP_S)
        await self.guard(self._keep_now())

    async def _keep_now(self) -> None:
        item = self._item()
        if item is None:
            return
        saved = await self._store.do(tickets.get, item.ticket_id) if item.ticket_id else None
        if saved is not None and tickets.form_of(saved) == item.fields:
            item = item.model_copy(update={"fields": {}})
        kept = await self._put(item)
        if kept.id == self._current:
            view = await self._store.do(reading.ticket_view, kept)
            self._post(TicketShown(view, self._clock.now()))
            if kept.number != item.number:
                await self._show_script()

    async def _put(self, item: DeskItem) -> DeskItem:
        kept = await self._store.do(journal.keep, item, self._clock)
        for place, one in enumerate(self._desk):
            if one.id == kept.id:  # what was typed meanwhile stays
                newer = one.fields if one.fields != item.fields else kept.fields
                self._desk[place] = kept.model_copy(
                    update={"fields": newer, "focus": one.focus, "cursor": one.cursor}
                )
        return kept

    async def save_ticket(self) -> None:
        """Save the form; what is missing is said."""
        async with self._turn:
            item = self._item()
            if item is None:
                self.tell("There is no ticket to save.", "warning")
                return
            if not item.fields:
                self.tell("Nothing has changed since it was saved.")
                return
            try:
                saved = await self._save(item)
            except TicketFaultError as error:
                self.tell(f"Not saved: {error}.", "warning")
                return
            self.tell(f"Saved: ticket {saved.number}.")
            await self._show_current()

    async def _save(self, item: DeskItem) -> DeskItem:
        item = await self._put(item)
        ticket = await self._store.do(tickets.get, item.ticket_id) if item.ticket_id else None
        if ticket is None:
            written = await self._store.do(
                tickets.create,
                item.fields,
                item.number,
                self._me,
                self._clock,
                customer_id=item.customer_id,
                contact_id=item.contact_id,
            )
        else:
            written = await self._store.do(
                tickets.update,
                ticket,
                item.fields,
                self._me,
                self._clock,
                customer_id=ticket.customer_id or item.customer_id,
            )
        if written.masked:
            self.tell("A card number was masked: only its last four digits are kept.", "warning")
        done = item.model_copy(
            update={"ticket_id": TicketId(written.ticket.id), "number": written.ticket.number, "fields": {}}
        )
        for place, one in enumerate(self._desk):
            if one.id == done.id:
                self._desk[place] = done
        await self._store.do(journal.keep, done, self._clock)
        if self.contact is not None and self.contact.id == item.contact_id:
            self.contact = await self._store.do(live.contact, self.contact.id)
        self._link.wake()
        return done

    async def note(self, text: str) -> None:
        """Add a note to the current ticket, saving it first when it is new."""
        item = self._item()
        if item is None:
            self.tell("There is no ticket to add a note to.", "warning")
            return
        if item.ticket_id is None:
            item = await self._save(item)
        if item.ticket_id is not None and text.strip():
            await self._store.do(tickets.note, item.ticket_id, text.strip(), self._me, self._clock)
            self._link.wake()
            await self._show_current()

    @property
    def number(self) -> str:
        """The number of the current ticket, or nothing."""
        item = self._item()
        return item.number if item is not None else ""

    @property
    def customer_id(self) -> CustomerId | None:
        """The customer that is shown."""
        item = self._item()
        return self._viewed or (item.customer_id if item is not None else None)

    # showing

    def _item(self) -> DeskItem | None:
        return next((one for one in self._desk if one.id == self._current), None)

    async def _move(self, move: Move, reason: str = "") -> None:
        self.status = await self._store.do(people.move, self.status, move, self._clock, reason=reason)
        self._link.wake()
        self._post(StateChanged(self.status, self.sync, self.contact))

    async def _show_current(self) -> None:
        item = self._item()
        if item is not None and item.ticket_id is not None and not item.number:
            ticket = await self._store.do(tickets.get, item.ticket_id)
            if ticket is not None:
                item = await self._put(item.model_copy(update={"number": ticket.number}))
        view = await self._store.do(reading.ticket_view, item) if item is not None else None
        self._post(TicketShown(view, self._clock.now()))
        await self._show_customer()
        await self._show_script()
        await self._show_desk()

    async def _show_desk(self) -> None:
        lines = await self._store.do(reading.desk_lines, self._desk, self._current)
        today = await self._store.do(reading.today, self._me, self._clock.now())
        self._post(DeskChanged(lines, today))

    async def _show_customer(self, pop: Contact | None = None) -> None:
        """The ringing caller's customer goes first, then the current thing's, then what was looked up."""
        item = self._item()
        contact = pop or (self.contact if self.status.state is AgentState.RINGING else None)
        why = ""
        if contact is None and item is not None and item.contact_id is not None:
            contact = await self._store.do(live.contact, item.contact_id)
        customer_id = contact.customer_id if contact is not None else None
        if customer_id is not None and contact is not None and contact.caller_e164:
            why = "their number calls" if self.status.state is AgentState.RINGING else ""
        customer_id = customer_id or (item.customer_id if item and contact is None else None) or self._viewed
        glance = await self._store.do(reading.glance, customer_id, contact, why) if customer_id else None
        if glance is not None:
            self._post(CustomerShown(glance))
        elif contact is not None:
            found = await self._store.do(reading.matches, contact)
            self._post(NoCustomer(contact.caller_number, tuple(found), _withheld(contact)))
        else:
            self._post(NoCustomer("", ()))

    async def _show_script(self) -> None:
        item = self._item()
        if item is None or not item.trail:
            self._post(ScriptShown(None, (), {}, ContactKind.CALL))
            return
        customer = await self._store.do(reading.customer_name, item.customer_id) if item.customer_id else ""
        facts = {
            "organisation": self._settings.organisation,
            "agent": self.agent.name.split()[0],
            "customer": customer,
            "ticket": item.number,
        }
        kind = self.contact.kind if self.contact is not None else ContactKind.CALL
        self._post(ScriptShown(self.script, item.trail, facts, kind))


def _withheld(contact: Contact) -> str:
    return "" if contact.caller_number else "The caller's number is withheld: ask for the name."
