"""What a floor is asked to do, and what it says at the end."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

from data.models.base import Value


class FloorBusy(Exception):
    """Another floor plays on this hub; the message says so in words."""


class FloorOptions(Value):
    """One run of the floor. Durations are floor seconds: real ones times `speed`."""

    hub: Path
    seed: int | None = None
    """None draws one; the summary tells it."""
    seconds: float | None = None
    """How long to play; None plays until it is told to stop (a replay: until its log ends)."""
    speed: float = 1.0
    start: time = time(9, 0)
    """The practice clock when the floor opens."""
    replay: Path | None = None
    """An Asterisk queue_log to play in place of drawn callers."""
    day: date | None = None
    """Only this day of the log."""
    hold: bool = False
    """Stay open when the log has ended."""
    agents: int = 5
    """How many agents the floor plays; a replay plays the log's own."""
    calls_per_hour: float | None = None
    """Calls in the busiest hour; None takes the practice content's figure."""


class FloorSummary(Value):
    """What happened. Offered = answered + abandoned + left + waiting_at_end; a caller who is passed on to
    another queue is offered there once more. Forked calls of a replay are in `forked` alone."""

    seed: int
    seconds: float
    offered: int
    answered: int
    abandoned: int
    left: int
    """Left the queue unanswered without hanging up."""
    waiting_at_end: int
    longest_wait_s: float
    doubles: int
    """Contacts answered under two fences: always 0."""
    forked: int = 0
