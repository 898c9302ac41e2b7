"""How the clocks of a ticket are told: what is due next in a few words, and why in a sentence each (TICK-6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from data.service.clocks import Pause, ServiceClock, Standing, next_due
from widgets.safe_text import Span
from widgets.times import moment

SIGNS = {
    Standing.RUNNING: ("○", "dim"),
    Standing.PAUSED: ("‖", "dim"),
    Standing.OVERDUE: ("✗", "bad"),
    Standing.MET: ("✓", "good"),
    Standing.MISSED: ("✗", "bad"),
}
SOON = timedelta(minutes=30)
SOON_SIGN = ("▲", "warn")


def due(clocks: Sequence[ServiceClock], now: datetime) -> list[Span]:
    """What is due next: `○ first response due 10:40`; nothing when nothing is owed."""
    clock = next_due(clocks, now)
    if clock is None:
        return []
    standing = clock.standing(now)
    sign, tone = SIGNS[standing]
    if standing is Standing.RUNNING and clock.due_at is not None and clock.due_at - now <= SOON:
        (sign, tone), left = SOON_SIGN, max(1, round((clock.due_at - now).total_seconds() / 60))
        return [
            Span(f"{sign} ", tone),
            Span(f"{clock.promise} due {moment(clock.due_at, now)}, in {left} min", tone),
        ]
    return [Span(f"{sign} ", tone), Span(f"{clock.promise} {_when(clock, standing, now)}", tone)]


def why(clock: ServiceClock, now: datetime) -> str:
    """How a clock stands and why, in one sentence."""
    standing = clock.standing(now)
    stands = "paused" if standing is Standing.PAUSED else _when(clock, standing, now)
    told = f"{clock.promise} {stands}: {business(clock.target)} after {moment(clock.started, now)}"
    parts = [told, *(_pause(pause, now) for pause in clock.pauses)]
    if standing is Standing.OVERDUE:
        parts.append(f"{business(-clock.left)} over" if clock.left < timedelta() else "over")
    elif clock.ended is None:
        parts.append(f"{business(clock.left)} left")
    return "; ".join(parts)


def _when(clock: ServiceClock, standing: Standing, now: datetime) -> str:
    at = moment(clock.due_at, now) if clock.due_at is not None else ""
    if standing is Standing.PAUSED:
        pause = clock.paused(now)
        assert pause is not None, "it stands as paused"
        until = f" until {moment(pause.end, now)}" if pause.end is not None else ""
        return f"paused{until}, {pause.reason}"
    if standing is Standing.RUNNING:
        return f"due {at}"
    if standing is Standing.OVERDUE:
        return f"overdue since {at}"
    ended = moment(clock.ended, now) if clock.ended is not None else ""
    return f"{standing} {ended} {clock.ended_by} (due {at})"


def _pause(pause: Pause, now: datetime) -> str:
    if pause.holds(now):
        until = f" until {moment(pause.end, now)}" if pause.end is not None else ""
        return f"paused since {moment(pause.start, now)}{until} while {pause.reason}"
    end = moment(pause.end, now) if pause.end is not None else ""
    return f"{business(pause.counted)} paused from {moment(pause.start, now)} to {end} while {pause.reason}"


def business(time: timedelta) -> str:
    """Open time: `25 min`, `2 business hours`, `2 h 20 min`."""
    minutes = int(time.total_seconds() // 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    if not rest:
        return f"{hours} business {'hour' if hours == 1 else 'hours'}"
    return f"{hours} h {rest} min"
