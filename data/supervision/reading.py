"""What the figures of people need from the store."""

from __future__ import annotations

from datetime import datetime

from data.models.base import instant_text
from data.models.contact import Queue
from data.models.queue_report import ReporterDuty
from data.models.shift import AgentMove
from data.store.database import Store
from data.supervision.states import LONGEST_STAY


def read_moves(store: Store, start: datetime, end: datetime) -> list[AgentMove]:
    """The moves of agents in a period, and those before it that may last into it."""
    rows = store.rows(
        "SELECT * FROM agent_move WHERE at >= ? AND at < ? ORDER BY at, id",
        (instant_text(start - LONGEST_STAY), instant_text(end)),
    )
    return [AgentMove.from_row(row) for row in rows]


def read_schedule(store: Store, start: datetime, end: datetime) -> list[ReporterDuty]:
    """What is scheduled in a period, and was not withdrawn."""
    rows = store.rows(
        "SELECT * FROM reporter_duty WHERE starts < ? AND ends > ? AND NOT withdrawn ORDER BY starts, id",
        (instant_text(end), instant_text(start)),
    )
    return [ReporterDuty.from_row(row) for row in rows]


def read_queues(store: Store) -> dict[str, Queue]:
    """The queues with their targets, by id."""
    return {row["id"]: Queue.from_row(row) for row in store.rows("SELECT * FROM queue")}
