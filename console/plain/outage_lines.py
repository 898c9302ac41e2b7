"""Outages as lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from console.plain import wording as words
from data.models.outage import Outage
from widgets.outage_words import SAYABLE, counted, place, until
from widgets.times import moment


def board(down: tuple[Outage, ...], now: datetime) -> Iterator[str]:
    """What is down, a line each."""
    yield f"{counted(len(down))}." if down else "Every node is up."
    for one in down:
        yield told(one, now)


def told(outage: Outage, now: datetime) -> str:
    """One outage in a line, with what may be said."""
    return words.sentence(
        f"{words.brief(place(outage))} is down since {moment(outage.since, now)}",
        until(outage, now),
        f"say: {words.told(outage.text or SAYABLE)}",
    )
