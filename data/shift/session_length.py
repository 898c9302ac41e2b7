"""How long one may stay signed on. Pure."""

from __future__ import annotations

from enum import StrEnum

from data.models.agent import AgentState
from data.queue.agent_state import HANDLING

SAID_BEFORE_S = 15 * 60.0


class Ends(StrEnum):
    """Whether a session ends."""

    LATER = "later"
    SOON = "soon"
    """It is to be said."""
    AFTER_THIS = "after this contact"
    NOW = "now"


def ends(seconds: float, hours: float, state: AgentState) -> Ends:
    """Whether a session of so many seconds ends. It never does with a contact in hand.

    Args:
        hours: how long it may be.
    """
    left = hours * 3600 - seconds
    if left > SAID_BEFORE_S:
        return Ends.LATER
    if left > 0:
        return Ends.SOON
    return Ends.AFTER_THIS if state in HANDLING else Ends.NOW
