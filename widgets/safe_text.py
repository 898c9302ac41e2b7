"""The one door by which text reaches the screen (STYLE rule 8, CORE-4).

Everything drawn is made of spans: plain text and a tone. A span's text is cleaned here and put into a
terminal segment as it is; nothing is ever parsed as markup, so brackets are brackets."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len, chop_cells, set_cell_size

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
MAX_MARKS = 2
"""Combining marks kept on one letter; towers of them spill over the lines above and below."""

_PICTURES = {code: chr(0x2400 + code) for code in range(32)} | {0x7F: "␡", 0x09: " ", 0x0A: " ", 0x0D: " "}
_HIDDEN = dict.fromkeys(
    (
        *range(0x80, 0xA0),  # C1 controls: 0x9b is an escape sequence in one byte
        0x061C,
        0x200E,
        0x200F,
        *range(0x202A, 0x202F),  # what turns the writing direction round
        *range(0x2066, 0x206A),
        *range(0xD800, 0xE000),  # halves of pairs: no terminal can be sent them
        0xFEFF,
        *range(0xFFF9, 0xFFFC),
    ),
    REPLACEMENT,
)
_SPACES = dict.fromkeys((0x2028, 0x2029, 0x0B, 0x0C, 0x85), " ")
_GONE = dict.fromkeys((0x00AD, 0x200B, 0x2060, *range(0xE0000, 0xE0080), *range(0xFE00, 0xFE10)), None)
_APART = dict.fromkeys((0x200D, *range(0x1F3FB, 0x1F400)), None) | {
    0x1F1E6 + place: chr(ord("A") + place) for place in range(26)
}
"""What joins pictures into one (joiner, skin tone, the letters of flags): some terminals draw one picture,
others each part beside the last, and then the line is longer than was reckoned and spills into the next pane."""
_TABLE: dict[int, str | None] = {**_HIDDEN, **_PICTURES, **_SPACES, **_GONE, **_APART}


class Span(NamedTuple):
    """Text in one tone. Tones are roles (`dim`, `accent`, `good` …), never colours; see `widgets.lines`."""

    text: str
    tone: str = ""


Line = tuple[Span, ...]
"""One line on the screen."""


def _is_mark(char: str) -> bool:
    """Whether a character is drawn on the one before it: also Thai vowels and enclosing signs, which have no
    combining class."""
    return unicodedata.category(char) in ("Mn", "Me")


def clean(text: str) -> str:
    """Text that is safe to draw on one line: no control byte, nothing that turns the writing direction, no
    tower of marks. What is hidden is shown by a sign, not dropped in silence; line breaks become spaces."""
    return text if text.isascii() and text.isprintable() else _cleaned(text)


@lru_cache(maxsize=1024)
def _cleaned(text: str) -> str:
    shown = text.translate(_TABLE)
    if not any(_is_mark(char) for char in shown):
        return shown
    kept: list[str] = []
    marks = 0
    for char in shown:
        marks = marks + 1 if _is_mark(char) else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def stand_in(text: str) -> str:
    """Like `clean`, letter for letter, for fields in which a cursor stands: what is typed keeps its places."""
    if text.isascii() and text.isprintable():
        return text
    return "".join((char.translate(_TABLE) or REPLACEMENT)[:1] for char in text)


def clean_lines(text: str) -> list[str]:
    """The same for text of several lines."""
    return [clean(line) for line in text.splitlines()] or [""]


def line(*parts: str | Span | tuple[str, str]) -> Line:
    """A line from strings (ordinary tone) and (text, tone) pairs."""
    return tuple(Span(part) if isinstance(part, str) else Span(*part) for part in parts)


def size_of(text: str) -> int:
    """Terminal cells of a text, as it is shown."""
    return len(text) if text.isascii() and text.isprintable() else cell_len(_cleaned(text))


def width(spans: Iterable[Span]) -> int:
    """Terminal cells of a line."""
    return sum([size_of(text) for text, _tone in spans])


def fit(text: str, cells: int, align: str = "left") -> str:
    """Text in exactly so many cells: cut with an ellipsis, or padded. `align` is `left` or `right`."""
    shown, size = clean(text), size_of(text)
    if size > cells:
        return set_cell_size(shown, max(0, cells - 1)) + "…" if cells > 0 else ""
    return " " * (cells - size) + shown if align == "right" else shown + " " * (cells - size)


def wrap(text: str, cells: int) -> list[str]:
    """Break text between words into lines of at most `cells`; a word longer than a line is cut."""
    found: list[str] = []
    for paragraph in clean_lines(text):
        current = ""
        for word in paragraph.split():
            if current and cell_len(current) + 1 + cell_len(word) <= cells:
                current += " " + word
                continue
            if current:
                found.append(current)
            if cells > 0 and cell_len(word) > cells:
                *whole, word = chop_cells(word, cells)
                found += whole
            current = word
        found.append(current)
    return found or [""]


def spread(left: Sequence[Span], right: Sequence[Span], cells: int) -> Line:
    """Two groups at the ends of a line; when they do not both fit, the right one is dropped."""
    gap = cells - width(left) - width(right)
    if gap < 1:
        return tuple(left)
    return (*left, Span(" " * gap), *right)


def flow(label: Span, chunks: Sequence[Sequence[Span]], cells: int) -> list[Line]:
    """Chunks beside a label, over as many lines as they need; a chunk is never parted, only cut when it is
    longer than a line by itself."""
    indent = width([label])
    lines: list[Line] = []
    here: list[Span] = [label]
    room = cells - indent
    for chunk in chunks:
        size = width(chunk)
        if size > room and len(here) > 1:
            lines.append(tuple(here))
            here, room = [Span(" " * indent)], cells - indent
            chunk = chunk[1:] if chunk[0].text.strip() in ("·", "") else chunk
        here += chunk
        room -= size
    return [*lines, tuple(here)]
