"""The words and signs of the dashboard: levels, shares, waits, what has reached its limit."""

from __future__ import annotations

from datetime import datetime

from data.models.agent import AgentState
from data.supervision.snapshot import AgentNow, FloorSnapshot
from data.supervision.thresholds import Level
from widgets.safe_text import Span
from widgets.times import duration

NOTHING = "–"
"""What is shown where there is nothing to reckon from."""
SIGNS: dict[Level, tuple[str, str]] = {Level.FINE: (" ", ""), Level.WARN: ("▲", "warn"), Level.ALARM: ("■", "bad")}
TONES = {Level.FINE: "good", Level.WARN: "warn", Level.ALARM: "bad"}


def percent(share: float | None) -> str:
    """`71 %`."""
    return NOTHING if share is None else f"{share * 100:.0f} %"


def seconds(value: float | None) -> str:
    """`6:40`."""
    return NOTHING if value is None else duration(value)


def sign(level: Level) -> Span:
    """The mark of a level: nothing, ▲ or ■."""
    shape, tone = SIGNS[level]
    return Span(shape, tone)


def half_later(start: datetime) -> str:
    """When the half hour ends that begins then."""
    minutes = start.hour * 60 + start.minute + 30
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def agent_note(agent: AgentNow, level: Level, snap: FloorSnapshot) -> str:
    """What an agent has in hand, or why not ready."""
    if agent.state is AgentState.NOT_READY:
        limits = snap.policy.not_ready_min.get(agent.reason, snap.policy.other_not_ready_min)
        return " · ".join(part for part in (agent.reason, f"over {limits.warn:g} min" if level else "") if part)
    over = f"over {duration(agent.wrap_up_s)}" if agent.state is AgentState.WRAP_UP and level else ""
    after = f"then not ready: {agent.after_call}" if agent.after_call else ""
    ticket = f"ticket {agent.ticket}" if agent.ticket else ""
    return " · ".join(part for part in (over, agent.caller, ticket, after) if part)
