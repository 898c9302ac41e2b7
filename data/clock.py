"""Time, as something that is passed in: rules and tests never ask the machine for it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

CLOCK = "AGENT_CONSOLE_CLOCK"
"""A moment that a program begins at instead of now, and how much faster time passes: `2026-11-20T14:29:50Z x48`. For
rehearsals and tests of what happens at a time of day."""


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds that only ever go forward; for waits, never shown."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


SYSTEM_CLOCK = SystemClock()


class RehearsedClock:
    """The time of day begins at a moment and goes on from there, perhaps faster. Waits are as long as ever."""

    def __init__(self, start: datetime, speed: float = 1.0) -> None:
        self._start = start.astimezone(UTC)
        self._speed = speed
        self._from = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(self.monotonic() - self._from) * self._speed)

    def monotonic(self) -> float:
        return time.monotonic()


def chosen_clock(environment: Mapping[str, str]) -> Clock:
    """The machine's clock, or the one that the environment asks for.

    Raises:
        ValueError: what it asks for is no aware moment, or no speed.
    """
    if not (asked := environment.get(CLOCK, "").strip()):
        return SYSTEM_CLOCK
    moment, _, speed = asked.partition(" x")
    start = datetime.fromisoformat(moment.strip())
    if start.tzinfo is None or (factor := float(speed or 1)) <= 0:
        raise ValueError(f"{CLOCK} is a moment with its zone, and perhaps a speed: 2026-11-20T14:29:50Z x48")
    return RehearsedClock(start, factor)
