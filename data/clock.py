"""Time, as something that is passed in: rules and tests never ask the machine for it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, Self


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


@dataclass(frozen=True, slots=True)
class RehearsalClock:
    """A time of day that begins where one wishes and may pass faster: a whole shift can be rehearsed in minutes. Waits
    take as long as ever. Processes that are given the same text have the same time."""

    start: datetime
    """Aware: what the clock says at `from_s`."""
    speed: float = 1.0
    """Seconds in a real second."""
    from_s: float = 0.0
    """Real seconds since 1970."""

    @classmethod
    def beginning_now(cls, start: datetime, speed: float = 1.0) -> Self:
        """It is `start` now."""
        return cls(start, speed, time.time())

    @classmethod
    def from_text(cls, text: str) -> Self:
        """What `str` gave.

        Raises:
            ValueError: it is no such text.
        """
        start, speed, from_s = text.split(",")
        return cls(datetime.fromisoformat(start), float(speed), float(from_s))

    def __str__(self) -> str:
        return f"{self.start.isoformat()},{self.speed!r},{self.from_s!r}"

    def now(self) -> datetime:
        return (self.start + timedelta(seconds=(time.time() - self.from_s) * self.speed)).astimezone(UTC)

    def monotonic(self) -> float:
        return time.monotonic()
