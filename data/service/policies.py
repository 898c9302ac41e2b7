"""What a desk promises, by priority and type of the ticket: the reviewed file `service.yaml` (TICK-6)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field

from data.content import CONTENT
from data.models.base import Value
from data.models.customer import Plan
from data.models.ticket import Priority
from data.service.calendar import Calendar
from data.text.reviewed import read

SERVICE_FILE = CONTENT / "service.yaml"
Minutes = Annotated[int, Field(gt=0, le=100_000)]
"""Of open time; the longest is about a year of working days."""


class Promise(StrEnum):
    """What a clock counts to."""

    FIRST_RESPONSE = "first response"
    NEXT_RESPONSE = "next response"
    RESOLUTION = "resolution"


class When(Value, extra="forbid"):
    """The tickets that a policy is for; what is left empty does not matter."""

    priority: tuple[Priority, ...] = ()
    type: tuple[Plan, ...] = ()

    def fits(self, priority: Priority, plan: Plan) -> bool:
        """Whether a ticket is one of these."""
        return (not self.priority or priority in self.priority) and (not self.type or plan in self.type)


class Policy(Value, extra="forbid"):
    """Open minutes for each promise; what is left out is not promised."""

    when: When = When()
    first_response: Minutes | None = None
    next_response: Minutes | None = None
    resolution: Minutes | None = None

    def target(self, promise: Promise) -> timedelta | None:
        """The open time that a promise leaves, None where nothing is promised."""
        minutes = {
            Promise.FIRST_RESPONSE: self.first_response,
            Promise.NEXT_RESPONSE: self.next_response,
            Promise.RESOLUTION: self.resolution,
        }[promise]
        return timedelta(minutes=minutes) if minutes is not None else None


class Service(Calendar):
    """Hours, holidays and policies; the first policy that fits a ticket is its own."""

    policies: tuple[Policy, ...] = Field(min_length=1)

    def policy(self, priority: Priority, plan: Plan) -> Policy:
        """The policy of a ticket."""
        return next((one for one in self.policies if one.when.fits(priority, plan)), Policy())


def load_service(path: Path = SERVICE_FILE) -> Service:
    """Read hours and policies.

    Raises:
        ContentError: unreadable, something unknown or unfit in it, or a policy that no ticket can reach.
    """
    file = read(path, Service)
    for place, policy in enumerate(file.content.policies[:-1]):
        if policy.when == When():
            raise file.fault(
                ("policies", place), "it is for every ticket, so put it last: none after it is reached"
            )
    return file.content
