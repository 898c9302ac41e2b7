"""What a whole shift has left in the books."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from data.models.agent import Agent
from data.models.contact import Contact, ContactState
from data.models.queue_report import QueueReport
from data.models.shift import DutyOutcome, DutyStep, Punch, TimeEntry
from data.queue_report import reports
from data.queue_report.standing import Standing
from data.shift import looking
from data.shift.policy import load_shift
from data.store.database import STORE_FILE, Store
from tests.pty import books
from tests.pty.agent import SITE_ZONE


@dataclass(frozen=True, slots=True)
class ShiftBooks:
    """One agent's shift, read after the clock-out."""

    slots: tuple[str, ...]
    """Slots that were reported, in the site's time."""
    late: int
    missed: int
    corrected: int
    passed: dict[str, int]
    """Steps that were stamped, by checklist."""
    waived: tuple[str, ...]
    """Who said that a step is left out."""
    punches: tuple[Punch, ...]
    hours: timedelta
    """Between the two punches."""
    counted: timedelta
    """Hours of the day as the time clock counts them."""
    breaks: tuple[str, ...]
    contacts: int
    """Contacts that were wrapped up."""


def looked_into(folder: Path, name: str = "Dana Reyes") -> ShiftBooks:
    """Read the shift of this agent from the seat's store."""
    zone, policy = ZoneInfo(SITE_ZONE), load_shift()
    [me] = [one for one in books.all_of(folder, Agent) if one.name == name]
    given = sorted(
        (one for one in books.all_of(folder, QueueReport) if one.reporter == me.id), key=lambda one: one.slot
    )
    steps = [one for one in books.all_of(folder, DutyStep) if one.by == me.id]
    punches = sorted((one for one in books.all_of(folder, TimeEntry) if one.agent == me.id), key=lambda one: one.at)
    first, last = punches[0].at, punches[-1].at
    with Store(folder / STORE_FILE, create=False) as store:
        worked = looking.worked(store, me.id, last, zone, policy)
        lines = reports.lines(store, first, last, policy.queue_report, zone, me.id)
    standings = Counter(line.standing for line in lines)
    return ShiftBooks(
        slots=tuple(f"{one.slot.astimezone(zone):%H:%M}" for one in given),
        late=standings[Standing.REPORTED_LATE],
        missed=len(lines) - standings[Standing.REPORTED] - standings[Standing.REPORTED_LATE],
        corrected=sum(one.seen_calls != one.calls for one in given),
        passed=dict(Counter(one.checklist for one in steps)),
        waived=tuple(one.text for one in steps if one.outcome is DutyOutcome.WAIVED),
        punches=tuple(one.punch for one in punches),
        hours=last - first,
        counted=worked.today(last, zone),
        breaks=tuple(one.reason for one in worked.breaks if one.end is not None),
        contacts=sum(
            one.agent == me.id and one.state is ContactState.DONE for one in books.all_of(folder, Contact)
        ),
    )
