"""Queue reports: what an agent tells of the queue each half-hour, how it went, and who reports when."""

from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from data.models.base import AgentId, Entity, Instant, Value, instant_text


class Rung(StrEnum):
    """The ways to give a report, the first that works is taken (QREP-4)."""

    MODAL = "modal"
    COMMAND = "command"
    OTHER_SEAT = "other seat"
    MAIL = "mail"
    MANAGER = "manager"
    EMERGENCY = "emergency"


class NodeDown(Value):
    """A node that is down, and the city that it serves."""

    node: str
    city: str = ""


def report_id(slot: datetime, reporter: AgentId) -> str:
    """The id of the report of a slot and its reporter, which every hub works out as well."""
    return str(UUID(sha256(f"report/{instant_text(slot)}/{reporter}".encode()).hexdigest()[:32]))


class QueueReport(Entity):
    """One report. Its id is made of slot and reporter, so that there is one of each, wherever it was given."""

    entity: ClassVar[str] = "queue_report"
    append_only: ClassVar[bool] = True
    once: ClassVar[bool] = True
    free_text: ClassVar[frozenset[str]] = frozenset({"nodes", "comment", "initials"})

    id: str
    slot: Instant
    """The moment that it is for: :00 or :30 of the site's clock."""
    reporter: AgentId
    """Who had to report."""
    by: AgentId
    """Who gave it."""
    at: Instant
    calls: int = Field(ge=0)
    """Calls in queue."""
    wait_min: int = Field(ge=0)
    """The longest wait, in whole minutes."""
    nodes: tuple[NodeDown, ...] = ()
    """Nodes that are down; none: every node is up."""
    comment: str = ""
    seen_calls: int | None = None
    """What the console read when it asked; another number in `calls` is the agent's correction."""
    seen_wait_min: int | None = None
    rung: Rung = Rung.MODAL
    initials: str = ""


class RungOutcome(StrEnum):
    WORKED = "worked"
    FAILED = "failed"


class ReportRung(Entity):
    """A rung of the ladder was stepped on for a slot, and whether it held."""

    entity: ClassVar[str] = "report_rung"
    append_only: ClassVar[bool] = True
    free_text: ClassVar[frozenset[str]] = frozenset({"why"})

    id: str
    slot: Instant
    reporter: AgentId
    by: AgentId
    at: Instant
    rung: Rung
    outcome: RungOutcome
    why: str = ""


class Activity(StrEnum):
    """What somebody is scheduled for."""

    REPORT = "report"
    """Reporting of the queue, beside the work."""
    WORK = "work"
    LUNCH = "lunch"
    BREAK = "break"
    TRAINING = "training"


class ReporterDuty(Entity):
    """Somebody is scheduled from one moment to another, to report if nothing else is said. Its id is made of its start,
    the person and what it is for, so that importing the same schedule again changes nothing."""

    entity: ClassVar[str] = "reporter_duty"

    id: str
    agent: AgentId
    starts: Instant
    ends: Instant
    activity: Activity = Activity.REPORT
    made_by: AgentId
    made_at: Instant
    withdrawn: bool = False
    """A later schedule for that day no longer has it."""
