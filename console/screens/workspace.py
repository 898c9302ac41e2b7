"""The workspace: queue, customer, script and ticket around one contact. It routes: panes say what the agent
wants, the session does it, and what the session tells goes to the panes. No rule of the desk lives here."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
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
from console.screens.matters_actions import MattersActions
from console.screens.modal import Dialog
from console.screens.notices import NoticesDialog
from console.screens.outages import OutagesDialog
from console.screens.report_actions import ReportActions
from console.screens.shift_actions import ShiftActions
from console.screens.sync import SyncDialog
from console.screens.workspace_lines import noticed
from console.screens.workspace_panes import MEDIUM_CELLS, WorkspacePanes
from console.services.session import Session
from data.desk.drafts import DraftKind
from data.models.base import ContactId
from widgets.bars import (
    HintBar,
    StatusBar,
)
from widgets.customer_pane import CustomerPane
from widgets.desk_pane import DeskPane
from widgets.queue_pane import QueuePane
from widgets.safe_text import wrap
from widgets.script_pane import ScriptPane
from widgets.tabs import TabBar
from widgets.ticket_pane import TicketPane
from widgets.ticket_words import MASKED

MOST_PASSING = 20
"""So many of what was told for as long as it is so are looked after: no more stand in the corner."""
SIGNS = {"information": "", "warning": "▲ ", "error": "✗ "}
"""A notice's kind is a sign too, not its colour alone."""
OWN_WAY_S = 0.7
"""So long after the agent has gone to a pane by its key nothing else takes the keys away."""


class WorkspaceScreen(MattersActions, ReportActions, ShiftActions, FloorActions, WorkspacePanes):
    """One agent's workspace."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings(actions.WORKSPACE))
    HORIZONTAL_BREAKPOINTS = [
        (0, "-narrow"),
        (MEDIUM_CELLS, "-medium"),
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
        self._went_at = 0.0
        """When the agent last went to a pane by its key; 0 once a contact was asked for."""
        self._taken_up = False
        """What the last session left is on the screen: from now on the place of the keys is worth remembering."""
        self._passing: dict[str, Callable[[], bool]] = {}
        """What was told that may be so no longer, and whether it is."""
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

    # what the session tells

    def on_state_changed(self, event: StateChanged) -> None:
        self._state = event
        self._ask_anew()
        self.take_back()
        self.draw_bars()
        self._show_unsettled()

    def _ask_anew(self) -> None:
        """What is asked may be about a contact that is gone."""
        for screen in self.app.screen_stack:
            if isinstance(screen, Dialog):
                screen.ask_anew()

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
        self._ask_anew()
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
            self._go_to_widget(event.widget_id)
        self._taken_up = True
        for draft in event.drafts:
            self.open_again(draft)

    def on_told(self, event: Told) -> None:
        if event.holds is not None:
            self._passing[event.text] = event.holds
        again = any(note.message.endswith(event.text) for note in self.app._notifications)
        if not again and (self._settings.notifications or event.tone == "error"):
            tone = event.tone if event.tone in SIGNS else "information"
            self.notify(
                SIGNS[tone] + " ".join(wrap(event.text, 200)),
                severity=tone,  # type: ignore[arg-type]
                timeout=4 if tone == "information" else 8,
                markup=False,
            )

    def take_back(self) -> None:
        """Take back what was told and is so no longer. It is asked again later, since what was told just now may not
        have come to the corner yet."""
        over = tuple(text for text, holds in self._passing.items() if not holds())
        for note in [note for note in self.app._notifications if over and note.message.endswith(over)]:
            self.app._unnotify(note)
        self._passing = dict(list(self._passing.items())[-MOST_PASSING:])

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

    def on_descendant_focus(self) -> None:
        widget_id = self._follow_focus()
        if self._taken_up and widget_id:
            self.session.drafts.place(widget_id)
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

    def _tick(self) -> None:
        now = self._clock.now()
        self.queue_pane.tick(now)
        self.query_one(DeskPane).tick(now)
        self.ticket_pane.tick(now)
        self.look_at_session()
        self.draw_bars()
        self.look_at_reports()
