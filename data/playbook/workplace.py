"""Who works with a script, and with whose prices, days and folders."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from data.clock import Clock
from data.models.base import AgentId


@dataclass(frozen=True, slots=True)
class Workplace:
    """The agent at the seat, and what the organisation has set up."""

    agent: AgentId
    agent_name: str
    organisation: str
    clock: Clock
    zone: ZoneInfo
    receipts: Path = field(default_factory=Path)
