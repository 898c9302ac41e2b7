"""The fallback ladder of the queue report: every rung that is stepped on is recorded, and management hears of a failure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from data.clock import Clock
from data.models.base import AgentId, instant_text, new_id
from data.models.mail import Mail
from data.models.notice import Notice, NoticeRole
from data.models.queue_report import QueueReport, ReportRung, Rung, RungOutcome
from data.queue_report.policy import ReportPolicy
from data.queue_report.reports import mark
from data.store.database import Store
from data.store.save import saving

ALARM = "alarm"


def next_rung(failed: Collection[Rung]) -> Rung | None:
    """The first rung that has not failed; None: all of them have."""
    return next((rung for rung in Rung if rung not in failed), None)


def rungs(store: Store, slot: datetime, reporter: AgentId) -> list[ReportRung]:
    """What was tried for a slot, in its order."""
    rows = store.rows(
        "SELECT * FROM report_rung WHERE reporter = ? AND slot = ? ORDER BY at, id", (reporter, instant_text(slot))
    )
    return [ReportRung.from_row(row) for row in rows]


def step_of(
    slot: datetime, reporter: AgentId, rung: Rung, outcome: RungOutcome, why: str, agent: AgentId, at: datetime
) -> ReportRung:
    """A rung that was stepped on, as it is kept."""
    return ReportRung(
        id=new_id(), slot=slot, reporter=reporter, by=agent, at=at, rung=rung, outcome=outcome, why=why
    )


def stepped(
    store: Store,
    slot: datetime,
    reporter: AgentId,
    rung: Rung,
    outcome: RungOutcome,
    why: str,
    agent: AgentId,
    clock: Clock,
) -> ReportRung:
    """Record a rung. Within a write transaction of the caller it is a part of that one.

    Raises:
        StoreError: nothing was written.
    """
    with saving(store, agent, clock) as change:
        return change.add(step_of(slot, reporter, rung, outcome, why, agent, clock.now()))


def alarms(failed: ReportRung, name: str, policy: ReportPolicy, zone: ZoneInfo) -> tuple[Notice, *tuple[Mail, ...]]:
    """What management is told when a rung fails: a notice, and a mail to the managers who have an address. Once for a
    slot, its reporter and the rung."""
    key = f"{failed.reporter}/{failed.rung}"
    slot = failed.slot.astimezone(zone)
    about = f"{slot:%H:%M %Z}, {name}, {failed.rung}: {failed.why}"
    notice = Notice(
        id=mark("failed", failed.slot, key),
        to_role=NoticeRole.LEADER,
        kind="queue report failed",
        about=about,
        by=failed.by,
        at=failed.at,
    )
    to = tuple(dict.fromkeys(manager.mail for manager in policy.managers if manager.mail))
    mail = Mail(
        id=mark("alarm", failed.slot, key),
        kind=ALARM,
        to=to,
        subject=f"Queue report {slot:%Y-%m-%d %H:%M} failed: {failed.rung}",
        text=f"The queue report of {about}\nThe next way to give it is being tried.\n",
        made_by=failed.by,
        made_at=failed.at,
    )
    return (notice, mail) if to else (notice,)


def mail_of(slot: datetime, reporter: AgentId) -> str:
    """The id of the mail with the report of a slot."""
    return mark("mail", slot, reporter)


def mailed(store: Store, reporter: AgentId, after: datetime) -> list[tuple[datetime, Mail]]:
    """The mails with this person's reports of the slots after a moment of which nobody knows yet whether they went out."""
    rows = store.rows(
        "SELECT slot FROM queue_report WHERE reporter = ? AND slot > ? AND rung = 'mail' AND NOT EXISTS (SELECT 1"
        " FROM report_rung AS step WHERE step.reporter = queue_report.reporter AND step.slot = queue_report.slot"
        " AND step.rung = 'mail') ORDER BY slot",
        (reporter, instant_text(after)),
    )
    slots = [datetime.fromisoformat(row["slot"]) for row in rows]
    found = [(slot, store.row("SELECT * FROM mail WHERE id = ?", (mail_of(slot, reporter),))) for slot in slots]
    return [(slot, Mail.from_row(row)) for slot, row in found if row is not None]


def refused(store: Store, reporter: AgentId) -> list[tuple[QueueReport, str]]:
    """This person's reports that the hub did not take, with its reason, as far as no rung says so yet."""
    rows = store.rows(
        "SELECT patch, last_error FROM outbox WHERE state = 'refused' AND entity = ? ORDER BY seq",
        (QueueReport.entity,),
    )
    found = [(QueueReport.model_validate_json(row["patch"]), row["last_error"] or "") for row in rows]
    return [
        (report, why)
        for report, why in found
        if report.reporter == reporter and not any(step.why == why for step in rungs(store, report.slot, reporter))
    ]
