"""The things on the agent's desk: contacts and tickets in hand, their forms, their place in the script (CALL-7).

What is typed is remembered at once and written within half a second; going back to a thing restores it."""

from __future__ import annotations

from console.messages import AsideShown, DeskChanged, ScriptShown, TicketShown
from console.services.drafts import Drafts
from console.services.keeper import KEEP_S, Keeper
from console.services.seat import Seat
from data.desk import journal, reading
from data.desk.drafts import DraftKind, draft_id
from data.desk.journal import DeskItem
from data.macros.staging import Ground, Staged
from data.models.base import ContactId, CustomerId, TicketId
from data.models.contact import Contact, Direction
from data.models.ticket import Begun
from data.service.clocks import ServiceClock
from data.store.errors import StoreError
from data.tickets import tickets
from data.tickets.rules import faults
from data.tickets.tickets import Saved, TicketFaultError
from data.views import TicketView

FIRST_KEEP_S = 0.02
"""The first letters of a new ticket are written at once: they bring its number."""


class Desk:
    """The desk of one agent; the current item is the one whose ticket and card are shown."""

    def __init__(self, seat: Seat, drafts: Drafts) -> None:
        self._seat = seat
        self._drafts = drafts
        self._items: list[DeskItem] = []
        self._current: str | None = None
        self._keeper = Keeper(seat, self.keep)
        self._typed: set[str] = set()
        """Ids of what was typed into since it was written."""

    @property
    def item(self) -> DeskItem | None:
        """The current thing."""
        return next((one for one in self._items if one.id == self._current), None)

    @property
    def number(self) -> str:
        """The number of the current ticket, or nothing."""
        item = self.item
        return item.number if item is not None else ""

    def of_contact(self, contact_id: str) -> DeskItem | None:
        """The thing on the desk that belongs to a contact."""
        return next((one for one in self._items if one.contact_id == contact_id), None)

    async def start(self) -> None:
        """Take up what the last session left, as it was."""
        self._items = await self._seat.read(journal.items, self._seat.me)
        self._current = self._items[0].id if self._items else None

    async def close(self) -> None:
        """Write what is being typed."""
        await self._keeper.close()

    # going from one thing to another

    async def bring_up(self, contact: Contact) -> None:
        """Put a contact on top; what it interrupts stays under it as it is."""
        await self.keep()
        await self._seat.read(
            journal.put_on_top,
            contact.id,
            self._seat.me,
            self._seat.clock,
            contact_id=ContactId(contact.id),
            customer_id=contact.customer_id,
            ticket_id=contact.ticket_id,
        )
        await self._read(contact.id)
        item = self.item
        if item is not None and not item.runs and contact.direction is Direction.INBOUND:
            begun = await self._seat.write(self._seat.engine.begin, item)
            self.take_over(begun.item)

    async def open_ticket(self, ticket_id: TicketId) -> None:
        """Open a saved ticket.

        Raises:
            LookupError: it is no longer there.
        """
        await self.keep()
        ticket = await self._seat.read(tickets.get, ticket_id)
        if ticket is None:
            raise LookupError("This ticket is no longer in the store.")
        known = next((one for one in self._items if one.ticket_id == ticket_id), None)
        item_id = known.id if known else f"ticket:{ticket_id}"
        await self._seat.read(
            journal.put_on_top,
            item_id,
            self._seat.me,
            self._seat.clock,
            ticket_id=ticket_id,
            customer_id=ticket.customer_id,
        )
        await self._tidy(item_id)
        item = self.item
        if item is not None and not item.number:
            await self._put(item.model_copy(update={"number": ticket.number}))

    async def switch(self, item_id: str) -> None:
        """Go on with another thing, as it was left."""
        await self.keep()
        await self._seat.read(journal.put_on_top, item_id, self._seat.me, self._seat.clock)
        await self._tidy(item_id)

    async def _tidy(self, current: str) -> None:
        """Read the desk again; tickets that were only looked at go."""
        await self._read(current)
        for item in list(self._items):
            if item.id != current and item.contact_id is None and not self._unsaved(item):
                await self._remove(item)

    async def _read(self, current: str) -> None:
        self._items = await self._seat.read(journal.items, self._seat.me)
        self._current = current

    def _unsaved(self, item: DeskItem) -> bool:
        """Whether there is text about a thing that is nowhere else: in its form, a note or a macro that was begun."""
        held = self._drafts.holds(DraftKind.NOTE, item.id) or self._macro_begun(item)
        return held or _without_what_is_saved(item).unsaved

    def _macro_begun(self, item: DeskItem) -> bool:
        return self._drafts.begun(draft_id(DraftKind.MACRO, f"{item.id}/"))

    async def _remove(self, item: DeskItem) -> None:
        for kind in (DraftKind.NOTE, DraftKind.CUSTOMER):
            self._drafts.discard(draft_id(kind, item.id))
        for kind in (DraftKind.ANSWER, DraftKind.MACRO):
            self._drafts.discard_all(draft_id(kind, f"{item.id}/"))
        place = next(place for place, one in enumerate(self._items) if one.id == item.id)
        # Off the list first, so that meanwhile nothing shows it again, or writes it behind its removal.
        gone = self._items.pop(place)
        self._typed.discard(item.id)
        try:
            await self._seat.read(journal.take_off, item.id, self._seat.me)
        except StoreError:
            self._items.insert(place, gone)
            self._still_typed(item.id)
            raise

    async def drop(self, *, sure: bool) -> bool:
        """Put the current thing away; False when it holds unsaved text and `sure` is False."""
        item = self.item
        if item is None:
            return True
        if self._unsaved(item) and not sure:
            return False
        await self._remove(item)
        self._current = self._items[0].id if self._items else None
        return True

    async def finish(self, contact: Contact) -> tuple[str, str]:
        """Clear the desk of a contact that is wrapped up, saving its ticket when it can be saved.

        Returns the ticket's number (or nothing) and why the ticket stays on the desk (or nothing)."""
        item = self.of_contact(contact.id)
        if item is None:
            return "", ""
        left = ""
        if item.unsaved:
            try:
                item = await self.save(item)
            except TicketFaultError as error:
                left = f"its ticket is not saved yet, {error}"
        if not left and self._drafts.holds(DraftKind.NOTE, item.id):
            left = "a note was begun, n goes on with it"
        if not left and self._macro_begun(item):
            left = f"a macro was begun, {self._seat.how('macro')} to go on with it"
        if not left and contact.customer_id is None and self._drafts.holds(DraftKind.CUSTOMER, item.id):
            left = "a new customer was begun, c goes on with it"
        if not left:
            await self._seat.write(self._seat.engine.finish, item)
            await self._remove(item)
        self._current = self._items[0].id if self._items else None
        return (item.number if item.ticket_id else ""), left

    # typing

    def edited(
        self, item_id: str, fields: dict[str, str], focus: str, cursor: tuple[int, int], begun: Begun | None
    ) -> None:
        """The form was typed into: remembered now, written soon."""
        for place, item in enumerate(self._items):
            if item.id == item_id:
                changed = {"fields": fields, "focus": focus, "cursor": cursor, "base": item.base or begun}
                self._items[place] = item.model_copy(update=changed)
                self._typed.add(item_id)
                first = not item.number and self._items[place].unsaved
                self._keeper.soon(FIRST_KEEP_S if first else KEEP_S)

    async def written(self) -> bool:
        """Whether nothing that was typed is in memory alone; what is, is written first if it can be."""
        return await self._keeper.now()

    async def keep(self) -> None:
        """Write everything that was typed into.

        Raises:
            StoreError: it could not be written; it stays typed.
        """
        while self._typed:
            item_id = self._typed.pop()
            item = next((one for one in self._items if one.id == item_id), None)
            try:
                if item is not None:
                    await self._keep_one(item)
            except BaseException:
                self._still_typed(item_id)
                raise

    def _still_typed(self, item_id: str) -> None:
        """It could not be written: it is tried again until it is."""
        self._typed.add(item_id)
        self._keeper.again()

    async def _keep_one(self, item: DeskItem) -> None:
        item = _without_what_is_saved(item)
        kept = await self._put(item)
        if self.item is not None and kept.id == self.item.id:
            await self._show_ticket(kept)
            if kept.number != item.number:
                await self._show_script()

    async def _put(self, item: DeskItem) -> DeskItem:
        """Write an item. What was typed while it was being written stays, and is written next."""
        kept = await self._seat.read(journal.keep, item, self._seat.clock)
        self.take_over(kept)
        return kept

    def take_over(self, kept: DeskItem) -> None:
        """An item was written: that is how it is now, but for what was typed since."""
        for place, now in enumerate(self._items):
            if now.id == kept.id:
                typed = {"fields": now.fields, "focus": now.focus, "cursor": now.cursor, "base": now.base}
                self._items[place] = kept.model_copy(update=typed if now.id in self._typed else None)

    # the ticket

    async def save_current(self) -> None:
        """Save the form; what is missing is said."""
        async with self._seat.turn:
            item = self.item
            if item is None:
                self._seat.tell("There is no ticket to save.", "warning")
            elif not item.unsaved:
                self._seat.tell("Nothing has changed since it was saved.")
            else:
                try:
                    saved = await self.save(item)
                except TicketFaultError as error:
                    self._seat.tell(f"Not saved yet: {error}.", "warning")
                    return
                self._seat.tell(f"Saved: ticket {saved.number}.")
                await self.show()

    async def save(self, item: DeskItem) -> DeskItem:
        """Save an item's form as a ticket.

        Raises:
            TicketFaultError: the form is not complete.
        """
        self._typed.discard(item.id)
        try:
            item = await self._put(item)
            kept, written = await self._seat.write(journal.save, item, self._seat.clock)
        except StoreError:
            self._still_typed(item.id)
            raise
        self._tell_masked(written)
        self.take_over(kept)
        return kept

    def _tell_masked(self, written: Saved) -> None:
        if written.masked:
            self._seat.tell("A card number was masked: only its last four digits are kept.", "warning")

    @property
    def note_fault(self) -> str:
        """Why no note can be added to the current ticket; empty when one can."""
        item = self.item
        if item is None:
            return "there is no ticket to add it to"
        found = faults(item.fields) if item.ticket_id is None else {}
        return "; ".join(f"{name}: {why}" for name, why in found.items())

    async def note(self, text: str, item_id: str | None = None) -> None:
        """Add a note to a thing's ticket (the current one's), saving it first when it is new.

        Raises:
            TicketFaultError: the new ticket is not complete.
        """
        item = next((one for one in self._items if one.id == (item_id or self._current)), None)
        if item is None:
            raise LookupError("There is no ticket to add the note to; n shows it again when there is one.")
        if item.ticket_id is None:
            self._typed.discard(item.id)
            item = await self._put(item)
        draft = draft_id(DraftKind.NOTE, item.id)
        self.take_over(await self._drafts.finish(draft, journal.add_note, item, text, self._seat.clock))
        await self.show()

    async def ground(self) -> Ground:
        """What a macro is staged on: the current thing as it stands.

        Raises:
            LookupError: there is none.
        """
        item = self.item
        if item is None:
            raise LookupError(
                f"There is no ticket for a macro: open one first, {self._seat.how('search')} for its number."
            )
        view = await self._view(item)
        saved = tickets.form_of(view.ticket) if view.ticket is not None else {}
        suggested = journal.SUGGESTED if view.ticket is None else ()
        return Ground(
            item_id=item.id,
            fields=view.fields,
            saved=view.ticket,
            begun=view.begun,
            unsaved=tuple(
                name
                for name, text in view.fields.items()
                if name not in suggested and text.strip() != saved.get(name, "")
            ),
            facts={
                **await self._seat.read(reading.words, item),
                "organisation": self._seat.settings.organisation,
                "agent": self._seat.agent.name.split()[0],
                "person": view.fields.get("person", ""),
                "number": view.number,
            },
            now=self._seat.clock.now(),
        )

    async def apply(self, staged: Staged, ground: Ground, text: str) -> None:
        """Do what a macro has staged, with the text as the agent left it: all of it or nothing.

        Raises:
            LookupError: the ticket has left the desk.
            TicketFaultError: the form is not complete.
        """
        item = next((one for one in self._items if one.id == ground.item_id), None)
        if item is None:
            raise LookupError("This ticket is no longer on your desk: nothing was changed.")
        changed = {"fields": {**ground.fields, **staged.fields}, "base": ground.begun}
        draft = draft_id(DraftKind.MACRO, f"{item.id}/{staged.macro.id}")
        self._typed.discard(item.id)
        try:
            kept, written = await self._drafts.finish(
                draft,
                journal.apply,
                item.model_copy(update=changed),
                text,
                staged.kind,
                staged.remind_at,
                self._seat.clock,
            )
        except BaseException:
            self._still_typed(item.id)
            raise
        self._tell_masked(written)
        self.take_over(kept)
        self._seat.tell(f"Applied: {staged.macro.title}. Ticket {kept.number} is saved.")
        await self.show()

    async def draft(self, ticket_id: TicketId, texts: dict[str, str]) -> bool:
        """Open a ticket with these texts in its form, not saved; False when that is what it says already.

        Raises:
            LookupError: it is no longer there.
            ValueError: there is other text in its form.
        """
        known = next((one for one in self._items if one.ticket_id == ticket_id), None)
        if known is not None and known.unsaved:
            raise ValueError("Its form holds text that is not saved yet: save that first, then take this up again.")
        await self.open_ticket(ticket_id)
        item = self.item
        assert item is not None, "it was opened"
        view = await self._view(item)
        if all(view.fields.get(name, "") == text for name, text in texts.items()):
            return False
        self.edited(item.id, {**view.fields, **texts}, next(iter(texts)), (0, 0), view.begun)
        await self.keep()
        return True

    async def clocks(self) -> tuple[ServiceClock, ...]:
        """The clocks of the current ticket, as they stand now."""
        item = self.item
        return (await self._view(item)).clocks if item is not None else ()

    async def belongs_to(self, contact_id: str, customer_id: CustomerId) -> None:
        """A contact's customer became known: its item and its saved ticket follow."""
        item = self.of_contact(contact_id)
        if item is None or item.customer_id == customer_id:
            return
        item = await self._put(item.model_copy(update={"customer_id": customer_id}))
        ticket = await self._seat.read(tickets.get, item.ticket_id) if item.ticket_id else None
        if ticket is not None and ticket.customer_id is None:
            await self._seat.write(
                tickets.update,
                ticket,
                tickets.form_of(ticket),
                self._seat.me,
                self._seat.clock,
                customer_id=customer_id,
            )
        if item.id == self._current:
            await self._show_ticket(item)
            await self._show_script()

    # showing

    async def show(self) -> None:
        """Show the current thing: its ticket, its card, and the list."""
        await self._show_ticket(self.item)
        await self._show_script()
        await self.show_list()

    async def refresh(self) -> None:
        """Others may have changed the ticket that is shown: read it again. What is being typed in it stays."""
        item = self.item
        if item is not None and item.ticket_id is not None:
            await self._show_ticket(item)
        else:
            await self.show_aside()

    async def show_list(self) -> None:
        """Show what is on the desk, and the day."""
        lines = await self._seat.read(reading.desk_lines, self._items, self._current)
        today = await self._seat.read(reading.today, self._seat.me, self._seat.clock.now())
        self._seat.post(DeskChanged(lines, today))

    async def _show_ticket(self, item: DeskItem | None) -> None:
        view = await self._view(item) if item is not None else None
        self._seat.post(TicketShown(view, self._seat.clock.now()))
        await self.show_aside()

    async def show_aside(self) -> None:
        """Show who else is at the ticket in hand, and what is in conflict there."""
        item, seat = self.item, self._seat
        aside = await seat.read(reading.ticket_aside, item, seat.clock.now()) if item is not None else None
        seat.post(AsideShown(aside))

    async def _view(self, item: DeskItem) -> TicketView:
        seat = self._seat
        return await seat.read(reading.ticket_view, item, seat.service, seat.settings.terms, seat.clock.now())

    async def _show_script(self) -> None:
        item = self.item
        card = await self._seat.read(self._seat.engine.view, item) if item is not None else None
        self._seat.post(ScriptShown(card))


def _without_what_is_saved(item: DeskItem) -> DeskItem:
    """The item without its form's text where that is what the ticket says: a cursor that moved is no text."""
    if item.ticket_id is not None and item.base is not None and not tickets.touched(item.fields, item.base):
        return item.model_copy(update={"fields": {}})
    return item
