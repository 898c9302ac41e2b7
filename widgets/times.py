"""Times and durations as agents read them."""

from __future__ import annotations

from datetime import datetime, tzinfo


def duration(seconds: float) -> str:
    """`2:10`, `1:02:10`; negative counts as none."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def since(start: datetime | None, now: datetime) -> str:
    """The duration from `start` to `now`, or nothing."""
    return duration((now - start).total_seconds()) if start is not None else ""


def time_of_day(at: datetime) -> str:
    """`14:30` in the seat's zone."""
    return at.astimezone().strftime("%H:%M")


def at_the_site(at: datetime, zone: tzinfo) -> str:
    """` (09:30 EST at the site)`, where the clock of the site shows another time than this seat's; else nothing."""
    there = at.astimezone(zone)
    return "" if there.utcoffset() == at.astimezone().utcoffset() else f" ({there:%H:%M %Z} at the site)"


def seconds_of_day(at: datetime) -> str:
    """`14:30:05` in the seat's zone."""
    return at.astimezone().strftime("%H:%M:%S")


def moment(at: datetime, now: datetime) -> str:
    """A time with as much of its day as it needs: `14:30` today, `Mon 14:30` within six days, `6 Dec 14:30`."""
    local, today = at.astimezone(), now.astimezone()
    away = abs((local.date() - today.date()).days)
    named = "" if away == 0 else f"{local:%a} " if away < 7 else f"{day(at, now)} "
    return f"{named}{local:%H:%M}"


def day(at: datetime, now: datetime) -> str:
    """The day, as short as it can be told apart: `14:30` today, `6 Nov` this year, `6 Nov 2024` before."""
    local, today = at.astimezone(), now.astimezone()
    if local.date() == today.date():
        return local.strftime("%H:%M")
    return f"{local.day} {local:%b}" if local.year == today.year else f"{local.day} {local:%b %Y}"
