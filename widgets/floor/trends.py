"""The day in bars: who waited, and the service level by half hour."""

from __future__ import annotations

from collections.abc import Sequence

from data.queue.figures import FigureRow
from data.supervision.snapshot import FloorSnapshot, slot_start
from data.supervision.thresholds import Level
from widgets.floor.words import TONES, percent
from widgets.safe_text import Line, Span

EIGHTHS = " ▁▂▃▄▅▆▇█"
SLOTS_A_DAY = 48


def trend_lines(snap: FloorSnapshot, cells: int, *, tall: bool) -> list[Line]:
    """Who waited through the day, and the service level by half hour."""
    known = {_place(row): row for row in snap.slots if slot_start(row).date() == snap.day}
    if not known:
        return [(Span(" The trends begin with the first contact of the day.", "dim"),)]
    first = min(known) // 4 * 4
    slots = SLOTS_A_DAY - first
    each = max(1, min(6, (cells - 2) // slots))
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
