"""The day by half hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.queue.figures import FigureRow
from data.supervision.snapshot import FloorSnapshot, slot_start
from data.supervision.thresholds import Level
from widgets.floor.table import Table, fitting
from widgets.floor.words import NOTHING, TONES, half_later, percent, seconds, sign
from widgets.lines import Row
from widgets.safe_text import Line, Span, fit, size_of

FIRST = 22
_SIZES = (9, 10, 9, 9, 9, 9, 9, 9)
"""The cells of the first column, and of the figures behind it."""


def report_table(snap: FloorSnapshot, cells: int, opened: Mapping[str, Sequence[FigureRow]]) -> Table:
    """The half hours of the day; `opened`: those that are shown by queue as well."""
    names = ("offered", "answered", "gave up", snap.policy.formula, "ASA", "AHT", "longest", "at once")
    sizes = _SIZES[: fitting(_SIZES, cells - 1 - FIRST)]
    head = (
        Span(f" {fit('half hour', FIRST)}", "dim"),
        *(Span(fit(word, size, "right"), "dim") for word, size in zip(names, sizes, strict=False)),
    )
    rows = [Row("day", _report_line("the day", snap.total, sizes, Level.FINE, "bright"))]
    for slot in snap.slots:
        start = slot_start(slot)
        level = snap.policy.service_level(slot, snap.policy.target, None)
        title = f"{start:%H:%M}–{half_later(start)}"
        rows.append(Row(f"slot:{slot.key}", _report_line(title, slot, sizes, level)))
        for part in opened.get(str(slot.key), ()):
            name = f"   {snap.queue_name(str(part.key))}"
            rows.append(Row(f"part:{slot.key}/{part.key}", _report_line(name, part, sizes, Level.FINE, "dim")))
    return Table(head, tuple(rows))


def _report_line(title: str, row: FigureRow, sizes: Sequence[int], level: Level, tone: str = "") -> Line:
    values = (
        str(row.offered),
        str(row.answered),
        str(row.abandoned),
        percent(row.service_level),
        seconds(row.asa_s),
        seconds(row.aht_s),
        seconds(row.longest_wait_s),
        str(row.max_queue) if row.max_queue is not None else NOTHING,
    )
    spans = [Span(f" {fit(title, FIRST)}", tone)]
    for place, (text, size) in enumerate(zip(values, sizes, strict=False)):
        if place == 3:  # the mark stands at the figure that it is about
            room = Span(" " * (size - 2 - size_of(text)))
            spans += [room, sign(level), Span(f" {text}", TONES[level] if level else tone)]
        else:
            spans.append(Span(fit(text, size, "right"), tone))
    return tuple(spans)
