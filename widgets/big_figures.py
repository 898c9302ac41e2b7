"""Figures that can be read from across a room: digits of blocks."""

from __future__ import annotations

_FONT = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": (" # ", "## ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", "###", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", "  #", " # ", " # "),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
    ":": (" ", "#", " ", "#", " "),
    "–": ("   ", "   ", "###", "   ", "   "),
    "%": ("# #", "  #", " # ", "#  ", "# #"),
    "h": ("#  ", "#  ", "###", "# #", "# #"),
    " ": (" ", " ", " ", " ", " "),
}
_HALVES = {("#", "#"): "█", ("#", " "): "▀", (" ", "#"): "▄", (" ", " "): " "}
SMALL_ROWS, LARGE_ROWS = 3, 5


def big(text: str, *, large: bool = False) -> list[str]:
    """A figure as three lines of half blocks, or as five lines of whole ones. What it has no letter for is left out."""
    letters = [_FONT[one] for one in text if one in _FONT]
    rows = [" ".join(letter[row] for letter in letters) for row in range(5)]
    if large:
        return ["".join("██" if one == "#" else "  " for one in row) for row in rows]
    rows.append(" " * len(rows[0]))
    return [
        "".join(_HALVES[upper, lower] for upper, lower in zip(rows[top], rows[top + 1], strict=True))
        for top in (0, 2, 4)
    ]
