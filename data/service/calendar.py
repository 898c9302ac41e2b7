"""When a desk is open, and how much open time lies between two moments (TICK-6).

Opening and closing are wall-clock times of the desk's zone, whatever the clocks did in the night before. What is
counted is time that really passes: a desk open around the clock has 23 hours on the day on which summer begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from data.models.base import Strict

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
_SPAN = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


class Span(Strict):
    """Open from one wall-clock time to another, in minutes since midnight."""

    opens: int
    closes: int

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        found = _SPAN.fullmatch(value.replace(" ", "").replace("–", "-"))
        if found is None:
            raise ValueError(f"'{value}' is no span; write it like 08:00-18:00")
        hour, minute, to_hour, to_minute = (int(part) for part in found.groups())
        opens, closes = hour * 60 + minute, to_hour * 60 + to_minute
        if minute > 59 or to_minute > 59 or closes > DAY:
            raise ValueError(f"'{value}' is no time of a day; 24:00 is its end")
        if closes <= opens:
            raise ValueError(f"'{value}' ends before it begins; a night is two spans, 22:00-24:00 and 00:00-06:00")
        return {"opens": opens, "closes": closes}


def _in_order(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    for before, after in pairwise(spans):
        if after.opens < before.closes:
            raise ValueError("two spans overlap or are out of order; write the earlier one first")
    return spans


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, OSError, ValueError) as error:
        raise ValueError(f"no time zone is called '{name}'; write it like America/New_York") from error
    return name


Spans = Annotated[tuple[Span, ...], AfterValidator(_in_order)]


class Calendar(Strict):
    """The hours of a desk. A day that is not named is closed; a holiday has hours of its own, mostly none."""

    zone: Annotated[str, AfterValidator(_known_zone)]
    hours: dict[Weekday, Spans]
    holidays: dict[date, Spans] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _ever_open(self) -> Calendar:
        if not any(self.hours.values()):
            raise ValueError("the desk is never open: write hours for at least one weekday")
        return self

    def _day(self, day: date) -> tuple[Span, ...]:
        return self.holidays[day] if day in self.holidays else self.hours.get(WEEKDAYS[day.weekday()], ())

    def open_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open spans from a moment on, in UTC: in order, apart from each other, without end."""
        zone = ZoneInfo(self.zone)
        day = start.astimezone(zone).date() - timedelta(days=1)
        last = start.astimezone(UTC)
        while True:
            for span in self._day(day):
                # A time that the clocks skip is moved on, so that a span could begin before the one before it ends.
                opens, closes = max(_moment(day, span.opens, zone), last), _moment(day, span.closes, zone)
                if closes > opens:
                    yield opens, closes
                    last = closes
            day += timedelta(days=1)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The open time from one moment to another; none when the second one is not later."""
        total = timedelta()
        if end <= start:
            return total
        for opens, closes in self.open_from(start):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total

    def after(self, start: datetime, amount: timedelta) -> datetime:
        """The first moment at which so much open time has passed since `start`, in UTC.

        Raises:
            OverflowError: that is after the last day that can be counted.
        """
        if amount <= timedelta():
            return start.astimezone(UTC)
        for opens, closes in self.open_from(start):
            if amount <= closes - opens:
                return opens + amount
            amount -= closes - opens
        raise AssertionError("the open spans have no end")


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """A wall-clock time of a day as a moment; of one that comes twice the first."""
    if minutes == DAY:
        day, minutes = day + timedelta(days=1), 0
    return datetime.combine(day, time(*divmod(minutes, 60)), zone).astimezone(UTC)
