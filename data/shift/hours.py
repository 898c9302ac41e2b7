"""Hours from the time clock: what was worked when, by day and by week of the site's zone. Pure.

Time is counted as it passes, in UTC: a shift over the night in which the clocks are put forward is an hour shorter than
its two times of day say, and over the other one an hour longer. Days end at the site's midnight, weeks on Sunday."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from data.models.agent import AgentState
from data.models.shift import AgentMove, Punch, TimeEntry
from data.queue.agent_state import SIGN_ON_REASON

OVERTIME = timedelta(hours=2)
"""So much longer than a session an interval may run before its clock-out counts as forgotten."""
LONGEST = timedelta(hours=12) + OVERTIME
"""An interval without a clock-out is one that was forgotten after so long: it counts nothing until it is put right."""
NOTHING = timedelta(0)


class Standing(StrEnum):
    """How far an interval is known."""

    CLOSED = "closed"
    RUNNING = "running"
    NO_CLOCK_OUT = "no clock-out"


@dataclass(frozen=True, slots=True)
class Interval:
    """From a clock-in to its clock-out."""

    shift: str
    """Id of the clock-in, whatever corrections moved it to."""
    start: datetime
    end: datetime
    """The clock-out; of a running interval the present; of a forgotten one its start, so that it counts nothing."""
    standing: Standing

    @property
    def length(self) -> timedelta:
        """How long it was."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Break:
    """A time of not being ready with a reason that counts as a break."""

    reason: str
    start: datetime
    end: datetime | None
    """None: it goes on."""


def in_force(entries: Iterable[TimeEntry]) -> list[TimeEntry]:
    """The entries as they count, oldest first: a corrected one keeps its id and has punch and time of its last
    correction, whatever the clocks said at which it was entered; one that did not happen is left out."""
    known = sorted(entries, key=lambda one: (one.made_at, one.id))
    by_id = {one.id: one for one in known}
    corrected = {one.instead_of for one in known}
    chains: dict[str, list[TimeEntry]] = {}
    for one in known:
        chains.setdefault(_root(one, by_id), []).append(one)
    counts = []
    for root, chain in chains.items():
        last = next((one for one in reversed(chain) if one.id not in corrected), chain[-1])
        counts.append(by_id[root].model_copy(update={"punch": last.punch, "at": last.at}))
    return sorted((one for one in counts if one.punch is not Punch.VOID), key=lambda one: (one.at, one.id))


def _root(one: TimeEntry, by_id: dict[str, TimeEntry]) -> str:
    """The first entry of a chain of corrections."""
    seen = {one.id}
    while one.instead_of is not None and one.instead_of in by_id and one.instead_of not in seen:
        one = by_id[one.instead_of]
        seen.add(one.id)
    return one.id


def intervals(entries: Iterable[TimeEntry], now: datetime, longest: timedelta = LONGEST) -> list[Interval]:
    """What was worked, oldest first. A second clock-in belongs to the shift that runs already: another seat had not heard of
    it. After one that ran too long it leaves that one without a clock-out; a clock-out that nothing began counts nothing."""
    found: list[Interval] = []
    begun: TimeEntry | None = None
    for one in in_force(entries):
        if one.punch is Punch.IN:
            if begun is not None and one.at - begun.at <= longest:
                continue
            if begun is not None:
                found.append(Interval(begun.id, begun.at, begun.at, Standing.NO_CLOCK_OUT))
            begun = one
        elif begun is not None:
            found.append(Interval(begun.id, begun.at, one.at, Standing.CLOSED))
            begun = None
    if begun is not None:
        runs = now - begun.at <= longest
        standing = Standing.RUNNING if runs else Standing.NO_CLOCK_OUT
        found.append(Interval(begun.id, begun.at, max(begun.at, now) if runs else begun.at, standing))
    return found


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day of a zone begins, in UTC; where the clocks skip its midnight, the moment of the skip."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def per_day(worked: Iterable[Interval], zone: ZoneInfo) -> dict[date, timedelta]:
    """Hours by day of the zone; an interval over midnight is split there. Days without any are left out."""
    days: dict[date, timedelta] = {}
    for one in worked:
        at = one.start
        while at < one.end:
            day = at.astimezone(zone).date()
            until = min(one.end, midnight(day + timedelta(days=1), zone))
            days[day] = days.get(day, NOTHING) + (until - at)
            at = until
    return days


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def per_week(days: dict[date, timedelta]) -> dict[date, timedelta]:
    """Hours by week, each under its Monday."""
    weeks: dict[date, timedelta] = {}
    for day, worked in days.items():
        weeks[week_of(day)] = weeks.get(week_of(day), NOTHING) + worked
    return weeks


def breaks(moves: Iterable[AgentMove], reasons: Sequence[str], worked: Sequence[Interval]) -> list[Break]:
    """The breaks within the hours worked, oldest first. One goes on while the console is closed, and while whoever came
    back has only signed on; it ends with the next state, or with the clock-out."""
    found: list[Break] = []
    begun: AgentMove | None = None
    for one in sorted(moves, key=lambda move: (move.at, move.id)):
        if begun is not None and not _still_away(one):
            found.append(Break(begun.reason, begun.at, one.at))
            begun = None
        if begun is None and one.state is AgentState.NOT_READY and one.reason in reasons:
            begun = one
    if begun is not None:
        found.append(Break(begun.reason, begun.at, None))
    return [part for one in found for span in worked if (part := _within(one, span)) is not None]


def _still_away(move: AgentMove) -> bool:
    came_back = move.state is AgentState.NOT_READY and move.reason == SIGN_ON_REASON
    return move.state is AgentState.SIGNED_OUT or came_back


def _within(one: Break, span: Interval) -> Break | None:
    """The part of a break within an interval; None where they do not meet."""
    running = span.standing is Standing.RUNNING
    end = one.end if running or (one.end is not None and one.end < span.end) else span.end
    start = max(one.start, span.start)
    return Break(one.reason, start, end) if end is None or start < end else None


def total(parts: Iterable[Break], now: datetime) -> timedelta:
    """How long the breaks were, a running one up to now."""
    return sum(((one.end or now) - one.start for one in parts), NOTHING)


def of_hours(many: float) -> timedelta:
    """So many hours, to the minute."""
    return timedelta(minutes=round(many * 60))


def hours(span: timedelta) -> str:
    """`7:05`: hours and whole minutes."""
    minutes = max(0, int(span.total_seconds())) // 60
    return f"{minutes // 60}:{minutes % 60:02}"
