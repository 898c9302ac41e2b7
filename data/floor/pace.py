"""Floor seconds: real ones times the speed. Everything on the floor is timed in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from data.clock import Clock


class Pace:
    """Turns the clock into floor seconds since the floor opened."""

    def __init__(self, clock: Clock, speed: float, opened: datetime | None = None) -> None:
        """`speed`: floor seconds in a real second, above zero. `opened`: the time of day at floor second 0, where the
        floor keeps to the clock's; None: it opens now."""
        self._clock = clock
        self._opened = opened
        self._from = clock.monotonic()
        self.speed = speed

    def elapsed(self) -> float:
        """Floor seconds since the start."""
        if self._opened is not None:
            return (self._clock.now() - self._opened).total_seconds()
        return (self._clock.monotonic() - self._from) * self.speed

    def real(self, floor_s: float) -> float:
        """Floor seconds as real seconds."""
        return floor_s / self.speed


class LeapClock:
    """A clock that stands still until `leap` moves it: a whole day of the floor takes seconds."""

    def __init__(self, now: datetime = datetime(2026, 1, 5, 9, tzinfo=UTC)) -> None:
        self._start = now
        self._passed = 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return self._passed

    def leap(self, seconds: float) -> None:
        """Let time pass at once."""
        self._passed += max(0.0, seconds)
