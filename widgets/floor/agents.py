"""The agents."""

from __future__ import annotations

from datetime import datetime

from data.models.agent import AgentState
from data.queue.figures import FigureRow
from data.supervision.adherence import Adherence
from data.supervision.alerts import off_schedule
from data.supervision.snapshot import AgentNow, FloorSnapshot
from data.supervision.thresholds import Level
from widgets.bars import SHAPES
from widgets.floor.table import Table
from widgets.floor.words import NOTHING, SIGNS, TONES, agent_note, percent, seconds, sign
from widgets.lines import Row
from widgets.safe_text import Line, Span, fit
from widgets.times import duration


def agent_heading(snap: FloorSnapshot) -> str:
    """`17 signed on · 9 on call · 2 ready …`."""
    counted = snap.states
    parts = [f"{len(snap.agents)} signed on"]
    parts += [f"{counted[state]} {state}" for state in AgentState if counted[state]]
    return " · ".join(parts)


KEPT_TO = 18
"""The cells of the adherence: ` ▲ 92 %  −14 min `."""
STANDING, DAY, NOTE, WIDE_NOTE = 42, 16, 8, 22
"""The cells beside the name of how it stands now, of what was handled today, of the note at least, and of
the note before the name gets more than ten."""


class AgentTable:
    """The agents a line each. Lines are kept while neither the agent nor the second changes, since most of two hundred
    do not between two looks."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[AgentNow, Level, int, Adherence | None, int, Row]] = {}

    def table(
        self, snap: FloorSnapshot, now: datetime, cells: int, seen: range | None = None, *, kept_to: bool = False
    ) -> Table:
        """The agents as they are now. `seen`: the lines that can be seen; what the clock brings may stand still in the others. `kept_to`:
        also how they kept to the schedule today, and what was lost."""
        more = KEPT_TO if kept_to else 0
        day = cells >= 10 + STANDING + DAY + more + NOTE
        more += DAY if day else 0
        name = max(10, min(18, cells - STANDING - WIDE_NOTE - more))
        note = max(NOTE, cells - name - STANDING - more)
        head = (
            Span(f" {fit('agent', name)} {fit('state', 12)}", "dim"),
            Span(fit("for", 10, "right"), "dim"),
            Span(f"   {fit('queue', 12)}", "dim"),
            Span(f"{fit('handled', 8, 'right')}{fit('AHT', 8, 'right')}" if day else "", "dim"),
            Span(f"{fit('adherence', KEPT_TO, 'right')}" if kept_to else "", "dim"),
            Span(f"   {fit('with, or why', note)}", "dim"),
        )
        levels = {one.about: one.level for one in snap.crossings if one.what in ("wrap-up", "not ready")}
        shape = -cells if kept_to else cells
        kept, rows = {}, []
        for place, agent in enumerate(snap.agents):
            level = levels.get(agent.id, Level.FINE)
            plan = snap.adherence.get(agent.id) if kept_to else None
            there = self._kept.get(agent.id)
            if there is not None and seen is not None and place not in seen:
                if there[0] is agent and there[4] == shape:
                    kept[agent.id] = there
                    rows.append(there[5])
                    continue
                passed = there[2]
            else:
                passed = int((now - agent.since).total_seconds())
            if (
                there is None
                or there[0] is not agent
                or there[3] is not plan
                or there[1:3] != (level, passed)
                or there[4] != shape
            ):
                adherence = _kept_to(snap, plan, now) if kept_to else None
                line = _agent_line(snap, agent, level, passed, name, note, adherence, day=day)
                there = (agent, level, passed, plan, shape, Row(agent.id, line))
            kept[agent.id] = there
            rows.append(there[5])
        self._kept = kept
        return Table(head, tuple(rows))


def _kept_to(snap: FloorSnapshot, plan: Adherence | None, now: datetime) -> Span:
    """`▲ 92 %  −14 min`: the share of what was scheduled, and the impact; a sign while somebody is off schedule too long."""
    if plan is None:
        return Span(fit(NOTHING, KEPT_TO, "right"), "dim")
    off = off_schedule(plan)
    level = (
        snap.policy.off_schedule_min.level((now - off[0]).total_seconds() / 60) if off is not None else Level.FINE
    )
    lost = f"−{plan.lost_s / 60:.0f} min" if plan.lost_s >= 30 else ""
    said = f"{SIGNS[level][0]} {percent(plan.adherence)} {fit(lost, 8, 'right')}"
    return Span(fit(said, KEPT_TO, "right"), TONES[level] if level else "")


def _agent_line(
    snap: FloorSnapshot,
    agent: AgentNow,
    level: Level,
    passed: int,
    name: int,
    note: int,
    kept_to: Span | None,
    *,
    day: bool,
) -> Line:
    shape, tone = SHAPES[agent.state]
    if level is Level.ALARM:
        shape, tone = sign(level)
    row = agent.row
    queue = snap.queue_name(agent.queue) if agent.queue else NOTHING
    return (
        Span(f" {fit(agent.name, name)} "),
        Span(f"{shape} ", tone),
        Span(fit(agent.state, 10), tone),
        Span(fit(duration(passed), 10, "right"), tone if level else ""),
        Span(f"   {fit(queue, 12)}", "" if agent.queue else "dim"),
        *(_day(row) if day else ()),
        *((kept_to,) if kept_to is not None else ()),
        Span(f"   {fit(agent_note(agent, level, snap), note)}", tone if level else "dim"),
    )


def _day(row: FigureRow | None) -> tuple[Span, Span]:
    return (
        Span(fit(str(row.answered) if row is not None else "0", 8, "right")),
        Span(fit(seconds(row.aht_s if row is not None else None), 8, "right")),
    )
