"""How long an agent may work after the hub last said that the password is right.

The marks lie in the agent's own store, encrypted and authenticated like everything in it. The time of day is never
believed when it goes back: what counts is the latest moment that was ever seen here, and time at work adds to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from data.clock import Clock
from data.models.base import instant_text
from data.store.database import Store

VERIFIED, SEEN = "verified_at", "seen_at"
BEAT_S = 60.0


class Marks:
    """The moments of one store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._begun = clock.monotonic()
        self._at_begin = self._moment(SEEN) or clock.now()
        self._beat_at = self._begun

    def verified(self) -> None:
        """The hub let the agent in just now."""
        now = self._latest()
        self._write({VERIFIED: now, SEEN: now})

    def beat(self) -> None:
        """Time goes on; written once a minute."""
        if self._clock.monotonic() >= self._beat_at:
            self._beat_at = self._clock.monotonic() + BEAT_S
            self._write({SEEN: self._latest()})

    def left(self, days: float) -> timedelta:
        """How long the agent may work without the hub yet; not above zero: it must be reached first."""
        verified = self._moment(VERIFIED)
        if verified is None:
            return timedelta(0)
        return timedelta(days=days) - (self._latest() - verified)

    def _latest(self) -> datetime:
        worked = timedelta(seconds=self._clock.monotonic() - self._begun)
        return max(self._clock.now(), self._moment(SEEN) or self._at_begin, self._at_begin + worked)

    def _moment(self, key: str) -> datetime | None:
        found = self._store.value("SELECT value FROM sync_state WHERE key = ?", (key,))
        return datetime.fromisoformat(found).astimezone(UTC) if found else None

    def _write(self, moments: dict[str, datetime]) -> None:
        with self._store.write() as connection:
            connection.executemany(
                "INSERT INTO sync_state (key, value) VALUES (?, ?)"
                " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                [(key, instant_text(at)) for key, at in moments.items()],
            )
