"""What the workspace's keys do about the phone, the contact and its customer: each action asks what it needs in a dialog
and hands the wish to the session."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import TypeVar

from textual.screen import Screen

from console.messages import CustomerShown
from console.screens.customer_form import CustomerDialog, Doubt, Filled, Known, Look
from console.screens.drafting import TextDialog
from console.screens.modal import ChooseDialog, Dialog, Question
from console.screens.transfer import Target, TransferDialog, TransferWish
from console.services.drafts import Slip
from console.services.session import Session
from data.customers.form import form_of
from data.desk.drafts import DraftKind, draft_id
from data.models.agent import AgentState
from data.models.contact import RequestAction
from data.views import Found
from widgets.glance import checklist

T = TypeVar("T")
WRAPPING_UP = {
    AgentState.ON_CALL: "End the call and wrap up",
    AgentState.ON_HOLD: "End the call and wrap up",
    AgentState.WRAP_UP: "Wrap up",
}
"""What the list of dispositions asks in a state; in others there is nothing to wrap up."""


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

    def _ask(
        self, dialog: Dialog[T], chosen: Callable[[T | None], None], now: Callable[[], str], gone: str
    ) -> None:
        """Ask what may be gone before it is answered. `now`: the question as it is then, empty for none; `gone`: what is
        told when that closes the dialog."""
        dialog.question = Question(now, lambda: self.session.seat.tell(gone, "warning"))
        self.app.push_screen(dialog, chosen)

    def _ask_of_item(self, dialog: Dialog[T], chosen: Callable[[T | None], None], title: str) -> None:
        """Ask what is done with the thing in hand, as long as that one is in hand."""
        item = self.session.desk.item

        def now() -> str:
            here = self.session.desk.item
            return title if item is not None and here is not None and here.id == item.id else ""

        self._ask(dialog, chosen, now, "Closed: what it was about is not in hand any more.")

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

        def now() -> str:
            phone, title = self.session.phone, "Transfer to"
            same = contact is not None and phone.contact is not None and phone.contact.id == contact.id
            return title if same and not phone.cannot(RequestAction.TRANSFER) else ""

        # awaited here: the keys behind this one are for the dialog
        targets = await self.session.seat.guard(self.session.transfer_targets())
        if targets is not None:
            dialog = TransferDialog([Target(*one) for one in targets])
            self._ask(dialog, chosen, now, "Closed: the call is over, and cannot be transferred any more.")

    def action_call_out(self) -> None:
        customer = self.glance.glance.customer if self.glance is not None else None
        numbers = [phone.e164 or phone.raw for phone in customer.phones] if customer is not None else []
        self._call_out(next(iter(numbers), ""), customer.id if customer is not None else "")

    def _call_out(self, known: str, about: str) -> None:
        """Ask which number to call; `known` is offered. `about`: the customer or the callback that it is for."""
        if not self.session.phone.may_call_out():
            return
        slip = self._slip(DraftKind.CALL_OUT, about)

        def chosen(number: str | None) -> None:
            if number and number.strip():
                self.do(self.session.phone.call_out(number.strip(), self.session.drafts, slip.id))

        self.app.push_screen(TextDialog("Call out", "the number to call", slip, text=known), chosen)

    # the contact

    def action_wrap_up(self) -> None:
        status = self.session.phone.status
        if status.state not in WRAPPING_UP:
            self.session.phone.tell_of(status.state, "There is no contact to wrap up.", "warning")
            return

        def now() -> str:
            here = self.session.phone.status
            return WRAPPING_UP.get(here.state, "") if here.contact_id == status.contact_id else ""

        def chosen(disposition: str | None) -> None:
            if disposition is not None:
                self.do(self.session.wrap_up.dispose(disposition))

        note = f"then not ready: {status.after_call}" if status.after_call else ""
        dialog = ChooseDialog(now(), self.session.seat.choices.dispositions, note)
        self._ask(dialog, chosen, now, "Closed: this contact is not yours to wrap up any more.")

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
        began_at = self.session.at_hand
        slip = self._slip(DraftKind.CUSTOMER, began_at)

        def chosen(wish: Filled | Known | None) -> None:
            here = self.session.at_hand == began_at
            if isinstance(wish, Filled):
                self.do(self.session.customers.create(wish.texts, slip.id, attach=here))
            elif wish is not None and here:
                self.open_found(wish.key, attach=True)
            elif wish is not None:
                self.do(self.session.customers.open_about(None, wish.key.partition(":")[2]))

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
