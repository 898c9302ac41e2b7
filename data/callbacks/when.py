"""A time as a person types it: `30`, `45m`, `2h`, `14:30`, `2pm`, `tomorrow 9`, `mon 10:00`, `2026-11-24 10:00`. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

EXAMPLES = "30 (minutes), 2h, 14:30, tomorrow 9 or mon 10:00"
FARTHEST = timedelta(days=90)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_SPAN = re.compile(
    r"(?:in )?(?:(\d{1,4}) ?(?:h|hour|hours)(?: ?(\d{1,2}) ?(?:m|min|minutes)?)?|(\d{1,5}) ?(?:m|min|minutes)?)"
)
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))? ?(am|pm)?")


class WhenError(ValueError):
    """A time that cannot be meant; the message is a sentence that says how to write it."""


def when(text: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """The moment that was typed, aware, in UTC, after `now`.

    Args:
        text: what was typed.
        now: aware.
        zone: in which times of day are meant; None: the seat's own.

    Raises:
        WhenError: it is no time, over already, or too far ahead.
    """
    typed = " ".join(text.casefold().split())
    at = _after_a_while(typed, now) or _on_a_day(typed, now, zone)
    if at is None:
        raise WhenError(f"{'That is no time' if typed else 'When'}: write {EXAMPLES}.")
    if at <= now:
        raise WhenError("That is over already: write a later time, or the day too: tomorrow 9.")
    if at - now > FARTHEST:
        raise WhenError(f"That is more than {FARTHEST.days} days ahead: write a nearer time.")
    return at


def _after_a_while(typed: str, now: datetime) -> datetime | None:
    """`30`, `45m`, `2h`, `1h30`: so long from now."""
    found = _SPAN.fullmatch(typed)
    if found is None:
        return None
    hours, more, minutes = (int(part or 0) for part in found.groups())
    return (now + timedelta(hours=hours, minutes=more + minutes)).astimezone(UTC)


def _on_a_day(typed: str, now: datetime, zone: tzinfo | None) -> datetime | None:
    """A time of day, alone or behind a day."""
    head, _, tail = typed.partition(" ")
    today = now.astimezone(zone).date()
    if (clock := _time_of_day(typed)) is not None:
        return _moment(today, clock, zone) if _says_hours(typed) else None
    if (clock := _time_of_day(tail.removeprefix("at "))) is None:
        return None
    if head in ("today", "tomorrow"):
        return _moment(today + timedelta(days=head == "tomorrow"), clock, zone)
    if (
        len(head) >= 2
        and (named := [place for place, day in enumerate(DAYS) if day.startswith(head)])
        and len(named) == 1
    ):
        ahead = (named[0] - today.weekday()) % 7
        at = _moment(today + timedelta(days=ahead), clock, zone)
        return at if at > now else _moment(today + timedelta(days=ahead + 7), clock, zone)
    try:
        return _moment(date.fromisoformat(head), clock, zone)
    except ValueError:
        return None


def _says_hours(typed: str) -> bool:
    """A bare number means minutes, so a time of day has minutes or am or pm."""
    return not typed.isdecimal()


def _time_of_day(typed: str) -> time | None:
    found = _TIME.fullmatch(typed)
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _moment(day: date, clock: time, zone: tzinfo | None) -> datetime:
    """A time of a day in a zone. One that the clocks leave out in spring is as much later as they are put forward."""
    local = datetime.combine(day, clock)
    try:
        return (local.replace(tzinfo=zone) if zone is not None else local).astimezone(UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise WhenError(f"That is no day of ours: write {EXAMPLES}.") from error
