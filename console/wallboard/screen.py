"""The floor as it hangs on a wall: the panels of the dashboard, laid out to be read from across the room. There are no
keys, and since anybody may look at a wall, no callers' names."""

from __future__ import annotations

from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen

from console.screens.sync_lines import hub_lines
from data.supervision.snapshot import FloorSnapshot
from data.supervision.thresholds import Level
from data.sync.wire import SyncStatus
from widgets.bars import StatusBar
from widgets.floor.agents import AgentTable, agent_heading
from widgets.floor.alerts import alert_table
from widgets.floor.now import NowPanel
from widgets.floor.panel import FloorPanel
from widgets.floor.queues import QueueTable
from widgets.floor.words import TONES
from widgets.safe_text import Span, fit

WIDE = 140
PAGE_S = 10
"""So long a page of agents stands, where there are more than have room."""


class WallScreen(Screen[None], inherit_bindings=False):
    """The only screen of the wallboard."""

    AUTO_FOCUS = ""

    def __init__(self, organisation: str) -> None:
        super().__init__()
        self._organisation = organisation
        self._snap: FloorSnapshot | None = None
        self._sync = SyncStatus()
        self._trouble = ""
        self._now = NowPanel()
        self._queues = QueueTable()
        self._agents = AgentTable()
        self._shape: tuple[int, ...] = ()
        self._ready = False
        """The panels are there."""

    def compose(self) -> ComposeResult:
        yield StatusBar(id="status", classes="bar")
        with Container(id="floor-body"):
            yield FloorPanel("Now", id="floor-now", table=False)
            yield FloorPanel("Queues", id="floor-queues", empty="No queue is known here yet.")
            yield FloorPanel("Alerts", id="floor-alerts", empty="● Nothing has reached a limit.")
            yield FloorPanel("Agents", id="floor-agents", empty="Nobody is signed on.")

    def on_mount(self) -> None:
        self._ready = True
        self._arrange()
        self._draw_bar()

    def on_resize(self) -> None:
        if self._ready:
            self._arrange()
        self.call_after_refresh(self._draw)

    # what is told

    def show(self, snap: FloorSnapshot) -> None:
        """Draw this snapshot."""
        agents = tuple(replace(one, caller="") if one.caller else one for one in snap.agents)
        self._snap, self._trouble = replace(snap, agents=agents), ""
        self._draw()

    def tell(self, trouble: str) -> None:
        """Say in the line on top why what is seen is old."""
        self._trouble = trouble
        self._draw_bar()

    def hear_of_hub(self, sync: SyncStatus) -> None:
        """How the hub does."""
        self._sync = sync
        self._draw_bar()

    # drawing

    def _panel(self, name: str) -> FloorPanel:
        return self.query_one(f"#floor-{name}", FloorPanel)

    def _arrange(self) -> None:
        """Give the panels their places, when the room or the number of queues is another one."""
        cells, lines = self.app.size
        queues = len(self._snap.queues) if self._snap is not None else 2
        if (shape := (cells, lines, queues)) == self._shape:
            return
        self._shape = shape
        listed = max(min(queues, lines // 4) + 2, lines // 5)
        high = 18 if lines >= 40 else 12 if lines >= 28 else 8
        body = self.query_one("#floor-body")
        wide = cells >= WIDE
        body.styles.grid_size_columns = 2 if wide else 1
        body.styles.grid_columns = "3fr 2fr" if wide else "1fr"
        body.styles.grid_rows = f"{high} {listed} 1fr" if wide else f"{high} {listed} 4 1fr"
        for name in ("now", "agents"):
            self._panel(name).styles.column_span = 2 if wide else 1

    def _draw(self) -> None:
        snap = self._snap
        self._draw_bar()
        if snap is None or not self._ready:
            return
        self._arrange()
        for name in ("now", "alerts", "queues", "agents"):
            panel = self._panel(name)
            cells, lines = panel.body.size
            if cells and lines:
                getattr(self, f"_draw_{name}")(panel, snap, cells, lines)

    def _draw_now(self, panel: FloorPanel, snap: FloorSnapshot, cells: int, lines: int) -> None:
        panel.show_lines(self._now.lines(snap, snap.at, cells, lines))

    def _draw_alerts(self, panel: FloorPanel, snap: FloorSnapshot, cells: int, lines: int) -> None:
        seen_by_all = replace(
            snap, alerts=tuple(one for one in snap.alerts if not one.from_row)
        )  # records name callers
        table = alert_table(seen_by_all, snap.at, cells)
        hidden = len(table.rows) - lines
        panel.show_table(table, f"{len(table.rows)} open" + (f", {hidden} below" if hidden > 0 else ""))

    def _draw_queues(self, panel: FloorPanel, snap: FloorSnapshot, cells: int, _lines: int) -> None:
        panel.show_table(self._queues.table(snap, snap.at, cells), "today")

    def _draw_agents(self, panel: FloorPanel, snap: FloorSnapshot, cells: int, lines: int) -> None:
        pages = max(1, -(-len(snap.agents) // lines))
        page = int(snap.at.timestamp()) // PAGE_S % pages
        here = replace(snap, agents=snap.agents[page * lines : (page + 1) * lines])
        which = f" · page {page + 1} of {pages}" if pages > 1 else ""
        panel.show_table(self._agents.table(here, snap.at, cells), f"{agent_heading(snap)}{which}")

    def _draw_bar(self) -> None:
        if not self._ready:
            return
        snap = self._snap
        left = [
            Span(" WALLBOARD ", "accent"),
            Span(fit(self._organisation, min(40, len(self._organisation))), "dim"),
        ]
        if snap is None:
            left.append(Span("  The floor is being read …", "dim"))
            right = [Span(" ")]
        else:
            policy, now = snap.policy, snap.at.astimezone(snap.zone)
            right = [
                Span(f"{policy.formula} {policy.target * 100:.0f}/{policy.threshold_s}   ", "dim"),
                Span(f"{now:%H:%M:%S} ", "bright"),
            ]
        if self._trouble:
            left.append(Span(f"  ■ {self._trouble}", TONES[Level.ALARM]))
        at = snap.at if snap is not None else self._sync.last_pull
        middle = hub_lines(self._sync, at) if at is not None else []
        self.query_one(StatusBar).show(left=left, middle=middle, right=right)
