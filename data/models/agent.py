"""People who take contacts, and the state each is in."""

from enum import StrEnum
from typing import ClassVar

from data.models.base import ContactId, Entity, Instant, QueueId


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


LEADERS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
"""Who decides what agents may not decide alone."""


class Agent(Entity):
    """A person (or, on the practice floor, a played one)."""

    entity: ClassVar[str] = "agent"
    free_text: ClassVar[frozenset[str]] = frozenset({"name", "skills"})

    id: str
    name: str
    role: Role = Role.AGENT
    queues: tuple[QueueId, ...] = ()
    """Queues served; empty means all."""
    skills: tuple[str, ...] = ()
    played: bool = False
    """True for an agent that the practice floor plays."""


class AgentState(StrEnum):
    SIGNED_OUT = "signed out"
    NOT_READY = "not ready"
    READY = "ready"
    RINGING = "ringing"
    ON_CALL = "on call"
    ON_HOLD = "on hold"
    WRAP_UP = "wrap-up"


class AgentStatus(Entity):
    """What an agent is doing now. One row an agent; `id` is the agent's id."""

    entity: ClassVar[str] = "agent_status"
    free_text: ClassVar[frozenset[str]] = frozenset({"reason", "after_call"})

    id: str
    state: AgentState = AgentState.SIGNED_OUT
    reason: str = ""
    """Why not ready; empty otherwise."""
    since: Instant
    contact_id: ContactId | None = None
    after_call: str = ""
    """The reason for a not-ready that was asked for during a call, taken after wrap-up."""
