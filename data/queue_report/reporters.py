"""Who reports when: those whom the schedule names; on a day without a schedule everybody who is clocked in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from data.models.base import AgentId, instant_text
from data.models.queue_report import ReporterDuty
from data.models.shift import Punch, TimeEntry
from data.queue_report.slots import day_of, slots_between
from data.shift.hours import LONGEST, in_force
from data.store.database import Store

Span = tuple[datetime, datetime]
"""From a moment up to another, which is not included."""


class Roster:
    """Who reports between two moments, read once."""

    def __init__(self, store: Store, after: datetime, until: datetime, zone: ZoneInfo) -> None:
        self._zone = zone
        first, last = day_of(after, zone)[0], day_of(until, zone)[1]
        self._duties = duties(store, first, last)
        self._shifts = shifts(store, after, until)
        self._day = (after, after, False)
        """The day that was looked at last, and whether there is a schedule for it."""

    def at(self, slot: datetime) -> list[AgentId]:
        """Whoever reports at a slot, in the order of their ids. A duty belongs to the day on which it begins: what
        reaches into the next one leaves the rest of that day to whoever is clocked in."""
        start, end, scheduled = self._day
        if not start <= slot < end:
            start, end = day_of(slot, self._zone)
            scheduled = any(start <= duty.starts < end for duty in self._duties)
            self._day = (start, end, scheduled)
        named = {duty.agent for duty in self._duties if duty.starts <= slot < duty.ends}
        if scheduled or named:
            return sorted(named)
        return sorted(
            agent for agent, spans in self._shifts.items() if any(came <= slot < went for came, went in spans)
        )


def duties(store: Store, start: datetime, end: datetime) -> list[ReporterDuty]:
    """Who is scheduled to report between two moments, what was withdrawn left out, in its order."""
    rows = store.rows(
        "SELECT * FROM reporter_duty WHERE starts < ? AND ends > ? AND activity = 'report' AND NOT withdrawn ORDER BY starts, id",
        (instant_text(end), instant_text(start)),
    )
    return [ReporterDuty.from_row(row) for row in rows]


def shifts(store: Store, after: datetime, until: datetime) -> dict[AgentId, list[Span]]:
    """When who was clocked in, as far as it may reach into the time between two moments, corrections counted. Whoever
    has forgotten to clock out is not asked for ever."""
    since = instant_text(after - LONGEST)
    rows = store.rows("SELECT * FROM time_entry WHERE at > ? OR made_at > ? ORDER BY agent, at", (since, since))
    entries: dict[AgentId, list[TimeEntry]] = defaultdict(list)
    for entry in map(TimeEntry.from_row, rows):
        entries[entry.agent].append(entry)
    return {agent: _spans(in_force(own), until) for agent, own in entries.items()}


def _spans(entries: list[TimeEntry], until: datetime) -> list[Span]:
    spans: list[Span] = []
    for entry in entries:
        if entry.at > until:
            break
        if spans and spans[-1][1] > entry.at:
            spans[-1] = (spans[-1][0], entry.at)
        if entry.punch is Punch.IN:
            spans.append((entry.at, entry.at + LONGEST))
    return spans


def slots_of(
    store: Store, agent: AgentId, after: datetime, until: datetime, zone: ZoneInfo, every: int
) -> Iterator[datetime]:
    """The slots of one person after a moment up to another, oldest first."""
    roster = Roster(store, after, until, zone)
    return (slot for slot in slots_between(after, until, zone, every) if agent in roster.at(slot))
