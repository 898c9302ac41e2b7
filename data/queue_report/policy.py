"""The queue report's part of the reviewed file `shift.yaml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from data.models.base import Strict

Address = Annotated[str, Field(pattern=r"^[^@\s,;<>\"]+@[^@\s,;<>\"]+$|^$")]
"""A mailbox, or empty: none."""


class PutOff(Strict):
    """During a contact a report can be put off by so many minutes, so often."""

    minutes: int = Field(5, ge=1, le=30)
    most: int = Field(2, ge=0, le=10)


class Manager(Strict):
    """Whom to call when nothing else works."""

    name: str
    number: str
    mail: Address = ""


def _divides_an_hour(minutes: int) -> int:
    if 60 % minutes:
        raise ValueError(f"{minutes} minutes do not divide an hour: take 5, 6, 10, 12, 15, 20, 30 or 60")
    return minutes


class ReportPolicy(Strict):
    """When a report is due, and the ways to give it."""

    every: Annotated[int, Field(ge=5, le=60), AfterValidator(_divides_an_hour)] = 30
    """Minutes; it divides an hour."""
    remind: int = Field(3, ge=0, le=30)
    """Minutes before, at which the status line and a notice say so."""
    late_after: int = Field(5, ge=1, le=60)
    """Minutes after the slot from which it is late."""
    put_off: PutOff = PutOff()
    mailbox: Address = ""
    """Where reports go by mail."""
    everybody: Address = ""
    """Where the schedule goes each week."""
    schedule_mail: str = Field("sun 18:00", pattern=r"^(mon|tue|wed|thu|fri|sat|sun) \d\d:\d\d$")
    managers: tuple[Manager, ...] = ()
    emergency: str = ""
    """Id of the playbook of the last rung."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that mail goes to."""
        several = (self.mailbox, self.everybody, *(one.mail for one in self.managers))
        return tuple(dict.fromkeys(one for one in several if one))
