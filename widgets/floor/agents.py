"""The agents."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from data.models.agent import AgentState
from data.queue.figures import FigureRow
from data.supervision.adherence import Adherence
from data.supervision.alerts import off_schedule
from data.supervision.snapshot import AgentNow, FloorSnapshot
from data.supervision.thresholds import Level
from widgets.bars import SHAPES
from widgets.floor.table import Table, fitting
from widgets.floor.words import NOTHING, SIGNS, TONES, agent_note, percent, seconds, sign
from widgets.lines import Row
from widgets.safe_text import Line, Span, fit, size_of
from widgets.times import duration


def agent_heading(snap: FloorSnapshot) -> str:
    """`17 signed on · 9 on call · 2 ready …`."""
    counted = snap.states
    parts = [f"{len(snap.agents)} signed on"]
    parts += [f"{counted[state]} {state}" for state in AgentState if counted[state]]
    return " · ".join(parts)


STATE, HANDLED, ADHERENCE, LOST, NOTE = 12, 8, 10, 9, 10
"""The cells of the columns that are always as wide: of the state with its sign, of the calls of today, of the adherence
(`▲ 92 %`), of the minutes lost beside it, and of the note at least."""
NAME_AT_LEAST, NAME_AT_MOST, QUEUE_AT_MOST = 12, 18, 12


class Columns(NamedTuple):
    """How many cells each column has; none where it is left out."""

    name: int
    lasting: int
    queue: int
    handled: int
    aht: int
    adherence: int
    lost: int
    note: int


def columns_of(snap: FloorSnapshot, now: datetime, cells: int, *, kept_to: bool) -> Columns:
    """As wide as what stands in them now. What an agent does, in which queue and why is always there; then, as far as there is
    room for a whole one, the calls, their AHT, the adherence, the minutes lost; and then the rest of the names."""
    agents = snap.agents
    lasting = 1 + len(duration(max((now - one.since).total_seconds() for one in agents) if agents else 0))
    aht = 1 + max((len(seconds(one.row.aht_s)) for one in agents if one.row is not None), default=0)
    name = min(NAME_AT_MOST, max((size_of(one.name) for one in agents), default=0))
    # Of all queues, not of those in which somebody is now: the columns would move with each call.
    queues = {one.name for one in snap.queues}
    queue = min(QUEUE_AT_MOST, max(map(size_of, {"queue", *queues})))
    least, lasting, aht = min(name, NAME_AT_LEAST), max(6, lasting), max(6, aht)
    room = cells - 1 - least - 1 - STATE - lasting - 2 - queue - NOTE
    more = (HANDLED, aht, *((ADHERENCE, LOST) if kept_to else ()))
    shown = fitting(more, room)
    handled, aht, adherence, lost = (*more[:shown], 0, 0, 0, 0)[:4]
    room -= sum(more[:shown])
    name = max(len("agent"), min(name, least + max(0, room)))
    return Columns(name, lasting, queue, handled, aht, adherence, lost, NOTE + max(0, room - (name - least)))


class AgentTable:
    """The agents a line each. Lines are kept while neither the agent nor the second changes, since most of two hundred
    do not between two looks."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[AgentNow, Level, int, Adherence | None, Columns, Row]] = {}

    def table(
        self, snap: FloorSnapshot, now: datetime, cells: int, seen: range | None = None, *, kept_to: bool = False
    ) -> Table:
        """The agents as they are now. `seen`: the lines that can be seen; what the clock brings may stand still in the others. `kept_to`:
        also how they kept to the schedule today, and what was lost."""
        shape = columns_of(snap, now, cells, kept_to=kept_to)
        head = (
            Span(f" {fit('agent', shape.name)} {fit('state', STATE)}", "dim"),
            Span(fit("for", shape.lasting, "right"), "dim"),
            Span(f"  {fit('queue', shape.queue)}", "dim"),
            Span(f"{fit('handled', shape.handled, 'right')}{fit('AHT', shape.aht, 'right')}", "dim"),
            Span(fit("adherence", shape.adherence + shape.lost, "right"), "dim"),
            Span(f"  {fit('with, or why' if shape.note >= 14 else 'with/why', shape.note - 2)}", "dim"),
        )
        levels = {one.about: one.level for one in snap.crossings if one.what in ("wrap-up", "not ready")}
        kept, rows = {}, []
        for place, agent in enumerate(snap.agents):
            level = levels.get(agent.id, Level.FINE)
            plan = snap.adherence.get(agent.id) if shape.adherence else None
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
                line = _agent_line(snap, agent, level, passed, shape, _kept_to(snap, plan, now, shape))
                there = (agent, level, passed, plan, shape, Row(agent.id, line))
            kept[agent.id] = there
            rows.append(there[5])
        self._kept = kept
        return Table(head, tuple(rows))


def _kept_to(snap: FloorSnapshot, plan: Adherence | None, now: datetime, shape: Columns) -> Span:
    """`▲ 92 % −14 min`: the share of what was scheduled, and the impact; a sign while somebody is off schedule too long."""
    cells = shape.adherence + shape.lost
    if plan is None:
        return Span(fit(NOTHING, cells, "right"), "dim")
    off = off_schedule(plan)
    level = (
        snap.policy.off_schedule_min.level((now - off[0]).total_seconds() / 60) if off is not None else Level.FINE
    )
    lost = f"−{plan.lost_s / 60:.0f} min" if plan.lost_s >= 30 else ""
    said = f"{SIGNS[level][0]} {percent(plan.adherence)}{fit(lost, shape.lost, 'right')}"
    return Span(fit(said, cells, "right"), TONES[level] if level else "")


def _agent_line(
    snap: FloorSnapshot, agent: AgentNow, level: Level, passed: int, shape: Columns, kept_to: Span
) -> Line:
    mark, tone = SHAPES[agent.state]
    if level is Level.ALARM:
        mark, tone = sign(level)
    queue = snap.queue_name(agent.queue) if agent.queue else NOTHING
    return (
        Span(f" {fit(agent.name, shape.name)} "),
        Span(f"{mark} ", tone),
        Span(fit(agent.state, 10), tone),
        Span(fit(duration(passed), shape.lasting, "right"), tone if level else ""),
        Span(f"  {fit(queue, shape.queue)}", "" if agent.queue else "dim"),
        *_day(agent.row, shape),
        kept_to,
        Span(f"  {fit(agent_note(agent, level, snap), shape.note - 2)}", tone if level else "dim"),
    )


def _day(row: FigureRow | None, shape: Columns) -> tuple[Span, Span]:
    return (
        Span(fit(str(row.answered) if row is not None else "0", shape.handled, "right")),
        Span(fit(seconds(row.aht_s if row is not None else None), shape.aht, "right")),
    )
