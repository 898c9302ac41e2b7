"""What the exchange knows of a call beside its row, and what it counts."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from data.floor.callers import Caller
from data.models.base import AgentId, ContactId


@dataclass(slots=True)
class Call:
    """What the exchange knows of a live contact beside its row. Moments in floor seconds."""

    contact_id: ContactId
    caller: Caller
    queued_t: float
    source: str
    gives_up_t: float = math.inf
    rings_until_t: float = math.inf
    dials_until_t: float = math.inf
    """An outbound call: when it is answered, or given up."""
    fails: bool = False
    """An outbound call that nobody will answer."""
    pace: float = 1.0
    """Floor seconds in a second of this conversation: more than one when a person took it out of a fast replay."""
    fence: int = 0
    """The claim under which it was connected; 0 while it waits."""
    connected_t: float = 0.0
    talk_given_s: float | None = None
    """How long it will last, where that is decided already (a played agent, a log)."""
    hangs_up_t: float = math.inf
    held_t: float | None = None
    hold_s: float = 0.0
    scripted: bool = False
    """A log says what happens to it, until a person takes it."""
    forked: bool = False
    meant_for: AgentId | None = None
    """A supervisor gave it to this agent: it rings nowhere else before `meant_until_t`."""
    meant_until_t: float = 0.0
    rejected: dict[AgentId, float] = field(default_factory=dict)
    """Who rejected it, and until when it does not ring there."""

    def open_to(self, agent: AgentId, t: float) -> bool:
        """Whether it may ring at this agent at a moment."""
        return self.meant_for in (None, agent) or t >= self.meant_until_t


@dataclass(slots=True)
class Tally:
    """Counts for the summary."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    left: int = 0
    forked: int = 0
    doubles: int = 0
    longest_wait_s: float = 0.0
