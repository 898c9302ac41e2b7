"""What somebody meant who wrote a name that is not known."""

from __future__ import annotations

from collections.abc import Iterable

CLOSE = 70
"""Likeness, of 100, from which on a name is taken for a slip of the pen."""
MOST = 12
"""Names that are listed where none is close."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like this one, None where none is."""
    from rapidfuzz import fuzz, process, utils

    found = process.extractOne(
        name, list(known), scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=CLOSE
    )
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
