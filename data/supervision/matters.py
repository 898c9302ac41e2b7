"""What alerts are made of, from the store: read again when something of it changed, and where only time passes, now and
then."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from data.callbacks.rules import CallbackLine
from data.identity.names import agent_names
from data.models.agent import Agent, AgentState
from data.models.base import AgentId, instant_text
from data.models.callback import Callback, CallbackState
from data.models.conduct import Conduct
from data.models.contact import Request
from data.models.notice import Notice, NoticeSeen
from data.models.outage import Outage
from data.models.queue_report import QueueReport, ReporterDuty
from data.models.shift import AgentMove, TimeEntry
from data.models.supervision import AlertSeen, Intervention, InterventionOutcome
from data.notices import notices
from data.outages import outages
from data.queue_report import reports
from data.queue_report.policy import ReportPolicy
from data.queue_report.slots import slot_before
from data.queue_report.standing import SlotLine, Standing
from data.store.database import Store
from data.supervision import reading
from data.supervision.adherence import adherence
from data.supervision.alerts import KEPT, TOLD_OF, ConductLine, Matters
from data.supervision.states import LONGEST_STAY
from data.supervision.steps import read_steps

READ_FOR: Final = frozenset(
    {
        one.entity
        for one in (
            Agent, AlertSeen, Callback, Conduct, Intervention, InterventionOutcome, Notice, NoticeSeen, Outage,
            QueueReport, ReporterDuty, Request, TimeEntry,
        )
    }
)  # fmt: skip
"""When rows of these change, what was recorded is read again."""
AGAIN: Final = timedelta(seconds=10)
"""A callback becomes overdue, and a report late, by the clock alone."""
KEPT_TO_AGAIN: Final = timedelta(minutes=1)
"""How often the day's adherence is reckoned anew."""
MOST: Final = 200


class MatterReader:
    """Remembers what was read."""

    def __init__(self, zone: ZoneInfo, policy: ReportPolicy | None = None) -> None:
        """`policy`: of the queue reports; None: nobody reports."""
        self._zone = zone
        self._policy = policy
        self._matters = Matters()
        self._read_at: datetime | None = None
        self._kept_to_at: datetime | None = None
        self._moves: list[AgentMove] = []
        """Of the day and LONGEST_STAY before it: they are only ever added, so only new ones are read."""
        self._moves_of: tuple[datetime, int] | None = None
        """The day that they were read for, and the last row of them."""

    def forget(self) -> None:
        """The store's rows are not those that were read: read everything again."""
        self._read_at = self._kept_to_at = self._moves_of = None

    def read(self, store: Store, now: datetime, changed: Collection[str], begins: datetime) -> Matters:
        """What there is at a moment; `begins`: of the site's day, `changed`: the entities that changed since the last
        reading."""
        if _due(self._kept_to_at, now, KEPT_TO_AGAIN) or ReporterDuty.entity in changed:
            self._kept_to_at = now
            schedule = reading.read_schedule(store, begins, now)
            kept_to = adherence(schedule, self._read_moves(store, begins), begins, now) if schedule else []
            self._matters = replace(self._matters, adherence=tuple(kept_to))
        if _due(self._read_at, now, AGAIN) or not READ_FOR.isdisjoint(changed):
            self._read_at = now
            self._matters = replace(
                self._matters,
                notices=notices.to_leaders(store, now - KEPT),
                conduct=_conduct(store, now),
                late=self._late(store, now),
                callbacks=_callbacks(store, now),
                outages=outages.open_outages(store),
                names=agent_names(store),
                seen=_seen(store, now),
                steps=read_steps(store, now - KEPT),
            )
        return self._matters

    def _read_moves(self, store: Store, begins: datetime) -> list[AgentMove]:
        if self._moves_of is None or self._moves_of[0] != begins:
            self._moves, self._moves_of = [], (begins, 0)
        rows = store.rows(
            "SELECT rowid AS place, id, agent, at, state, reason FROM agent_move WHERE rowid > ? AND at >= ? ORDER BY rowid",
            (self._moves_of[1], instant_text(begins - LONGEST_STAY)),
        )
        for row in rows:
            self._moves.append(
                AgentMove.model_construct(  # thousands a day, of rows that were checked when they came
                    id=row["id"],
                    agent=AgentId(row["agent"]),
                    at=datetime.fromisoformat(row["at"]),
                    state=AgentState(row["state"]),
                    reason=row["reason"] or "",
                )
            )
        if rows:
            self._moves_of = (begins, rows[-1]["place"])
        return self._moves

    def _late(self, store: Store, now: datetime) -> list[SlotLine]:
        if self._policy is None:
            return []
        before = slot_before(now, self._zone, self._policy.every) - timedelta(seconds=1)
        lines = reports.lines(store, before, now, self._policy, self._zone)
        return [one for one in lines if one.standing is Standing.LATE]


def _due(read_at: datetime | None, now: datetime, every: timedelta) -> bool:
    return read_at is None or not timedelta(0) <= now - read_at < every


def _conduct(store: Store, now: datetime) -> list[ConductLine]:
    rows = store.rows(
        "SELECT c.*, a.name AS who, t.number AS ticket, k.name AS customer FROM conduct c"
        ' LEFT JOIN agent a ON a.id = c."by" LEFT JOIN ticket t ON t.id = c.ticket_id'
        " LEFT JOIN customer k ON k.id = c.customer_id WHERE c.at >= ?"
        " AND (c.kind IN (SELECT value FROM json_each(?)) OR c.takes_back IS NOT NULL) ORDER BY c.at, c.id LIMIT ?",
        (instant_text(now - KEPT), json.dumps([*TOLD_OF]), MOST),
    )
    return [
        ConductLine(Conduct.from_row(row), row["who"] or row["by"], row["ticket"] or row["customer"] or "")
        for row in rows
    ]


def _callbacks(store: Store, now: datetime) -> list[CallbackLine]:
    rows = store.rows(
        "SELECT b.*, k.name AS customer, a.name AS for_name FROM callback b LEFT JOIN customer k ON k.id = b.customer_id"
        " LEFT JOIN agent a ON a.id = b.for_agent WHERE b.state = ? AND b.due_at <= ? ORDER BY b.due_at, b.id LIMIT ?",
        (CallbackState.DUE, instant_text(now), MOST),
    )
    return [
        CallbackLine(Callback.from_row(row), customer=row["customer"] or "", for_name=row["for_name"] or "")
        for row in rows
    ]


def _seen(store: Store, now: datetime) -> list[AlertSeen]:
    rows = store.rows("SELECT * FROM alert_seen WHERE at >= ? ORDER BY at, id", (instant_text(now - 2 * KEPT),))
    return [AlertSeen.from_row(row) for row in rows]
