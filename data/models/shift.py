"""A shift: the time clock, the duties that were done, and every state that the agent was in. All of it only grows."""

from enum import StrEnum
from typing import ClassVar

from data.models.agent import AgentState
from data.models.base import AgentId, ContactId, Entity, Instant


class Punch(StrEnum):
    """What was done at the time clock."""

    IN = "in"
    OUT = "out"
    VOID = "void"
    """Only in corrections: the entry that it stands for did not happen."""


class TimeEntry(Entity):
    """One punch of the time clock. A correction is a later entry that names the one that it stands for."""

    entity: ClassVar[str] = "time_entry"
    append_only: ClassVar[bool] = True
    free_text: ClassVar[frozenset[str]] = frozenset({"why"})

    id: str
    agent: AgentId
    """Whose time it is."""
    punch: Punch
    at: Instant
    """The time that counts."""
    by: AgentId
    """Who entered it: the agent, or a supervisor who puts it right."""
    made_at: Instant
    """When it was entered."""
    instead_of: str | None = None
    """The entry that this one corrects; None: it stands for itself."""
    why: str = ""
    """The reason of a correction."""


class AgentMove(Entity):
    """An agent came into a state: the history behind `AgentStatus`, for breaks, hours and adherence."""

    entity: ClassVar[str] = "agent_move"
    append_only: ClassVar[bool] = True
    free_text: ClassVar[frozenset[str]] = frozenset({"reason"})

    id: str
    agent: AgentId
    at: Instant
    state: AgentState
    reason: str = ""
    contact_id: ContactId | None = None


class DutyOutcome(StrEnum):
    """How a step of a checklist was passed."""

    DONE = "done"
    """The agent says so."""
    SEEN = "seen"
    """The machine saw it: a restart, the state of the phone, an empty mailbox."""
    WAIVED = "waived"
    """Somebody may leave it out, and did."""
    HANDED_OVER = "handed over"
    """At sign-off: somebody else goes on with it."""


class DutyStep(Entity):
    """A step of a checklist that was passed in a shift."""

    entity: ClassVar[str] = "duty_step"
    append_only: ClassVar[bool] = True
    free_text: ClassVar[frozenset[str]] = frozenset({"text"})

    id: str
    shift: str
    """The clock-in that the shift began with (id of its `TimeEntry`)."""
    checklist: str
    """`sign-on`, `restart`, `sign-off`."""
    step: str
    """The step's id in the reviewed file."""
    at: Instant
    by: AgentId
    outcome: DutyOutcome
    to_agent: AgentId | None = None
    """Who goes on with it."""
    text: str = ""
    """Who waived it and why, or what was found."""
