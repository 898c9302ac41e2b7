"""Alerts: from what has reached a limit, and from what was recorded, to one list of what a supervisor should see to;
who has seen what; and when to tell again. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from data.callbacks.rules import CallbackLine, Standing, late_at, standing
from data.models.conduct import Conduct, ConductKind
from data.models.outage import Outage
from data.models.supervision import AlertSeen
from data.notices.rules import NoticeLine, wanted
from data.queue_report.standing import SlotLine
from data.supervision.adherence import Adherence, Deviation
from data.supervision.snapshot import Alert, Crossing, What
from data.supervision.steps import StepLine
from data.supervision.thresholds import FloorPolicy, Level

KEPT: Final = timedelta(hours=24)
"""What was recorded before that is history, seen or not."""
SEEN_SHOWN: Final = timedelta(hours=1)
"""So long a record that was seen stays in the list."""
ONE_MATTER: Final = timedelta(minutes=15)
"""A record of conduct and a notice about the same ticket or contact by the same person within this are one alert."""
TOLD_OF: Final[Mapping[ConductKind, Level]] = {
    ConductKind.MANAGER: Level.ALARM,
    ConductKind.ABUSE: Level.WARN,
    ConductKind.ESCALATED: Level.WARN,
}
URGENT: Final = frozenset({"queue report missed"})
"""Kinds of notices that are alarms."""
_TIMED: Final = frozenset({"longest wait", "wrap-up", "not ready"})
"""Figures that are seconds and grow by themselves: when they reached the limit follows from them."""
_DO: Final[Mapping[What, str]] = {
    "waiting": "get somebody ready",
    "longest wait": "re-assign it, or serve it first",
    "service level": "get somebody ready",
    "abandonment": "get somebody ready",
    "wrap-up": "message the agent",
    "not ready": "message the agent, or set the state",
}
_SAID: Final[Mapping[ConductKind, str]] = {
    ConductKind.MANAGER: "the caller asks for a leader",
    ConductKind.ABUSE: "conduct: abusive caller",
    ConductKind.ESCALATED: "escalated",
}


@dataclass(frozen=True, slots=True)
class ConductLine:
    """A record of conduct as one reads it in a list."""

    conduct: Conduct
    who: str
    """Name of the agent."""
    about: str
    """The ticket's number, else the customer."""


@dataclass(frozen=True, slots=True)
class Matters:
    """What was recorded that a supervisor may have to see to, as it was read."""

    notices: Sequence[NoticeLine] = ()
    conduct: Sequence[ConductLine] = ()
    late: Sequence[SlotLine] = ()
    """Queue reports of the present slot that are late."""
    callbacks: Sequence[CallbackLine] = ()
    outages: Sequence[Outage] = ()
    adherence: Sequence[Adherence] = ()
    """Of the day up to the moment at which it was read."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Of agents, by id."""
    seen: Sequence[AlertSeen] = ()
    steps: Sequence[StepLine] = ()
    """Where supervisors stepped in, the newest first."""


def alerts(
    crossings: Sequence[Crossing],
    matters: Matters,
    policy: FloorPolicy,
    now: datetime,
    zone: ZoneInfo,
) -> tuple[Alert, ...]:
    """The list: what nobody has seen first, the worst of it on top, the oldest first among equals."""
    found = [
        *(_of_crossing(one, now) for one in crossings if not _is_said_of_a_queue(one, crossings)),
        *_of_notices(matters.notices, now),
        *_of_conduct(matters, now),
        *_of_reports(matters.late, zone),
        *_of_callbacks(matters.callbacks, policy, now),
        *_of_outages(matters.outages),
        *_of_adherence(matters, policy, now),
    ]
    seen: dict[str, list[AlertSeen]] = defaultdict(list)
    for row in matters.seen:
        seen[row.key].append(row)
    quiet = timedelta(minutes=policy.alerts.quiet)
    marked = (_marked(one, seen.get(one.key, ()), matters.names, now - quiet) for one in found)
    shown = [one for one in marked if not (one.from_row and one.seen_at and one.seen_at < now - SEEN_SHOWN)]
    return tuple(sorted(shown, key=lambda one: (not one.open, -one.level, one.since or now, one.key)))


def _marked(alert: Alert, rows: Sequence[AlertSeen], names: Mapping[str, str], quiet_from: datetime) -> Alert:
    """The alert, with whoever saw it first of those whose look still counts."""
    if alert.seen_at is not None:
        return alert
    begins = alert.since if alert.from_row else max(quiet_from, alert.since or quiet_from)
    counting = [row for row in rows if row.level >= alert.level and (begins is None or row.at >= begins)]
    if not counting:
        return alert
    first = min(counting, key=lambda row: (row.at, row.id))
    return replace(alert, seen_by=names.get(first.by, first.by), seen_at=first.at)


def _is_said_of_a_queue(one: Crossing, found: Iterable[Crossing]) -> bool:
    """Whether it is the floor's longest wait, and that contact's queue says as much."""
    return (one.what, one.about) == ("longest wait", "") and any(
        other.what == one.what and other.about and other.level >= one.level for other in found
    )


def _of_crossing(one: Crossing, now: datetime) -> Alert:
    return Alert(
        key=f"{one.what}:{one.about}",
        level=one.level,
        text=crossed(one),
        about=one.name,
        since=now - timedelta(seconds=one.value - one.limit) if one.what in _TIMED else None,
        contact_id=one.contact_id,
        agent_id=one.about if one.what in ("wrap-up", "not ready") else None,
        todo=_DO[one.what],
        size=-one.value if one.what == "service level" else one.value,
    )


def crossed(one: Crossing) -> str:
    """What has reached its limit: `longest wait over 3:00`."""
    match one.what:
        case "waiting":
            return f"{one.value:.0f} waiting, limit {one.limit:.0f}"
        case "longest wait":
            return f"longest wait over {minutes(one.limit)}"
        case "service level":
            return f"service level {_percent(one.value)}, target {_percent(one.limit)}"
        case "abandonment":
            return f"{_percent(one.value)} gave up, limit {_percent(one.limit)}"
        case "wrap-up":
            return f"wrap-up over {minutes(one.limit)}"
        case "not ready":
            return f"not ready over {minutes(one.limit)}"


def _of_notices(lines: Iterable[NoticeLine], now: datetime) -> Iterator[Alert]:
    for line in lines:
        notice, seen = line.notice, line.seen
        if notice.at < now - KEPT:
            continue
        missed = notice.kind in URGENT
        yield Alert(
            key=f"notice:{notice.id}",
            level=Level.ALARM if missed else Level.WARN,
            text=wanted(notice),
            about=" · ".join(part for part in (line.customer, line.sender if not missed else "") if part),
            since=notice.at,
            contact_id=notice.contact_id,
            todo="ask for it, or file it" if missed else "answer whoever asks",
            from_row=True,
            notice_id=notice.id,
            seen_by=line.seen_by or (seen.by if seen is not None else ""),
            seen_at=seen.at if seen is not None else None,
        )


def _of_conduct(matters: Matters, now: datetime) -> Iterator[Alert]:
    taken_back = {line.conduct.takes_back for line in matters.conduct}
    for line in matters.conduct:
        one = line.conduct
        if one.kind not in TOLD_OF or one.id in taken_back or one.takes_back or one.at < now - KEPT:
            continue
        if any(_same_matter(one, notice) for notice in matters.notices):
            continue
        yield Alert(
            key=f"conduct:{one.id}",
            level=TOLD_OF[one.kind],
            text=_SAID[one.kind],
            about=" · ".join(part for part in (line.about, line.who) if part),
            since=one.at,
            contact_id=one.contact_id,
            agent_id=one.by,
            todo="step in, or ask the agent",
            from_row=True,
        )


def _same_matter(one: Conduct, line: NoticeLine) -> bool:
    notice = line.notice
    about = (one.contact_id is not None and one.contact_id == notice.contact_id) or (
        one.ticket_id is not None and one.ticket_id == notice.ticket_id
    )
    return about and one.by == notice.by and abs(one.at - notice.at) <= ONE_MATTER


def _of_reports(lines: Iterable[SlotLine], zone: ZoneInfo) -> Iterator[Alert]:
    for one in lines:
        yield Alert(
            key=f"report:{one.slot.isoformat()}/{one.reporter}",
            level=Level.WARN,
            text=f"queue report of {one.slot.astimezone(zone):%H:%M} is late",
            about=one.name,
            since=one.slot,
            agent_id=one.reporter,
            todo="ask for it",
            from_row=True,
        )


def _of_callbacks(lines: Iterable[CallbackLine], policy: FloorPolicy, now: datetime) -> Iterator[Alert]:
    for line in lines:
        one = line.callback
        if standing(one, now) is not Standing.OVERDUE:
            continue
        since = late_at(one)
        level = policy.callback_late_min.level((now - since).total_seconds() / 60)
        if level:
            yield Alert(
                key=f"callback:{one.id}",
                level=level,
                text="callback overdue",
                about=" · ".join(part for part in (line.customer or one.number, line.for_name) if part),
                since=since,
                contact_id=one.contact_id,
                agent_id=one.for_agent,
                todo="hand it to somebody who is there",
                from_row=True,
            )


def _of_outages(outages: Iterable[Outage]) -> Iterator[Alert]:
    for one in outages:
        if one.over is None:
            place = ", ".join(part for part in (one.node, one.city) if part)
            yield Alert(
                key=f"outage:{one.id}",
                level=Level.WARN,
                text=f"node {place} is down",
                since=one.since,
                todo="see the outage board",
                from_row=True,
            )


def _of_adherence(matters: Matters, policy: FloorPolicy, now: datetime) -> Iterator[Alert]:
    for one in matters.adherence:
        begun = off_schedule(one)
        if begun is None:
            continue
        since, worst = begun
        level = policy.off_schedule_min.level((now - since).total_seconds() / 60)
        if level:
            state = (
                f"{worst.state}{f' ({worst.reason})' if worst.reason else ''}" if worst.state else "not signed on"
            )
            yield Alert(
                key=f"adherence:{one.agent}",
                level=level,
                text=f"{state}, scheduled: {worst.activity}",
                about=f"{matters.names.get(one.agent, one.agent)} · {minutes(one.lost_s)} lost today",
                since=since,
                agent_id=one.agent,
                todo="message the agent, or set the state",
            )


def off_schedule(one: Adherence) -> tuple[datetime, Deviation] | None:
    """Since when somebody is in another state than the schedule says, and the latest of it; None: is not now."""
    latest = one.deviations[-1] if one.deviations else None
    if latest is None or latest.ends < one.ends:
        return None
    begun = latest.starts
    for before in reversed(one.deviations[:-1]):
        if before.ends < begun:
            break
        begun = before.starts
    return begun, latest


def minutes(seconds: float) -> str:
    """`4:12`, `1:04:12`."""
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


class Bell:
    """Remembers what was told, and says what is to be told now: what is new, and again what nobody has seen."""

    def __init__(self, policy: FloorPolicy) -> None:
        self._policy = policy.alerts
        self._told: dict[str, tuple[Level, datetime]] = {}

    def due(self, found: Iterable[Alert], now: datetime) -> tuple[Alert, ...]:
        """What is to be told now, the worst first; told counts as told."""
        told: dict[str, tuple[Level, datetime]] = {}
        due: list[Alert] = []
        for one in found:
            if not one.open:
                continue
            level, at = self._told.get(one.key, (Level.FINE, now))
            if one.level > level or now - at >= self._policy.repeat(one.level):
                due.append(one)
                at = now
            told[one.key] = (one.level, at)
        self._told = told
        return tuple(due)
