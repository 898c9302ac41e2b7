"""The dashboard's panels as lines: each is a function of one snapshot, the moment and the room that there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from data.models.agent import AgentState
from data.models.contact import ContactState
from data.queue import erlang
from data.queue.figures import FigureRow
from data.supervision.snapshot import AVAILABLE, AgentNow, Alert, FloorSnapshot, QueueNow, seconds_since, slot_start
from data.supervision.steps import StepLine
from data.supervision.thresholds import Level
from widgets.bars import SHAPES
from widgets.big_figures import LARGE_ROWS, SMALL_ROWS, big
from widgets.floor_words import NOTHING, TONES, agent_note, percent, seconds, sign
from widgets.lines import Row
from widgets.safe_text import Line, Span, fit, width
from widgets.times import duration, since

EIGHTHS = " ▁▂▃▄▅▆▇█"
SLOTS_A_DAY = 48
COLUMNS = (4, 6, 5, 5)
"""How the room is parted among the figures: a wait is written longest."""
_LARGE_AT, _SMALL_AT = 132, 76
"""So many cells it takes until `12:02` and `100 %` have room in letters of five lines, of three."""


@dataclass(frozen=True, slots=True)
class Table:
    """A line of headings and the rows below it."""

    head: Line
    rows: tuple[Row, ...]


# now


@dataclass(frozen=True, slots=True)
class _Figure:
    label: str
    value: str
    level: Level
    note: str


def _figures(snap: FloorSnapshot, now: datetime) -> tuple[_Figure, ...]:
    total, policy = snap.total, snap.policy
    oldest = seconds_since(snap.oldest, now)
    longest = NOTHING if oldest is None else duration(oldest)
    if oldest is not None and oldest >= 3600:
        longest = f"{int(oldest // 3600)}h{int(oldest % 3600 // 60):02}"
    most = f"most {total.max_queue}" if total.max_queue else ""
    at = f", {total.max_queue_at:%H:%M}" if total.max_queue_at is not None else ""
    longest_today = max((one for one in (oldest, total.longest_wait_s) if one is not None), default=None)
    limit = policy.floor.abandonment.warn
    return (
        _Figure("waiting", str(snap.waits), snap.level("waiting"), f"{most}{at}"),
        _Figure("longest wait", longest, snap.level("longest wait"), f"today {seconds(longest_today)}"),
        _Figure(
            f"service level {total.service_level_formula}",
            percent(total.service_level),
            snap.level("service level"),
            f"target {percent(policy.target)}",
        ),
        _Figure(
            "gave up",
            percent(total.abandonment_rate),
            snap.level("abandonment"),
            f"{total.abandoned} of {total.offered} · ≤ {percent(limit)}",
        ),
    )


def now_lines(snap: FloorSnapshot, now: datetime, cells: int, rows: int) -> list[Line]:
    """The figures that matter, as large as there is room for; trends; how many agents more it takes."""
    trends = _trends(snap, cells, tall=rows >= 15)
    room = rows - len(trends) - 3
    high = LARGE_ROWS if cells >= _LARGE_AT and room >= LARGE_ROWS else 1
    if high == 1 and cells >= _SMALL_AT and room >= SMALL_ROWS:
        high = SMALL_ROWS
    lines = _figure_lines(_figures(snap, now), cells, high)
    spare = rows - len(lines) - len(trends) - 1
    gap: list[Line] = [()]
    lines += [*(gap if spare > 0 else []), *trends, *(gap if spare > 1 else []), staffing_line(snap, cells)]
    return lines[:rows]


def _figure_lines(figures: Sequence[_Figure], cells: int, high: int) -> list[Line]:
    """Labels, values over so many lines, and what they are measured by, in columns."""
    sizes = [cells * share // sum(COLUMNS) for share in COLUMNS]
    label = tuple(Span(f" {fit(one.label, size - 1)}", "dim") for one, size in zip(figures, sizes, strict=True))
    note = tuple(Span(f" {fit(one.note, size - 1)}", "dim") for one, size in zip(figures, sizes, strict=True))
    shapes = [
        [one.value] if high == 1 else big(one.value.replace(" %", "%"), large=high == LARGE_ROWS) for one in figures
    ]
    values: list[Line] = []
    for row in range(high):
        spans: list[Span] = []
        for one, shape, size in zip(figures, shapes, sizes, strict=True):
            text = Span(f" {shape[row]} ", TONES[one.level] if one.level else "bright")
            mark = sign(one.level if row == high // 2 else Level.FINE)
            spans += [text, mark, Span(" " * max(0, size - width([text, mark])))]
        values.append(tuple(spans))
    return [label, *values, note]


# trends


def _trends(snap: FloorSnapshot, cells: int, *, tall: bool) -> list[Line]:
    """Who waited through the day, and the service level by half hour."""
    known = {_place(row): row for row in snap.slots if slot_start(row).date() == snap.day}
    if not known:
        return [(Span(" The trends begin with the first contact of the day.", "dim"),)]
    first = min(known) // 4 * 4
    slots = SLOTS_A_DAY - first
    each = max(1, min(3, (cells - 2) // slots))
    here = (snap.at.astimezone(snap.zone).hour * 60 + snap.at.astimezone(snap.zone).minute) // 30
    most = max((row.max_queue or 0 for row in known.values()), default=0)
    waiting: list[tuple[float | None, Level | None]] = []
    levels: list[tuple[float | None, Level | None]] = []
    for place in range(first, SLOTS_A_DAY):
        row = known.get(place)
        if place > here:
            waiting.append((None, Level.FINE))
            levels.append((None, Level.FINE))
            continue
        length = (row.max_queue or 0) if row is not None else 0
        waiting.append((length / most if most else 0.0, snap.policy.floor.waiting.level(length or None)))
        share = (row.service_level or 0.0) if row is not None else 0.0
        judged = row is not None and snap.policy.judges(row)
        levels.append((share, snap.policy.service_level(row, snap.policy.target, None) if judged else None))
    marks = _hours(first, each)
    high = 2 if tall else 1
    return [
        (Span(" most waiting at once", "dim"), Span(f", highest {most}" if most else "", "dim")),
        *_bars(waiting, each, high),
        marks,
        (Span(" service level by half hour", "dim"), Span(f", target {percent(snap.policy.target)}", "dim")),
        *_bars(levels, each, high),
    ]


def _place(row: FigureRow) -> int:
    start = slot_start(row)
    return start.hour * 2 + start.minute // 30


def _bars(values: Sequence[tuple[float | None, Level | None]], each: int, high: int) -> list[Line]:
    """Bars of eighths over one or two lines; what is still to come are dots, what is too little to judge is dim."""
    lines: list[Line] = []
    for line in range(high - 1, -1, -1):
        spans: list[Span] = [Span(" ")]
        for share, level in values:
            if share is None:
                text, tone = ("·" if line == 0 else " ").ljust(each), "faint"
            else:
                eighths = round(share * 8 * high)
                if share > 0:
                    eighths = max(1, eighths)
                text, tone = (
                    EIGHTHS[max(0, min(8, eighths - 8 * line))] * each,
                    TONES[level] if level is not None else "dim",
                )
            if len(spans) > 1 and spans[-1].tone == tone:
                spans[-1] = Span(spans[-1].text + text, tone)
            else:
                spans.append(Span(text, tone))
        lines.append(tuple(spans))
    return lines


def _hours(first: int, each: int) -> Line:
    """The hours under the bars."""
    step = next(hours for hours in (1, 2, 4, 6) if hours * 2 * each >= 6 or hours == 6)
    text = ""
    for hour in range(first // 2, 24, step):
        at = (hour * 2 - first) * each
        text = text.ljust(at) + f"{hour}:00"
    return (Span(f" {text}", "dim"),)


# how many more


@dataclass(frozen=True, slots=True)
class Staffing:
    """What Erlang C says of the last whole half hour."""

    row: FigureRow
    agents: int
    """Who takes contacts now."""
    needed: erlang.Staffing
    aht_s: float

    @property
    def more(self) -> int:
        return self.needed.agents - self.agents


def staffing(snap: FloorSnapshot) -> Staffing | None:
    """How many agents the last whole half hour would take for the floor's target; None where there is none."""
    whole = [row for row in snap.slots if (snap.at - slot_start(row)).total_seconds() >= 1800]
    row = whole[-1] if whole else None
    if row is None or (snap.at - slot_start(row)).total_seconds() >= 3600 or not row.offered:
        return None
    aht = row.aht_s or snap.total.aht_s
    if not aht:
        return None
    agents = sum(1 for one in snap.agents if one.state in AVAILABLE)
    try:
        needed = erlang.agents_needed(row.offered, 1800, aht, snap.policy.threshold_s, snap.policy.target)
    except ValueError:
        return None
    return Staffing(row, agents, needed, aht)


def staffing_line(snap: FloorSnapshot, cells: int) -> Line:
    """`▲ 2 more agents → 89 %   Erlang C · 62 offered 13:00–13:30, AHT 6:40`."""
    found = staffing(snap)
    if found is None:
        return (Span(" Erlang C tells how many agents it takes once a half hour is over.", "dim"),)
    start = slot_start(found.row)
    share = percent(found.needed.service_level)
    if found.more > 0:
        head = Span(f" ▲ {found.more} more agent{'s' if found.more > 1 else ''} → {share}", "warn")
    else:
        head = Span(f" ● {found.agents} agents, {found.needed.agents} needed → {share}", "good")
    told = (
        f"   Erlang C · {found.row.offered} offered {start:%H:%M}–{_half_later(start)}, AHT {duration(found.aht_s)}"
    )
    return (head, Span(fit(told, max(0, cells - width([head]))), "dim"))


def _half_later(start: datetime) -> str:
    minutes = start.hour * 60 + start.minute + 30
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


# queues


def queue_table(snap: FloorSnapshot, now: datetime, cells: int) -> Table:
    """Who waits now and the day, a queue a line."""
    name = max(10, min(20, cells - 84))
    words = ("waiting", "longest", "offered", "answered", "gave up", "", snap.policy.formula, "ASA", "AHT")
    head = (Span(f" {fit('queue', name)}", "dim"), *_in_columns([(word, Level.FINE, "dim") for word in words]))
    return Table(head, tuple(Row(one.id, _queue_line(snap, one, now, name)) for one in snap.queues))


_QUEUE_COLUMNS = (
    (9, True),
    (10, True),
    (9, False),
    (10, False),
    (9, False),
    (8, True),
    (10, True),
    (7, False),
    (9, False),
)
"""The cells of each column, and whether the last two of them are for a sign."""


def _in_columns(values: Sequence[tuple[str, Level, str]]) -> list[Span]:
    """Right-aligned texts, each with its level and its tone where that is fine."""
    spans: list[Span] = []
    for (text, level, tone), (size, signed) in zip(values, _QUEUE_COLUMNS, strict=True):
        spans.append(Span(fit(text, size - 2 * signed, "right"), TONES[level] if level else tone))
        if signed:
            spans += [Span(" "), sign(level)]
    return spans


def _queue_line(snap: FloorSnapshot, one: QueueNow, now: datetime, name: int) -> Line:
    row, fine = one.row, Level.FINE
    waited = seconds_since(one.oldest, now)
    return (
        Span(f" {fit(one.name, name)}", "bright" if one.waiting else ""),
        *_in_columns(
            [
                (str(one.waiting), snap.level("waiting", one.id), "bright" if one.waiting else "dim"),
                (seconds(waited), snap.level("longest wait", one.id), "" if waited is not None else "dim"),
                (str(row.offered if row else 0), fine, ""),
                (str(row.answered if row else 0), fine, ""),
                (str(row.abandoned if row else 0), fine, ""),
                (percent(row.abandonment_rate if row else None), snap.level("abandonment", one.id), "dim"),
                (percent(row.service_level if row else None), snap.level("service level", one.id), ""),
                (seconds(row.asa_s if row else None), fine, ""),
                (seconds(row.aht_s if row else None), fine, ""),
            ]
        ),
    )


def waiting_table(snap: FloorSnapshot, now: datetime, cells: int, queue: str | None = None) -> Table:
    """Who waits, in the order in which they are served; in one queue, or in all for None."""
    head = (Span(f" {fit('waits', 8)}{fit('queue', 14)}{fit('state', 24)}who", "dim"),)
    rows = []
    for one in snap.waiting:
        if queue is not None and one.queue != queue:
            continue
        rings = one.state is ContactState.RINGING
        state = f"rings at {one.rings_at}" if rings and one.rings_at else str(one.state)
        first = f" · priority {one.priority}" if one.priority else ""
        rows.append(
            Row(
                one.contact_id,
                (
                    Span(f" {fit(since(one.since, now), 7, 'right')} "),
                    Span(f" {fit(snap.queue_name(one.queue), 13)}"),
                    Span(fit(state, 23), "accent" if rings else "dim"),
                    Span(fit(f" {one.who}{first}", max(8, cells - 47))),
                ),
            )
        )
    return Table(head, tuple(rows))


# agents


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


# alerts


def alert_table(snap: FloorSnapshot, now: datetime, cells: int) -> Table:
    """What a supervisor should see to, what nobody has seen yet first; with room for it also what to do."""
    text = max(14, min(44, (cells - 10) // 2))
    about = max(4, cells - text - 10)
    return Table((), tuple(Row(one.key, _alert_line(snap, one, now, text, about)) for one in snap.alerts))


def _alert_line(snap: FloorSnapshot, one: Alert, now: datetime, text: int, about: int) -> Line:
    at = f"{one.since.astimezone(snap.zone):%H:%M}" if one.since is not None else "now"
    if not one.open:
        seen = " · ".join(part for part in (one.about, f"seen by {one.seen_by}" if one.seen_by else "seen") if part)
        return (Span(f" · {at:<5} {fit(one.text, text)} {fit(seen, about)}", "dim"),)
    ago = f"{since(one.since, now)} ago" if one.since is not None else ""
    told = " · ".join(part for part in (one.about, ago) if part)
    if len(told) + len(one.todo) + 5 <= about:
        told = f"{told}   → {one.todo}"
    tone = TONES[one.level]
    return (
        Span(" "),
        sign(one.level),
        Span(f" {at:<5}", tone),
        Span(f" {fit(one.text, text)} "),
        Span(fit(told, about), "dim"),
    )


def step_table(snap: FloorSnapshot, cells: int) -> Table:
    """Where supervisors stepped in, the newest first: who, what, whom, why, and what came of it."""
    room = max(8, cells - 70)
    head = (
        Span(
            f" {fit('at', 7)}{fit('by', 15)}{fit('what', 11)}{fit('agent', 15)}{fit('what came of it', 20)} why",
            "dim",
        ),
    )
    return Table(head, tuple(Row(one.step.id, _step_line(snap, one, room)) for one in snap.steps))


def _step_line(snap: FloorSnapshot, one: StepLine, room: int) -> Line:
    step = one.step
    shape, tone = {"asked": ("…", "warn"), "done": ("✓", "good"), "refused": ("✗", "bad")}[one.came]
    came = one.why or ("read" if one.read_at is not None else one.came)
    wished = " · ".join(part for part in (str(step.state or ""), step.text, one.caller, step.reason) if part)
    return (
        Span(f" {step.at.astimezone(snap.zone):%H:%M}  ", "dim"),
        Span(f"{fit(one.by, 14)} "),
        Span(fit(step.kind, 11), "bright"),
        Span(f"{fit(one.agent, 14)} "),
        Span(f"{shape} ", tone),
        Span(f"{fit(came, 18)} ", tone),
        Span(fit(wished, room), "dim"),
    )


# reports


def report_table(snap: FloorSnapshot, cells: int, opened: Mapping[str, Sequence[FigureRow]]) -> Table:
    """The half hours of the day; `opened`: those that are shown by queue as well."""
    heads = (
        ("offered", 9),
        ("answered", 10),
        ("gave up", 9),
        (snap.policy.formula, 9),
        ("ASA", 9),
        ("AHT", 9),
        ("longest", 9),
        ("at once", 9),
    )
    first = 22
    head = (
        Span(f" {fit('half hour', first)}", "dim"),
        *(Span(fit(word, size, "right"), "dim") for word, size in heads),
    )
    rows = [Row("day", _report_line("the day", snap.total, first, Level.FINE, "bright"))]
    for slot in snap.slots:
        start = slot_start(slot)
        level = snap.policy.service_level(slot, snap.policy.target, None)
        title = f"{start:%H:%M}–{_half_later(start)}"
        rows.append(Row(f"slot:{slot.key}", _report_line(title, slot, first, level)))
        for part in opened.get(str(slot.key), ()):
            name = f"   {snap.queue_name(str(part.key))}"
            rows.append(Row(f"part:{slot.key}/{part.key}", _report_line(name, part, first, Level.FINE, "dim")))
    return Table(head, tuple(rows))


def _report_line(title: str, row: FigureRow, first: int, level: Level, tone: str = "") -> Line:
    values = (
        (str(row.offered), 9),
        (str(row.answered), 10),
        (str(row.abandoned), 9),
        (percent(row.service_level), 9),
        (seconds(row.asa_s), 9),
        (seconds(row.aht_s), 9),
        (seconds(row.longest_wait_s), 9),
        (str(row.max_queue) if row.max_queue is not None else NOTHING, 9),
    )
    spans = [Span(f" {fit(title, first)}", tone)]
    for place, (text, size) in enumerate(values):
        share = place == 3
        spans.append(Span(fit(text, size, "right"), TONES[level] if share and level else tone))
    return (*spans, Span(" "), sign(level))
