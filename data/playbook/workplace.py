"""Who works with a script, and with whose prices, days and folders."""

from __future__ import annotations

from dataclasses import dataclass, field

from data.billing.catalogue import Catalogue
from data.billing.terms import Terms
from data.callbacks.policy import CallbackPolicy
from data.clock import Clock
from data.models.base import AgentId


@dataclass(frozen=True, slots=True)
class Workplace:
    """The agent at the seat, and what the organisation has set up."""

    agent: AgentId
    agent_name: str
    """The first name, as it is said in the greeting."""
    organisation: str
    clock: Clock
    catalogue: Catalogue
    terms: Terms
    session_link: str = ""
    """Page of the remote session that the customer is sent."""
    most_attempts: int = 3
    """How often a customer is called before the leader decides."""
    callbacks: CallbackPolicy = field(default_factory=lambda: CallbackPolicy.model_validate({}))
    """When customers may be called by their own clock."""
