"""The site's terms: in which zone a day begins, how long a customer has to pay, when that is past due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

PAST_DUE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Terms:
    """`days`: from the invoice to its due date. `past_due_days`: from there until it is past due."""

    zone: ZoneInfo
    days: int = 0
    past_due_days: int = PAST_DUE_DAYS

    def today(self, now: datetime) -> date:
        """The site's day at a moment."""
        return now.astimezone(self.zone).date()
