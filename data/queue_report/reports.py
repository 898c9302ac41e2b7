"""Queue reports in the store: what is due, giving one, putting one off, and telling of those that were missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from data.clock import Clock
from data.identity.names import agent_names
from data.models.base import AgentId, instant_text
from data.models.notice import Notice, NoticeRole
from data.models.queue_report import NodeDown, QueueReport, Rung, report_id
from data.queue_report import reporters
from data.queue_report.policy import ReportPolicy
from data.queue_report.reporters import Roster
from data.queue_report.slots import slot_after, slot_before, slots_between
from data.queue_report.standing import DueSlot, ReportState, SlotLine, Standing, Waiting, reported
from data.store.database import Store
from data.store.save import saving

LOOK_BACK = timedelta(hours=24)
"""What was missed before that is history."""
LOOK_AHEAD = timedelta(hours=24)
TELL_AFTER = timedelta(minutes=1)
"""So long after its end a slot counts as missed for others: a report of the last moment may still be on its way."""
MOST = 9_999
"""More calls or minutes than anybody can have meant."""
ASIDE = timedelta(minutes=1)
"""So long a report that cannot be put off is left alone when its dialog is closed."""
_NAMES = UUID("6d1f7c1e-6a0b-5d57-9d0a-3f6f2f5c6e11")


class AlreadyReported(ValueError):
    """This slot is reported; the message says by whom and when."""

    def __init__(self, report: QueueReport, name: str) -> None:
        slot, at = report.slot.astimezone(), report.at.astimezone()
        super().__init__(f"The {slot:%H:%M} report is there already: {name or report.by} gave it at {at:%H:%M}.")
        self.report = report


class PutOffError(ValueError):
    """It cannot be put off; the message says why."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the reporter says."""

    calls: int
    wait_min: int
    nodes: tuple[NodeDown, ...] = ()
    comment: str = ""
    seen_calls: int | None = None
    """What the console had read; another number is a correction."""
    seen_wait_min: int | None = None


def mark(kind: str, slot: datetime, person: str) -> str:
    """The id of what there is once for a slot and a person, wherever it is made."""
    return str(uuid5(_NAMES, f"{kind}/{instant_text(slot)}/{person}"))


def report_of(
    slot: datetime, reporter: AgentId, answers: Answers, by: AgentId, at: datetime, rung: Rung, initials: str = ""
) -> QueueReport:
    """A report as it is kept."""
    return QueueReport(
        id=report_id(slot, reporter),
        slot=slot,
        reporter=reporter,
        by=by,
        at=at,
        calls=answers.calls,
        wait_min=answers.wait_min,
        nodes=answers.nodes,
        comment=answers.comment.strip(),
        seen_calls=answers.seen_calls,
        seen_wait_min=answers.seen_wait_min,
        rung=rung,
        initials=initials,
    )


def given(store: Store, slot: datetime, reporter: AgentId) -> QueueReport | None:
    """The report of a slot, when it is there."""
    row = store.row("SELECT * FROM queue_report WHERE id = ?", (report_id(slot, reporter),))
    return QueueReport.from_row(row) if row else None


def file(store: Store, report: QueueReport, clock: Clock) -> QueueReport:
    """Give a report. Within a write transaction of the caller it is a part of that one.

    Raises:
        AlreadyReported: this slot of this reporter has one.
        StoreError: nothing was written.
    """
    with saving(store, report.by, clock) as change:
        if (known := given(store, report.slot, report.reporter)) is not None:
            raise AlreadyReported(known, _name(store, known.by))
        key = (instant_text(report.slot), report.reporter)
        store.execute("DELETE FROM report_put_off WHERE slot = ? AND reporter = ?", key)
        return change.add(report)


# what is due


def due(store: Store, agent: AgentId, now: datetime, policy: ReportPolicy, zone: ZoneInfo) -> list[DueSlot]:
    """The slots of this reporter in the last day that are not reported, oldest first. The present one is due or late;
    what is older is missed and only listed."""
    after = now - LOOK_BACK
    rows = store.rows("SELECT slot FROM queue_report WHERE reporter = ? AND slot > ?", (agent, instant_text(after)))
    known = {row["slot"] for row in rows}
    return [
        DueSlot(slot, slot_after(slot, zone, policy.every))
        for slot in reporters.slots_of(store, agent, after, now, zone, policy.every)
        if instant_text(slot) not in known
    ]


def state(store: Store, agent: AgentId, now: datetime, policy: ReportPolicy, zone: ZoneInfo) -> ReportState:
    """Where an agent stands now."""
    open_ones = due(store, agent, now, policy, zone)
    present = next((one for one in open_ones if one.standing(now, policy) is not Standing.MISSED), None)
    return ReportState(
        present=present,
        waiting=waiting(store, present.at, agent) if present is not None else Waiting(),
        next=_next(store, agent, now, policy, zone),
        missed=tuple(one for one in open_ones if one is not present),
    )


def _next(store: Store, agent: AgentId, now: datetime, policy: ReportPolicy, zone: ZoneInfo) -> datetime | None:
    """The next slot of this agent, in the hours to come, as far as one can know now."""
    return next(iter(reporters.slots_of(store, agent, now, now + LOOK_AHEAD, zone, policy.every)), None)


def reporters_now(store: Store, now: datetime, policy: ReportPolicy, zone: ZoneInfo) -> list[AgentId]:
    """Who has to report at the present slot."""
    slot = slot_before(now, zone, policy.every)
    return Roster(store, slot, now, zone).at(slot)


def lines(
    store: Store,
    after: datetime,
    now: datetime,
    policy: ReportPolicy,
    zone: ZoneInfo,
    reporter: AgentId | None = None,
) -> list[SlotLine]:
    """Every slot after a moment up to now with whoever had to report it, or did; newest first."""
    names = agent_names(store)
    rows = store.rows(
        "SELECT * FROM queue_report WHERE slot > ? AND slot <= ?", (instant_text(after), instant_text(now))
    )
    there = {(report.slot, report.reporter): report for report in map(QueueReport.from_row, rows)}
    roster = Roster(store, after, now, zone)
    wanted = {(slot, who) for slot in slots_between(after, now, zone, policy.every) for who in roster.at(slot)}
    found = []
    for slot, who in sorted(wanted | set(there), reverse=True):
        if reporter in (None, who):
            report = there.get((slot, who))
            open_one = DueSlot(slot, slot_after(slot, zone, policy.every))
            found.append(
                SlotLine(
                    slot=slot,
                    reporter=who,
                    name=names.get(who, who),
                    standing=reported(report, policy) if report is not None else open_one.standing(now, policy),
                    report=report,
                    by_name=names.get(report.by, report.by) if report is not None and report.by != who else "",
                )
            )
    return found


# putting it off


def waiting(store: Store, slot: datetime, reporter: AgentId) -> Waiting:
    """Whether the report of a slot was put off at this seat."""
    row = store.row(
        "SELECT times, until FROM report_put_off WHERE slot = ? AND reporter = ?", (instant_text(slot), reporter)
    )
    return Waiting(row["times"], datetime.fromisoformat(row["until"])) if row else Waiting()


def put_off(store: Store, slot: datetime, reporter: AgentId, policy: ReportPolicy, clock: Clock) -> Waiting:
    """Ask again in some minutes; it counts. This seat alone remembers it, also over a restart.

    Raises:
        PutOffError: it was put off as often as it may be.
        StoreError: nothing was written.
    """
    with store.write():
        times = waiting(store, slot, reporter).times
        if times >= policy.put_off.most:
            raise PutOffError("This report cannot be put off any more: please give it now.")
        return _wait(store, slot, reporter, times + 1, clock.now() + timedelta(minutes=policy.put_off.minutes))


def set_aside(store: Store, slot: datetime, reporter: AgentId, clock: Clock) -> Waiting:
    """Its dialog was closed: ask again in a minute. This does not count as put off."""
    with store.write():
        return _wait(store, slot, reporter, waiting(store, slot, reporter).times, clock.now() + ASIDE)


def _wait(store: Store, slot: datetime, reporter: AgentId, times: int, until: datetime) -> Waiting:
    row = (instant_text(slot), reporter, times, instant_text(until))
    store.execute("INSERT OR REPLACE INTO report_put_off (slot, reporter, times, until) VALUES (?, ?, ?, ?)", row)
    return Waiting(times, until)


# those that were missed


def tell_of_missed(
    store: Store,
    agent: AgentId,
    policy: ReportPolicy,
    zone: ZoneInfo,
    clock: Clock,
    reporter: AgentId | None = None,
) -> list[Notice]:
    """Tell the leaders of every slot of the last day that somebody had to report and did not (`reporter`: of one person
    only). A missed slot has one notice, whoever writes it first. Returns those that are new."""
    now = clock.now()
    missed = [
        _missed(one, agent, now, zone)
        for one in reversed(lines(store, now - LOOK_BACK, now - TELL_AFTER, policy, zone, reporter))
        if one.standing is Standing.MISSED
    ]
    if all(_told(store, one) for one in missed):
        return []
    with saving(store, agent, clock) as change:
        return [change.add(one) for one in missed if not _told(store, one)]


def _told(store: Store, notice: Notice) -> bool:
    return store.value("SELECT 1 FROM notice WHERE id = ?", (notice.id,)) is not None


def _missed(line: SlotLine, agent: AgentId, now: datetime, zone: ZoneInfo) -> Notice:
    return Notice(
        id=mark("missed", line.slot, line.reporter),
        to_role=NoticeRole.LEADER,
        kind="queue report missed",
        about=f"{line.slot.astimezone(zone):%H:%M %Z}, {line.name}",
        by=agent,
        at=now,
    )


def _name(store: Store, agent: AgentId) -> str:
    return str(store.value("SELECT name FROM agent WHERE id = ?", (agent,)) or "")
