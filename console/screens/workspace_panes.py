"""The panes of the workspace: where they stand, which one is in hand, where the keys go, and the lines above and below."""

from __future__ import annotations

from abc import abstractmethod

from textual.geometry import Offset
from textual.widget import Widget

from console.messages import StateChanged
from console.screens.jump import JumpScreen, Spot
from console.screens.modal import Dialog
from console.screens.sync_lines import hub_part
from console.screens.workspace_actions import WorkspaceActions
from console.screens.workspace_lines import hints, not_written
from data.clock import Clock
from data.models.contact import Contact
from data.tickets.rules import FIELDS
from widgets.bars import (
    LEAST_COLUMNS,
    LEAST_LINES,
    HintBar,
    StatusBar,
    clock_part,
    name_part,
    state_parts,
    too_small,
)
from widgets.customer_pane import CustomerPane
from widgets.fields import ChoiceField
from widgets.pane import Pane
from widgets.queue_pane import QueuePane
from widgets.report_words import status_part
from widgets.room import Part
from widgets.tabs import Tab, TabBar
from widgets.ticket_pane import TicketPane
from widgets.ticket_words import LABELS

GOING_S = 0.3
"""Textual moves the focus by messages: so long may it take."""
PANES = ("queue", "customer", "script", "ticket", "desk")
MEDIUM_CELLS = 100
"""From so many cells on there is room for all panes at once."""


class WorkspacePanes(WorkspaceActions):
    """Moves among the panes and draws the bars. What is in the panes is not its business."""

    _clock: Clock

    def __init__(self) -> None:
        super().__init__()
        self._current = "queue"
        self._going: str | None = None
        """The pane that was gone to and may not have the focus yet."""
        self._alone: str | None = None
        """The pane that is the only one to be seen."""
        self.zoomed = False
        """One pane has the whole screen."""
        self._state: StateChanged | None = None
        self._unwritten = ""
        """Why what is typed cannot be written now."""

    @abstractmethod
    def alert_part(self) -> Part:
        """What a supervisor is told of the floor."""

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

    # moving around

    def _show_pane(self, name: str) -> None:
        """Make a pane the current one: on a narrow or zoomed screen the only one that is seen."""
        self._current = name
        self._arrange()
        self._draw_tabs()

    def _arrange(self) -> None:
        """Show all panes, or the current one alone on a narrow or zoomed screen.

        By styles of the few boxes that it takes: a class on the screen would style every widget anew. And by the size of
        the window: Textual gives the screen the class of a new one only after it has told of it, which it does twice
        to the screen on top and once to one under a dialog."""
        alone = self._current if self.zoomed or self.app.size.width < MEDIUM_CELLS else None
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

    def _follow_focus(self) -> str:
        """The pane with the focus is the current one; on the way to another, an older focus says nothing. Returns the id of
        what has the focus."""
        focused = self.focused
        for node in focused.ancestors if focused is not None else ():
            if isinstance(node, Pane) and node.id and self._going in (None, node.id) and node.id != self._current:
                self._show_pane(node.id)
        return focused.id or "" if focused is not None else ""

    def _go_to_widget(self, widget_id: str) -> None:
        """Give the keys to something in a pane, where there is such a thing."""
        for found in self.query(f"#{widget_id}") if widget_id else ():
            pane = next((node for node in found.ancestors if isinstance(node, Pane)), None)
            if pane is not None and pane.id:
                self._show_pane(pane.id)
                self._going = pane.id
                found.focus()
                self.set_timer(GOING_S, self._arrived)

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

    # the bars

    def draw_bars(self) -> None:
        """My state, the hub, the reports and the clock; the keys that work here."""
        state = self._state
        if state is None:
            return
        now = self._clock.now()
        status, sync = state.status, state.sync
        answered = state.contact.answered_at if state.contact is not None else None
        left = [
            *state_parts(status, now, state.wrap_up_s, self._consulted(state.contact), answered),
            name_part(self.session.seat.agent.name),
            self.alert_part(),
            not_written(self._unwritten),
            hub_part(sync, now),
        ]
        reporting = self.session.reporting
        report = status_part(reporting.state, now, reporting.policy)
        self.query_one(StatusBar).show_parts(left, [report, clock_part(now)])
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
