"""The workspace: queue, customer, script and ticket around one contact. It routes: panes say what the agent
wants, the session does it, and what the session tells goes to the panes. No rule of the desk lives here."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from console import actions
from console.messages import (
    Connected,
    CustomerShown,
    DeskChanged,
    NoCustomer,
    QueueChanged,
    Rang,
    ScriptShown,
    SignedOff,
    StateChanged,
    TicketShown,
    Told,
)
from console.screens.customer_form import CustomerDialog
from console.screens.modal import ChooseDialog, ConfirmDialog, ReadDialog, TextDialog, key_lines
from console.screens.transfer import Target, TransferDialog, TransferWish
from console.services.session import Session
from data.customers.records import from_form
from data.models.agent import AgentState
from data.models.base import ContactId
from data.models.contact import ContactState, RequestAction
from data.sync.wire import SyncStatus
from widgets.bars import HintBar, StatusBar, clock_span, state_spans
from widgets.customer_pane import CustomerPane
from widgets.desk_pane import DeskPane
from widgets.glance import checklist
from widgets.pane import Pane
from widgets.queue_pane import QueuePane
from widgets.safe_text import Span, line, wrap
from widgets.script_pane import ScriptPane
from widgets.tabs import TabBar
from widgets.ticket_pane import TicketPane
from widgets.times import time_of_day

PANES = ("queue", "customer", "script", "ticket", "desk")


class WorkspaceScreen(Screen[None]):
    """One agent's workspace."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings(actions.WORKSPACE))

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._settings = session.seat.settings
        self._clock = session.seat.clock
        self._current = "queue"
        self._state: StateChanged | None = None
        self._glance: CustomerShown | None = None

    def compose(self) -> ComposeResult:
        yield StatusBar(id="status", classes="bar")
        yield TabBar(id="tabs", classes="bar")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield QueuePane(id="queue")
                yield DeskPane(id="desk")
            with Vertical(id="right"):
                with Horizontal(id="upper"):
                    yield CustomerPane(id="customer")
                    yield ScriptPane(id="script")
                yield TicketPane(id="ticket")
        yield HintBar(id="hints", classes="bar")

    def on_mount(self) -> None:
        self._show_pane("queue")
        self._pane("queue").go()
        self.set_interval(1, self._tick)
        self.do(self.session.start(self.post_message))

    def do(self, work: Awaitable[object]) -> None:
        """Run an intent beside the event loop's other work; errors become sentences, and what changed is shown."""
        self.run_worker(self._done(work), group="session", exit_on_error=False)

    async def _done(self, work: Awaitable[object]) -> None:
        await self.session.seat.guard(work)
        self.session.refresh()

    def _pane(self, name: str) -> Pane:
        return self.query_one(f"#{name}", Pane)

    @property
    def queue_pane(self) -> QueuePane:
        return self.query_one(QueuePane)

    @property
    def customer_pane(self) -> CustomerPane:
        return self.query_one(CustomerPane)

    @property
    def ticket_pane(self) -> TicketPane:
        return self.query_one(TicketPane)

    # what the session tells

    def on_state_changed(self, event: StateChanged) -> None:
        self._state = event
        self._draw_bars()

    def on_queue_changed(self, event: QueueChanged) -> None:
        self.queue_pane.show(event.view, self._clock.now())
        self._draw_tabs()

    def on_desk_changed(self, event: DeskChanged) -> None:
        self.query_one(DeskPane).show(event.lines, event.today, self._clock.now())
        self._draw_tabs()

    def on_customer_shown(self, event: CustomerShown) -> None:
        self._glance = event
        self._draw_tabs()
        self.customer_pane.show_glance(event.glance, self._clock.now())

    def on_no_customer(self, event: NoCustomer) -> None:
        self._glance = None
        self._draw_tabs()
        if event.found:
            self.customer_pane.show_choice(event.found, f"{len(event.found)} share this number: enter chooses")
        else:
            self.customer_pane.show_nobody(event.number, event.hint)

    def on_script_shown(self, event: ScriptShown) -> None:
        self.query_one(ScriptPane).show(event.script, event.trail, event.facts, event.kind)

    def on_ticket_shown(self, event: TicketShown) -> None:
        self.ticket_pane.show(event.view, event.at)
        self._draw_tabs()

    def on_told(self, event: Told) -> None:
        if self._settings.notifications or event.tone == "error":
            tone = event.tone if event.tone in ("information", "warning", "error") else "information"
            self.notify(
                " ".join(wrap(event.text, 200)),
                severity=tone,  # type: ignore[arg-type]
                timeout=4 if tone == "information" else 8,
                markup=False,
            )

    def on_rang(self, event: Rang) -> None:
        self.app.bell()

    def on_connected(self, event: Connected) -> None:
        """The greeting comes first: the script gets the keys, unless the agent is typing or choosing."""
        if not self._typing() and self.app.screen is self:
            self._go("script")

    # what the panes want

    def on_queue_pane_take(self, event: QueuePane.Take) -> None:
        self.do(self.session.phone.take(ContactId(event.contact_id) if event.contact_id else None))

    def on_desk_pane_switch(self, event: DeskPane.Switch) -> None:
        self.do(self.session.switch(event.item_id))
        self._go("ticket")

    def on_customer_pane_search(self, event: CustomerPane.Search) -> None:
        self.run_worker(
            self.session.seat.guard(self._search(event.query)), group="search", exclusive=True, exit_on_error=False
        )

    async def _search(self, query: str) -> None:
        self.customer_pane.show_results(await self.session.search(query), query)

    def on_customer_pane_picked(self, event: CustomerPane.Picked) -> None:
        self.do(self.session.pick(event.key))
        if event.key.startswith("ticket:"):
            self._go("ticket")

    def on_script_pane_answered(self, event: ScriptPane.Answered) -> None:
        self.do(self.session.desk.answered(event.key))

    def on_script_pane_back(self, event: ScriptPane.Back) -> None:
        self.do(self.session.desk.card_back())

    def on_ticket_pane_edited(self, event: TicketPane.Edited) -> None:
        self.session.desk.edited(event.item_id, event.fields, event.focus, event.cursor)

    # moving around

    def _show_pane(self, name: str) -> None:
        """Make a pane the current one: on a narrow or zoomed screen the only one that is seen."""
        self._current = name
        here = self._pane(name)
        boxes = [self.query_one(box) for box in ("#left", "#right", "#upper")]
        for node in (*(self._pane(one) for one in PANES), *boxes):
            node.set_class(node is here or node in here.ancestors, "-here")
        self._draw_tabs()

    def _go(self, name: str) -> None:
        self._show_pane(name)
        self._pane(name).go()

    def on_descendant_focus(self) -> None:
        focused = self.focused
        for node in focused.ancestors if focused is not None else ():
            if isinstance(node, Pane) and node.id and node.id != self._current:
                self._show_pane(node.id)
        self._draw_bars()

    def action_pane(self, name: str) -> None:
        self._go(name)

    def action_search(self) -> None:
        self._show_pane("customer")
        self.customer_pane.search()

    def action_zoom(self) -> None:
        self.toggle_class("-zoomed")

    def action_leave(self) -> None:
        if self.customer_pane.searching:
            self.customer_pane.close_search()
        elif self.has_class("-zoomed"):
            self.action_zoom()
        else:
            self._go("queue")

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

    def action_transfer(self) -> None:
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

        async def offer() -> None:
            targets = await self.session.transfer_targets()
            self.app.push_screen(TransferDialog([Target(*one) for one in targets]), chosen)

        self.do(offer())

    def action_call_out(self) -> None:
        known = ""
        if self._glance is not None:
            phones = self._glance.glance.customer.phones
            known = next((phone.e164 or phone.raw for phone in phones), "")

        def chosen(number: str | None) -> None:
            if number and number.strip():
                self.do(self.session.phone.call_out(number.strip()))

        self.app.push_screen(TextDialog("Call out", "the number to call", text=known), chosen)

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
        if self._glance is None:
            return (), ()
        return checklist(self._glance.glance.customer), self._glance.glance.verified

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
        self._go("customer")
        self.do(self.session.choose_again())

    def action_create_customer(self) -> None:
        contact = self.session.phone.contact
        known = {}
        if contact is not None:
            known = {"name": contact.caller_name, "phone": contact.caller_number}

        def chosen(texts: dict[str, str] | None) -> None:
            if texts is not None:
                self.do(self._create(texts))

        self.app.push_screen(CustomerDialog(known), chosen)

    async def _create(self, texts: dict[str, str]) -> None:
        await self.session.create_customer(from_form(texts, self._settings.region))

    # the ticket

    def action_save_ticket(self) -> None:
        self.do(self.session.desk.save_current())

    def action_note(self) -> None:
        def chosen(text: str | None) -> None:
            if text and text.strip():
                self.do(self.session.desk.note(text))

        self.app.push_screen(TextDialog("Note", "what the next person should know", several_lines=True), chosen)

    def action_copy_number(self) -> None:
        number = self.session.desk.number
        if not number:
            self.session.seat.tell("There is no ticket number to copy yet: type a title first.", "warning")
            return
        self.app.copy_to_clipboard(number)
        self.session.seat.tell(f"Copied: {number}")

    def action_drop(self) -> None:
        async def put_away() -> None:
            if not await self.session.drop(sure=False):
                question = ConfirmDialog(
                    "Put it away?",
                    ["The ticket holds text that is not saved.", "F10 saves it; y throws the text away."],
                    "throw the text away",
                    "keep it on the desk",
                )
                self.app.push_screen(question, lambda sure: self.do(self.session.drop(sure=True)) if sure else None)

        self.do(put_away())

    # the console

    def action_help(self) -> None:
        pane = self._pane(self._current)
        lines = [(), *(line(f" {part}") for part in wrap(pane.help_text, 66)), ()]
        here = [
            (one.key_text, one.help) for one in actions.WORKSPACE if one.group in (actions.PHONE, actions.CONTACT)
        ]
        self.app.push_screen(ReadDialog(f"Help · {pane.pane_name}", [*lines, *key_lines([("Keys", here)])]))

    def action_keys(self) -> None:
        groups = [
            (name, [(one.key_text, one.help) for one in actions.WORKSPACE if one.group == name])
            for name in (actions.PHONE, actions.CONTACT, actions.TICKET, actions.PANES, actions.CONSOLE)
        ]
        self.app.push_screen(ReadDialog("Keys", key_lines(groups)))

    def action_sign_off(self) -> None:
        async def leave() -> None:
            if await self.session.sign_off():
                self.app.post_message(SignedOff())

        self.do(leave())

    # bars

    def _tick(self) -> None:
        now = self._clock.now()
        self.queue_pane.tick(now)
        self.query_one(DeskPane).tick(now)
        self._draw_bars()

    def _draw_bars(self) -> None:
        state = self._state
        if state is None:
            return
        now = self._clock.now()
        status, sync = state.status, state.sync
        left = state_spans(status, now)
        if self.size.width >= 100:
            left += [Span("   "), Span(self.session.seat.agent.name)]
        self.query_one(StatusBar).show(
            left=left, middle=_hub(sync, self.size.width >= 100), right=[clock_span(now)]
        )
        self.query_one(HintBar).show(self._hints(), "esc leaves the field" if self._typing() else "")

    def _typing(self) -> bool:
        focused = self.focused
        return (
            focused is not None and focused.id is not None and focused.id.startswith(("field-", "customer-search"))
        )

    def _hints(self) -> list[tuple[str, str, bool]]:
        """What works now, first what is most likely wanted."""
        state = self.session.phone.status.state
        contact = self.session.phone.contact
        ids: list[str] = []
        if state is AgentState.RINGING:
            ids += ["answer", "reject"]
        elif state is AgentState.NOT_READY:
            ids += ["ready"]
        elif state is AgentState.READY:
            ids += ["take_next", "ready"]
        elif state in (AgentState.ON_CALL, AgentState.ON_HOLD):
            ids += ["hold", "transfer", "wrap_up", "verify"]
        elif state is AgentState.WRAP_UP:
            ids += ["wrap_up", "ready"]
        if self._typing():
            ids = [one for one in ids if one in ("answer",)]
        if self.session.desk.number:
            ids += ["save_ticket"] if self._typing() else ["save_ticket", "note", "copy_number"]
        ids += ["help", "search", "zoom", "palette"] if not self._typing() else ["help", "palette"]
        labels = {"hold": "resume"} if contact is not None and contact.state is ContactState.HELD else {}
        if contact is not None and contact.consult:
            labels = {"hold": "back to caller", "transfer": "hand over"}
        if state is AgentState.READY:
            labels["ready"] = "not ready"
        if state is AgentState.WRAP_UP:
            labels["ready"] = "not ready after"
        return [(actions.BY_ID[one].key_text, labels.get(one, actions.BY_ID[one].label), True) for one in ids]

    def _draw_tabs(self) -> None:
        tabs = []
        for name in PANES:
            pane = self._pane(name)
            tabs.append((pane.pane_key, pane.pane_name, name == self._current))
        customer = self._glance.glance.customer if self._glance is not None else None
        plan = f" · {customer.plan.short}" if customer is not None and customer.plan is not None else ""
        self.query_one(TabBar).show(tabs, f"{customer.name}{plan}" if customer is not None else "")


def _hub(sync: SyncStatus, wide: bool) -> list[Span]:
    """`hub ● online · 0 queued`, and what needs a look."""
    shape, tone = ("●", "good") if sync.online else ("○", "warn")
    word = "online" if sync.online else "offline"
    spans = [Span("hub ", "dim"), Span(shape, tone), Span(f" {word}" if wide or not sync.online else "", "dim")]
    if sync.since is not None and not sync.online:
        spans.append(Span(f" since {time_of_day(sync.since)}", "warn"))
    if wide or sync.queued:
        spans.append(Span(f" · {sync.queued} queued", "dim"))
    if sync.conflicts:
        spans.append(Span(f" · ▲ {sync.conflicts} conflicts", "warn"))
    if sync.refused:
        spans.append(Span(f" · ■ {sync.refused} refused", "bad"))
    return spans
