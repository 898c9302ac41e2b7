"""Bars of blocks: how much, told by length and by the number beside it, and kinds by their texture, never by colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from widgets.safe_text import Line, Span, fit, width

EIGHTHS = " ▏▎▍▌▋▊▉"
TEXTURES = "█░▒"
"""Of the first, second and third part of a bar."""
TONES = ("accent", "warn", "dim")


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar in a chart. `parts`: one after the other; `None`: there is no figure, which is not the same as 0."""

    label: str
    parts: tuple[float, ...] | None
    told: str
    """What the bar says in numbers."""


def bar_spans(parts: Sequence[float], most: float, cells: int) -> list[Span]:
    """A bar that is `cells` long at `most`. A single part ends at an eighth of a cell, parts of several at whole cells; a
    part that is more than nothing is seen."""
    if most <= 0 or cells <= 0:
        return []
    if len(parts) == 1:
        eighths = round(parts[0] / most * cells * 8)
        whole, rest = divmod(max(eighths, 1 if parts[0] > 0 else 0), 8)
        return [Span(TEXTURES[0] * whole + EIGHTHS[rest].strip(), TONES[0])]
    spans: list[Span] = []
    room, done, drawn = cells, 0.0, 0
    for place, part in enumerate(parts):
        done += part
        size = min(room, max(round(done / most * cells) - drawn, 1 if part > 0 else 0))
        spans.append(Span(TEXTURES[place % len(TEXTURES)] * size, TONES[place % len(TONES)]))
        room, drawn = room - size, drawn + size
    return spans


def bar_chart(bars: Sequence[Bar], cells: int) -> list[Line]:
    """Bars one under the other, as long as their lines have room for: label, bar, numbers."""
    if not bars:
        return []
    labels = min(max(width([Span(bar.label)]) for bar in bars), max(8, cells // 3))
    told = max(width([Span(bar.told)]) for bar in bars)
    room = max(8, cells - labels - told - 2)
    most = max((sum(bar.parts) for bar in bars if bar.parts is not None), default=0.0)
    lines: list[Line] = []
    for bar in bars:
        spans = bar_spans(bar.parts, most, room) if bar.parts is not None else []
        gap = Span(" " * (room - width(spans)))
        lines.append(
            (Span(fit(bar.label, labels) + " ", "dim"), *spans, gap, Span(" " + fit(bar.told, told, "right")))
        )
    return lines


def legend(names: Sequence[str]) -> Line:
    """Which texture is what."""
    spans: list[Span] = []
    for place, name in enumerate(names):
        spans += [Span(TEXTURES[place % len(TEXTURES)] * 2, TONES[place % len(TONES)]), Span(f" {name}  ")]
    return tuple(spans)
