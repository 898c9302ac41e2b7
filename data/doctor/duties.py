"""The duties of a shift as the doctor sees them: what their file names and is not there, the schedule of reporters, and what
of queue reports waits for the store."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from data.doctor.books import open_to_read
from data.doctor.finding import Finding, look, ok
from data.models.base import instant_text
from data.queue_report.pending import LADDER_FILE
from data.shift.policy import ShiftPolicy
from data.store import driver

SOON = timedelta(days=2)
"""A schedule that ends within this is to be followed by another."""
_IMPORT = "agent-console import schedule FILE takes the next one"


def named(
    duties: ShiftPolicy, file: str, reasons: Collection[str], playbooks: Collection[str]
) -> Iterator[Finding]:
    """What the file names that is not there, or does not name. `reasons`: the labels of not-ready reasons."""
    if amiss := "; ".join(_amiss(duties, reasons, playbooks)):
        yield look("duties", amiss, f"set it in a {file} of your own (setting shift)")
    else:
        yield ok("duties", "reasons, playbook, people to call and callback hours fit together")


def _amiss(duties: ShiftPolicy, reasons: Collection[str], playbooks: Collection[str]) -> Iterator[str]:
    for name, labels in (("restart.reasons", duties.restart.reasons), ("breaks", duties.breaks)):
        if unknown := [label for label in labels if label not in reasons]:
            yield f"{name}: no reason for not ready is called {', '.join(unknown)}"
    report, hours = duties.queue_report, duties.callbacks
    if not report.emergency:
        yield "queue_report.emergency: the last way to give a queue report has no playbook"
    elif report.emergency not in playbooks:
        yield f"queue_report.emergency: there is no playbook {report.emergency}"
    if not report.managers:
        yield "queue_report.managers: there is nobody to call when a queue report fails"
    if not duties.conduct.people:
        yield "conduct.people: there is nobody to call when nothing written fits"
    if duties.maildir and not _is_folder(duties.maildir):
        yield f"maildir: there is no folder {duties.maildir}"
    opens, closes = (time.fromisoformat(at) for at in (hours.opens, hours.closes))
    if (closes.hour - opens.hour) * 60 + closes.minute - opens.minute < hours.window_hours * 60:
        yield f"callbacks: no window of {hours.window_hours} hours fits between {hours.opens} and {hours.closes}"


def _is_folder(path: str) -> bool:
    """False also where one may not look, and for the home of nobody."""
    try:
        return Path(path).expanduser().is_dir()
    except (OSError, RuntimeError):
        return False


def reporting(store: Path, now: datetime, zone: ZoneInfo) -> Iterator[Finding]:
    """Who reports when, and what waits to be recorded."""
    try:
        with closing(open_to_read(store)) as connection:
            ends = connection.execute(
                "SELECT max(ends) FROM reporter_duty WHERE activity = 'report' AND NOT withdrawn"
            ).fetchone()[0]
            strangers = connection.execute(
                "SELECT count(DISTINCT agent) FROM reporter_duty WHERE NOT withdrawn AND ends > ?"
                " AND agent NOT IN (SELECT id FROM agent)",
                (instant_text(now),),
            ).fetchone()[0]
    except driver.Error:  # `store` and `shape` say so
        return
    unknown = f"{strangers} people in the schedule are not known here" if strangers else ""
    last = datetime.fromisoformat(ends).astimezone(zone) if ends else None
    if last is None:
        yield ok("schedule", "there is none: whoever is clocked in gives the queue reports")
    elif last - now < SOON:
        when = f"{'ended' if last <= now else 'ends'} {last:%a %Y-%m-%d %H:%M}"
        says = f"it {when}: then whoever is clocked in gives the queue reports"
        yield look("schedule", "; ".join(one for one in (says, unknown) if one), _IMPORT)
    elif unknown:
        yield look("schedule", unknown, _IMPORT)
    else:
        yield ok("schedule", f"queue reports are scheduled up to {last:%a %Y-%m-%d %H:%M}")
    yield from _waiting(store.with_name(LADDER_FILE))


def _waiting(file: Path) -> Iterator[Finding]:
    try:
        with closing(driver.connect_to_read(file)) as connection:
            count = connection.execute("SELECT count(*) FROM waiting").fetchone()[0]
    except driver.Error:
        return
    if count:
        says = f"{count} records of queue reports wait because the store took nothing"
        yield look("ladder", says, "start the console: they are written as soon as the store can be")
