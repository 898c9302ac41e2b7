"""Where two texts differ, for little room: the words around it, and no more of what they have alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from widgets.safe_text import fit, size_of

MOST_WORDS = 3
"""So many words on each side are enough to know the place again."""


def differing(mine: str, theirs: str, cells: int) -> tuple[str, str]:
    """Two texts in one line of at most so many cells each, both whole where they fit. What is left out of them is left
    out of what they begin and end with alike, as far as that goes; breaks of lines are spaces."""
    one, other = " ".join(mine.split()), " ".join(theirs.split())
    start = _alike(one, other)
    ends = _alike(one[start:][::-1], other[start:][::-1])
    return _seen(one, start, len(one) - ends, cells), _seen(other, start, len(other) - ends, cells)


def _alike(one: str, other: str) -> int:
    """How many letters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (mine, theirs) in pairs if mine != theirs), min(len(one), len(other)))


def _seen(text: str, start: int, end: int, cells: int) -> str:
    """The words of a text that hold what differs, and those around them for which there is room."""
    if size_of(text) <= cells:
        return text
    first, last = _whole_words(text, start, end, cells // 4)
    for before, after in _around(text, first, last):
        if size_of(_cut_out(text, before, last)) <= cells:
            first = before
        if size_of(_cut_out(text, first, after)) <= cells:
            last = after
    return fit(_cut_out(text, first, last), cells).rstrip()


def _whole_words(text: str, start: int, end: int, most: int) -> tuple[int, int]:
    """The place of what differs with the rest of its words; of a word without end, as one finds them in scripts without
    spaces, no more than so many letters."""
    first = max(text.rfind(" ", 0, start) + 1, start - most)
    while 0 < first < len(text) and unicodedata.combining(text[first]):
        first -= 1
    space = text.find(" ", end)
    return first, min(len(text) if space < 0 else space, end + most)


def _around(text: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    """The places of one more word on each side, of two more and so on."""
    for _more in range(MOST_WORDS):
        first = text.rfind(" ", 0, max(0, first - 1)) + 1
        space = text.find(" ", last + 1)
        last = len(text) if space < 0 else space
        yield first, last


def _cut_out(text: str, first: int, last: int) -> str:
    begins = "" if not first else "… " if text[first - 1] == " " else "…"
    ends = "…" if last < len(text) else ""
    return f"{begins}{text[first:last]}{ends}"
