"""How a slot stands, and what is asked of an agent now. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from data.models.base import AgentId
from data.models.queue_report import QueueReport
from data.queue_report.policy import ReportPolicy


class Standing(StrEnum):
    """How a slot stands for its reporter."""

    REPORTED = "reported"
    REPORTED_LATE = "reported late"
    DUE = "due"
    LATE = "late"
    MISSED = "missed"
    """The next slot has begun."""


@dataclass(frozen=True, slots=True)
class DueSlot:
    """A slot that is not reported."""

    at: datetime
    ends: datetime
    """When the next one begins, and this one is missed."""

    def standing(self, now: datetime, policy: ReportPolicy) -> Standing:
        """Due, late or missed."""
        if now >= self.ends:
            return Standing.MISSED
        return Standing.LATE if now >= late_from(self.at, policy) else Standing.DUE


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A slot and a reporter, as one reads them in a list."""

    slot: datetime
    reporter: AgentId
    name: str
    standing: Standing
    report: QueueReport | None = None
    by_name: str = ""
    """Who gave it, when that was somebody else."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report that was put off, or set aside for a moment."""

    times: int = 0
    """How often it was put off."""
    until: datetime | None = None

    def waits(self, now: datetime, longest: timedelta) -> bool:
        """Whether it is not asked for now. A clock that was set back does not make it wait longer than `longest`."""
        return self.until is not None and now < self.until <= now + longest


@dataclass(frozen=True, slots=True)
class ReportState:
    """Where an agent stands with queue reports."""

    present: DueSlot | None = None
    """The slot that is asked for; None: nothing is due."""
    waiting: Waiting = Waiting()
    """Whether it was put off."""
    next: datetime | None = None
    """The next slot at which this agent reports, in the hours to come."""
    missed: tuple[DueSlot, ...] = ()
    """Slots of the last day that were not reported, oldest first."""

    def asks(self, now: datetime, policy: ReportPolicy) -> bool:
        """Whether the report is to be asked for now."""
        return (
            self.present is not None
            and self.present.at <= now < self.present.ends
            and not self.waiting.waits(now, timedelta(minutes=policy.put_off.minutes))
        )


@dataclass(frozen=True, slots=True)
class LiveQueue:
    """The site's queues at a moment."""

    calls: int = 0
    wait_s: float = 0.0
    """The longest wait."""
    longest: str = ""
    """Who waits longest."""
    queues: tuple[tuple[str, int], ...] = ()
    """Calls by queue, by name, as far as there are any."""

    @property
    def wait_min(self) -> int:
        """The longest wait in whole minutes."""
        return max(0, int(self.wait_s // 60))


def late_from(slot: datetime, policy: ReportPolicy) -> datetime:
    """When a report becomes late."""
    return slot + timedelta(minutes=policy.late_after)


def minutes_late(slot: datetime, now: datetime) -> int:
    """Whole minutes since a slot."""
    return max(0, int((now - slot).total_seconds() // 60))


def reported(report: QueueReport, policy: ReportPolicy) -> Standing:
    """How a slot stands whose report is there."""
    return Standing.REPORTED_LATE if report.at >= late_from(report.slot, policy) else Standing.REPORTED
