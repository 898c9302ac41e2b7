"""What a supervisor is warned of, as an organisation writes it: the reviewed file `floor.yaml`; and whether a figure has
come so far."""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from data.content import CONTENT
from data.models.base import Strict
from data.queue.figures import SERVICE_LEVELS, FigureRow
from data.text import reviewed

FLOOR_FILE = CONTENT / "floor.yaml"


class Level(IntEnum):
    """How a figure stands."""

    FINE = 0
    WARN = 1
    ALARM = 2


class Limit(Strict):
    """The two steps of a limit; what has reached one has come so far."""

    warn: float = Field(ge=0)
    alarm: float = Field(ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.alarm < self.warn:
            raise ValueError("alarm comes before warn: give the smaller figure to warn")
        return self

    def level(self, value: float | None) -> Level:
        """How a figure stands; one that is not known is fine."""
        if value is None or value < self.warn:
            return Level.FINE
        return Level.ALARM if value >= self.alarm else Level.WARN


class QueueLimits(Strict):
    """The limits of a queue, or of all of them together."""

    waiting: Limit
    longest_wait_s: Limit
    below_target: Limit
    """By how much the service level is below its target; 0.1 are ten points."""
    abandonment: Limit


class OtherLimits(Strict):
    """What is different for one queue."""

    waiting: Limit | None = None
    longest_wait_s: Limit | None = None
    below_target: Limit | None = None
    abandonment: Limit | None = None


class AlertPolicy(Strict):
    """How often an alert that nobody has seen is told again, and for how long a figure that was seen is quiet. Minutes."""

    repeat_alarm: int = Field(3, ge=1, le=240)
    repeat_warn: int = Field(15, ge=1, le=240)
    quiet: int = Field(30, ge=1, le=480)

    def repeat(self, level: Level) -> timedelta:
        """How long one waits before telling it again."""
        return timedelta(minutes=self.repeat_alarm if level is Level.ALARM else self.repeat_warn)


class FloorPolicy(Strict):
    """What a supervisor is warned of."""

    formula: str = "SL4"
    target: float = Field(0.8, gt=0, lt=1)
    threshold_s: int = Field(20, ge=1, le=3600)
    short_abandon_s: int = Field(5, ge=0, le=600)
    enough: int = Field(10, ge=1)
    floor: QueueLimits
    queue: QueueLimits
    queues: dict[str, OtherLimits] = Field(default_factory=dict)
    wrap_up_over_s: Limit
    not_ready_min: dict[str, Limit] = Field(default_factory=dict)
    other_not_ready_min: Limit
    off_schedule_min: Limit = Limit(warn=10, alarm=30)
    """For how long somebody may be in another state than the schedule says."""
    callback_late_min: Limit = Limit(warn=0, alarm=60)
    """For how long a callback may be overdue."""
    alerts: AlertPolicy = AlertPolicy()

    @model_validator(mode="after")
    def _known_formula(self) -> Self:
        if self.formula not in SERVICE_LEVELS:
            raise ValueError(f"there is no service level {self.formula!r}: use one of {', '.join(SERVICE_LEVELS)}")
        return self

    def limits_of(self, queue: str | None) -> QueueLimits:
        """The limits of a queue; of all together for None."""
        if queue is None:
            return self.floor
        other = self.queues.get(queue)
        return self.queue if other is None else self.queue.model_copy(update=_said(other))

    def service_level(self, row: FigureRow | None, target: float, queue: str | None) -> Level:
        """How a service level stands to its target."""
        if row is None or row.service_level is None or not self.judges(row):
            return Level.FINE
        return self.limits_of(queue).below_target.level(round(max(0.0, target - row.service_level), 9))

    def abandonment(self, row: FigureRow | None, queue: str | None) -> Level:
        """How many gave up."""
        if row is None or not self.judges(row):
            return Level.FINE
        return self.limits_of(queue).abandonment.level(row.abandonment_rate)

    def judges(self, row: FigureRow) -> bool:
        """Whether there was enough to judge shares by."""
        return row.answered + row.abandoned >= self.enough


def _said(other: OtherLimits) -> dict[str, Limit]:
    return {name: limit for name, limit in other if limit is not None}


def load_floor(path: Path = FLOOR_FILE) -> FloorPolicy:
    """Read the limits.

    Raises:
        ContentError: unreadable, or something unknown or unfit in it.
    """
    return reviewed.load(path, FloorPolicy)
