"""Since when something is, as a person types it: nothing or `now`, `20m`, `2h`, `14:30`, `2026-11-22 14:30`. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, tzinfo

HOW = "write 14:30, 20m or 2026-11-22 14:30"
_AGO = re.compile(r"(?:(\d{1,3}) ?h)?(?: ?(\d{1,4}) ?m(?:in)?)?(?: ago)?")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")


def since_when(text: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """The moment that was typed, aware, in UTC, not after `now`: a time of day is the last one there was.

    Args:
        zone: in which times of day are meant; None: the seat's own.

    Raises:
        ValueError: it is no time, or still to come.
    """
    typed = " ".join(text.casefold().split())
    if typed in ("", "now"):
        return now
    ago = _AGO.fullmatch(typed)
    if ago is not None and (ago[1] or ago[2]):
        return now - timedelta(hours=int(ago[1] or 0), minutes=int(ago[2] or 0))
    try:
        at = _moment(typed, now, zone)
    except (ValueError, OverflowError, OSError) as error:
        raise ValueError(f"that is no time: {HOW}") from error
    if at > now:
        raise ValueError(f"that is still to come: {HOW}")
    return at


def _moment(typed: str, now: datetime, zone: tzinfo | None) -> datetime:
    found = _TIME.fullmatch(typed)
    if found is None:
        at = datetime.fromisoformat(typed.replace(" ", "T", 1).upper())
        return _in_zone(at, zone) if at.tzinfo is None else at.astimezone(UTC)
    today = now.astimezone(zone).date()
    clock = time(int(found[1]), int(found[2]))
    at = _in_zone(datetime.combine(today, clock), zone)
    return at if at <= now else _in_zone(datetime.combine(today - timedelta(days=1), clock), zone)


def _in_zone(local: datetime, zone: tzinfo | None) -> datetime:
    return (local.replace(tzinfo=zone) if zone is not None else local).astimezone(UTC)
