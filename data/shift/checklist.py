"""The checklists of a shift: what is passed, whose turn it is, what the console sees by itself. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from data.models.agent import AgentState
from data.models.shift import DutyStep
from data.shift.policy import Sight, Step

SIGN_ON, RESTART, SIGN_OFF = "sign-on", "restart", "sign-off"
"""Names of the checklists."""


class Turn(StrEnum):
    """How a step stands."""

    PASSED = "passed"
    NEXT = "next"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step as one reads it in its list."""

    step: Step
    turn: Turn
    stamp: DutyStep | None = None
    """How it was passed."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the console sees now. None: it cannot tell, the agent says it."""

    state: AgentState
    clocked_in: bool
    restarted: bool | None = None
    unread: int | None = None

    def of(self, sight: Sight) -> bool | None:
        """Whether what a step asks for is so."""
        match sight:
            case Sight.CLOCKED_IN:
                return self.clocked_in
            case Sight.CLOCKED_OUT:
                return not self.clocked_in
            case Sight.NOT_READY:
                return self.state is AgentState.NOT_READY
            case Sight.READY:
                return self.state not in (AgentState.SIGNED_OUT, AgentState.NOT_READY)
            case Sight.SIGNED_OUT:
                return self.state is AgentState.SIGNED_OUT
            case Sight.RESTARTED:
                return self.restarted
            case Sight.MAIL_READ:
                return self.unread == 0 if self.unread is not None else None


@dataclass(frozen=True, slots=True)
class Checklist:
    """One checklist of one shift."""

    name: str
    lines: tuple[StepLine, ...]
    since: datetime | None = None
    """When this round of it began; None: with the shift."""

    @property
    def next(self) -> StepLine | None:
        """The step whose turn it is; None: all are passed."""
        return next((one for one in self.lines if one.turn is Turn.NEXT), None)

    @property
    def passed(self) -> int:
        """How many are passed."""
        return sum(one.turn is Turn.PASSED for one in self.lines)

    def line(self, step: str) -> StepLine | None:
        """A step by its id."""
        return next((one for one in self.lines if one.step.id == step), None)

    def open_before(self, sight: Sight) -> tuple[Step, ...]:
        """The open steps before the one that the console sees by this; before the end where none does."""
        found: list[Step] = []
        for one in self.lines:
            if one.step.seen is sight:
                break
            if one.turn is not Turn.PASSED:
                found.append(one.step)
        return tuple(found)


def checklist(
    name: str, steps: Sequence[Step], stamps: Iterable[DutyStep], since: datetime | None = None
) -> Checklist:
    """A checklist as it stands. `since`: what was stamped before belongs to an earlier round."""
    passed: dict[str, DutyStep] = {}
    for one in sorted(stamps, key=lambda stamp: (stamp.at, stamp.id)):
        if one.checklist == name and (since is None or one.at >= since):
            passed.setdefault(one.step, one)
    lines: list[StepLine] = []
    turn = Turn.NEXT
    for step in steps:
        if step.id in passed:
            lines.append(StepLine(step, Turn.PASSED, passed[step.id]))
        else:
            lines.append(StepLine(step, turn))
            turn = Turn.LATER
    return Checklist(name, tuple(lines), since)


def seen_now(found: Checklist, seen: Seen) -> tuple[Step, ...]:
    """The steps that pass by themselves now: those whose turn it is, one after the other, and being READY in any case,
    since whoever is READY is it whatever was left open."""
    steps: list[Step] = []
    for one in found.lines:
        if one.turn is Turn.PASSED:
            continue
        if one.step.seen is None or not seen.of(one.step.seen):
            break
        steps.append(one.step)
    for one in found.lines:
        if (
            one.turn is not Turn.PASSED
            and one.step.seen is Sight.READY
            and one.step not in steps
            and seen.of(Sight.READY)
        ):
            steps.append(one.step)
    return tuple(steps)


def why_not(found: Checklist, step: str, seen: Seen) -> str:
    """Why the agent cannot say now that a step is done; empty when it can be said."""
    line = found.line(step)
    if line is None or line.turn is Turn.PASSED:
        return "This step is passed already."
    if line.turn is Turn.LATER and found.next is not None:
        return f"First comes: {found.next.step.label}."
    sight = line.step.seen
    if sight is None or seen.of(sight) is None:
        return ""
    if sight is Sight.MAIL_READ:
        return f"{seen.unread} message{'s are' if seen.unread != 1 else ' is'} not read yet: read them, and this step passes by itself."
    if sight is Sight.RESTARTED:
        return (
            "The workstation was not restarted yet: restart it and sign on again, and this step passes by itself."
        )
    return f"This step passes by itself: {line.step.label}."


def waived(found: Checklist, step: str) -> bool:
    """Whether a step may be left out now."""
    line = found.line(step)
    return line is not None and line.turn is Turn.NEXT and line.step.waive
