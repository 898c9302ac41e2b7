"""What a line on top says where there is room for all of it."""

from __future__ import annotations

from datetime import datetime

from data.models.agent import AgentStatus
from widgets.bars import state_parts
from widgets.safe_text import Span


def state_spans(
    status: AgentStatus, now: datetime, wrap_up_s: int = 0, consult: str = "", answered: datetime | None = None
) -> list[Span]:
    """All that there is to say of a state."""
    parts = state_parts(status, now, wrap_up_s, consult, answered)
    return [span for part in parts for span in (part.longer[-1][1] if part.longer else part.shortest)]
