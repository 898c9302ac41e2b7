"""The time clock in the store: clock in and out, put an entry right, and what an agent has worked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from data.clock import Clock
from data.models.agent import Agent, Role
from data.models.base import AgentId, instant_text, new_id
from data.models.shift import AgentMove, Punch, TimeEntry
from data.shift import hours
from data.shift.hours import LONGEST, NOTHING, Break, Interval, Standing
from data.store.database import Store
from data.store.save import saving

LOOKED_BACK = timedelta(days=100)
"""How far back entries are read: longer than any seat keeps them by default."""
STEP = timedelta(milliseconds=1)
"""The least time between two punches."""


class ClockFaultError(ValueError):
    """It cannot be entered so; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Worked:
    """What one agent has worked."""

    intervals: tuple[Interval, ...]
    days: dict[date, timedelta]
    weeks: dict[date, timedelta]
    """By Monday."""
    breaks: tuple[Break, ...]

    def today(self, now: datetime, zone: ZoneInfo) -> timedelta:
        """Worked on this day of the zone."""
        return self.days.get(now.astimezone(zone).date(), NOTHING)

    def this_week(self, now: datetime, zone: ZoneInfo) -> timedelta:
        """Worked in this week of the zone."""
        return self.weeks.get(hours.week_of(now.astimezone(zone).date()), NOTHING)

    @property
    def forgotten(self) -> tuple[Interval, ...]:
        """The intervals that nobody clocked out of."""
        return tuple(one for one in self.intervals if one.standing is Standing.NO_CLOCK_OUT)


def entries(store: Store, agent: AgentId, since: datetime) -> list[TimeEntry]:
    """An agent's entries since a moment, corrections of them with them."""
    rows = store.rows(
        "SELECT * FROM time_entry WHERE agent = ? AND (at >= ? OR made_at >= ?) ORDER BY made_at, id",
        (agent, instant_text(since), instant_text(since)),
    )
    return [TimeEntry.from_row(row) for row in rows]


def moves(store: Store, agent: AgentId, since: datetime) -> list[AgentMove]:
    """The states that an agent came into since a moment, oldest first."""
    rows = store.rows(
        "SELECT * FROM agent_move WHERE agent = ? AND at >= ? ORDER BY at, id", (agent, instant_text(since))
    )
    return [AgentMove.from_row(row) for row in rows]


def restart_since(store: Store, agent: AgentId, since: datetime, reasons: Sequence[str]) -> datetime | None:
    """When the restart was begun that is under way: the last not-ready for one of these reasons since a moment, unless the
    agent has worked after it."""
    found = store.value(
        "SELECT at FROM agent_move AS begun WHERE agent = ? AND at >= ? AND state = 'not ready'"
        " AND reason IN (SELECT value FROM json_each(?))"
        " AND NOT EXISTS (SELECT 1 FROM agent_move AS later WHERE later.agent = begun.agent AND later.at > begun.at"
        " AND later.state NOT IN ('not ready', 'signed out')) ORDER BY at DESC LIMIT 1",
        (agent, instant_text(since), json.dumps(list(reasons))),
    )
    return datetime.fromisoformat(str(found)) if found is not None else None


def current_shift(store: Store, agent: AgentId, now: datetime, longest: timedelta = LONGEST) -> TimeEntry | None:
    """The clock-in that the agent has not clocked out of, as it counts; None when there is none, or when it is so old that
    the clock-out was forgotten."""
    known = entries(store, agent, now - LOOKED_BACK)
    last = next(reversed(hours.intervals(known, now, longest)), None)
    if last is None or last.standing is not Standing.RUNNING:
        return None
    return next(one for one in hours.in_force(known) if one.id == last.shift)


def clock_in(store: Store, agent: AgentId, clock: Clock, longest: timedelta = LONGEST) -> TimeEntry:
    """Begin a shift; the one that runs, when one does.

    Raises:
        StoreError: nothing was written.
    """
    now = clock.now()
    with saving(store, agent, clock) as change:
        running = current_shift(store, agent, now, longest)
        return running or change.add(_entry(agent, Punch.IN, _after_the_last(store, agent, now), agent, now))


def clock_out(store: Store, agent: AgentId, clock: Clock, longest: timedelta = LONGEST) -> TimeEntry:
    """End the shift that runs.

    Raises:
        ClockFaultError: none runs.
        StoreError: nothing was written.
    """
    now = clock.now()
    with saving(store, agent, clock) as change:
        if current_shift(store, agent, now, longest) is None:
            raise ClockFaultError("You are not clocked in, so there is nothing to clock out of.")
        return change.add(_entry(agent, Punch.OUT, _after_the_last(store, agent, now), agent, now))


def _after_the_last(store: Store, agent: AgentId, now: datetime) -> datetime:
    """Now; a moment after the last punch where the clock was put back since: an end never stands before its beginning."""
    known = hours.in_force(entries(store, agent, now - LOOKED_BACK))
    return max(now, known[-1].at + STEP) if known else now


def correct(
    store: Store,
    agent: AgentId,
    punch: Punch,
    at: datetime,
    why: str,
    by: Agent,
    clock: Clock,
    instead_of: str | None = None,
) -> TimeEntry:
    """Enter a punch for somebody, or another time for one of theirs; what was entered before stays to be read.

    Args:
        agent: whose time it is. `by`: a supervisor or an administrator.
        instead_of: the entry that it stands for; None: one that is missing.

    Raises:
        ClockFaultError: who may not, no reason, a time that is still to come, or no such entry.
        StoreError: nothing was written.
    """
    if by.role is Role.AGENT:
        raise ClockFaultError("Only a supervisor puts the time clock right: ask yours.")
    if by.id == agent and by.role is not Role.ADMINISTRATOR:
        raise ClockFaultError("Your own time is put right by another supervisor.")
    if not why.strip():
        raise ClockFaultError("A correction needs its reason: say why.")
    if at > clock.now():
        raise ClockFaultError("That time is still to come: enter one that is past.")
    if punch is Punch.VOID and instead_of is None:
        raise ClockFaultError("Say which entry did not happen.")
    with saving(store, AgentId(by.id), clock) as change:
        if instead_of is not None and not store.value(
            "SELECT 1 FROM time_entry WHERE id = ? AND agent = ?", (instead_of, agent)
        ):
            raise ClockFaultError("There is no such entry of this person: look at `agent-console shift --json`.")
        return change.add(_entry(agent, punch, at, AgentId(by.id), clock.now(), instead_of, why.strip()))


def worked(
    store: Store,
    agent: AgentId,
    now: datetime,
    zone: ZoneInfo,
    break_reasons: Sequence[str],
    longest: timedelta = LONGEST,
) -> Worked:
    """What an agent has worked, and the breaks since the beginning of this week."""
    spans = hours.intervals(entries(store, agent, now - LOOKED_BACK), now, longest)
    days = hours.per_day(spans, zone)
    monday = hours.midnight(hours.week_of(now.astimezone(zone).date()), zone)
    lately = [one for one in spans if one.end >= monday or one.standing is Standing.RUNNING]
    since = min([monday, *(one.start for one in lately)])
    rested = hours.breaks(moves(store, agent, since), break_reasons, lately)
    return Worked(tuple(spans), days, hours.per_week(days), tuple(rested))


def _entry(
    agent: AgentId,
    punch: Punch,
    at: datetime,
    by: AgentId,
    made_at: datetime,
    instead_of: str | None = None,
    why: str = "",
) -> TimeEntry:
    return TimeEntry(
        id=new_id(), agent=agent, punch=punch, at=at, by=by, made_at=made_at, instead_of=instead_of, why=why
    )
