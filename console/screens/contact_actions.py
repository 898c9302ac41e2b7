"""What the workspace's keys do about the phone, the contact and its customer: each action asks what it needs in a dialog
and hands the wish to the session."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Collection, Mapping, Sequence

from textual.screen import Screen

from console.messages import CustomerShown
from console.screens.customer_form import CustomerDialog, Doubt, Filled, Known, Look
from console.screens.drafting import TextDialog
from console.screens.modal import ChooseDialog
from console.screens.transfer import Target, TransferDialog, TransferWish
from console.services.drafts import Slip
from console.services.session import Session
from data.customers.form import form_of
from data.desk.drafts import DraftKind, draft_id
from data.models.agent import AgentState
from data.models.contact import RequestAction
from data.views import Found
from widgets.glance import checklist


class ContactActions(Screen[None]):
    """The actions of `console.actions.WORKSPACE` about whom one talks with, and what they all need."""

    session: Session
    glance: CustomerShown | None
    """The customer that is shown."""

    @abstractmethod
    def do(self, work: Awaitable[object]) -> None:
        """Run an intent beside the event loop's other work."""

    @abstractmethod
    def go(self, name: str) -> None:
        """Give a pane the focus."""

    @abstractmethod
    def open_found(self, key: str, *, attach: bool = False) -> None:
        """Open a customer or a ticket."""

    def _slip(self, kind: DraftKind, about: str = "") -> Slip:
        """The draft of a kind about something, begun or not."""
        return Slip(self.session.drafts, draft_id(kind, about))

    # the phone

    def action_take_next(self) -> None:
        self.do(self.session.phone.take(None))

    def action_answer(self) -> None:
        self.do(self.session.phone.answer())

    def action_reject(self) -> None:
        self.do(self.session.phone.reject())

    def action_hold(self) -> None:
        self.do(self.session.phone.hold())

    def action_hang_up(self) -> None:
        self.do(self.session.phone.ask(RequestAction.HANG_UP))

    def action_voice_mail(self) -> None:
        self.do(self.session.phone.ask(RequestAction.VOICE_MAIL))

    async def action_transfer(self) -> None:
        contact = self.session.phone.contact
        if contact is not None and contact.consult:
            self.do(self.session.phone.ask(RequestAction.COMPLETE_TRANSFER, contact.consult))
            return
        if why := self.session.phone.cannot(RequestAction.TRANSFER):
            self.session.seat.tell(why, "warning")
            return

        def chosen(wish: TransferWish | None) -> None:
            if wish is not None:
                action = RequestAction.CONSULT if wish.warm else RequestAction.TRANSFER
                self.do(self.session.phone.ask(action, wish.target))

        # awaited here: the keys behind this one are for the dialog
        targets = await self.session.seat.guard(self.session.transfer_targets())
        if targets is not None:
            self.app.push_screen(TransferDialog([Target(*one) for one in targets]), chosen)

    def action_call_out(self) -> None:
        customer = self.glance.glance.customer if self.glance is not None else None
        numbers = [phone.e164 or phone.raw for phone in customer.phones] if customer is not None else []
        self._call_out(next(iter(numbers), ""), customer.id if customer is not None else "")

    def _call_out(self, known: str, about: str) -> None:
        """Ask which number to call; `known` is offered. `about`: the customer or the callback that it is for."""
        state = self.session.phone.status.state
        if state not in (AgentState.READY, AgentState.NOT_READY):
            self.session.seat.tell(f"You are {state}: end that first, then call out.", "warning")
            return
        slip = self._slip(DraftKind.CALL_OUT, about)

        def chosen(number: str | None) -> None:
            if number and number.strip():
                self.do(self.session.phone.call_out(number.strip(), self.session.drafts, slip.id))

        self.app.push_screen(TextDialog("Call out", "the number to call", slip, text=known), chosen)

    # the contact

    def action_wrap_up(self) -> None:
        status = self.session.phone.status
        if status.state not in (AgentState.ON_CALL, AgentState.ON_HOLD, AgentState.WRAP_UP):
            self.session.seat.tell("There is no contact to wrap up.", "warning")
            return
        live = status.state is not AgentState.WRAP_UP
        title = "End the call and wrap up" if live else "Wrap up"

        def chosen(disposition: str | None) -> None:
            if disposition is not None:
                self.do(self.session.wrap_up.dispose(disposition))

        note = f"then not ready: {status.after_call}" if status.after_call else ""
        self.app.push_screen(ChooseDialog(title, self.session.seat.choices.dispositions, note), chosen)

    def _verified(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if self.glance is None:
            return (), ()
        return checklist(self.glance.glance.customer), self.glance.glance.verified

    def action_verify(self) -> None:
        items, done = self._verified()
        left = [item for item in items if item not in done]
        if left:
            self.do(self.session.wrap_up.verify((*done, left[0])))

    def action_unverify(self) -> None:
        _, done = self._verified()
        if done:
            self.do(self.session.wrap_up.verify(done[:-1]))

    def action_attach(self) -> None:
        self.go("customer")
        self.do(self.session.customers.attach_shown())

    def action_create_customer(self) -> None:
        contact = self.session.phone.contact
        known = {}
        if contact is not None:
            known = {"name": contact.caller_name, "phone": contact.caller_number}
        slip = self._slip(DraftKind.CUSTOMER, self.session.at_hand)

        def chosen(wish: Filled | Known | None) -> None:
            if isinstance(wish, Filled):
                self.do(self.session.customers.create(wish.texts, slip.id))
            elif wish is not None:
                self.open_found(wish.key, attach=True)

        form = CustomerDialog("New customer", slip, known, self._doubles("", ()), self._doubtful(known))
        self.app.push_screen(form, chosen)

    def action_edit_customer(self) -> None:
        if self.glance is None:
            key = self.session.seat.key
            self.session.seat.tell(
                f"No customer is open: {key('search')} searches, {key('create_customer')} creates one.", "warning"
            )
            return
        self.do(self._edit_customer(self.glance.glance.customer.id))

    async def _edit_customer(self, customer_id: str) -> None:
        shown = await self.session.customers.open(customer_id)
        slip = self._slip(DraftKind.CHANGE, customer_id)

        def chosen(wish: Filled | Known | None) -> None:
            if isinstance(wish, Filled):
                self.do(self.session.customers.change(shown, wish.texts, slip.id))
            elif wish is not None:
                self.open_found(wish.key)

        known = form_of(shown.customer)
        # Those who have the same number all along are no news.
        before = {one.key for one in await self.session.customers.doubles(known, customer_id)}
        title = f"Change {shown.customer.name}"
        form = CustomerDialog(title, slip, known, self._doubles(customer_id, before), self._doubtful(known))
        self.app.push_screen(form, chosen)

    def _doubtful(self, known: Mapping[str, str]) -> Doubt:
        """What a customer's form asks about its numbers before it is saved."""
        return lambda texts: self.session.customers.doubtful_numbers(texts, known)

    def _doubles(self, but: str, old: Collection[str]) -> Look:
        """What a customer's form asks while one types; without an answer it warns of nobody."""

        async def look(texts: dict[str, str]) -> Sequence[Found]:
            found = await self.session.seat.guard(self.session.customers.doubles(texts, but))
            return [one for one in found or () if one.key not in old]

        return look
