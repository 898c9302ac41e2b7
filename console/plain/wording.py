"""How things are said, not drawn: text from outside made safe, durations, days and numbers in words that a screen
reader reads well, characters spelled one by one. ASCII in all that is ours, for terminals without more."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from widgets.safe_text import REPLACEMENT, clean

LONGEST = 200
"""Letters of a name or title that are said in passing; the ticket and `more` say all of it."""

_SIGNS = {0x2400 + code: "?" for code in range(0x27)} | {ord(REPLACEMENT): "?"}
"""What `clean` shows for hidden characters: pictures that are read as nothing, or as a long name."""
_MASK = "••••"
"""What stands for the digits of a masked card number."""
_OURS = str.maketrans({"·": ",", "…": "...", "→": "to", "–": "-"})
_GAP = re.compile(r"(?<![^\s\"'“(])…")
_SPOKEN = {
    "@": "at", ".": "dot", "-": "dash", "_": "underscore", "+": "plus", "/": "slash", "#": "hash", ":": "colon",
    "&": "and", "'": "apostrophe", " ": "space",
}  # fmt: skip


def safe(text: str) -> str:
    """One line that no terminal obeys: control bytes, and what turns the writing direction, are question marks."""
    return clean(text).translate(_SIGNS).replace(_MASK, "ending in ")


def told(text: str) -> str:
    """A sentence of ours, with what others wrote in it: its decorations as commas and words."""
    return re.sub(r"\s+,", ",", text.translate(_OURS))


def brief(text: str) -> str:
    """A name or title on one line, cut where nobody would listen any longer."""
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST else flat[:LONGEST].rstrip() + " ... (cut)"


def gaps(text: str) -> str:
    """Words to say aloud: where a fact is missing, that is said in place of the gap."""
    return told(_GAP.sub("(not known yet)", text))


def sentence(*parts: str) -> str:
    """The parts that say something, in one sentence."""
    return ", ".join(part for part in parts if part) + "."


def count(number: int, one: str, many: str = "") -> str:
    """`1 line`, `2 lines`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """`2 minutes 5 seconds`; from an hour on without seconds; negative counts as none."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        parts = [count(hours, "hour"), count(minutes, "minute") if minutes else ""]
    else:
        parts = [count(minutes, "minute") if minutes else "", count(left, "second") if left or not minutes else ""]
    return " ".join(part for part in parts if part)


def since(start: datetime | None, now: datetime) -> str:
    """How long from `start` to `now`, or nothing."""
    return duration((now - start).total_seconds()) if start is not None else ""


def time_of_day(at: datetime) -> str:
    """`14:30` in the seat's zone: screen readers read it as a time."""
    return at.astimezone().strftime("%H:%M")


def day(at: datetime, now: datetime) -> str:
    """`today 14:30`, `yesterday 14:30`, `6 November`, `6 November 2024`, in the seat's zone."""
    local, today = at.astimezone(), now.astimezone()
    ago = (today.date() - local.date()).days
    if ago in (0, 1):
        return f"{'today' if ago == 0 else 'yesterday'} {local:%H:%M}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {local:%B}{year}"


def percent(share: float) -> str:
    """`82 percent`."""
    return f"{share:.0%}".replace("%", " percent")


def spelled(text: str) -> str:
    """Each character by itself: digits and letters parted by spaces, signs by name, groups by commas."""
    groups = [" ".join(_spoken(group)) for group in text.split()]
    return ", ".join(group for group in groups if group)


def _spoken(group: str) -> Iterable[str]:
    for char in group:
        if char in _SPOKEN:
            yield _SPOKEN[char]
        elif char.isalnum():
            yield f"capital {char}" if char.isupper() else char
        else:
            yield unicodedata.name(char, "unknown sign").lower()
