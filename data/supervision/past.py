"""Alerts that are over: what stood from when to when, for whoever looked away. Pure.

That somebody waited too long is known from the events, to the second and also of the time when nobody watched. Of the
other alerts those are known that stood at some look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from data.queue.offers import Happening
from data.supervision.alerts import minutes
from data.supervision.snapshot import Alert, Passed
from data.supervision.thresholds import FloorPolicy, Level

AGAIN: Final = timedelta(minutes=1)
"""What comes again within this was not over."""
MOST: Final = 200
_WAIT: Final = "longest wait"
_EVERYBODY: Final = ""
"""What an alert of the floor as a whole is about."""


class PastAlerts:
    """Remembers the alerts of one day as they come and go."""

    def __init__(self, policy: FloorPolicy, begins: datetime, name_of: Callable[[str], str]) -> None:
        """`begins`: of the day; `name_of`: what a queue is called."""
        self._policy = policy
        self._begins = begins.timestamp()
        self._name_of = name_of
        self._standing: dict[str, Passed] = {}
        self._over: dict[str, list[Passed]] = defaultdict(list)
        self._listed: tuple[Passed, ...] | None = ()

    def waited(self, happenings: Iterable[Happening]) -> None:
        """Some waits are over; each may be told more than once."""
        for one in happenings:
            if one.wait_s is None or one.at < self._begins:
                continue
            said = Level.FINE
            for about, limits in ((one.queue, self._policy.limits_of(one.queue)), (_EVERYBODY, self._policy.floor)):
                level = limits.longest_wait_s.level(one.wait_s)
                if level > said:  # of the floor only what its queue does not say
                    said = level
                    self._end(self._long_wait(one, one.wait_s, about, level, limits.longest_wait_s.warn))

    def _long_wait(self, one: Happening, wait_s: float, about: str, level: Level, limit: float) -> Passed:
        ended = datetime.fromtimestamp(one.at, UTC)
        return Passed(
            key=f"{_WAIT}:{about}",
            level=level,
            text=f"{_WAIT} {minutes(wait_s)}",
            about=about,
            since=ended - timedelta(seconds=wait_s - limit),
            until=ended,
            size=wait_s,
            contact_id=one.contact_id,
        )

    def take(self, alerts: Iterable[Alert], now: datetime) -> None:
        """These stand now; what stood before and is not among them is over."""
        before, self._standing = self._standing, {}
        for one in alerts:
            if one.key.startswith(f"{_WAIT}:"):
                continue
            stood = before.pop(one.key, None)
            if stood is None:
                stood = Passed(
                    one.key,
                    one.level,
                    one.text,
                    one.about,
                    one.since or now,
                    now,
                    one.size,
                    one.contact_id,
                    one.from_row,
                )
            elif (one.level, one.size) > (stood.level, stood.size):
                stood = replace(stood, level=one.level, text=one.text, size=one.size)
            if one.seen_by != stood.seen_by:
                stood = replace(stood, seen_by=one.seen_by, seen_at=one.seen_at)
            self._standing[one.key] = stood
        for over in before.values():
            # a record leaves the list some time after it was seen: that is no end of it
            self._end(replace(over, until=max(over.since, over.seen_at or now if over.from_row else now)))

    def _end(self, passed: Passed) -> None:
        """Put it among those that are over, joined with what it goes on from."""
        kept = self._over[passed.key]
        near = [one for one in kept if one.since <= passed.until + AGAIN and passed.since <= one.until + AGAIN]
        whole = max((passed, *near), key=lambda one: (one.level, one.size))
        whole = replace(
            whole, since=min(one.since for one in (passed, *near)), until=max(one.until for one in (passed, *near))
        )
        if near == [whole]:
            return
        self._over[passed.key] = [*(one for one in kept if one not in near), whole]
        self._listed = None

    @property
    def listed(self) -> tuple[Passed, ...]:
        """What is over, the latest first."""
        if self._listed is None:
            every = (one for kept in self._over.values() for one in kept)
            latest = sorted(every, key=lambda one: (one.until, one.key), reverse=True)[:MOST]
            self._listed = tuple(self._named(one) if one.key.startswith(f"{_WAIT}:") else one for one in latest)
        return self._listed

    def _named(self, one: Passed) -> Passed:
        return replace(one, about=self._name_of(one.about) if one.about else "all queues")
