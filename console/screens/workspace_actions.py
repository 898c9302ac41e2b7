"""What the workspace's keys do: each action asks what it needs in a dialog and hands the wish to the session."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Collection, Sequence

from textual.screen import Screen

from console import actions
from console.messages import CustomerShown, ScriptAsks, SignedOff
from console.screens.asking import AnswerDialog, PickDialog
from console.screens.copying import copyable
from console.screens.customer_form import CustomerDialog, Filled, Known, Look
from console.screens.drafting import TextDialog
from console.screens.modal import ChooseDialog, ConfirmDialog, ReadDialog, key_lines
from console.screens.transfer import Target, TransferDialog, TransferWish
from console.services.drafts import Slip
from console.services.script import answer_draft
from console.services.session import Session
from data.customers.form import form_of
from data.desk.drafts import Draft, DraftKind, draft_id
from data.models.agent import AgentState
from data.models.contact import RequestAction
from data.playbook.choices import KeyedChoice
from data.views import Found
from widgets.glance import checklist
from widgets.pane import Pane, with_keys
from widgets.safe_text import line, wrap

HELPFUL = {
    "queue": (actions.PHONE,),
    "customer": (actions.CONTACT, actions.PANES),
    "script": (actions.PHONE, actions.CONTACT),
    "ticket": (actions.TICKET, actions.CONTACT),
    "desk": (actions.TICKET, actions.PANES),
}
"""The groups of keys that the help of a pane tells of, the most likely first."""


class WorkspaceActions(Screen[None]):
    """The actions of `console.actions.WORKSPACE` that are about the phone, the contact and the ticket."""

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
    def texts_to_copy(self) -> tuple[str, str]:
        """What is selected in a field or by the mouse, and the title in the form."""

    @abstractmethod
    def open_found(self, key: str, *, attach: bool = False) -> None:
        """Open a customer or a ticket."""

    @property
    @abstractmethod
    def current_pane(self) -> Pane:
        """The pane in hand."""

    # the phone

    def action_ready(self) -> None:
        state = self.session.phone.status.state
        if state is AgentState.NOT_READY or (
            state is not AgentState.READY and self.session.phone.status.after_call
        ):
            self.do(self.session.phone.toggle_ready())
            return
        title = "Not ready: why?" if state is AgentState.READY else "Not ready after this contact: why?"

        def chosen(reason: str | None) -> None:
            if reason is not None:
                self.do(self.session.phone.toggle_ready(reason))

        self.app.push_screen(ChooseDialog(title, self.session.seat.choices.not_ready), chosen)

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
        state = self.session.phone.status.state
        if state not in (AgentState.READY, AgentState.NOT_READY):
            self.session.seat.tell(f"You are {state}: end that first, then call out.", "warning")
            return
        known, customer_id = "", ""
        if self.glance is not None:
            customer = self.glance.glance.customer
            customer_id = customer.id
            known = next((phone.e164 or phone.raw for phone in customer.phones), "")
        slip = self._slip(DraftKind.CALL_OUT, customer_id)

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
                self.do(self.session.dispose(disposition))

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
            self.do(self.session.verify((*done, left[0])))

    def action_unverify(self) -> None:
        _, done = self._verified()
        if done:
            self.do(self.session.verify(done[:-1]))

    def action_attach(self) -> None:
        self.go("customer")
        self.do(self.session.attach_shown())

    def action_create_customer(self) -> None:
        contact = self.session.phone.contact
        known = {}
        if contact is not None:
            known = {"name": contact.caller_name, "phone": contact.caller_number}
        slip = self._slip(DraftKind.CUSTOMER, self.session.at_hand)

        def chosen(wish: Filled | Known | None) -> None:
            if isinstance(wish, Filled):
                self.do(self.session.create_customer(wish.texts, slip.id))
            elif wish is not None:
                self.open_found(wish.key, attach=True)

        self.app.push_screen(CustomerDialog("New customer", slip, known, self._doubles("", ())), chosen)

    def action_edit_customer(self) -> None:
        if self.glance is None:
            key = self.session.seat.key
            self.session.seat.tell(
                f"No customer is open: {key('search')} searches, {key('create_customer')} creates one.", "warning"
            )
            return
        self.do(self._edit_customer(self.glance.glance.customer.id))

    async def _edit_customer(self, customer_id: str) -> None:
        shown = await self.session.open_customer(customer_id)
        slip = self._slip(DraftKind.CHANGE, customer_id)

        def chosen(wish: Filled | Known | None) -> None:
            if isinstance(wish, Filled):
                self.do(self.session.change_customer(shown, wish.texts, slip.id))
            elif wish is not None:
                self.open_found(wish.key)

        known = form_of(shown.customer)
        # Those who have the same number all along are no news.
        before = {one.key for one in await self.session.doubles(known, customer_id)}
        title = f"Change {shown.customer.name}"
        self.app.push_screen(CustomerDialog(title, slip, known, self._doubles(customer_id, before)), chosen)

    def _doubles(self, but: str, old: Collection[str]) -> Look:
        """What a customer's form asks while one types; without an answer it warns of nobody."""

        async def look(texts: dict[str, str]) -> Sequence[Found]:
            found = await self.session.seat.guard(self.session.doubles(texts, but))
            return [one for one in found or () if one.key not in old]

        return look

    # the script

    def ask_for_answer(self, event: ScriptAsks) -> None:
        """Ask what an answer of the script needs."""
        slip = Slip(self.session.drafts, answer_draft(event.item_id, event.card, event.key))

        def chosen(values: dict[str, str] | None) -> None:
            if values is not None:
                self.do(self.session.script.given(event.card, event.key, values, event.item_id))

        self.app.push_screen(AnswerDialog(event.title, event.asked, slip, event.due), chosen)

    def jump_in_script(self) -> None:
        """Choose a card of the script to go on from."""
        self.do(self._choose_card())

    async def _choose_card(self) -> None:
        item = self.session.desk.item
        if item is None or item.run is None:
            self.session.seat.tell("There is no script here: it opens with a contact.", "warning")
            return
        cards = await self.session.seat.read(self.session.seat.engine.cards, item)

        def chosen(card: str | None) -> None:
            if card is not None:
                self.do(self.session.script.jump(card))

        self.app.push_screen(PickDialog("Go to a card", cards, "title or number of a card"), chosen)

    def action_playbooks(self) -> None:
        if self.session.desk.item is None:
            self.session.seat.tell("There is nothing in hand: open a contact or a ticket first.", "warning")
            return
        books = self.session.seat.engine.library.playbooks
        choices = [
            KeyedChoice(key=book.key or mark, label=book.title or book.id)
            for book, mark in zip(books, "123456789", strict=False)
        ]
        by_label = {choice.label: book.id for choice, book in zip(choices, books, strict=False)}

        def chosen(label: str | None) -> None:
            if label is not None:
                self.do(self.session.script.open(by_label[label]))
                self.go("script")

        note = "the script in hand waits, and goes on afterwards"
        self.app.push_screen(ChooseDialog("Open a playbook", choices, note), chosen)

    # what was begun

    def _slip(self, kind: DraftKind, about: str = "") -> Slip:
        """The draft of a kind about something, begun or not."""
        return Slip(self.session.drafts, draft_id(kind, about))

    def open_again(self, draft: Draft) -> None:
        """Open the dialog that was on the screen when the console ended, if it is still about what is in hand."""
        item = self.session.desk.item
        if draft.kind is DraftKind.NOTE and item is not None and item.id == draft.about:
            self.action_note()
        elif draft.kind is DraftKind.CUSTOMER and self.session.at_hand == draft.about:
            self.action_create_customer()
        elif draft.kind is DraftKind.CHANGE:
            self.do(self._edit_customer(draft.about))
        elif draft.kind is DraftKind.CALL_OUT:
            self.action_call_out()
        elif draft.kind is DraftKind.ANSWER and item is not None:
            about, card, key = draft.about.rsplit("/", 2)
            if about == item.id:
                self.do(self.session.script.answered(key, card))

    # the ticket

    def action_save_ticket(self) -> None:
        self.do(self.session.desk.save_current())

    def action_note(self) -> None:
        item = self.session.desk.item
        if item is None:
            search = self.session.seat.key("search")
            self.session.seat.tell(
                f"There is no ticket to add a note to: open one first ({search} and its number).", "warning"
            )
            return

        def chosen(text: str | None) -> None:
            if text and text.strip():
                self.do(self.session.desk.note(text, item.id))

        dialog = TextDialog(
            "Note",
            "what the next person should know",
            self._slip(DraftKind.NOTE, item.id),
            several_lines=True,
            check=lambda: self.session.desk.note_fault,
        )
        self.app.push_screen(dialog, chosen)

    def action_copy_number(self) -> None:
        number = self.session.desk.number
        if not number:
            self.session.seat.tell("There is no ticket number to copy yet: type a title first.", "warning")
            return
        self.app.copy_to_clipboard(number)

    def action_copy(self) -> None:
        customer = self.glance.glance.customer if self.glance is not None else None
        selected, title = self.texts_to_copy()
        known = copyable(selected, self.session.desk.number, title, customer)
        if not known:
            self.session.seat.tell(
                "There is nothing to copy yet: no ticket, no customer, nothing selected.", "warning"
            )
            return

        def chosen(label: str | None) -> None:
            if label is not None:
                self.app.copy_to_clipboard(known[label])

        choices = [KeyedChoice(key=key, label=label) for key, label in zip("123456789abcdef", known, strict=False)]
        self.app.push_screen(ChooseDialog("Copy", choices), chosen)

    async def action_drop(self) -> None:
        if await self.session.seat.guard(self.session.drop(sure=False)) is False:
            key = self.session.seat.key
            question = ConfirmDialog(
                "Put it away?",
                [
                    "There is text that is not saved: the ticket's, or a note's.",
                    f"{key('save_ticket')} saves it once you have gone back; {key('confirm')} throws the text away.",
                ],
                "throw the text away",
                "keep it on the desk",
            )
            self.app.push_screen(question, lambda sure: self.do(self.session.drop(sure=True)) if sure else None)
        self.session.refresh()

    # the console

    def action_help(self) -> None:
        pane = self.current_pane
        key = self.session.seat.key
        lines = [(), *(line(f" {part}") for part in wrap(with_keys(pane.help_text, key), 84)), ()]
        here = [
            (name, [(key(one.id), one.help) for one in actions.WORKSPACE if one.group == name])
            for name in HELPFUL.get(pane.id or "", (actions.PHONE,))
        ]
        self.app.push_screen(ReadDialog(f"Help · {pane.pane_name}", [*lines, *key_lines(here)]))

    def action_keys(self) -> None:
        key = self.session.seat.key
        groups = [
            (name, [(key(one.id), one.help) for one in actions.WORKSPACE if one.group == name])
            for name in (actions.PHONE, actions.CONTACT, actions.TICKET, actions.PANES, actions.CONSOLE)
        ]
        elsewhere = (one for one in actions.REMAPPABLE.values() if one.group == actions.ELSEWHERE)
        others = [(key(one.id), one.help) for one in (*elsewhere, *actions.TEXT)]
        groups.append((actions.ELSEWHERE, others))
        self.app.push_screen(ReadDialog("Keys", key_lines(groups)))

    def action_sign_off(self) -> None:
        async def leave() -> None:
            if await self.session.sign_off():
                self.app.post_message(SignedOff())

        self.do(leave())
