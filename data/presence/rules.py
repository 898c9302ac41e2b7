"""Who else is at a ticket, as long as what was said of it holds. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody else who has a ticket open."""

    name: str
    until: datetime


def present(visitors: Iterable[Visitor], now: datetime) -> list[str]:
    """The names of those who are still there."""
    return [one.name for one in visitors if one.until > now]
