"""The schedule from a CSV file: who reports from when to when (QREP-3), and who is planned for work, lunch, a break or
training. Importing again changes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from data.clock import Clock
from data.customers.mapping import ImportRefused
from data.customers.sources.csv_file import CsvSource
from data.customers.sources.rows import SourceRow
from data.customers.sources.taking import Taken, take_rows
from data.customers.sources.text import encoding_of, reading
from data.models.agent import Agent
from data.models.base import AgentId, instant_text
from data.models.queue_report import Activity, ReporterDuty
from data.queue import people
from data.queue_report.reports import mark
from data.queue_report.slots import day_of
from data.store.database import Store
from data.store.save import Change, saving

HEADINGS: dict[str, tuple[str, ...]] = {
    "date": ("date", "day", "on"),
    "from": ("from", "start", "starts", "begin", "begins", "start time"),
    "to": ("to", "until", "end", "ends", "till", "end time"),
    "name": ("name", "agent", "reporter", "who", "person", "agent name"),
}
"""What a column may be called; case and blanks do not matter."""
_ACTIVITY = ("activity", "for", "what", "task")
"""Of the column that may be missing: then everybody reports."""
_DAYS = ("%Y-%m-%d", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%Y/%m/%d")
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?::00)?\s*(?:([ap])\.?m\.?)?", re.IGNORECASE)
_HEADED_DAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]?\s+", re.IGNORECASE)


@dataclass
class ScheduleImport(Taken):
    """What became of the rows, and of what stood there before."""

    withdrawn: int = 0
    """Earlier duties of the same days that the file no longer has."""


@dataclass(frozen=True, slots=True)
class _Duty:
    agent: AgentId
    name: str
    starts: datetime
    ends: datetime
    activity: Activity
    line: int


class _RowFaultError(ValueError):
    """Why a row is rejected."""


class _OnlyLooked(Exception):
    """Everything was judged and nothing is to be written."""


@dataclass(frozen=True, slots=True)
class _Refused:
    """Whom and which day a refused row may have been about; None: that could not be read."""

    agent: AgentId | None
    day: date | None

    def means(self, duty: ReporterDuty, zone: ZoneInfo) -> bool:
        """Whether it may have said something of this duty, which is then not taken away."""
        day = duty.starts.astimezone(zone).date()
        return self.agent in (None, duty.agent) and self.day in (None, day)


def import_schedule(
    store: Store,
    path: Path,
    zone: ZoneInfo,
    agent: AgentId,
    clock: Clock,
    *,
    dry_run: bool = False,
    rejects: Path | None = None,
) -> ScheduleImport:
    """Take the schedule of a file over: date, from, to and name, in the site's time, and what it is for (`activity`; else
    reporting). The days that the file names are replaced as a whole, turns of reporting by turns of reporting and what
    people are planned for by what they are planned for; a row that goes over midnight belongs to the day on which it
    begins. Of whoever a refused row may be about, nothing of that day is taken away.

    Args:
        dry_run: read and judge everything, change nothing (the rejects file is written).
        rejects: a file for the refused rows, with the reason.

    Raises:
        ImportRefused: the file cannot be read or used.
        StoreError: nothing was written.
    """
    started = clock.monotonic()
    with reading(path):
        source = CsvSource(path, encoding_of(path))
    columns = _columns(path, source.headings)
    report = ScheduleImport()
    taken: list[_Duty] = []
    refused: list[_Refused] = []
    known = people.everyone(store)

    def take(row: SourceRow) -> None:
        try:
            taken.append(_duty(row, columns, known, zone, taken))
        except (ValueError, OverflowError):
            refused.append(_meant(row, columns, known))
            raise

    take_rows(source, rejects, report, take)
    if report.rejected > len(refused):  # a row that could not even be read
        refused.append(_Refused(None, None))
    with suppress(_OnlyLooked), saving(store, agent, clock) as change:
        for duty in taken:
            _take(store, change, duty, agent, clock, report)
        _withdraw(store, change, taken, refused, zone, report)
        if dry_run:
            raise _OnlyLooked
    report.seconds = clock.monotonic() - started
    return report


def _columns(path: Path, headings: tuple[str, ...]) -> dict[str, int]:
    """Which column is what.

    Raises:
        ImportRefused: one is missing.
    """
    plain = [" ".join(heading.casefold().replace("_", " ").split()) for heading in headings]
    found = {
        wanted: next((plain.index(name) for name in names if name in plain), -1)
        for wanted, names in HEADINGS.items()
    }
    if missing := [name for name, place in found.items() if place < 0]:
        raise ImportRefused(
            f"The first line of {path} has no column {' and no column '.join(missing)}: the columns are date, from, to, name"
            " and, if people are planned for more than reporting, activity."
        )
    if (place := next((plain.index(name) for name in _ACTIVITY if name in plain), -1)) >= 0:
        found["activity"] = place
    return found


def _duty(
    row: SourceRow, columns: Mapping[str, int], known: list[Agent], zone: ZoneInfo, before: list[_Duty]
) -> _Duty:
    """A row as a duty.

    Raises:
        _RowFaultError: why it cannot be taken.
    """
    cells = _cells(row, columns)
    if not cells["name"]:
        raise _RowFaultError("the name is missing")
    activity = _activity(cells.get("activity", ""))
    day = _day(cells["date"])
    starts, ends = _moment(day, cells["from"], zone), _moment(day, cells["to"], zone)
    if ends <= starts:
        ends = _moment(day + timedelta(days=1), cells["to"], zone)
    if ends <= starts or ends - starts > timedelta(hours=24):
        raise _RowFaultError(f"from {cells['from']} to {cells['to']} is no time in which one could work")
    who = people.meant(known, cells["name"])
    if who is None:
        raise _RowFaultError(f"nobody here is called '{cells['name']}'")
    for one in before:
        rivals = one.activity is activity and (activity is Activity.REPORT or one.agent == who.id)
        if rivals and one.starts < ends and starts < one.ends:
            times = f"{one.starts.astimezone(zone):%H:%M}–{one.ends.astimezone(zone):%H:%M}"
            raise _RowFaultError(f"it overlaps with line {one.line} ({one.name}, {times})")
    return _Duty(AgentId(who.id), who.name, starts, ends, activity, row.line)


def _cells(row: SourceRow, columns: Mapping[str, int]) -> dict[str, str]:
    return {name: " ".join(row.texts[place].split()) for name, place in columns.items()}


def _meant(row: SourceRow, columns: Mapping[str, int], known: list[Agent]) -> _Refused:
    cells = _cells(row, columns)
    who = people.meant(known, cells["name"]) if cells["name"] else None
    day = None
    with suppress(_RowFaultError):
        day = _day(cells["date"])
    return _Refused(AgentId(who.id) if who is not None else None, day)


def _activity(text: str) -> Activity:
    try:
        return Activity(text.casefold()) if text else Activity.REPORT
    except ValueError:
        raise _RowFaultError(f"'{text}' is no activity: write {', '.join(Activity)}") from None


def _day(text: str) -> date:
    plain = _HEADED_DAY.sub("", text)
    for form in _DAYS:
        try:
            return datetime.strptime(plain, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    raise _RowFaultError(f"'{text}' is no date: write it like 2026-11-23" if text else "the date is missing")


def _moment(day: date, text: str, zone: ZoneInfo) -> datetime:
    """A time of the site's clock on a day. What the clocks pass over is moved on, of what comes twice the first is meant."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise _RowFaultError(f"'{text}' is no time: write it like 9:30" if text else "a time is missing")
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            raise _RowFaultError(f"'{text}' is no time: write it like 9:30")
        hour = hour % 12 + (12 if found[3].casefold() == "p" else 0)
    if hour == 24 and minute == 0:
        day, hour = day + timedelta(days=1), 0
    if hour > 23 or minute > 59:
        raise _RowFaultError(f"'{text}' is no time: write it like 9:30")
    return datetime.combine(day, time(hour, minute), tzinfo=zone).astimezone(UTC)


def _id(duty: _Duty) -> str:
    what = "duty" if duty.activity is Activity.REPORT else f"duty {duty.activity}"
    return mark(what, duty.starts, duty.agent)


def _take(store: Store, change: Change, duty: _Duty, agent: AgentId, clock: Clock, report: ScheduleImport) -> None:
    row = store.row("SELECT * FROM reporter_duty WHERE id = ?", (_id(duty),))
    known = ReporterDuty.from_row(row) if row is not None else None
    if known is None:
        change.add(
            ReporterDuty(
                id=_id(duty),
                agent=duty.agent,
                starts=duty.starts,
                ends=duty.ends,
                activity=duty.activity,
                made_by=agent,
                made_at=clock.now(),
            )
        )
        report.added += 1
    elif known.ends != duty.ends or known.withdrawn:
        change.update(ReporterDuty, known.id, ends=duty.ends, withdrawn=False)
        report.updated += 1
    else:
        report.unchanged += 1


def _withdraw(
    store: Store,
    change: Change,
    taken: list[_Duty],
    refused: list[_Refused],
    zone: ZoneInfo,
    report: ScheduleImport,
) -> None:
    """What earlier schedules had on the days of the file, and the file has not."""
    stay = {_id(duty) for duty in taken}
    days = {(*day_of(duty.starts, zone), duty.activity is Activity.REPORT) for duty in taken}
    for start, end, reporting in sorted(days):
        rows = store.rows(
            "SELECT * FROM reporter_duty WHERE starts >= ? AND starts < ? AND (activity = 'report') = ? AND NOT withdrawn",
            (instant_text(start), instant_text(end), reporting),
        )
        for known in map(ReporterDuty.from_row, rows):
            if known.id not in stay and not any(one.means(known, zone) for one in refused):
                change.update(ReporterDuty, known.id, withdrawn=True)
                report.withdrawn += 1
