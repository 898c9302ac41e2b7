"""Who is calling and who is looked at: the customer of the contact, the search here and at the hub, and what forms make of
a customer (CUST-1)."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace

from console.messages import CustomerShown, NoCustomer
from console.services.desk import Desk
from console.services.drafts import Drafts
from console.services.outages import Outages
from console.services.phone import Phone
from console.services.seat import Seat
from data.customers import records
from data.customers.form import doubtful
from data.desk import reading
from data.models.agent import AgentState
from data.models.base import ContactId, CustomerId, TicketId
from data.models.contact import Contact
from data.queue import handling, live
from data.views import Found

FROM_HUB = "from the hub"
FEW = 5
"""With so many customers found here, the hub is not asked for more."""
SHORTEST_ASKED = 3
TYPED_ON_S = 0.3
"""So long nothing must be typed before the hub is asked."""


class Customers:
    """The customers of one agent's contacts."""

    def __init__(self, seat: Seat, phone: Phone, desk: Desk, drafts: Drafts, outages: Outages) -> None:
        self._seat = seat
        self._phone = phone
        self._desk = desk
        self._drafts = drafts
        self._outages = outages
        self.known: dict[str, reading.NumberMatch] = {}
        """Whose a number in the queue is, as far as it was asked."""
        self.shown = False
        """Whether a customer is on show; a list of several to choose from is not drawn again under the cursor."""
        self._viewed: CustomerId | None = None
        self._draws = 0
        """Counts what is drawn: a slower reading that was begun before is not shown over it."""
        self._offered: tuple[ContactId, CustomerId | None] | None = None
        """The contact for which customers are offered, and the customer that it had."""
        self._popped: str | None = None
        self._from_hub: set[str] = set()
        """Hits that were not here before this session asked for them."""
        self._sought: tuple[str, set[str]] = ("", set())
        """What the hub was asked for last, and the customers that were found here before."""
        self._asked_for = ""
        """The contact of whose number the hub was asked."""
        self._asking: asyncio.Task[None] | None = None

    def close(self) -> None:
        """Nobody listens any more."""
        if self._asking is not None:
            self._asking.cancel()

    def view_no_other(self) -> None:
        """What is in hand counts again, and no customer who was only looked up."""
        self._viewed = None

    async def pop(self, contact: Contact) -> Contact:
        """Who calls: a single match is attached, several are offered, none leads to search or create (CUST-1)."""
        if self._popped == contact.id:
            return contact
        self._popped = contact.id
        if contact.customer_id is None:
            found = await self._seat.read(reading.matches, contact)
            if len(found) == 1:
                contact = await self._attach(contact, CustomerId(found[0].key.removeprefix("customer:")))
        return contact

    async def _attach(self, contact: Contact, customer_id: CustomerId) -> Contact:
        attached = await self._seat.write(
            handling.attach_customer, contact, customer_id, self._seat.me, self._seat.clock
        )
        if self._phone.contact is not None and self._phone.contact.id == attached.id:
            self._phone.contact = attached
        await self._desk.belongs_to(contact.id, customer_id)
        return attached

    async def _give_customer(self, contact: Contact, customer_id: CustomerId) -> None:
        """Attach a customer; what was verified of another one holds no longer."""
        self._viewed = None
        attached = await self._attach(contact, customer_id)
        if contact.customer_id not in (None, customer_id) and attached.verified:
            verified = await self._seat.write(handling.verify, attached, (), self._seat.me, self._seat.clock)
            if self._phone.contact is not None and self._phone.contact.id == verified.id:
                self._phone.contact = verified
            self._seat.tell("The contact has another customer now: verify the caller again.", "warning")

    async def search(self, query: str) -> list[Found]:
        """The hits for what stands in the search box."""
        found = await self._seat.read(reading.search, query)
        asked, here = self._sought
        if query.strip() == asked:  # what the hub found may be in the store before its answer is heard
            self._from_hub |= customers_of(found) - here
        return [replace(one, why=FROM_HUB) if one.key in self._from_hub else one for one in found]

    async def search_hub(self, query: str, found: Collection[Found]) -> list[Found]:
        """More hits, from the hub: where this seat does not keep every customer and found only a few. To be asked
        after the local ones are shown; whoever types on ends it."""
        here = customers_of(found)
        asked = query.strip()
        if self._seat.link.directory or len(asked) < SHORTEST_ASKED or len(here) >= FEW:
            return []
        await asyncio.sleep(TYPED_ON_S)
        if self._sought[0] != asked:
            self._sought = (asked, here)
        looked = await self._seat.link.look_up(asked)
        new = [one for one in looked.customers if f"customer:{one}" not in here]
        self._from_hub |= {f"customer:{one}" for one in new}
        return await self._seat.read(reading.hits_of, new, FROM_HUB)

    async def _ask_hub_who(self, contact: Contact) -> None:
        """Nobody here has the caller's number: the hub may know whose it is."""
        looked = await self._seat.link.look_up(contact.caller_e164 or contact.caller_number)
        if not looked.customers:
            return
        async with self._seat.turn:
            shown = self._phone.contact
            if shown is not None and shown.id == contact.id and shown.customer_id is None:
                self._popped = None
                await self.pop(shown)
                await self.show()

    async def pick(self, key: str, *, attach: bool = False) -> None:
        """A hit was chosen: open the ticket, or show the customer. A contact that has no customer gets it; one
        that has keeps its own, unless `attach` says that this one was meant for it."""
        kind, _, entity_id = key.partition(":")
        if kind == "ticket":
            await self._desk.open_ticket(TicketId(entity_id))
            self._viewed = None
            await self._desk.show()
        else:
            self._viewed = CustomerId(entity_id)
            contact = await self._contact_shown()
            if contact is not None and (attach or contact.customer_id in (None, self._viewed)):
                await self._give_customer(contact, self._viewed)
            elif contact is not None:
                how, leave = self._seat.how("attach"), self._seat.how("leave")
                self._seat.tell(f"Only looked at: {how} to make this the contact's customer, {leave} to go back.")
        await self.show()

    async def open_about(self, ticket_id: str | None, customer_id: str | None) -> None:
        """Open what a notice or a callback is about: its ticket, else its customer, who is looked at only."""
        if ticket_id is not None:
            await self.pick(f"ticket:{ticket_id}")
        elif customer_id is not None:
            contact = await self._contact_shown()
            if contact is not None and contact.customer_id is None:
                self._seat.tell(
                    "The contact in hand has no customer yet: attach one first, or wrap it up.", "warning"
                )
            else:
                await self.pick(f"customer:{customer_id}")
        else:
            self._seat.tell("It is about no ticket and no customer that could be opened.")

    async def doubles(self, texts: dict[str, str], but: str = "") -> list[Found]:
        """The known customers that a form probably doubles; `but` is the one that it changes."""
        return await self._seat.read(reading.doubles, texts, self._seat.settings.region, but)

    async def doubtful_numbers(self, texts: Mapping[str, str], shown: Mapping[str, str]) -> dict[str, str]:
        """The numbers of a form that cannot be any, and why; `shown` is what the form was filled with."""
        return await asyncio.to_thread(doubtful, texts, shown, self._seat.settings.region)

    async def create(self, texts: dict[str, str], draft: str = "", *, attach: bool = True) -> None:
        """Write a new customer from the texts of its form, whose draft is done with, and attach it to the contact in
        hand, unless that is another one now than the form was begun for."""
        region, seat = self._seat.settings.region, self._seat
        created = await self._drafts.finish(draft, records.create, texts, region, seat.me, seat.clock)
        self._written("Created", created)
        if attach:
            await self.pick(f"customer:{created.customer.id}", attach=True)
        else:
            self._seat.tell("It was not made this contact's customer: the form was begun before.", "warning")

    async def open(self, customer_id: str) -> records.Opened:
        """A customer as its form is filled with it.

        Raises:
            LookupError: it is no longer there.
        """
        return await self._seat.read(records.opened, customer_id)

    async def change(self, shown: records.Opened, texts: dict[str, str], draft: str = "") -> None:
        """Write what a form changed of a customer; the form's draft is done with."""
        region, seat = self._seat.settings.region, self._seat
        written = await self._drafts.finish(draft, records.change, shown, texts, region, seat.me, seat.clock)
        self._written("Changed", written)
        await self.show()

    def _written(self, what: str, written: records.Written) -> None:
        self.known.clear()
        if written.masked:
            self._seat.tell(
                f"{what}: {written.customer.name}. A card number was masked: only its last four digits are kept.",
                "warning",
            )
        else:
            self._seat.tell(f"{what}: {written.customer.name}.")

    async def attach_shown(self) -> None:
        """Make the customer that is looked at the contact's; without one, offer those with the caller's number."""
        contact = await self._contact_shown()
        if contact is not None and self._viewed is not None and self._viewed != contact.customer_id:
            await self._give_customer(contact, self._viewed)
            await self.show()
            return
        if contact is None:
            self._seat.tell(f"Nobody is calling: {self._seat.how('search')} to search.", "warning")
            return
        await self._offer_matches(contact)

    async def look_away(self) -> bool:
        """Back from a customer that was only looked at, or from choosing another one; False when neither was."""
        choosing_again = self._offered is not None and self._offered[1] is not None
        if self._viewed is None and not choosing_again:
            return False
        self._viewed = None
        await self.show()
        return True

    async def _contact_shown(self) -> Contact | None:
        """The contact that the customer pane is about: who rings, else the current thing's."""
        if self._phone.status.state is AgentState.RINGING:
            return self._phone.contact
        item = self._desk.item
        if item is None or item.contact_id is None:
            return None
        live_one = self._phone.contact
        if live_one is not None and live_one.id == item.contact_id:
            return live_one
        return await self._seat.read(live.contact, item.contact_id)

    async def follow(self) -> None:
        """The contact's row has changed: show what is new. Whoever chooses among several customers goes on choosing,
        unless the contact got another one meanwhile."""
        contact = await self._contact_shown()
        if contact is None or self._offered != (contact.id, contact.customer_id):
            await self.show()

    async def show(self) -> None:
        """Show the contact's customer, else the current ticket's, else the one that was looked up."""
        self._draws += 1
        draw = self._draws
        contact = await self._contact_shown()
        item = self._desk.item
        at_hand = contact.customer_id if contact is not None else item.customer_id if item is not None else None
        customer_id = self._viewed or at_hand
        await self._outages.look_at(at_hand)
        ringing = self._phone.status.state is AgentState.RINGING
        why = "this number is calling" if ringing and contact is not None and contact.caller_e164 else ""
        if self._viewed is not None and contact is not None:
            how, leave = self._seat.how("attach"), self._seat.how("leave")
            contact, why = None, f"looked up; {how} to make this the contact's customer, {leave} to go back"
        glance = None
        if customer_id:
            terms, now = self._seat.settings.terms, self._seat.clock.now()
            glance = await self._seat.read(reading.glance, customer_id, contact, terms, now, why)
        if draw != self._draws:
            return
        self.shown, self._offered = glance is not None, None
        if glance is not None:
            self._seat.post(CustomerShown(glance))
        elif contact is not None:
            await self._offer_matches(contact)
        else:
            self._seat.post(NoCustomer("", ()))

    async def _offer_matches(self, contact: Contact) -> None:
        self._draws += 1
        draw = self._draws
        # From now on: what changes while the list is read is no reason to show the customer again.
        self.shown = False
        self._offered = (ContactId(contact.id), contact.customer_id)
        found = await self._seat.read(reading.matches, contact)
        if draw != self._draws:
            return
        if not found and contact.caller_number and not self._seat.link.directory and self._asked_for != contact.id:
            self._asked_for = contact.id
            self._asking = asyncio.create_task(self._seat.guard(self._ask_hub_who(contact)))
        if not found and not contact.customer_id:
            self._offered = None
        hint = "" if contact.caller_number else "The caller's number is withheld: ask for the name."
        self._seat.post(NoCustomer(contact.caller_number, tuple(found), hint))


def customers_of(found: Collection[Found]) -> set[str]:
    """The keys of the customers among hits."""
    return {one.key for one in found if one.key.startswith("customer:")}
