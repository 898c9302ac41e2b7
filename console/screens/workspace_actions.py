"""What the workspace's keys do about the script, the ticket, notices and the console itself."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from console import actions
from console.messages import ScriptAsks
from console.screens.asking import AnswerDialog
from console.screens.contact_actions import ContactActions
from console.screens.copying import copyable
from console.screens.drafting import TextDialog
from console.screens.macro_dialog import MacroDialog
from console.screens.modal import ChooseDialog, ConfirmDialog, ReadDialog, key_lines
from console.screens.notices import NoticesDialog
from console.screens.picking import CardDialog
from console.screens.sync import SyncDialog
from console.services.drafts import Slip
from console.services.script import answer_draft
from console.settings import APP
from data.desk.drafts import Draft, DraftKind
from data.macros.macros import Macro
from data.macros.staging import Ground, stage
from data.notices.rules import NoticeLine
from data.playbook.choices import KeyedChoice
from data.unsettled.rules import ChangeLine
from widgets.clock_words import SIGNS, why
from widgets.pane import Pane, with_keys
from widgets.safe_text import Line, line, wrap

HELPFUL = {
    "queue": (actions.PHONE,),
    "customer": (actions.CONTACT, actions.PANES),
    "script": (actions.PHONE, actions.CONTACT),
    "ticket": (actions.TICKET, actions.CONTACT),
    "desk": (actions.TICKET, actions.PANES),
}
"""The groups of keys that the help of a pane tells of, the most likely first."""


class WorkspaceActions(ContactActions):
    """The actions of `console.actions.WORKSPACE` about the script, the ticket, notices and the console itself."""

    @abstractmethod
    def draw_bars(self) -> None:
        """Draw the status and the hints."""

    @abstractmethod
    def take_back(self) -> None:
        """Take back what was told and is so no longer."""

    @abstractmethod
    def texts_to_copy(self) -> tuple[str, str]:
        """What is selected in a field or by the mouse, and the title in the form."""

    @abstractmethod
    def action_callbacks(self) -> None:
        """The list of callbacks."""

    @abstractmethod
    def leave_form(self) -> None:
        """Take the keys out of the ticket form, so that it can be filled anew."""

    @property
    @abstractmethod
    def current_pane(self) -> Pane:
        """The pane in hand."""

    # notices

    def action_notices(self) -> None:
        session = self.session

        async def acknowledge(notice_id: str) -> Sequence[NoticeLine]:
            await session.seat.guard(session.notices.acknowledge(notice_id))
            return session.notices.lines

        def chosen(one: NoticeLine | None) -> None:
            if one is not None:
                self._open_about(one.notice.ticket_id, one.notice.customer_id)

        self.app.push_screen(NoticesDialog(session.notices.lines, session.seat.clock.now(), acknowledge), chosen)

    def _open_about(self, ticket_id: str | None, customer_id: str | None) -> None:
        self.do(self.session.customers.open_about(ticket_id, customer_id))
        if ticket_id is not None or customer_id is not None:
            self.go("ticket" if ticket_id is not None else "customer")

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

        self._ask_of_item(CardDialog(cards), chosen, "Go to a card")

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
        title = "Open a playbook"
        self._ask_of_item(ChooseDialog(title, choices, note), chosen, title)

    # what was begun

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
            self._call_out("", draft.about)
        elif draft.kind is DraftKind.MACRO and item is not None:
            about, _, macro_id = draft.about.rpartition("/")
            macro = self.session.seat.macros.macro(macro_id)
            if macro is not None and item.id == about:
                self.do(self._stage_again(macro))
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

    async def action_macro(self) -> None:
        # awaited here: the keys behind this one are for the dialog
        ground = await self.session.seat.guard(self.session.desk.ground())
        if ground is None:
            return
        listed = self.session.seat.macros.macros

        def chosen(title: str | None) -> None:
            if title is not None:
                self._stage(next(one for one in listed if one.title == title), ground)

        choices = [KeyedChoice(key=one.key, label=one.title) for one in listed]
        note = "all that it changes is shown before it applies"
        self.app.push_screen(ChooseDialog(f"Macro · {ground.title}", choices, note), chosen)

    async def _stage_again(self, macro: Macro) -> None:
        self._stage(macro, await self.session.desk.ground())

    def _stage(self, macro: Macro, ground: Ground) -> None:
        """Show what a macro would do, and do it when the agent says so."""
        staged = stage(macro, ground, self.session.seat.service)

        def accepted(text: str | None) -> None:
            if text is not None:
                self.leave_form()
                self.do(self.session.desk.apply(staged, ground, text))

        slip = self._slip(DraftKind.MACRO, f"{ground.item_id}/{macro.id}")
        self.app.push_screen(MacroDialog(staged, slip), accepted)

    async def action_due(self) -> None:
        clocks = await self.session.seat.guard(self.session.desk.clocks())
        if not clocks:
            self.session.seat.tell("Nothing is owed yet: the clocks begin when the ticket is saved.")
            return
        now, zone = self.session.seat.clock.now(), self.session.seat.service.zone

        def write(cells: int) -> list[Line]:
            lines: list[Line] = [()]
            for clock in clocks:
                sign, tone = SIGNS[clock.standing(now)]
                for place, part in enumerate(wrap(why(clock, now), cells - 3)):
                    lines.append(
                        line((f" {sign} " if place == 0 else "   ", tone), (part, tone if place == 0 else ""))
                    )
            return [*lines, (), line((f" Counted in the desk's open hours ({zone}).", "dim"))]

        self.app.push_screen(ReadDialog(f"Due · ticket {self.session.desk.number}", write))

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
            title = "Put it away?"
            question = ConfirmDialog(
                title,
                [
                    "There is text that is not saved: the ticket's, or a note's.",
                    f"{key('save_ticket')} saves it once you have gone back; {key('confirm')} throws the text away.",
                ],
                "throw the text away",
                "keep it on the desk",
            )
            self._ask_of_item(question, lambda sure: self.do(self.session.drop(sure=True)) if sure else None, title)
        self.session.refresh()

    # the console

    def action_help(self) -> None:
        pane = self.current_pane
        key = self.session.seat.key
        here = [
            (name, [(key(one.id), one.help) for one in actions.WORKSPACE if one.group == name])
            for name in HELPFUL.get(pane.id or "", (actions.PHONE,))
        ]

        def write(cells: int) -> list[Line]:
            said = (line(f" {part}") for part in wrap(with_keys(pane.help_text, key), cells - 1))
            return [(), *said, (), *key_lines(here, cells)]

        self.app.push_screen(ReadDialog(f"Help · {pane.pane_name}", write))

    def action_keys(self) -> None:
        key = self.session.seat.key
        groups = [
            (name, [(key(one.id), one.help) for one in actions.WORKSPACE if one.group == name])
            for name in (actions.PHONE, actions.CONTACT, actions.TICKET, actions.PANES, actions.CONSOLE)
        ]
        elsewhere = (one for one in actions.REMAPPABLE.values() if one.group == actions.ELSEWHERE)
        others = [(key(one.id), one.help) for one in (*elsewhere, *actions.TEXT)]
        groups.append((actions.ELSEWHERE, others))
        self.app.push_screen(ReadDialog("Keys", lambda cells: key_lines(groups, cells)))

    async def action_sync(self) -> None:
        session = self.session
        # awaited here: the keys behind this one are for the dialog
        await session.seat.guard(session.settling.read())
        session.settling.watched = True
        self.take_back()

        from importlib.metadata import version

        def closed(change: ChangeLine | None) -> None:
            session.settling.watched = False
            if change is not None:
                self.leave_form()
                self.do(session.settling.take_up(change))
                self.go("ticket")

        dialog = SyncDialog(
            session.settling, session.sync, session.seat.clock, self.do, version(APP), session.ticket_id
        )
        self.app.push_screen(dialog, closed)
