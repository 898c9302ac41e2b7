"""The live floor for supervisors: panels that are all drawn from one snapshot, four times a second at most and only
while this screen is on top."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from console import actions, keymap
from console.screens.floor_filter import filter_field
from console.screens.floor_quality import EMPTY, NO_SCORES, FloorQuality
from console.screens.modal import ReadDialog, key_lines
from console.screens.sync_lines import hub_part
from console.services.floor_watch import FloorWatching
from console.services.quality import Quality
from console.services.step_in import StepIn
from data.models.agent import AgentStatus
from data.queue.figures import FigureRow
from data.supervision.snapshot import FloorSnapshot
from data.supervision.thresholds import Level
from data.sync.wire import SyncStatus
from widgets.bars import HintBar, StatusBar, state_parts
from widgets.floor.agents import AgentTable, agent_heading
from widgets.floor.alerts import alert_table, step_table
from widgets.floor.now import NowPanel
from widgets.floor.panel import FloorPanel
from widgets.floor.queues import QueueTable, waiting_table
from widgets.floor.reports import report_table
from widgets.floor.words import TONES
from widgets.lines import Lines
from widgets.room import Part, Rank
from widgets.safe_text import Line, Span, line, wrap

TABS: dict[str, tuple[str, ...]] = {
    "floor": ("now", "alerts", "queues", "agents"),
    "queues": ("queues", "waiting"),
    "agents": ("agents",),
    "alerts": ("alerts", "steps"),
    "reports": ("reports",),
    "quality": ("reviews", "averages"),
}
"""The tabs, and the panels of each."""
PANELS = {
    "now": ("Now", ""),
    "alerts": ("Alerts", "● Nothing has reached a limit."),
    "steps": ("Stepped in", "Nobody has stepped in during the last day."),
    "queues": ("Queues", "No queue is known here yet."),
    "agents": ("Agents", "Nobody is signed on."),
    "waiting": ("Waiting", "Nobody waits."),
    "reports": ("Reports", "Nothing was offered today."),
    "reviews": ("Contacts", EMPTY),
    "averages": ("Averages", NO_SCORES),
}
"""The panels in their order: what they are called, and what is said where a table has no rows; lines have none."""
ROOMY, WIDE, HUGE = 120, 140, 200
HELP_TEXT = (
    "The floor as it is now, four times a second. ▲ and ■ stand at a figure that has reached a limit of floor.yaml."
    " enter opens what the line under the cursor is about: the contact that an agent has, the log of a contact, the"
    " queues of a half hour. tab goes to the next panel."
)
Do = Callable[[Coroutine[Any, Any, None]], None]
"""Does something beside the event loop's other work; what goes wrong becomes a sentence."""


class FloorScreen(FloorQuality):
    """The dashboard."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings(actions.FLOOR))

    def __init__(
        self,
        watching: FloorWatching,
        do: Do,
        sync: Callable[[], SyncStatus | None],
        me: Callable[[], AgentStatus | None],
        stepping: StepIn | None = None,
        quality: Quality | None = None,
    ) -> None:
        """`sync`, `me`: how the hub does, and whoever sits here; None where there is nothing to say. `stepping`: by what
        one steps in; `quality`: by what one scores; None: here one only looks."""
        super().__init__()
        self._watching = watching
        self._do = do
        self._sync = sync
        self._me = me
        self.stepping = stepping
        self.quality = quality
        self._tab = "floor"
        self._snap: FloorSnapshot | None = None
        self._panels = {
            name: FloorPanel(title, id=f"floor-{name}", table=bool(empty), empty=empty)
            for name, (title, empty) in PANELS.items()
        }
        self._now = NowPanel()
        self._queues = QueueTable()
        self._agents = AgentTable()
        self._backs: list[tuple[str, str]] = []
        self._opened: dict[str, list[FigureRow]] = {}
        """Half hours that are shown by queue."""
        self._opened_of: dict[str, FigureRow] = {}
        """As they were when that was read."""
        self._shape: tuple[object, ...] = ()
        self._hinted: tuple[object, ...] = ()
        """What the hints were drawn for."""
        self._ready = False
        """The panels are there."""

    def compose(self) -> ComposeResult:
        yield StatusBar(id="status", classes="bar")
        with Container(id="floor-body"):
            yield from self._panels.values()
        yield filter_field()
        yield HintBar(id="hints", classes="bar")

    def on_mount(self) -> None:
        self._key = keymap.of(self.app)
        self._ready = True
        self._arrange()
        self.panel("now").go()

    def under(self, panel: str) -> str | None:
        there = self.panel(panel)
        return there.body.key if there.has_focus_within else None

    def panel(self, name: str) -> FloorPanel:
        """A panel by name."""
        return self._panels[name]

    @property
    def first_panel(self) -> FloorPanel:
        return self.panel(self.shown[0])

    # only while it is on top

    def on_screen_resume(self) -> None:
        self._watching.watch(self.show)

    def on_screen_suspend(self) -> None:
        self._watching.rest()

    def on_unmount(self) -> None:
        self._watching.rest()

    # drawing

    def show(self, snap: FloorSnapshot) -> None:
        """Draw what is seen of this snapshot."""
        before, self._snap = self._snap, snap
        if before is not None and before.day != snap.day:
            self._opened.clear()
        self.draw()
        self._go_on_with_slots(snap)

    @property
    def shown(self) -> tuple[str, ...]:
        """The panels of the tab that is open; the widest floor has room for who waits as well."""
        more = ("waiting",) if self._tab == "floor" and self.app.size.width >= HUGE else ()
        return TABS[self._tab] + more

    def on_resize(self) -> None:
        self._arrange()

    def on_floor_panel_resized(self) -> None:
        """Draw for the room that there is. Only the panels know when they have it: under a dialog the screen is told of a
        new size before it is laid out for it."""
        self.draw()

    def _arrange(self) -> None:
        """Give the panels their places, when the tab, the room or the number of queues is another one."""
        cells, lines = self.app.size
        queues = len(self._snap.queues) if self._snap is not None else 2
        shape = (self._tab, cells, lines, queues)
        if shape == self._shape:
            return
        self._shape = shape
        body = self.query_one("#floor-body")
        for name, panel in self._panels.items():
            panel.display = name in self.shown
            panel.styles.column_span = panel.styles.row_span = 1
        body.styles.grid_size_columns = 1
        body.styles.grid_columns = "1fr"
        listed = max(3, min(queues, lines // 4)) + 2
        if self._tab == "floor":
            high = 18 if lines >= 55 else 16 if lines >= 40 else 12
            if cells >= HUGE:
                body.styles.grid_size_columns = 2
                body.styles.grid_columns = "3fr 2fr"
                body.styles.grid_rows = f"{high} {listed} 1fr"
                self.panel("agents").styles.row_span = 2
            elif cells >= WIDE:
                body.styles.grid_size_columns = 2
                body.styles.grid_columns = "1fr 1fr"
                body.styles.grid_rows = f"{high} {listed} 1fr"
                for name in ("queues", "agents"):
                    self.panel(name).styles.column_span = 2
            else:
                body.styles.grid_rows = f"{high} 4 {listed} 1fr"
        elif self._tab in ("alerts", "quality"):
            body.styles.grid_rows = "2fr 1fr"
        elif self._tab == "queues":
            body.styles.grid_rows = f"{listed} 1fr"
        else:
            body.styles.grid_rows = "1fr"

    def draw(self) -> None:
        snap = self._snap
        if snap is None or not self._ready or not self.is_attached:
            return
        self._arrange()
        self._draw_bars(snap)
        wanted = self.wanted
        for name in self.shown:
            panel = self.panel(name)
            panel.wanted = wanted
            cells, lines = panel.body.size
            if cells:
                getattr(self, f"_draw_{name}")(panel, snap, cells, lines)

    def _draw_now(self, panel: FloorPanel, snap: FloorSnapshot, cells: int, lines: int) -> None:
        panel.show_lines(self._now.lines(snap, snap.at, cells, lines))

    def _draw_alerts(self, panel: FloorPanel, snap: FloorSnapshot, cells: int, _lines: int) -> None:
        past = self._tab == "alerts"
        table = alert_table(snap, snap.at, cells, past=past)
        unseen = sum(one.open for one in snap.alerts)
        over = f" · {len(snap.past)} over" if past and snap.past else ""
        panel.show_table(table, f"{unseen} open{over}" if table.rows else "")

    def _draw_steps(self, panel: FloorPanel, snap: FloorSnapshot, cells: int, _lines: int) -> None:
        panel.show_table(step_table(snap, cells))

    def _draw_queues(self, panel: FloorPanel, snap: FloorSnapshot, cells: int, _lines: int) -> None:
        panel.show_table(self._queues.table(snap, snap.at, cells), "today")

    def _draw_waiting(self, panel: FloorPanel, snap: FloorSnapshot, cells: int, _lines: int) -> None:
        queue = self.panel("queues").body.key if self._tab == "queues" else None
        table = waiting_table(snap, snap.at, cells, queue)
        panel.show_table(table, snap.queue_name(queue) if queue else str(len(table.rows)))

    def _draw_agents(self, panel: FloorPanel, snap: FloorSnapshot, cells: int, _lines: int) -> None:
        table = self._agents.table(
            snap, snap.at, cells, None if panel.wanted else panel.body.in_view, kept_to=self._tab == "agents"
        )
        panel.show_table(table, agent_heading(snap))

    def _draw_reports(self, panel: FloorPanel, snap: FloorSnapshot, cells: int, _lines: int) -> None:
        panel.show_table(report_table(snap, cells, self._opened), f"{snap.day:%A %d %B %Y}")

    def _draw_bars(self, snap: FloorSnapshot) -> None:
        unseen = [one for one in snap.alerts if one.open]
        worst = max((one.level for one in unseen), default=Level.FINE)
        left = [Part((Span(" "),), ((Rank.BESIDES, (Span(" FLOOR  ", "accent"),)),))]
        for action in actions.FLOOR:
            if not action.id.startswith("tab_"):
                continue
            here = action.id == f"tab_{self._tab}"
            mark, tone = Span("▸" if here else " ", "accent"), "accent" if here else "dim"
            short, named = (
                (mark, Span(f"{text} ", tone))
                for text in (self._key(action.id), f"{self._key(action.id)} {action.label.capitalize()}")
            )
            left.append(Part(named) if here else Part(short, ((Rank.STATE, named),)))
            if action.id == "tab_alerts" and unseen:
                left.append(Part((Span(f"{len(unseen)} ", TONES[worst]),)))
        me = self._me()
        if me is not None and me.contact_id is not None:
            left += [Part((Span("  "),)), *state_parts(me, snap.at)]
        policy, now = snap.policy, snap.at.astimezone(snap.zone)
        zone = f"{now:%Z} " if now.utcoffset() != snap.at.astimezone().utcoffset() else ""
        goal = Span(f"{policy.formula} {policy.target * 100:.0f}/{policy.threshold_s}   ", "dim")
        time = Span(f"{now:%H:%M:%S} {zone}", "bright")
        if (sync := self._sync()) is not None:
            left.append(hub_part(sync, snap.at))
        self.query_one(StatusBar).show_parts(
            left, [Part((), ((Rank.BESIDES, (goal,)),)), Part((), ((Rank.CLOCK, (time,)),))]
        )
        self._draw_hints()

    def _draw_hints(self) -> None:
        bar = self.query_one(HintBar)
        shape = (self._tab, self.filtering, bool(self.wanted), bool(self._backs), bar.size.width)
        if shape == self._hinted:
            return
        self._hinted = shape
        if self.filtering:
            bar.show([("enter", "to the rows", True), ("esc", "shows all", True)])
            return
        hints = [("tab", "next panel", True)] if self.size.width >= ROOMY else []
        hints.append(("enter", "open", True))
        here = self.stepping is not None and self._tab not in ("quality", "reports")
        steps = ("set_state", "reassign", "priority", "message_agent", "see_alert") if here else ()
        hints += [(self._key(one), actions.BY_ID[one].label, True) for one in steps]
        leave = "shows all" if self.wanted else "back" if self._backs else actions.BY_ID["leave_floor"].label
        hints += [
            (self._key(one), leave if one == "leave_floor" else actions.BY_ID[one].label, True)
            for one in ("filter_floor", "why", "help", "leave_floor", "palette")
        ]
        bar.show(hints)

    # what the keys do

    def action_tab(self, name: str) -> None:
        self._backs.clear()
        self._show_tab(name)

    def _show_tab(self, name: str) -> None:
        self._tab = name
        self.draw()
        self.first_panel.go()
        self.call_after_refresh(self.draw)
        if self._snap is not None:
            self._go_on_with_slots(self._snap)

    def action_palette(self) -> None:
        self.app.action_command_palette()

    def action_leave_floor(self) -> None:
        if self.stop_filtering():
            return
        here = self._here
        while self._backs[-1:] == [here]:
            self._backs.pop()
        if not self._backs:
            self.dismiss()
            return
        tab, name = self._backs.pop()
        self._show_tab(tab)
        self.panel(name).go()

    def on_lines_highlighted(self, event: Lines.Highlighted) -> None:
        if event.lines in (self.panel("queues").body, self.panel("agents").body):
            self.draw()

    def action_help(self) -> None:
        """Say what the floor is for, and its keys."""
        keys = [(self._key(one.id), one.help) for one in actions.FLOOR]

        def write(cells: int) -> list[Line]:
            said = (line(f" {part}") for part in wrap(HELP_TEXT, cells - 1))
            return [(), *said, (), *key_lines([("Keys", keys)], cells)]

        self.app.push_screen(ReadDialog("Help · Floor", write))
