"""Columns drawn as SVG: a picture that any browser shows, without a script, a font or a colour from elsewhere. Kinds are
told by a pattern, columns without a figure by a dash. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 960, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 64, 96
MOST_LABELS = 32
"""Labels under the columns; of more columns every so many has one."""
LONGEST_LABEL = 16
LEAST = 1e-300
"""What is smaller is nothing: no axis can be parted so finely."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its parts from below, or None where there is no figure."""

    label: str
    parts: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn."""

    title: str
    below: str
    """From when to when, and what the figure is."""
    kinds: tuple[str, ...]
    """Names of the parts."""
    columns: Sequence[Column]
    percent: bool = False
    """The figure is a share, 0 to 1."""


def svg(picture: Picture, colours: Mapping[str, str]) -> str:
    """The picture. `colours`: by role (`background`, `text`, `dim`, `faint`, `accent`, `warn`)."""
    return "\n".join(_lines(picture, colours)) + "\n"


def _lines(picture: Picture, colours: Mapping[str, str]) -> Iterator[str]:
    most = max((sum(one.parts) for one in picture.columns if one.parts is not None), default=0.0)
    top, step = (1.0, 0.2) if picture.percent else _scale(most)
    high, bottom = HEIGHT - TOP - BOTTOM, HEIGHT - BOTTOM
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="12">'
    )
    yield f"<title>{_text(picture.title)}</title>"
    yield (
        '<defs><pattern id="stripes" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="6" height="6" fill="{colours["background"]}"/>'
        f'<rect width="3" height="6" fill="{colours["warn"]}"/></pattern>'
        '<pattern id="dots" width="5" height="5" patternUnits="userSpaceOnUse">'
        f'<rect width="5" height="5" fill="{colours["background"]}"/>'
        f'<circle cx="2.5" cy="2.5" r="1.2" fill="{colours["dim"]}"/></pattern></defs>'
    )
    yield f'<rect width="100%" height="100%" fill="{colours["background"]}"/>'
    yield _words(LEFT, 26, picture.title, colours["text"], size=17)
    yield from _legend(picture, colours)
    for number in range(round(top / step) + 1):
        value = number * step
        y = bottom - value / top * high
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{colours["faint"]}" stroke-width="1"/>'
        yield _words(LEFT - 8, y + 4, _value(value, step, picture.percent), colours["dim"], anchor="end")
    yield from _columns(picture, colours, top, high, bottom)
    yield _words(LEFT, HEIGHT - 12, picture.below, colours["dim"])
    yield "</svg>"


def _columns(picture: Picture, colours: Mapping[str, str], top: float, high: float, bottom: float) -> Iterator[str]:
    count = len(picture.columns)
    wide = (WIDTH - LEFT - RIGHT) / max(1, count)
    body = max(0.5, min(wide * 0.8, 60.0))
    every = max(1, ceil(count / MOST_LABELS))
    fills = _fills(colours)
    for place, column in enumerate(picture.columns):
        middle = LEFT + (place + 0.5) * wide
        y = bottom
        if column.parts is None:
            yield _words(middle, bottom - 4, "–", colours["dim"], anchor="middle")
        for part, value in enumerate(column.parts or ()):
            size = value / top * high
            y -= size
            if size:
                yield (
                    f'<rect x="{middle - body / 2:.1f}" y="{y:.1f}" width="{body:.1f}" height="{size:.1f}"'
                    f' fill="{fills[part % len(fills)]}"/>'
                )
        if place % every == 0:
            label = column.label if len(column.label) <= LONGEST_LABEL else column.label[: LONGEST_LABEL - 1] + "…"
            x, below = f"{middle + 4:.1f}", f"{bottom + 14:.1f}"
            yield (
                f'<text x="{x}" y="{below}" fill="{colours["dim"]}" font-size="11" text-anchor="end"'
                f' transform="rotate(-40 {x} {below})">{_text(label)}</text>'
            )


def _fills(colours: Mapping[str, str]) -> tuple[str, ...]:
    """Of the first, second and third part of a column."""
    return colours["accent"], "url(#stripes)", "url(#dots)"


def _legend(picture: Picture, colours: Mapping[str, str]) -> Iterator[str]:
    x = float(LEFT)
    for kind, fill in zip(picture.kinds, _fills(colours), strict=False):
        yield f'<rect x="{x:.0f}" y="38" width="12" height="12" fill="{fill}" stroke="{colours["dim"]}"/>'
        yield _words(x + 18, 48, kind, colours["text"])
        x += 18 + 7.5 * len(kind) + 24


def _scale(most: float) -> tuple[float, float]:
    """The top of the axis and the step of its lines: 1, 2 or 5 times a power of ten, four to ten of them."""
    if most < LEAST:
        return 1.0, 1.0
    power = 10.0 ** floor(log10(most / 4))
    step = next(times * power for times in (5, 2, 1) if times * power <= most / 4 or times == 1)
    return ceil(most / step - 1e-9) * step, step


def _value(value: float, step: float, percent: bool) -> str:
    if percent:
        return f"{value:.0%}".replace("%", " %")
    return f"{value:,.0f}" if step >= 1 else f"{value:,.{max(0, -floor(log10(step)))}f}"


def _words(x: float, y: float, text: str, colour: str, *, size: int = 12, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size}" text-anchor="{anchor}">{_text(text)}</text>'


def _text(text: str) -> str:
    """Text from outside as XML allows it."""
    kept = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return escape(kept)
