"""The workspace: queue, customer, script and ticket around one contact. It routes: panes say what the agent
wants, the session does it, and what the session tells goes to the panes. No rule of the desk lives here."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.geometry import Offset
from textual.reactive import Reactive
from textual.widget import Widget

from console import actions
from console.messages import (
    AsideShown,
    BannerChanged,
    CallbacksChanged,
    Connected,
    CustomersChanged,
    CustomerShown,
    DeskChanged,
    NoCustomer,
    Noticed,
    NoticesChanged,
    OutagesChanged,
    QueueChanged,
    Rang,
    ScriptAsks,
    ScriptShown,
    ShiftChanged,
    StateChanged,
    TakenUp,
    TicketShown,
    Told,
    UnsettledChanged,
    Unwritten,
)
from console.screens.callbacks import CallbacksDialog
from console.screens.floor_actions import FloorActions
from console.screens.jump import JumpScreen, Spot
from console.screens.matters_actions import MattersActions
from console.screens.modal import Dialog
from console.screens.notices import NoticesDialog
from console.screens.outages import OutagesDialog
from console.screens.report_actions import ReportActions
from console.screens.shift_actions import ShiftActions
from console.screens.sync import SyncDialog
from console.screens.sync_lines import hub_lines
from console.screens.workspace_lines import hints, not_written, noticed
from console.services.session import Session
from data.desk.drafts import DraftKind
from data.models.base import ContactId
from data.models.contact import Contact
from data.tickets.rules import FIELDS
from widgets.bars import (
    LEAST_COLUMNS,
    LEAST_LINES,
    HintBar,
    StatusBar,
    clock_span,
    state_spans,
    too_small,
)
from widgets.customer_pane import CustomerPane
from widgets.desk_pane import DeskPane
from widgets.fields import ChoiceField
from widgets.pane import Pane
from widgets.queue_pane import QueuePane
from widgets.report_words import status_spans
from widgets.safe_text import Span, wrap
from widgets.script_pane import ScriptPane
from widgets.tabs import Tab, TabBar
from widgets.ticket_pane import TicketPane
from widgets.ticket_words import LABELS, MASKED

SIGNS = {"information": "", "warning": "▲ ", "error": "✗ "}
"""A notice's kind is a sign too, not its colour alone."""
OWN_WAY_S = 0.7
"""So long after the agent has gone to a pane by its key nothing else takes the keys away."""
GOING_S = 0.3
"""Textual moves the focus by messages: so long may it take."""
PANES = ("queue", "customer", "script", "ticket", "desk")


class WorkspaceScreen(MattersActions, ReportActions, ShiftActions, FloorActions):
    """One agent's workspace."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings(actions.WORKSPACE))
    HORIZONTAL_BREAKPOINTS = [
        (0, "-narrow"),
        (100, "-medium"),
        (140, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (40, "-high")]
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """Other than Textual's: what gets or loses the focus draws itself, the rest of the screen stays."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._settings = session.seat.settings
        self._clock = session.seat.clock
        self._current = "queue"
        self._going: str | None = None
        """The pane that was gone to and may not have the focus yet."""
        self._went_at = 0.0
        """When the agent last went to a pane by its key; 0 once a contact was asked for."""
        self._state: StateChanged | None = None
        self._taken_up = False
        """What the last session left is on the screen: from now on the place of the keys is worth remembering."""
        self._alone: str | None = None
        """The pane that is the only one to be seen."""
        self.zoomed = False
        """One pane has the whole screen."""
        self._unwritten = ""
        """Why what is typed cannot be written now."""
        self.glance: CustomerShown | None = None

    def compose(self) -> ComposeResult:
        self._take_shape()
        key = self.session.seat.key
        yield StatusBar(id="status", classes="bar")
        yield TabBar(id="tabs", classes="bar")
        with Container(id="body"):
            yield QueuePane(id="queue", key_of=key)
            yield CustomerPane(id="customer", key_of=key)
            yield ScriptPane(id="script", key_of=key)
            yield TicketPane(id="ticket", key_of=key)
            yield DeskPane(id="desk", key_of=key)
        yield HintBar(id="hints", classes="bar")

    def _take_shape(self) -> None:
        """The classes of this width and height, while there is nothing below that would be styled anew."""
        for cells, points in zip(
            self.app.size, (self.HORIZONTAL_BREAKPOINTS, self.VERTICAL_BREAKPOINTS), strict=True
        ):
            reached = [name for least, name in points or () if cells >= least]
            self.add_class(*reached[-1:])

    def action_palette(self) -> None:
        self.app.action_command_palette()

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
    def current_pane(self) -> Pane:
        """The pane in hand."""
        return self._pane(self._current)

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
        self.draw_bars()
        self._show_unsettled()

    def on_unsettled_changed(self, _event: UnsettledChanged) -> None:
        self._show_unsettled()

    def _show_unsettled(self) -> None:
        for screen in self.app.screen_stack:
            if isinstance(screen, SyncDialog):
                screen.show(self.session.settling.lines, self.session.sync)

    def on_queue_changed(self, event: QueueChanged) -> None:
        self.queue_pane.show(event.view, self._clock.now())
        self._draw_tabs()

    def on_notices_changed(self, event: NoticesChanged) -> None:
        self._show_work()
        for screen in self.app.screen_stack:
            if isinstance(screen, NoticesDialog):
                screen.show(event.lines, self._clock.now())

    def on_callbacks_changed(self, event: CallbacksChanged) -> None:
        self._show_work()
        for screen in self.app.screen_stack:
            if isinstance(screen, CallbacksDialog):
                screen.show(event.lines)

    def on_outages_changed(self, event: OutagesChanged) -> None:
        self._show_work()
        for screen in self.app.screen_stack:
            if isinstance(screen, OutagesDialog):
                screen.show(event.lines)

    def on_banner_changed(self, event: BannerChanged) -> None:
        self.query_one(ScriptPane).show_outage(event.outage, self._clock.now())

    def _show_work(self) -> None:
        self.queue_pane.show_work(self.session.work, self._clock.now())
        self._draw_tabs()

    def on_shift_changed(self, _event: ShiftChanged) -> None:
        self.shift_changed()
        self.draw_bars()

    def on_noticed(self, event: Noticed) -> None:
        """One short notice however many came, and the bell; the keys stay where they are."""
        if self._settings.notifications:
            self.notify(
                noticed(event, self.session.seat.key("notices")), severity="warning", timeout=8, markup=False
            )
        if self._settings.bell and not event.waited:
            self.app.bell()

    def on_desk_changed(self, event: DeskChanged) -> None:
        self.query_one(DeskPane).show(event.lines, event.today, self._clock.now())
        self._draw_tabs()

    def on_customer_shown(self, event: CustomerShown) -> None:
        self.glance = event
        self._draw_tabs()
        self.customer_pane.show_glance(event.glance, self._clock.now())

    def on_customers_changed(self, _event: CustomersChanged) -> None:
        self.customer_pane.search_again()

    def on_no_customer(self, event: NoCustomer) -> None:
        self.glance = None
        self._draw_tabs()
        if event.found:
            self.customer_pane.show_choice(event.found, f"{len(event.found)} share this number: enter chooses")
        else:
            self.customer_pane.show_nobody(event.number, event.hint)

    def on_script_shown(self, event: ScriptShown) -> None:
        self.query_one(ScriptPane).show(event.card)

    def on_script_asks(self, event: ScriptAsks) -> None:
        self.ask_for_answer(event)

    def on_ticket_shown(self, event: TicketShown) -> None:
        self.ticket_pane.show(event.view, event.at)
        self._draw_tabs()

    def on_aside_shown(self, event: AsideShown) -> None:
        self.ticket_pane.show_aside(event.aside, self._clock.now())

    def on_taken_up(self, event: TakenUp) -> None:
        """What was being typed when the console ended is typed on: the keys go where they went."""
        search = next((draft for draft in event.drafts if draft.kind is DraftKind.SEARCH), None)
        if search is not None:
            self._show_pane("customer")
            self.customer_pane.search(search.fields.get("text", ""), search.cursor)
        elif self.session.desk.item is not None and self.screen.focused is self._pane("queue").focus_target():
            self._go_back_to(event.widget_id)
        self._taken_up = True
        for draft in event.drafts:
            self.open_again(draft)

    def _go_back_to(self, widget_id: str) -> None:
        for found in self.query(f"#{widget_id}") if widget_id else ():
            pane = next((node for node in found.ancestors if isinstance(node, Pane)), None)
            if pane is not None and pane.id:
                self._show_pane(pane.id)
                self._going = pane.id
                found.focus()
                self.set_timer(GOING_S, self._arrived)

    def on_told(self, event: Told) -> None:
        again = any(note.message.endswith(event.text) for note in self.app._notifications)
        if not again and (self._settings.notifications or event.tone == "error"):
            tone = event.tone if event.tone in SIGNS else "information"
            self.notify(
                SIGNS[tone] + " ".join(wrap(event.text, 200)),
                severity=tone,  # type: ignore[arg-type]
                timeout=4 if tone == "information" else 8,
                markup=False,
            )

    def on_unwritten(self, event: Unwritten) -> None:
        self._unwritten = event.why
        self.draw_bars()

    def on_rang(self, event: Rang) -> None:
        if self._settings.bell:
            self.app.bell()

    def on_connected(self, event: Connected) -> None:
        """The greeting comes first: the script gets the keys, but from a pane that the agent went to just now. The
        form under the cursor is another one now."""
        if self.app.screen is self and time.monotonic() - self._went_at > OWN_WAY_S:
            self.go("script")

    # what the panes want

    def on_queue_pane_take(self, event: QueuePane.Take) -> None:
        self._went_at = 0.0
        self.do(self.session.phone.take(ContactId(event.contact_id) if event.contact_id else None))

    def on_desk_pane_switch(self, event: DeskPane.Switch) -> None:
        self.do(self.session.switch(event.item_id))
        self.go("ticket")

    def on_customer_pane_search(self, event: CustomerPane.Search) -> None:
        self._look_for(event.query)

    def on_customer_pane_sought(self, event: CustomerPane.Sought) -> None:
        self.session.drafts.sought(event.query, event.cursor)

    @work(group="search", exclusive=True, exit_on_error=False)
    async def _look_for(self, query: str) -> None:
        await self.session.seat.guard(self._search(query))

    async def _search(self, query: str) -> None:
        found = await self.session.customers.search(query)
        self.customer_pane.show_results(found, query)
        if more := await self.session.customers.search_hub(query, found):
            self.customer_pane.show_results([*found, *more], query)

    def on_customer_pane_picked(self, event: CustomerPane.Picked) -> None:
        self.open_found(event.key, attach=event.choosing)

    def open_found(self, key: str, *, attach: bool = False) -> None:
        """Open a hit of a search: a ticket in its form, a customer in its pane."""
        self.do(self.session.customers.pick(key, attach=attach))
        self.go("ticket" if key.startswith("ticket:") else "customer")

    def on_script_pane_answered(self, event: ScriptPane.Answered) -> None:
        self.do(self.session.script.answered(event.key, event.card))

    def on_script_pane_back(self, event: ScriptPane.Back) -> None:
        self.do(self.session.script.back())

    def on_script_pane_leave(self, event: ScriptPane.Leave) -> None:
        self.do(self.session.script.leave())

    def on_script_pane_jump(self, event: ScriptPane.Jump) -> None:
        self.jump_in_script()

    def on_ticket_pane_edited(self, event: TicketPane.Edited) -> None:
        self.session.desk.edited(event.item_id, event.fields, event.focus, event.cursor, event.begun)

    def on_ticket_pane_no_ticket(self) -> None:
        self.session.seat.tell(
            f"No ticket is open: a contact brings one, or {self.session.seat.key('search')} and its number. Until then"
            " letters do nothing here; esc goes back.",
            "warning",
        )

    def on_ticket_pane_masked(self, _event: TicketPane.Masked) -> None:
        self.session.seat.tell(MASKED, "warning")

    # moving around

    def _show_pane(self, name: str) -> None:
        """Make a pane the current one: on a narrow or zoomed screen the only one that is seen."""
        self._current = name
        self._arrange()
        self._draw_tabs()

    def _arrange(self) -> None:
        """Show all panes, or the current one alone on a narrow or zoomed screen.

        By styles of the few boxes that it takes: a class on the screen would style every widget anew."""
        alone = self._current if self.zoomed or self.has_class("-narrow") else None
        if alone == self._alone:
            return
        self._alone = alone
        self.query_one("#body").styles.layout = "vertical" if alone else None
        for name in PANES:
            pane = self._pane(name)
            pane.display = alone in (None, name)
            pane.styles.height = "1fr" if alone else None

    def go(self, name: str, field: str = "") -> None:
        self._show_pane(name)
        self._going = name
        if field:
            self.ticket_pane.field(field).focus()
        else:
            self._pane(name).go()
        self.set_timer(GOING_S, self._arrived)

    def _arrived(self) -> None:
        self._going = None

    def on_descendant_focus(self) -> None:
        """The pane with the focus is the current one; on the way to another, an older focus says nothing."""
        focused = self.focused
        for node in focused.ancestors if focused is not None else ():
            if isinstance(node, Pane) and node.id and self._going in (None, node.id) and node.id != self._current:
                self._show_pane(node.id)
        if self._taken_up and focused is not None and focused.id:
            self.session.drafts.place(focused.id)
        self.draw_bars()

    def action_pane(self, name: str) -> None:
        self._went_at = time.monotonic()
        self.go(name)
        if name == "ticket":
            self.ticket_pane.ask_for()

    def action_answer(self) -> None:
        self._went_at = 0.0
        super().action_answer()

    def action_take_next(self) -> None:
        self._went_at = 0.0
        super().action_take_next()

    def texts_to_copy(self) -> tuple[str, str]:
        fields = [self.ticket_pane.field(name) for name in FIELDS]
        marked = [one.selected_text for one in fields if not isinstance(one, ChoiceField) and one.selected_text]
        selected = marked[0] if marked else self.get_selected_text() or ""
        return selected, self.ticket_pane.fields["title"]

    def leave_form(self) -> None:
        self.ticket_pane.leave_form()

    def action_jump(self) -> None:
        """Letters on everything that one can go to."""
        spots = [self._spot(name, self._pane(name).pane_name.lower(), self._pane(name), 0) for name in PANES]
        if self.ticket_pane.form_shown:
            spots += [
                self._spot(f"field:{name}", LABELS[name], self.ticket_pane.field(name), -1) for name in FIELDS
            ]

        def chosen(name: str | None) -> None:
            if name is not None:
                self.go("ticket" if name.startswith("field:") else name, name.partition(":")[2])

        self.app.push_screen(JumpScreen([one for one in spots if one.at or ":" not in one.name]), chosen)

    def _spot(self, name: str, label: str, widget: Widget, left: int) -> Spot:
        """Where a pane or field can be gone to; its letter lies on its first cells, if they are on the screen."""
        at = widget.region.offset + Offset(left, 0)
        shown = bool(widget.region) and self.size.region.contains_point(at) and widget.visible
        return Spot(name, label, at if shown and widget in self._compositor.visible_widgets else None)

    def action_search(self) -> None:
        self._show_pane("customer")
        self.customer_pane.search()

    def action_zoom(self) -> None:
        self.zoomed = not self.zoomed
        self._arrange()

    def action_leave(self) -> None:
        if self.customer_pane.searching:
            self.customer_pane.close_search()
        elif self.zoomed:
            self.action_zoom()
        else:
            self.do(self._back())

    async def _back(self) -> None:
        if not await self.session.customers.look_away():
            self.go("queue")

    # bars

    def on_screen_suspend(self) -> None:
        self.draw_bars()

    def on_screen_resume(self) -> None:
        self.draw_bars()

    def on_resize(self) -> None:
        self._arrange()
        self.call_after_refresh(self.draw_bars)
        self.call_after_refresh(self._draw_tabs)

    def _tick(self) -> None:
        now = self._clock.now()
        self.queue_pane.tick(now)
        self.query_one(DeskPane).tick(now)
        self.ticket_pane.tick(now)
        self.look_at_session()
        self.draw_bars()
        self.look_at_reports()

    def draw_bars(self) -> None:
        state = self._state
        if state is None:
            return
        now = self._clock.now()
        status, sync = state.status, state.sync
        answered = state.contact.answered_at if state.contact is not None else None
        left = state_spans(status, now, state.wrap_up_s, self._consulted(state.contact), answered)
        if self.size.width >= 100:
            left += [Span("   "), Span(self.session.seat.agent.name)]
        left += self.alert_spans()
        if self._unwritten:
            left += not_written(self._unwritten, self.size.width >= 100)
        middle = [] if self._unwritten else hub_lines(sync, now)
        reporting = self.session.reporting
        report = status_spans(reporting.state, now, reporting.policy, wide=self.size.width >= 100)
        self.query_one(StatusBar).show(left=left, middle=middle, right=[*report, clock_span(now)])
        if isinstance(self.app.screen, Dialog):
            self.query_one(HintBar).say("")  # the keys that work are the dialog's
        elif self.size.width < LEAST_COLUMNS or self.size.height < LEAST_LINES:
            self.query_one(HintBar).say(too_small(self.size.width, self.size.height))
        else:
            self.query_one(HintBar).show(
                hints(self.session, typing=self._typing()), "esc leaves the field" if self._typing() else ""
            )

    def _consulted(self, contact: Contact | None) -> str:
        """The name of whom the agent talks to while the caller is held."""
        if contact is None or not contact.consult:
            return ""
        kind, _, who = contact.consult.partition(":")
        return self.queue_pane.name_of(who) if kind == "agent" else who or kind

    def _typing(self) -> bool:
        focused = self.focused
        return (
            focused is not None and focused.id is not None and focused.id.startswith(("field-", "customer-search"))
        )

    def _draw_tabs(self) -> None:
        tabs = []
        for name in PANES:
            pane = self._pane(name)
            tabs.append(Tab(pane.pane_key, pane.pane_name, pane.mark, name == self._current))
        customer = self.glance.glance.customer if self.glance is not None else None
        plan = f" · {customer.plan.short}" if customer is not None and customer.plan is not None else ""
        self.query_one(TabBar).show(tabs, f"{customer.name}{plan}" if customer is not None else "")
