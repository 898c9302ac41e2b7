"""The live floor for supervisors: panels that are all drawn from one snapshot, four times a second at most and only
while this screen is on top."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from console import actions, keymap
from console.screens.floor_quality import EMPTY, NO_SCORES, FloorQuality
from console.screens.modal import ReadDialog, key_lines
from console.screens.story import StoryDialog
from console.screens.sync_lines import hub_lines
from console.services.floor_watch import FloorWatching
from console.services.quality import Quality
from console.services.step_in import StepIn
from data.models.agent import AgentStatus
from data.queue.erlang import ASSUMPTION
from data.queue.figures import FigureRow
from data.supervision.alerts import Bell
from data.supervision.snapshot import FloorSnapshot, slot_start
from data.supervision.thresholds import Level
from data.supervision.why import EXPLAINED, explain
from data.sync.wire import SyncStatus
from widgets import floor_lines
from widgets.bars import HintBar, StatusBar, state_spans
from widgets.floor_panel import FloorPanel
from widgets.floor_words import TONES
from widgets.lines import Lines
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
WIDE, HUGE = 140, 200
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
        self._bell = Bell(watching.policy)
        self._tab = "floor"
        self._snap: FloorSnapshot | None = None
        self._agents = floor_lines.AgentTable()
        self._opened: dict[str, list[FigureRow]] = {}
        """Half hours that are shown by queue."""
        self._shape: tuple[object, ...] = ()
        self._ready = False
        """The panels are there."""

    def compose(self) -> ComposeResult:
        yield StatusBar(id="status", classes="bar")
        with Container(id="floor-body"):
            yield FloorPanel("Now", id="floor-now", table=False)
            yield FloorPanel("Alerts", id="floor-alerts", empty="● Nothing has reached a limit.")
            yield FloorPanel("Stepped in", id="floor-steps", empty="Nobody has stepped in during the last day.")
            yield FloorPanel("Queues", id="floor-queues", empty="No queue is known here yet.")
            yield FloorPanel("Agents", id="floor-agents", empty="Nobody is signed on.")
            yield FloorPanel("Waiting", id="floor-waiting", empty="Nobody waits.")
            yield FloorPanel("Reports", id="floor-reports", empty="Nothing was offered today.")
            yield FloorPanel("Contacts", id="floor-reviews", empty=EMPTY)
            yield FloorPanel("Averages", id="floor-averages", empty=NO_SCORES)
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
        return self.query_one(f"#floor-{name}", FloorPanel)

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
        if self._snap is not None and self._snap.day != snap.day:
            self._opened.clear()
        self._snap = snap
        self._draw()
        self.ring(snap)

    @property
    def shown(self) -> tuple[str, ...]:
        """The panels of the tab that is open; the widest floor has room for who waits as well."""
        more = ("waiting",) if self._tab == "floor" and self.app.size.width >= HUGE else ()
        return TABS[self._tab] + more

    def on_resize(self) -> None:
        self._arrange()
        self.call_after_refresh(self._draw)

    def _arrange(self) -> None:
        """Give the panels their places, when the tab, the room or the number of queues is another one."""
        cells, lines = self.app.size
        queues = len(self._snap.queues) if self._snap is not None else 2
        shape = (self._tab, cells, lines, queues)
        if shape == self._shape:
            return
        self._shape = shape
        body = self.query_one("#floor-body")
        for panel in self.query(FloorPanel):
            panel.display = (panel.id or "").removeprefix("floor-") in self.shown
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

    def _draw(self) -> None:
        snap = self._snap
        if snap is None or not self._ready:
            return
        self._arrange()
        self._draw_bars(snap)
        for name in self.shown:
            panel = self.panel(name)
            cells, lines = panel.body.size
            if cells:
                getattr(self, f"_draw_{name}")(panel, snap, cells, lines)

    def _draw_now(self, panel: FloorPanel, snap: FloorSnapshot, cells: int, lines: int) -> None:
        panel.show_lines(floor_lines.now_lines(snap, snap.at, cells, lines))

    def _draw_alerts(self, panel: FloorPanel, snap: FloorSnapshot, cells: int, _lines: int) -> None:
        table = floor_lines.alert_table(snap, snap.at, cells)
        unseen = sum(one.open for one in snap.alerts)
        panel.show_table(table, f"{unseen} open" if table.rows else "")

    def _draw_steps(self, panel: FloorPanel, snap: FloorSnapshot, cells: int, _lines: int) -> None:
        panel.show_table(floor_lines.step_table(snap, cells))

    def _draw_queues(self, panel: FloorPanel, snap: FloorSnapshot, cells: int, _lines: int) -> None:
        panel.show_table(floor_lines.queue_table(snap, snap.at, cells), "today")

    def _draw_waiting(self, panel: FloorPanel, snap: FloorSnapshot, cells: int, _lines: int) -> None:
        queue = self.panel("queues").body.key if self._tab == "queues" else None
        table = floor_lines.waiting_table(snap, snap.at, cells, queue)
        panel.show_table(table, snap.queue_name(queue) if queue else str(len(table.rows)))

    def _draw_agents(self, panel: FloorPanel, snap: FloorSnapshot, cells: int, _lines: int) -> None:
        table = self._agents.table(snap, snap.at, cells, panel.body.in_view)
        panel.show_table(table, floor_lines.agent_heading(snap))

    def _draw_reports(self, panel: FloorPanel, snap: FloorSnapshot, cells: int, _lines: int) -> None:
        panel.show_table(floor_lines.report_table(snap, cells, self._opened), f"{snap.day:%A %d %B %Y}")

    def _draw_bars(self, snap: FloorSnapshot) -> None:
        unseen = [one for one in snap.alerts if one.open]
        worst = max((one.level for one in unseen), default=Level.FINE)
        left = [Span(" FLOOR  ", "accent")]
        for action in actions.FLOOR:
            if not action.id.startswith("tab_"):
                continue
            here = action.id == f"tab_{self._tab}"
            left += [
                Span("▸" if here else " ", "accent"),
                Span(f"{self._key(action.id)} {action.label.capitalize()} ", "accent" if here else "dim"),
            ]
            if action.id == "tab_alerts" and unseen:
                left.append(Span(f"{len(unseen)} ", TONES[worst]))
        me = self._me()
        if me is not None and me.contact_id is not None:
            left += [Span("  "), *state_spans(me, snap.at)]
        policy, now = snap.policy, snap.at.astimezone(snap.zone)
        right = [
            Span(f"{policy.formula} {policy.target * 100:.0f}/{policy.threshold_s}   ", "dim"),
            Span(f"{now:%H:%M:%S} ", "bright"),
        ]
        sync = self._sync()
        middle = hub_lines(sync, snap.at) if sync is not None else []
        self.query_one(StatusBar).show(left=left, middle=middle, right=right)
        hints = [("tab", "next panel", True), ("enter", "open", True)]
        here = self.stepping is not None and self._tab != "quality"
        steps = ("set_state", "reassign", "priority", "message_agent", "see_alert") if here else ()
        hints += [(self._key(one), actions.BY_ID[one].label, True) for one in steps]
        hints += [
            (self._key(one), actions.BY_ID[one].label, True) for one in ("why", "help", "leave_floor", "palette")
        ]
        self.query_one(HintBar).show(hints)

    # what the keys do

    def action_tab(self, name: str) -> None:
        self._tab = name
        self._draw()
        self.panel(self.shown[0]).go()
        self.call_after_refresh(self._draw)

    def action_palette(self) -> None:
        self.app.action_command_palette()

    def action_leave_floor(self) -> None:
        self.dismiss()

    def on_lines_highlighted(self, event: Lines.Highlighted) -> None:
        if event.lines in (self.panel("queues").body, self.panel("agents").body):
            self._draw()

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        snap = self._snap
        panel = next((one for one in event.lines.ancestors if isinstance(one, FloorPanel)), None)
        if snap is None or panel is None or panel.id is None:
            return
        getattr(self, f"_open_{panel.id.removeprefix('floor-')}")(snap, event.key)

    def _open_agents(self, snap: FloorSnapshot, key: str) -> None:
        agent = next((one for one in snap.agents if one.id == key), None)
        if agent is None or agent.contact_id is None:
            name = agent.name if agent is not None else "This agent"
            self._say(f"{name} has no contact in hand: enter opens one when there is.")
        else:
            self._do(self._open_story(agent.contact_id))

    def _open_waiting(self, _snap: FloorSnapshot, key: str) -> None:
        self._do(self._open_story(key))

    def _open_queues(self, _snap: FloorSnapshot, key: str) -> None:
        if self._tab != "queues":
            self.action_tab("queues")
        else:
            self.panel("waiting").go()

    def _open_alerts(self, snap: FloorSnapshot, key: str) -> None:
        alert = next((one for one in snap.alerts if one.key == key), None)
        if alert is not None and alert.contact_id is not None:
            self._do(self._open_story(alert.contact_id))
            return
        crossing = next((one for one in snap.crossings if f"{one.what}:{one.about}" == key), None)
        if crossing is None:
            if alert is not None:
                self._say(f"{alert.text}: {alert.todo}.")
            return
        if crossing.what in ("wrap-up", "not ready"):
            self._open_agents(snap, crossing.about)
        elif crossing.what in ("waiting", "longest wait") and crossing.about:
            first = next((one for one in snap.waiting if one.queue == crossing.about), None)
            if first is not None:
                self._do(self._open_story(first.contact_id))
        else:
            self.action_tab("reports")

    def _open_reports(self, snap: FloorSnapshot, key: str) -> None:
        kind, _, rest = key.partition(":")
        name = rest.rpartition("/")[0] if kind == "part" else rest
        if name in self._opened:
            del self._opened[name]
            self._draw()
            return
        slot = next((one for one in snap.slots if str(one.key) == name), None)
        if slot is not None:
            self._do(self._open_slot(slot))

    def _open_steps(self, snap: FloorSnapshot, key: str) -> None:
        found = next((one.step for one in snap.steps if one.step.id == key), None)
        if found is not None and found.contact_id is not None:
            self._do(self._open_story(found.contact_id))

    def _open_now(self, _snap: FloorSnapshot, _key: str) -> None:
        """There are no rows in it."""

    async def _open_slot(self, slot: FigureRow) -> None:
        self._opened[str(slot.key)] = await self._watching.by_queue(slot)
        self._draw()

    async def _open_story(self, contact_id: str) -> None:
        story = await self._watching.story(contact_id)
        if story is None:
            self._say("This contact is not on this seat: it was over before the days that are kept here.")
        elif self.app.screen is self:
            self.app.push_screen(StoryDialog(story, self._watching.zone))

    def _say(self, sentence: str) -> None:
        self.app.notify(sentence, markup=False, timeout=4)

    # why

    def _row_under_the_cursor(self, snap: FloorSnapshot) -> tuple[str, FigureRow | None]:
        """What the figures under the cursor are called, and the figures."""
        panel = next((one for one in self.query(FloorPanel) if one.has_focus_within), None)
        key = panel.body.key if panel is not None else None
        name = panel.id.removeprefix("floor-") if panel is not None and panel.id else ""
        if name == "queues" and (queue := next((one for one in snap.queues if one.id == key), None)) is not None:
            return queue.name, queue.row
        if name == "agents" and (agent := next((one for one in snap.agents if one.id == key), None)) is not None:
            return agent.name, agent.row
        if name == "reports" and key is not None and key != "day":
            kind, _, rest = key.partition(":")
            if kind == "part":
                slot_key, _, queue_id = rest.rpartition("/")
                part = next((one for one in self._opened.get(slot_key, ()) if str(one.key) == queue_id), None)
                return snap.queue_name(queue_id), part
            slot = next((one for one in snap.slots if str(one.key) == rest), None)
            if slot is not None:
                return f"{slot_start(slot):%H:%M}", slot
        return "the floor today", snap.total

    def action_why(self) -> None:
        """Explain the figures under the cursor."""
        snap = self._snap
        if snap is None:
            return
        if (here := self.quality_here()) is not None:
            self.why_quality(here)
            return
        name, row = self._row_under_the_cursor(snap)
        staffed = floor_lines.staffing(snap) if row is snap.total else None

        def write(cells: int) -> list[Line]:
            said = [explain(row, field) for field in EXPLAINED] if row is not None else ["Nothing was offered yet."]
            if staffed is not None:
                said.append(
                    f"{staffed.needed.agents} agents answer {staffed.needed.service_level * 100:.0f} % within"
                    f" {snap.policy.threshold_s} s when {staffed.row.offered} contacts come in 30 minutes and each takes"
                    f" {staffed.aht_s:.0f} s; {staffed.agents} take contacts now. {ASSUMPTION}"
                )
            lines: list[Line] = [()]
            for sentence in said:
                lines += [line(f" {part}") for part in wrap(sentence, cells - 2)] + [()]
            return [*lines, line((f" The site's day, {snap.day.isoformat()} in {snap.zone.key}.", "dim"))]

        self.app.push_screen(ReadDialog(f"Why · {name}", write))

    def action_help(self) -> None:
        """Say what the floor is for, and its keys."""
        keys = [(self._key(one.id), one.help) for one in actions.FLOOR]

        def write(cells: int) -> list[Line]:
            said = (line(f" {part}") for part in wrap(HELP_TEXT, cells - 1))
            return [(), *said, (), *key_lines([("Keys", keys)], cells)]

        self.app.push_screen(ReadDialog("Help · Floor", write))
