"""The agents."""

from __future__ import annotations

from datetime import datetime

from data.models.agent import AgentState
from data.supervision.snapshot import AgentNow, FloorSnapshot
from data.supervision.thresholds import Level
from widgets.bars import SHAPES
from widgets.floor.table import Table
from widgets.floor.words import NOTHING, agent_note, seconds, sign
from widgets.lines import Row
from widgets.safe_text import Line, Span, fit
from widgets.times import duration


def agent_heading(snap: FloorSnapshot) -> str:
    """`17 signed on · 9 on call · 2 ready …`."""
    counted = snap.states
    parts = [f"{len(snap.agents)} signed on"]
    parts += [f"{counted[state]} {state}" for state in AgentState if counted[state]]
    return " · ".join(parts)


class AgentTable:
    """The agents a line each. Lines are kept while neither the agent nor the second changes, since most of two hundred
    do not between two looks."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[AgentNow, Level, int, int, Row]] = {}

    def table(self, snap: FloorSnapshot, now: datetime, cells: int, seen: range | None = None) -> Table:
        """The agents as they are now. `seen`: the lines that can be seen; the clocks of the others may stand."""
        name = max(10, min(18, cells - 80))
        note = max(8, cells - name - 58)
        heads = (("for", 9), ("queue", 12), ("handled", 9), ("AHT", 8))
        head = (
            Span(f" {fit('agent', name)} {fit('state', 12)}", "dim"),
            Span(fit(heads[0][0], 10, "right"), "dim"),
            Span(f"   {fit('queue', 12)}", "dim"),
            Span(f"{fit('handled', 8, 'right')}{fit('AHT', 8, 'right')}   with, or why", "dim"),
        )
        levels = {one.about: one.level for one in snap.crossings if one.what in ("wrap-up", "not ready")}
        kept, rows = {}, []
        for place, agent in enumerate(snap.agents):
            level = levels.get(agent.id, Level.FINE)
            there = self._kept.get(agent.id)
            if there is not None and seen is not None and place not in seen:
                passed = there[2]
            else:
                passed = int((now - agent.since).total_seconds())
            if there is None or there[0] is not agent or there[1:4] != (level, passed, cells):
                row = Row(agent.id, _agent_line(snap, agent, level, passed, name, note))
                there = (agent, level, passed, cells, row)
            kept[agent.id] = there
            rows.append(there[4])
        self._kept = kept
        return Table(head, tuple(rows))


def _agent_line(snap: FloorSnapshot, agent: AgentNow, level: Level, passed: int, name: int, note: int) -> Line:
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
        Span(fit(str(row.answered) if row is not None else "0", 8, "right")),
        Span(fit(seconds(row.aht_s if row is not None else None), 8, "right")),
        Span(f"   {fit(agent_note(agent, level, snap), note)}", tone if level else "dim"),
    )
