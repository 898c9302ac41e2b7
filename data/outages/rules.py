"""Outages: which one a customer is on, and how they are listed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from data.models.customer import Customer
from data.models.outage import Outage

ONLY_LEADERS = "Only supervisors and administrators write on the outage board: tell your leader what you know."


class OutageFaultError(ValueError):
    """It cannot stand on the board like that; the message says what to do."""


def same(one: str, other: str) -> bool:
    """Whether two names of a node or a city mean the same."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def affecting(customer: Customer, outages: Sequence[Outage]) -> Outage | None:
    """The open outage that a customer is on: that of their node, or of their city where no node is on record."""
    open_ones = in_order(one for one in outages if one.over is None)
    if _plain(customer.node):
        return next((one for one in open_ones if same(one.node, customer.node)), None)
    if _plain(customer.city):
        return next((one for one in open_ones if same(one.city, customer.city)), None)
    return None


def in_order(outages: Iterable[Outage]) -> list[Outage]:
    """What is down first, the longest on top; then what is over, the newest on top."""
    listed = list(outages)
    down = sorted((one for one in listed if one.over is None), key=lambda one: (one.since, one.id))
    over = sorted(
        (one for one in listed if one.over is not None), key=lambda one: (one.since, one.id), reverse=True
    )
    return [*down, *over]


def late(outage: Outage, now: datetime) -> bool:
    """Whether it should be up again by now, and is not."""
    return outage.over is None and outage.expected is not None and outage.expected <= now
