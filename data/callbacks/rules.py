"""When a callback is due, whose turn is first, and how often one tries. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from data.models.callback import Callback, CallbackAttempt, CallbackOutcome

LATE_AFTER = timedelta(minutes=15)
"""A callback without a window is overdue so long after it was due."""
TRIES = frozenset(
    {CallbackOutcome.ANSWERED, CallbackOutcome.NO_ANSWER, CallbackOutcome.VOICE_MAIL, CallbackOutcome.BUSY}
)


class Standing(StrEnum):
    """How a callback stands at a moment."""

    OVERDUE = "overdue"
    DUE = "due"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class CallbackLine:
    """An open callback as one reads it in a list."""

    callback: Callback
    attempts: tuple[CallbackAttempt, ...] = ()
    """Oldest first."""
    customer: str = ""
    """The customer's name."""
    ticket: str = ""
    """Number of its ticket."""
    for_name: str = ""
    """Name of whose it is; empty: anybody's."""
    allowed_by: str = ""
    """Name of the leader who allowed it outside the hours."""

    @property
    def waits_since(self) -> datetime:
        """Since when nobody has tried: the last try, or when it became due."""
        tried = [one.at for one in self.attempts if one.outcome in TRIES]
        return max([self.callback.due_at, *tried])


def late_at(callback: Callback) -> datetime:
    """From when it is overdue: the end of its window, or a while after it was due."""
    return callback.until if callback.until is not None else callback.due_at + LATE_AFTER


def standing(callback: Callback, now: datetime) -> Standing:
    """How an open callback stands."""
    if now < callback.due_at:
        return Standing.LATER
    return Standing.OVERDUE if now >= late_at(callback) else Standing.DUE


def in_order(lines: Iterable[CallbackLine], now: datetime) -> list[CallbackLine]:
    """Overdue ones first, then due ones, then later ones; in each, whoever has waited longest for a try."""
    order = list(Standing)
    return sorted(
        lines, key=lambda line: (order.index(standing(line.callback, now)), line.waits_since, line.callback.id)
    )


def tries(attempts: Iterable[CallbackAttempt]) -> int:
    """How often somebody called."""
    return sum(one.outcome in TRIES for one in attempts)


def attempts_left(attempts: Iterable[CallbackAttempt], most: int) -> int:
    """How often one may still try; at least none."""
    return max(0, most - tries(attempts))


def counts(callbacks: Sequence[Callback], now: datetime) -> dict[Standing, int]:
    """How many stand how."""
    stand = [standing(one, now) for one in callbacks]
    return {one: stand.count(one) for one in Standing}
