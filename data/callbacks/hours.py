"""On which clock a customer lives, and when they may be called by it. Pure; zones come with libphonenumber and the system,
nothing is asked of a network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from data.callbacks.policy import CallbackPolicy

SPOKEN = {
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
    "atlantic": "America/Halifax",
    "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
    "arizona": "America/Phoenix",
}
"""Zones as people say them."""
SHOWN = 3
"""So many zones are named where one is to choose."""


class ZoneError(ValueError):
    """A zone that is none; the message says what to write."""


@dataclass(frozen=True, slots=True)
class ZoneGuess:
    """The zone that a number is taken to be in. `why`: what the agent should know of it; empty: nothing is in doubt."""

    zone: str
    why: str = ""


@lru_cache(maxsize=256)
def zones_of(e164: str) -> tuple[str, ...]:
    """The zones that a number may be in, by libphonenumber's own table; none where the number does not say."""
    if not e164.startswith("+"):
        return ()
    import phonenumbers
    from phonenumbers import timezone

    try:
        found = timezone.time_zones_for_number(phonenumbers.parse(e164, None))
    except phonenumbers.NumberParseException:
        return ()
    return tuple(one for one in found if one != timezone.UNKNOWN_TIMEZONE and is_zone(one))


def zone_of(e164: str, site: str) -> ZoneGuess:
    """The zone of a number: the only one that it may be in; of several the site's if it is among them, else the first."""
    zones = zones_of(e164)
    if not zones:
        return ZoneGuess(site, "the number does not say where they are: the site's clock is taken")
    if len(zones) == 1:
        return ZoneGuess(zones[0])
    if site in zones:
        return ZoneGuess(site, f"the number may be in {len(zones)} zones: the site's is taken")
    return ZoneGuess(zones[0], f"the number may be in {len(zones)} zones: the first is taken, so ask")


def zone_named(typed: str) -> str:
    """The zone that was typed: `America/Chicago`, `chicago`, `central`.

    Raises:
        ZoneError: there is no such zone, or several.
    """
    wanted = "_".join(typed.split()).casefold()
    if not wanted:
        raise ZoneError("The customer's zone is missing: write a city, like Chicago.")
    if wanted in SPOKEN:
        return SPOKEN[wanted]
    every = _every_zone()
    if wanted in every:
        return every[wanted]
    by_city = sorted(zone for low, zone in every.items() if low.rpartition("/")[2].startswith(wanted))
    exact = [one for one in by_city if one.rpartition("/")[2].casefold() == wanted]
    found = exact if len(exact) == 1 else by_city
    if len(found) == 1:
        return found[0]
    if found:
        raise ZoneError(f"Which one: {', '.join(found[:SHOWN])}{', …' if len(found) > SHOWN else ''}?")
    raise ZoneError("There is no such zone: write a large city in it, like Chicago, or Central.")


@lru_cache(maxsize=1)
def _every_zone() -> dict[str, str]:
    """Zones of places, by their names in small letters."""
    return {one.casefold(): one for one in available_timezones() if "/" in one and not one.startswith("Etc/")}


def is_zone(name: str) -> bool:
    """Whether there is such a zone here; what other seats say may be of another system, or anything."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return False
    return True


def in_hours(policy: CallbackPolicy, start: datetime, until: datetime | None, zone: ZoneInfo) -> bool:
    """Whether a moment, or a whole window, lies in the hours in which customers may be called, by their own clock."""
    opens, closes = time.fromisoformat(policy.opens), time.fromisoformat(policy.closes)
    begins = start.astimezone(zone)
    if not opens <= begins.time() < closes:
        return False
    if until is None:
        return True
    ends = until.astimezone(zone)
    return ends.date() == begins.date() and ends.time() <= closes


def window_end(policy: CallbackPolicy, start: datetime) -> datetime:
    """The end of the window that begins then: so many hours pass, whatever the clocks do meanwhile."""
    return start + timedelta(hours=policy.window_hours)


def next_in_hours(policy: CallbackPolicy, at: datetime, zone: ZoneInfo, width: timedelta = timedelta()) -> datetime:
    """The first moment from `at` on at which they may be called; with a width, at which a window so wide fits."""
    if in_hours(policy, at, at + width if width else None, zone):
        return at
    opens = time.fromisoformat(policy.opens)
    local = at.astimezone(zone)
    day = local.date() if local.time() < opens else local.date() + timedelta(days=1)
    return datetime.combine(day, opens, zone).astimezone(at.tzinfo)


def hours_text(policy: CallbackPolicy) -> str:
    """`8–21`, or `8:30–21` where they begin in the middle of an hour."""
    return "–".join(_short(one) for one in (policy.opens, policy.closes))


def _short(clock: str) -> str:
    hour, _, minute = clock.partition(":")
    return f"{int(hour)}" if minute == "00" else f"{int(hour)}:{minute}"


def their_time(at: datetime, zone: str) -> str:
    """`14:05 CST`: a moment by the clock of a zone."""
    local = at.astimezone(ZoneInfo(zone))
    named = local.tzname() or ""
    return f"{local:%H:%M} {named}" if named.isalpha() else f"{local:%H:%M} (UTC{local:%z})"
