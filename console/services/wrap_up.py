"""How a contact ends for the agent: wrapped up with a disposition, handed over to somebody, its caller verified."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from console.services.customers import Customers
from console.services.desk import Desk
from console.services.drafts import Drafts
from console.services.phone import Phone
from console.services.seat import Seat
from console.services.shift import Shift
from data.models.agent import Agent, AgentState
from data.models.base import ContactId
from data.models.contact import Contact, RequestAction
from data.queue import handling, live
from data.queue.agent_state import Move
from data.shift.open_matters import MatterKind, OpenMatter

HANDED_OVER = "Handed over"
"""Disposition of a contact that somebody else goes on with at sign-off."""


class WrapUp:
    """Ends contacts, one at a time and never between two readings of the queue."""

    def __init__(
        self,
        seat: Seat,
        phone: Phone,
        desk: Desk,
        customers: Customers,
        drafts: Drafts,
        shift: Shift,
        refresh: Callable[[], None],
    ) -> None:
        """`refresh`: something was done here; all is read again soon."""
        self._seat = seat
        self._phone = phone
        self._desk = desk
        self._customers = customers
        self._drafts = drafts
        self._shift = shift
        self._refresh = refresh

    async def dispose(self, disposition: str) -> None:
        """Wrap the contact up; a live call is ended first."""
        async with self._seat.turn:
            contact, state = self._phone.contact, self._phone.status.state
            if contact is None or state not in (AgentState.ON_CALL, AgentState.ON_HOLD, AgentState.WRAP_UP):
                self._seat.tell("There is no contact to wrap up.", "warning")
            elif state is AgentState.WRAP_UP:
                await self.finish(contact, disposition)
            else:
                told = f"the call is ended and wrapped up then ({disposition})."
                if self._phone.waits(RequestAction.HANG_UP):
                    self._phone.disposition = disposition
                    self._seat.tell(f"Waits for the hub: {told}", "warning")
                elif await self._phone.ask(RequestAction.HANG_UP, waiting=told):
                    self._phone.disposition = disposition
        self._refresh()

    async def finish(self, contact: Contact, disposition: str) -> None:
        """Wrap up a contact whose call is over; within a turn of the seat."""
        await self._desk.keep()
        number, left = await self._desk.finish(contact)
        await self._seat.write(handling.dispose, contact, disposition, self._seat.me, self._seat.clock)
        self._seat.link.finish(ContactId(contact.id), contact.fence)
        await self._phone.move(Move.WRAPPED_UP)
        self._phone.contact = None
        self._customers.view_no_other()
        told = f"Wrapped up: {disposition}." + (f" Ticket {number} is saved." if number else "")
        if left:
            self._seat.tell(f"{told} It stays on your desk: {left}.", "warning")
        else:
            self._seat.tell(told)
        await self._desk.show()
        await self._customers.show()

    async def left_behind(self, contact_id: ContactId, disposition: str) -> None:
        """Wrap up a contact that was left without a disposition and is no longer on the telephone.

        Raises:
            LookupError: it is no longer there.
        """
        contact = await self._seat.read(live.contact, contact_id)
        if contact is None:
            raise LookupError("This contact is no longer there.")
        async with self._seat.turn:
            await self._desk.keep()
            _, left = await self._desk.finish(contact)
            await self._seat.write(handling.dispose, contact, disposition, self._seat.me, self._seat.clock)
            self._seat.link.finish(contact_id, contact.fence)
            await self._desk.show()
        self._seat.tell(f"Wrapped up: {disposition}." + (f" It stays on your desk: {left}." if left else ""))
        self._refresh()

    async def hand_over(self, matter: OpenMatter, to: Agent) -> None:
        """Somebody else goes on with an open matter: a contact is wrapped up first, as handed over.

        Raises:
            LookupError: it is no longer there.
        """
        await self._desk.keep()
        await self._drafts.keep()
        if matter.kind is MatterKind.CONTACT:
            contact = self._phone.contact
            if contact is not None and contact.id == matter.about:
                await self.dispose(HANDED_OVER)
            else:
                await self.left_behind(ContactId(matter.about), HANDED_OVER)
            if (wrapped := await self._seat.read(live.contact, ContactId(matter.about))) is not None:
                matter = replace(matter, ticket_id=wrapped.ticket_id)  # it may be saved only now
        await self._shift.hand_over(matter, to)
        if matter.kind is MatterKind.DRAFT:
            await self._drafts.start()
            await self._desk.start()
            await self._desk.show()
            await self._customers.show()

    async def verify(self, items: tuple[str, ...]) -> None:
        """Record what the caller has confirmed."""
        contact = self._phone.contact
        if contact is None:
            self._seat.tell("There is no contact whose caller could be verified.", "warning")
            return
        self._phone.contact = await self._seat.write(
            handling.verify, contact, items, self._seat.me, self._seat.clock
        )
        await self._customers.show()
