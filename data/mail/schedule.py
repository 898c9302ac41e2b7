"""The reporter schedule of the coming week, as a mail to everybody (QREP-3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from data.mail.addresses import one_line
from data.mail.queue_report import Letter
from data.models.base import AgentId
from data.models.queue_report import ReporterDuty

SCHEDULE = "reporter schedule"
"""What the mail is about."""
GRACE = timedelta(days=1)
"""So long after its week began a schedule is still sent, when nobody could send it before."""
_WEEKS = UUID("7e4b1c1e-5d0f-4f0e-9d53-52a1f6a1f0c7")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def mail_id(monday: date) -> str:
    """The id of a week's mail, the same at every gateway: so there is one."""
    return str(uuid5(_WEEKS, monday.isoformat()))


def week_to_send(when: str, zone: ZoneInfo, now: datetime) -> date | None:
    """The Monday of the week whose schedule is to have been sent by now; None: too late for the last, too early for the
    next one.

    Args:
        when: `sun 18:00`, by the site's clock; the week is the one that begins after that.
    """
    day = _last_day(when, zone, now)
    monday = day + timedelta(days=7 - day.weekday())
    return monday if now < _midnight(monday, zone) + GRACE else None


def _last_day(when: str, zone: ZoneInfo, now: datetime) -> date:
    """The site's day on which the schedule was to be sent last."""
    weekday, _, clock = when.partition(" ")
    today = now.astimezone(zone).date()
    day = today - timedelta(days=(today.weekday() - _DAYS.index(weekday)) % 7)
    moment = datetime.combine(day, time.fromisoformat(clock), zone)
    return day if moment.astimezone(UTC) <= now else day - timedelta(days=7)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def schedule_mail(
    duties: Iterable[ReporterDuty], monday: date, zone: ZoneInfo, name_of: Callable[[AgentId], str]
) -> Letter:
    """Who reports when in the week of a Monday, day by day in the site's time."""
    begins, ends = _midnight(monday, zone), _midnight(monday + timedelta(days=7), zone)
    there = sorted(
        (one for one in duties if not one.withdrawn and one.starts < ends and one.ends > begins),
        key=lambda one: (one.starts, one.ends, one.agent),
    )
    moves = begins.utcoffset() != ends.utcoffset()
    lines = [f"Who reports the queue in the week from {_day(monday)} to {_day(monday + timedelta(days=6))}"]
    lines += [f"All times are of {zone.key}" + (", whose clocks change this week." if moves else "."), ""]
    for place in range(7):
        day = monday + timedelta(days=place)
        lines.append(_day(day))
        lines += _lines(there, day, zone, name_of, moves) or ["  nobody is named: whoever is signed on reports"]
        lines.append("")
    return Letter(f"Queue reporters, week of {monday.isoformat()}", "\n".join(lines))


def _day(day: date) -> str:
    return f"{_DAYS[day.weekday()].capitalize()} {day.isoformat()}"


def _lines(
    duties: Iterable[ReporterDuty], day: date, zone: ZoneInfo, name_of: Callable[[AgentId], str], moves: bool
) -> list[str]:
    """The duties that are on a day; those over midnight stand on both days, cut there."""
    begins, ends = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
    form = "%H:%M %Z" if moves else "%H:%M"
    lines = []
    for one in duties:
        start, end = max(one.starts, begins), min(one.ends, ends)
        if start < end:
            until = "24:00" if end == ends and not moves else f"{end.astimezone(zone):{form}}"
            lines.append(f"  {start.astimezone(zone):{form}} – {until}  {one_line(name_of(one.agent), 80)}")
    return lines
