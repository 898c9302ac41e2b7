"""The moments at which the site's wall clock shows :00 or :30: when reports are due. Pure.

A slot is a moment, not a reading of the clock: on the day on which the clocks go back an hour 1:00 and 1:30 come twice,
and are four slots; on the day on which they go forward what they pass over is none. Where a zone moves by half an hour,
or stands by :30 or :45 from UTC, the slots are still where the clock on the wall shows them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_MINUTE = timedelta(minutes=1)


def slots_between(after: datetime, until: datetime, zone: ZoneInfo, every: int = 30) -> Iterator[datetime]:
    """The slots after a moment up to another, both aware; the second one is included. In UTC, oldest first.

    `every`: minutes from one slot to the next on the clock; it divides an hour."""
    slot = slot_after(after, zone, every)
    while slot <= until:
        yield slot
        slot = slot_after(slot, zone, every)


def slot_before(now: datetime, zone: ZoneInfo, every: int = 30) -> datetime:
    """The last slot up to a moment, which may be one itself."""
    at = _whole_minute(now)
    local = at.astimezone(zone)
    slot = at - timedelta(minutes=local.minute % every)
    if slot.astimezone(zone).utcoffset() == local.utcoffset():
        return slot
    while at.astimezone(zone).minute % every:  # the clock was changed in between
        at -= _MINUTE
    return at


def slot_after(now: datetime, zone: ZoneInfo, every: int = 30) -> datetime:
    """The first slot after a moment."""
    at = _whole_minute(now)
    local = at.astimezone(zone)
    slot = at + timedelta(minutes=every - local.minute % every)
    if slot.astimezone(zone).utcoffset() == local.utcoffset():
        return slot
    at += _MINUTE
    while at.astimezone(zone).minute % every:  # the clock is changed in between
        at += _MINUTE
    return at


def day_of(at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The site's day in which a moment lies: its first moment and the first one of the next, in UTC."""
    midnight = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    noon_after = midnight.replace(hour=12) + timedelta(
        days=1
    )  # on the wall: wherever midnight is, that is the next day
    return midnight.astimezone(UTC), noon_after.replace(hour=0, fold=0).astimezone(UTC)


def _whole_minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)
