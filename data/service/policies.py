"""What a desk promises, by priority and type of the ticket: the reviewed file `service.yaml` (TICK-6)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from data.content import CONTENT
from data.models.base import Strict
from data.models.customer import Plan
from data.models.ticket import Priority
from data.service.calendar import Calendar
from data.text import reviewed
from data.text.reviewed import ContentError, Fault

SERVICE_FILE = CONTENT / "service.yaml"
Minutes = Annotated[int, Field(gt=0, le=100_000)]
"""Of open time; the longest is about a year of working days."""


class Promise(StrEnum):
    """What a clock counts to."""

    FIRST_RESPONSE = "first response"
    NEXT_RESPONSE = "next response"
    RESOLUTION = "resolution"


def _plan(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


class When(Strict):
    """The tickets that a policy is for; what is left empty does not matter."""

    priority: tuple[Priority, ...] = ()
    type: tuple[Annotated[Plan, BeforeValidator(_plan)], ...] = ()

    def fits(self, priority: Priority, plan: Plan) -> bool:
        """Whether a ticket is one of these."""
        return (not self.priority or priority in self.priority) and (not self.type or plan in self.type)


class Policy(Strict):
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
    document = reviewed.read(path)
    service = reviewed.fitted(document, path, Service)
    faults = [
        Fault(
            document.line(("policies", place)),
            "this policy is for every ticket, so that none after it is reached",
            "put it last",
        )
        for place, policy in enumerate(service.policies[:-1])
        if policy.when == When()
    ]
    if faults:
        raise ContentError(path, faults)
    return service
