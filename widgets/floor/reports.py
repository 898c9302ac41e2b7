"""The day by half hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.queue.figures import FigureRow
from data.supervision.snapshot import FloorSnapshot, slot_start
from data.supervision.thresholds import Level
from widgets.floor.table import Table
from widgets.floor.words import NOTHING, TONES, half_later, percent, seconds, sign
from widgets.lines import Row
from widgets.safe_text import Line, Span, fit, size_of


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
        title = f"{start:%H:%M}–{half_later(start)}"
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
        if place == 3:  # the mark stands at the figure that it is about
            room = Span(" " * (size - 2 - size_of(text)))
            spans += [room, sign(level), Span(f" {text}", TONES[level] if level else tone)]
        else:
            spans.append(Span(fit(text, size, "right"), tone))
    return tuple(spans)
