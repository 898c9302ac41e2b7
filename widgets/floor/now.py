"""What matters now: the floor's figures as large as there is room for, trends, how many agents more it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from data.queue.figures import FigureRow
from data.supervision.snapshot import FloorSnapshot, seconds_since
from data.supervision.thresholds import Level
from widgets.big_figures import LARGE_ROWS, SMALL_ROWS, big
from widgets.floor.staffing import staffing_line
from widgets.floor.trends import trend_lines
from widgets.floor.words import NOTHING, TONES, percent, seconds, sign
from widgets.safe_text import Line, Span, fit, width
from widgets.times import duration

COLUMNS = (4, 6, 5, 5)
"""How the room is parted among the figures: a wait is written longest."""
TALL = 15
"""From so many lines on the bars have two."""
_LARGE_AT, _SMALL_AT = 132, 76
"""So many cells it takes until `12:02` and `100 %` have room in letters of five lines, of three."""


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
            "service level",
            percent(total.service_level),
            snap.level("service level"),
            f"{total.service_level_formula} · ≥ {percent(policy.target)}",
        ),
        _Figure(
            "gave up",
            percent(total.abandonment_rate),
            snap.level("abandonment"),
            f"{total.abandoned} of {total.offered} · ≤ {percent(limit)}",
        ),
    )


class NowPanel:
    """The lines of the panel. Trends are kept while no half hour has changed."""

    def __init__(self) -> None:
        self._trends: tuple[object, list[Line]] = (None, [])
        self._slots: tuple[FigureRow, ...] = ()
        """Of the trends that are kept; as it is kept no other can have its place."""

    def lines(self, snap: FloorSnapshot, now: datetime, cells: int, rows: int) -> list[Line]:
        """The figures that matter, as large as there is room for; trends; how many agents more it takes."""
        tall = rows >= TALL
        shape = (cells, tall, snap.day, snap.at.timestamp() // 60)
        if snap.slots is not self._slots or shape != self._trends[0]:
            self._slots, self._trends = snap.slots, (shape, trend_lines(snap, cells, tall=tall))
        return _laid_out(snap, now, cells, rows, self._trends[1])


def _laid_out(snap: FloorSnapshot, now: datetime, cells: int, rows: int, trends: list[Line]) -> list[Line]:
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
    label: list[Span] = []
    for one, size in zip(figures, sizes, strict=True):
        words = Span(f" {fit(one.label, min(size - 3, len(one.label)))} ", "dim")
        mark = sign(one.level if high > 1 else Level.FINE)  # beside large letters it would be a dot of theirs
        label += [words, mark, Span(" " * max(0, size - width([words, mark])))]
    note = tuple(Span(f" {fit(one.note, size - 1)}", "dim") for one, size in zip(figures, sizes, strict=True))
    shapes = [
        [one.value] if high == 1 else big(one.value.replace(" %", "%"), large=high == LARGE_ROWS) for one in figures
    ]
    values: list[Line] = []
    for row in range(high):
        spans: list[Span] = []
        for one, shape, size in zip(figures, shapes, sizes, strict=True):
            text = Span(f" {shape[row]} ", TONES[one.level] if one.level else "bright")
            mark = sign(one.level if high == 1 else Level.FINE)
            spans += [text, mark, Span(" " * max(0, size - width([text, mark])))]
        values.append(tuple(spans))
    return [tuple(label), *values, note]
