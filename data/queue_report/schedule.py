"""The schedule from a CSV file: who reports from when to when (QREP-3), and who is planned for work, lunch, a break or
training. Importing again changes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
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


def import_schedule(
    store: Store, path: Path, zone: ZoneInfo, agent: AgentId, clock: Clock, *, rejects: Path | None = None
) -> ScheduleImport:
    """Take the schedule of a file over: date, from, to and name, in the site's time, and what it is for (`activity`; else
    reporting). The days that the file names are replaced as a whole, turns of reporting by turns of reporting and what
    people are planned for by what they are planned for; a row that goes over midnight belongs to the day on which it
    begins.

    Args:
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
    known = people.everyone(store)
    take_rows(source, rejects, report, lambda row: taken.append(_duty(row, columns, known, zone, taken)))
    with saving(store, agent, clock) as change:
        for duty in taken:
            _take(store, change, duty, agent, clock, report)
        _withdraw(store, change, taken, zone, report)
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
    cells = {name: " ".join(row.texts[place].split()) for name, place in columns.items()}
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


def _withdraw(store: Store, change: Change, taken: list[_Duty], zone: ZoneInfo, report: ScheduleImport) -> None:
    """What earlier schedules had on the days of the file, and the file has not."""
    stay = {_id(duty) for duty in taken}
    days = {(*day_of(duty.starts, zone), duty.activity is Activity.REPORT) for duty in taken}
    for start, end, reporting in sorted(days):
        rows = store.rows(
            "SELECT id FROM reporter_duty WHERE starts >= ? AND starts < ? AND (activity = 'report') = ? AND NOT withdrawn",
            (instant_text(start), instant_text(end), reporting),
        )
        for row in rows:
            if row["id"] not in stay:
                change.update(ReporterDuty, row["id"], withdrawn=True)
                report.withdrawn += 1
