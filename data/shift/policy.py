"""The duties of a shift as an organisation writes them: the reviewed file `shift.yaml`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from data.callbacks.policy import CallbackPolicy
from data.conduct.policy import ConductPolicy
from data.content import CONTENT
from data.models.base import Strict
from data.queue_report.policy import ReportPolicy
from data.text import reviewed

SHIFT_FILE = CONTENT / "shift.yaml"


class Sight(StrEnum):
    """What the console can see by itself."""

    CLOCKED_IN = "clocked-in"
    CLOCKED_OUT = "clocked-out"
    NOT_READY = "not-ready"
    READY = "ready"
    SIGNED_OUT = "signed-out"
    """The phones are logged out."""
    RESTARTED = "restarted"
    """The workstation was started after the clock-in."""
    MAIL_READ = "mail-read"


class Step(Strict):
    """One step of a checklist."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    label: str
    seen: Sight | None = None
    """The console looks by itself; None: the agent says it."""
    waive: bool = False
    """It may be left out, with the name of whoever said so."""


def _apart(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    ids = [step.id for step in steps]
    for one in ids:
        if ids.count(one) > 1:
            raise ValueError(f"two steps are called '{one}'; give one another id")
    return steps


Steps = Annotated[tuple[Step, ...], AfterValidator(_apart)]


class Restart(Strict):
    """What is asked before some not-ready reasons."""

    reasons: tuple[str, ...] = ()
    """Labels of not-ready reasons."""
    steps: Steps = ()


class ShiftPolicy(Strict):
    """Everything about a shift that an organisation decides."""

    sign_on: Steps
    restart: Restart = Restart()
    sign_off: Steps = ()
    clock_in_first: bool = False
    """Whether nobody becomes READY before clocking in."""
    breaks: tuple[str, ...] = ("break", "lunch")
    """Labels of the not-ready reasons that are listed as breaks beside the hours."""
    maildir: str = ""
    session_hours: float = Field(12, gt=0, le=24)
    week_hours: float = Field(40, gt=0, le=168)
    queue_report: ReportPolicy = ReportPolicy()
    callbacks: CallbackPolicy = Field(default_factory=lambda: CallbackPolicy.model_validate({}))
    conduct: ConductPolicy = ConductPolicy()


def load_shift(path: Path = SHIFT_FILE) -> ShiftPolicy:
    """Read the duties.

    Raises:
        ContentError: unreadable, or something unknown or unfit in it.
    """
    return reviewed.load(path, ShiftPolicy)
