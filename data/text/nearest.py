"""What somebody meant who wrote a name that is not known."""

from __future__ import annotations

from collections.abc import Iterable

MOST = 12
"""Names that are listed where none is close."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was meant by a slip of the pen: one letter in three wrong, left out or exchanged."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    slips = max(1, len(name) // 3)
    found = process.extractOne(name, list(known), scorer=OSA.distance, processor=str.lower, score_cutoff=slips)
    return str(found[0]) if found is not None else None


def instead(name: str, known: Iterable[str]) -> str:
    """What to write in the place of a name: the closest one, or those that there are."""
    every = list(known)
    meant = nearest(name, every)
    if meant is not None:
        return f"write '{meant}'"
    if not every:
        return "leave it out"
    listed = ", ".join(every[:MOST])
    return f"take one of {listed}{', …' if len(every) > MOST else ''}"
