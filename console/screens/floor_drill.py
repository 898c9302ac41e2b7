"""Behind a line of the dashboard: what enter opens, and how its figures were reckoned."""

from __future__ import annotations

from abc import abstractmethod

from console.screens.floor_steps import FloorSteps
from console.screens.modal import ReadDialog
from console.screens.story import StoryDialog
from console.services.floor_watch import FloorWatching
from data.queue.erlang import ASSUMPTION
from data.queue.figures import FigureRow
from data.supervision.snapshot import FloorSnapshot, slot_start
from data.supervision.why import EXPLAINED, explain
from widgets.floor.alerts import past_key
from widgets.floor.panel import FloorPanel
from widgets.floor.staffing import staffing
from widgets.lines import Lines
from widgets.safe_text import Line, line, wrap


class FloorDrill(FloorSteps):
    """What stands behind the lines."""

    _watching: FloorWatching
    _tab: str
    _opened: dict[str, list[FigureRow]]
    _opened_of: dict[str, FigureRow]
    _backs: list[tuple[str, str]]
    """The tabs and panels that enter has led away from."""

    @abstractmethod
    def panel(self, name: str) -> FloorPanel:
        """A panel by name."""

    @property
    @abstractmethod
    def first_panel(self) -> FloorPanel:
        """The first panel of the tab that is open."""

    @abstractmethod
    def action_tab(self, name: str) -> None:
        """Open a tab."""

    @abstractmethod
    def _show_tab(self, name: str) -> None:
        """The same on the way, which esc goes back."""

    @property
    def _here(self) -> tuple[str, str]:
        """The tab and the panel with the keys."""
        panel = next((one for one in self.query(FloorPanel) if one.has_focus_within), self.first_panel)
        return self._tab, str(panel.id).removeprefix("floor-")

    def _go(self, tab: str, to: str = "") -> None:
        """To another tab, or to a panel of this one; esc comes back here."""
        here = self._here
        if self._backs[-1:] != [here]:
            self._backs.append(here)
        if tab != self._tab:
            self._show_tab(tab)
        if to:
            self.panel(to).go()
        self.draw()

    @abstractmethod
    def draw(self) -> None:
        """Draw what is seen."""

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
        self._go("queues", "waiting" if self._tab == "queues" else "")

    def _open_alerts(self, snap: FloorSnapshot, key: str) -> None:
        alert = next((one for one in snap.alerts if one.key == key), None)
        if alert is not None and alert.contact_id is not None:
            self._do(self._open_story(alert.contact_id))
            return
        over = next((one for one in snap.past if past_key(one) == key), None)
        if over is not None:
            if over.contact_id is not None:
                self._do(self._open_story(over.contact_id))
            else:
                self._say(f"{over.text}: this is over.")
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
            self._go("reports")

    def _open_reports(self, snap: FloorSnapshot, key: str) -> None:
        kind, _, rest = key.partition(":")
        name = rest.rpartition("/")[0] if kind == "part" else rest
        if name in self._opened:
            del self._opened[name]
            self.draw()
            return
        slot = next((one for one in snap.slots if str(one.key) == name), None)
        if slot is not None:
            self._do(self._open_slot(slot))
        else:
            self._say("Enter on a half hour shows it by queue; this is the day as a whole.")

    def _open_steps(self, snap: FloorSnapshot, key: str) -> None:
        found = next((one for one in snap.steps if one.step.id == key), None)
        if found is None:
            return
        if found.step.contact_id is not None:
            self._do(self._open_story(found.step.contact_id))
        came = f"{'not done' if found.came == 'refused' else found.came}{f', {found.why}' if found.why else ''}"
        self._say(" · ".join(part for part in (str(found.step.kind), found.agent, found.caller, came) if part))

    def _open_now(self, _snap: FloorSnapshot, _key: str) -> None:
        """There are no rows in it."""

    async def _open_slot(self, slot: FigureRow) -> None:
        key = str(slot.key)
        self._opened_of[key] = slot
        self._opened[key] = await self._watching.by_queue(slot)
        self.draw()

    def _go_on_with_slots(self, snap: FloorSnapshot) -> None:
        """Half hours that are shown by queue and were counted anew are read again, while they are seen."""
        for slot in snap.slots if self._tab == "reports" and self._opened else ():
            key = str(slot.key)
            if key in self._opened and self._opened_of.get(key) is not slot:
                self._opened_of[key] = slot
                self.run_worker(self._go_on_with(key, slot), group="slots", exit_on_error=False)

    async def _go_on_with(self, key: str, slot: FigureRow) -> None:
        parts = await self._watching.by_queue(slot)
        if key in self._opened and self._opened_of.get(key) is slot:  # it was not closed or counted anew meanwhile
            self._opened[key] = parts
            self.draw()

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
        name, row = self._row_under_the_cursor(snap)
        staffed = staffing(snap) if row is snap.total else None
        agent = self.under("agents")

        def write(cells: int) -> list[Line]:
            said = [explain(row, field) for field in EXPLAINED] if row is not None else ["Nothing was offered yet."]
            if agent is not None:  # figures are grouped by ids
                said = [one.replace(f"agent {agent}", name) for one in said]
            if staffed is not None:
                said.append(
                    f"{staffed.needed.agents} agents answer {staffed.needed.service_level * 100:.0f} % within"
                    f" {snap.policy.threshold_s} s when {staffed.row.offered} contacts come in 30 minutes and each takes"
                    f" {staffed.aht_s:.0f} s; {staffed.agents} take contacts now. {ASSUMPTION}"
                )
            if agent is not None:
                kept_to = snap.adherence.get(agent)
                said.append(
                    explain(kept_to, "adherence")
                    if kept_to
                    else "Adherence = –: nothing was scheduled today so far."
                )
            lines: list[Line] = [()]
            for sentence in said:
                lines += [line(f" {part}") for part in wrap(sentence, cells - 2)] + [()]
            return [*lines, line((f" The site's day, {snap.day.isoformat()} in {snap.zone.key}.", "dim"))]

        self.app.push_screen(ReadDialog(f"Why · {name}", write))
