"""The workspace: queue, customer, script and ticket around one contact. It routes: panes say what the agent
wants, the session does it, and what the session tells goes to the panes. No rule of the desk lives here."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import Reactive
from textual.widget import Widget

from console import actions
from console.messages import (
    Connected,
    CustomerShown,
    DeskChanged,
    NoCustomer,
    QueueChanged,
    Rang,
    ScriptShown,
    StateChanged,
    TicketShown,
    Told,
)
from console.screens.workspace_actions import WorkspaceActions
from console.services.session import Session
from data.models.agent import AgentState
from data.models.base import ContactId
from data.models.contact import Contact, ContactState, Direction, RequestAction
from data.sync.wire import SyncStatus
from widgets.bars import HintBar, StatusBar, clock_span, state_spans
from widgets.customer_pane import CustomerPane
from widgets.desk_pane import DeskPane
from widgets.pane import Pane
from widgets.queue_pane import QueuePane
from widgets.safe_text import Span, wrap
from widgets.script_pane import ScriptPane
from widgets.tabs import TabBar
from widgets.ticket_pane import TicketPane
from widgets.times import time_of_day

GOING_S = 0.3
"""Textual moves the focus by messages: so long may it take."""
PANES = ("queue", "customer", "script", "ticket", "desk")
BOXES = ("left", "right", "upper")
"""What the panes stand in."""


class WorkspaceScreen(WorkspaceActions):
    """One agent's workspace."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings(actions.WORKSPACE))
    HORIZONTAL_BREAKPOINTS = [
        (0, "-narrow"),
        (100, "-medium"),
        (140, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (36, "-high")]
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
        self._state: StateChanged | None = None
        self._fresh = True
        self._alone: str | None = None
        """The pane that is the only one to be seen."""
        self.zoomed = False
        """One pane has the whole screen."""
        self.glance: CustomerShown | None = None

    def compose(self) -> ComposeResult:
        self._take_shape()
        key = self.session.seat.key
        yield StatusBar(id="status", classes="bar")
        yield TabBar(id="tabs", classes="bar")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield QueuePane(id="queue", key_of=key)
                yield DeskPane(id="desk", key_of=key)
            with Vertical(id="right"):
                with Horizontal(id="upper"):
                    yield CustomerPane(id="customer", key_of=key)
                    yield ScriptPane(id="script", key_of=key)
                yield TicketPane(id="ticket", key_of=key)
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
        self._draw_bars()

    def on_queue_changed(self, event: QueueChanged) -> None:
        self.queue_pane.show(event.view, self._clock.now())
        self._draw_tabs()

    def on_desk_changed(self, event: DeskChanged) -> None:
        self.query_one(DeskPane).show(event.lines, event.today, self._clock.now())
        self._draw_tabs()

    def on_customer_shown(self, event: CustomerShown) -> None:
        self.glance = event
        self._draw_tabs()
        self.customer_pane.show_glance(event.glance, self._clock.now())

    def on_no_customer(self, event: NoCustomer) -> None:
        self.glance = None
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
        fresh, self._fresh = self._fresh, False
        if fresh and event.view is not None and event.view.unsaved and event.view.focus:
            self.go("ticket")  # what was being typed when the console ended is typed on

    def on_told(self, event: Told) -> None:
        again = any(note.message == event.text for note in self.app._notifications)
        if not again and (self._settings.notifications or event.tone == "error"):
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
        """The greeting comes first: the script gets the keys. The form under the cursor is another one now."""
        if self.app.screen is self:
            self.go("script")

    # what the panes want

    def on_queue_pane_take(self, event: QueuePane.Take) -> None:
        self.do(self.session.phone.take(ContactId(event.contact_id) if event.contact_id else None))

    def on_desk_pane_switch(self, event: DeskPane.Switch) -> None:
        self.do(self.session.switch(event.item_id))
        self.go("ticket")

    def on_customer_pane_search(self, event: CustomerPane.Search) -> None:
        self.run_worker(
            self.session.seat.guard(self._search(event.query)), group="search", exclusive=True, exit_on_error=False
        )

    async def _search(self, query: str) -> None:
        self.customer_pane.show_results(await self.session.search(query), query)

    def on_customer_pane_picked(self, event: CustomerPane.Picked) -> None:
        self.open_found(event.key, attach=event.choosing)

    def open_found(self, key: str, *, attach: bool = False) -> None:
        """Open a hit of a search: a ticket in its form, a customer in its pane."""
        self.do(self.session.pick(key, attach=attach))
        self.go("ticket" if key.startswith("ticket:") else "customer")

    def on_script_pane_answered(self, event: ScriptPane.Answered) -> None:
        self.do(self.session.desk.answered(event.key))

    def on_script_pane_back(self, event: ScriptPane.Back) -> None:
        self.do(self.session.desk.card_back())

    def on_ticket_pane_edited(self, event: TicketPane.Edited) -> None:
        self.session.desk.edited(event.item_id, event.fields, event.focus, event.cursor, event.begun)

    def on_ticket_pane_masked(self, _event: TicketPane.Masked) -> None:
        self.session.seat.tell(
            "A card number was masked: it is kept nowhere. Payment goes by link, account page or phone.", "warning"
        )

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
        here = self._pane(self._current)
        for node in (*(self.query_one(f"#{name}") for name in BOXES), *(self._pane(one) for one in PANES)):
            around = node is here or node in here.ancestors
            node.display = around or not alone
            fills = alone and around
            node.styles.width = node.styles.height = "1fr" if fills else None
            node.styles.margin = 0 if fills else None

    def go(self, name: str) -> None:
        self._show_pane(name)
        self._going = name
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
        self._draw_bars()

    def action_pane(self, name: str) -> None:
        self.go(name)

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
        if not await self.session.look_away():
            self.go("queue")

    # bars

    def on_resize(self) -> None:
        self._arrange()
        self.call_after_refresh(self._draw_bars)
        self.call_after_refresh(self._draw_tabs)

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
        left = state_spans(status, now, state.wrap_up_s, self._consulted(state.contact))
        if self.size.width >= 100:
            left += [Span("   "), Span(self.session.seat.agent.name)]
        self.query_one(StatusBar).show(
            left=left, middle=_hub(sync, self.size.width >= 100), right=[clock_span(now)]
        )
        self.query_one(HintBar).show(self._hints(), "esc leaves the field" if self._typing() else "")

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

    def _hints(self) -> list[tuple[str, str, bool]]:
        """What works now, first what is most likely wanted."""
        state = self.session.phone.status.state
        contact = self.session.phone.contact
        ids: list[str] = []
        if state is AgentState.RINGING:
            placed = contact is not None and contact.direction is Direction.OUTBOUND
            ids += [] if placed else ["answer", "reject"]
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
        return [
            (self.session.seat.key(one), labels.get(one, actions.BY_ID[one].label), self._works(one)) for one in ids
        ]

    def _works(self, action: str) -> bool:
        """Whether the line of the present contact can do this; a key that cannot is dimmed, and says why."""
        asked = {"hold": RequestAction.HOLD, "transfer": RequestAction.TRANSFER}.get(action)
        return asked is None or not self.session.phone.cannot(asked)

    def _draw_tabs(self) -> None:
        tabs = []
        for name in PANES:
            pane = self._pane(name)
            tabs.append((pane.pane_key, pane.pane_name, name == self._current))
        customer = self.glance.glance.customer if self.glance is not None else None
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
