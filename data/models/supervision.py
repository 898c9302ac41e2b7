"""What supervisors do: alerts that they have seen, where they stepped in, contacts that they scored. All of it only grows."""

from datetime import timedelta
from enum import StrEnum
from typing import ClassVar

from data.models.agent import AgentState
from data.models.base import AgentId, ContactId, Entity, Instant, Value

IN_TIME = timedelta(minutes=2)
"""A state that is heard of later than this after it was wished is not set any more: the floor is another one by then."""
NEXT, IN_TURN = "next", "in turn"
"""Places in the queue: before everybody, and where its queue has it."""


class AlertSeen(Entity):
    """A supervisor has seen an alert. It holds for every supervisor, until the same trouble begins anew or grows."""

    entity: ClassVar[str] = "alert_seen"
    append_only: ClassVar[bool] = True

    id: str
    key: str
    """The alert's."""
    level: int
    """How bad it was then; what has grown worse since is not seen."""
    by: AgentId
    at: Instant


class StepKind(StrEnum):
    """How a supervisor stepped in."""

    STATE = "set state"
    REASSIGN = "re-assign"
    PRIORITY = "priority"
    OVERRIDE = "override"
    """A rule does not hold this once."""
    MESSAGE = "message"


class Intervention(Entity):
    """A supervisor stepped in. What came of it says an `InterventionOutcome`."""

    entity: ClassVar[str] = "intervention"
    append_only: ClassVar[bool] = True
    free_text: ClassVar[frozenset[str]] = frozenset({"reason", "text"})

    id: str
    by: AgentId
    at: Instant
    kind: StepKind
    agent: AgentId | None = None
    """Whom it is about; who is to have the contact."""
    contact_id: ContactId | None = None
    state: AgentState | None = None
    """The state that the agent is to be in."""
    reason: str
    """Why, for the agent and for whoever reads it later."""
    text: str = ""
    """The message, the rule, the reason of a not-ready, the new place in the queue."""


class InterventionOutcome(Entity):
    """What came of it, written by whoever carried it out: the agent's console, the feed, or the supervisor's own console
    where the agent's is gone. Its id is that of the intervention, so that there is one."""

    entity: ClassVar[str] = "intervention_outcome"
    append_only: ClassVar[bool] = True
    once: ClassVar[bool] = True
    free_text: ClassVar[frozenset[str]] = frozenset({"why"})

    id: str
    by: AgentId
    at: Instant
    done: bool
    why: str = ""
    """Of a refusal: the reason. Of what was done: what else is to be known of it."""


class Verdict(StrEnum):
    """An answer to a question of the score card."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not applicable"


class ScoredAnswer(Value):
    """An answer, and the question as it was then: a sheet that changes later changes no score."""

    question: str
    """Its id in the sheet."""
    words: str
    weight: int
    critical: bool = False
    verdict: Verdict
    by_itself: bool = False
    """It was found in the contact's trail, and not said by the supervisor."""


class Scorecard(Entity):
    """A supervisor scored a contact. Of several about one contact the latest counts."""

    entity: ClassVar[str] = "scorecard"
    append_only: ClassVar[bool] = True
    free_text: ClassVar[frozenset[str]] = frozenset({"answers", "comment"})

    id: str
    contact_id: ContactId
    agent: AgentId
    """Whose contact it was."""
    by: AgentId
    at: Instant
    answers: tuple[ScoredAnswer, ...]
    comment: str = ""
    instead_of: str | None = None
    """The score card that whoever scored anew had before them."""
