"""What a floor is asked to do, and what it says at the end."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from data.models.base import Value

OPENS = time(9, 0)
"""The practice clock at the start, unless told otherwise."""


BUSY = 4
"""The exit code of a floor that finds another one on its hub."""


class FloorBusy(Exception):
    """Another floor plays on this hub; the message says so in words."""


class FloorOptions(Value):
    """One run of the floor. On it time passes in floor seconds: real ones times `speed`."""

    hub: Annotated[str, BeforeValidator(str)]
    """The hub's address; a path is one."""
    seed: int | None = None
    """None draws one; the summary tells it."""
    seconds: float | None = None
    """How long to play, in real seconds; None plays until it is told to stop, or until the log has ended."""
    speed: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    start: time | None = None
    """The practice clock when the floor opens (09:00). A replay leaves out what entered earlier that day."""
    replay: Path | None = None
    """An Asterisk queue_log to play in place of drawn callers."""
    day: date | None = None
    """Only this day of the log."""
    tz: str = "UTC"
    """The zone of `day` and, in a replay, of `start`."""
    site_tz: str = "UTC"
    """The site's zone: the practice invoices are as old as they should be on its day."""
    hold: bool = False
    """Stay open when the log has ended."""
    agents: int = Field(default=5, ge=0)
    """How many agents the floor plays; a replay plays the log's own."""
    messages: bool = False
    """Some contacts come as a message, which waits until it is taken; for a floor with somebody at a console."""
    calls_per_hour: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Calls in the busiest hour; None takes the practice content's figure."""


class FloorSummary(Value):
    """What happened. Offered = answered + abandoned + left + waiting_at_end; a caller who is passed on to
    another queue is offered there once more. Forked calls of a replay are in `forked` alone."""

    seed: int
    seconds: float
    """Real seconds."""
    offered: int
    answered: int
    abandoned: int
    left: int
    """Left the queue unanswered without hanging up."""
    waiting_at_end: int
    longest_wait_s: float
    """In floor seconds."""
    doubles: int
    """Contacts answered under two fences: always 0."""
    forked: int = 0
