"""A clock that goes where a test wants it, people at the time clock, and a reporter as a console has one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from data.models.agent import Agent, Role
from data.models.base import AgentId, new_id
from data.models.notice import Notice
from data.models.queue_report import QueueReport, ReporterDuty, Rung
from data.models.shift import Punch, TimeEntry
from data.queue_report import reports
from data.queue_report.policy import ReportPolicy
from data.queue_report.reports import Answers
from data.store.database import Store
from data.store.save import saving

ANA, BO, LEA = AgentId("ana"), AgentId("bo"), AgentId("lea")
NEW_YORK = ZoneInfo("America/New_York")
POLICY = ReportPolicy()
START = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
"""9:00 in New York."""


class Hands:
    """A clock that is set by hand, forward or back."""

    def __init__(self, now: datetime = START) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def on(self, minutes: float) -> None:
        self.at += timedelta(minutes=minutes)


def known(store: Store, clock: Hands) -> None:
    """Ana and Bo are agents, Lea leads them."""
    with saving(store, LEA, clock) as change:
        change.add(Agent(id=ANA, name="Ana Silva"))
        change.add(Agent(id=BO, name="Bo Lindgren"))
        change.add(Agent(id=LEA, name="Lea Moreau", role=Role.SUPERVISOR))


def punch(
    store: Store, who: AgentId, kind: Punch, at: datetime, clock: Hands, instead_of: str | None = None
) -> str:
    with saving(store, who, clock) as change:
        entry = TimeEntry(id=new_id(), agent=who, punch=kind, at=at, by=who, made_at=at, instead_of=instead_of)
        return change.add(entry).id


def duty(store: Store, who: AgentId, starts: datetime, ends: datetime, clock: Hands) -> None:
    with saving(store, LEA, clock) as change:
        change.add(ReporterDuty(id=new_id(), agent=who, starts=starts, ends=ends, made_by=LEA, made_at=clock.now()))


def give(store: Store, slot: datetime, who: AgentId, clock: Hands) -> QueueReport:
    report = reports.report_of(slot, who, Answers(4, 2), who, clock.now(), Rung.MODAL)
    return reports.file(store, report, clock)


def notices(store: Store) -> list[Notice]:
    return [Notice.from_row(row) for row in store.rows("SELECT * FROM notice ORDER BY at, id")]


class Console:
    """What a console does at each look at the clock: ask for what is due once, answer it, tell of what was missed. All
    that it knows is in the store; a new one is a console that was started again."""

    def __init__(self, store: Store, clock: Hands, zone: ZoneInfo, who: AgentId = ANA) -> None:
        self._store, self._clock, self._zone, self._who = store, clock, zone, who

    def look(self, *, answers: bool = True) -> datetime | None:
        """The slot that it asks for now, answered at once where `answers`."""
        now = self._clock.now()
        state = reports.state(self._store, self._who, now, POLICY, self._zone)
        reports.tell_of_missed(self._store, self._who, POLICY, self._zone, self._clock, self._who)
        if state.present is None or not state.asks(now, POLICY):
            return None
        if answers:
            give(self._store, state.present.at, self._who, self._clock)
        return state.present.at
