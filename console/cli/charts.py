"""Figures as bars in the terminal and as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from data.queue.figures import FigureRow
from data.queue.groupings import Time
from data.supervision.picture import Column, Picture
from widgets.charts import Bar, bar_chart, legend

SHARES = frozenset({"abandonment_rate", "service_level"})
DRAWN = ("offered", "answered", "abandoned", "asa_s", "aht_s", "longest_wait_s", "max_queue", *sorted(SHARES))
"""The figures that can be drawn."""
_KINDS = ("answered", "abandoned", "left, or no end known")
_TITLES = {
    "asa_s": "ASA, in seconds",
    "aht_s": "AHT, in seconds",
    "longest_wait_s": "Longest wait, in seconds",
    "max_queue": "Longest queue",
    "abandonment_rate": "Abandonment",
    "service_level": "Service level",
}


def plotted(rows: Sequence[FigureRow], figure: str | None, names: Mapping[str, str], cells: int) -> str:
    """Bars, one under the other; without a figure what became of the contacts that were offered."""
    labels = _labels(rows, names)
    bars = [Bar(label, _parts(row, figure), _told(row, figure)) for row, label in zip(rows, labels, strict=True)]
    lines = bar_chart(bars, cells)
    if figure is None:
        lines.append(legend(_kinds(rows)))
    return "\n".join("".join(span.text for span in line).rstrip() for line in lines)


def pictured(rows: Sequence[FigureRow], figure: str | None, names: Mapping[str, str], zone: str) -> Picture:
    """The same as a picture."""
    first, last = rows[0].starts, rows[-1].ends
    period = f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}, {zone}" if first and last else f"all, {zone}"
    level = (
        f", {rows[0].service_level_formula} within {rows[0].threshold_s:g} s" if figure == "service_level" else ""
    )
    return Picture(
        title=_title(figure),
        below=f"{period}{level}",
        kinds=_kinds(rows) if figure is None else (),
        columns=[Column(label, _parts(row, figure)) for row, label in zip(rows, _labels(rows, names), strict=True)],
        percent=figure in SHARES,
    )


def _kinds(rows: Sequence[FigureRow]) -> tuple[str, ...]:
    """What became of the contacts, as far as there are such."""
    left = any(row.offered > row.answered + row.abandoned for row in rows)
    return _KINDS if left else _KINDS[:2]


def _title(figure: str | None) -> str:
    return "Contacts offered" if figure is None else _TITLES.get(figure, f"Contacts {figure}")


def _parts(row: FigureRow, figure: str | None) -> tuple[float, ...] | None:
    if figure is None:
        return row.answered, row.abandoned, row.offered - row.answered - row.abandoned
    value = getattr(row, figure)
    return None if value is None else (float(value),)


def _told(row: FigureRow, figure: str | None) -> str:
    if figure is None:
        return f"{row.offered:,} offered, {row.abandoned:,} abandoned"
    value = getattr(row, figure)
    if value is None:
        return "–"
    if figure in SHARES:
        return f"{value:.1%}".replace("%", " %")
    return f"{value:,.1f} s" if figure.endswith("_s") else f"{value:,}"


def _labels(rows: Sequence[FigureRow], names: Mapping[str, str]) -> list[str]:
    offsets = {row.starts.utcoffset() for row in rows if row.starts is not None}
    shape = "%m-%d %H:%M" if len(offsets) <= 1 else "%m-%d %H:%M %Z"
    return [_label(row, names, shape) for row in rows]


def _label(row: FigureRow, names: Mapping[str, str], shape: str) -> str:
    words: list[str] = []
    for by, key in row.of:
        if by in get_args(Time):
            words.append(f"{row.starts:{shape}}" if by in ("quarter", "half-hour") else str(key))
        else:
            words.append(names.get(key, key) if key is not None else "–")
    return " ".join(words) or "all"
