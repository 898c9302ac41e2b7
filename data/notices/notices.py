"""Notices in the store: tell somebody, see what one is told, acknowledge."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from data.clock import Clock
from data.models.agent import Agent
from data.models.base import AgentId, ContactId, CustomerId, TicketId, instant_text, new_id
from data.models.notice import Notice, NoticeRole, NoticeSeen
from data.models.ticket import TicketEvent, TicketEventKind
from data.notices.rules import NoticeLine, addressed, in_order, is_for, roles_of, wanted
from data.store.database import Store
from data.store.save import saving

MOST_READ = 200
"""So many of the newest notices to a person and their roles are looked through; what is older is history."""
_LINES = """
    SELECT notice.*, seen.id AS seen_id, seen."by" AS seen_by, seen.at AS seen_at,
        (SELECT name FROM agent WHERE id = notice."by") AS sender,
        (SELECT name FROM agent WHERE id = seen."by") AS reader,
        (SELECT name FROM agent WHERE id = notice.to_agent) AS addressee,
        ticket.number AS ticket,
        (SELECT name FROM customer WHERE id = coalesce(notice.customer_id, ticket.customer_id)) AS customer
    FROM notice
    LEFT JOIN ticket ON ticket.id = notice.ticket_id
    LEFT JOIN notice_seen AS seen ON seen.id =
        (SELECT id FROM notice_seen WHERE notice_id = notice.id ORDER BY at, id LIMIT 1)
"""
"""Each notice with the acknowledgement that counts: the first one, the same on every seat."""


def notify(
    store: Store,
    to_role: NoticeRole,
    about: str,
    agent: AgentId,
    clock: Clock,
    *,
    kind: str = "",
    to_agent: AgentId | None = None,
    skill: str = "",
    ticket_id: TicketId | None = None,
    contact_id: ContactId | None = None,
    customer_id: CustomerId | None = None,
) -> Notice:
    """Ask somebody to look at something: one person, the leaders, the support, or all agents with a skill. Within a
    write transaction of the caller it is a part of that one.

    Raises:
        StoreError: nothing was written.
    """
    notice = Notice(
        id=new_id(),
        to_role=to_role,
        to_agent=to_agent,
        skill=skill,
        kind=kind,
        about=about.strip(),
        ticket_id=ticket_id,
        contact_id=contact_id,
        customer_id=customer_id,
        by=agent,
        at=clock.now(),
    )
    with saving(store, agent, clock) as change:
        return change.add(notice)


def of(store: Store, agent: Agent) -> list[NoticeLine]:
    """What this person should see, unseen first, newest first."""
    roles = sorted(roles_of(agent))
    marks = ", ".join("?" * len(roles))
    found = store.rows(
        f"{_LINES} WHERE notice.to_agent = ? OR (notice.to_agent IS NULL AND notice.to_role IN ({marks}))"
        " ORDER BY notice.at DESC LIMIT ?",
        (agent.id, *roles, MOST_READ),
    )
    return in_order(line for row in found if is_for((line := _line(row)).notice, agent))


def to_leaders(store: Store, since: datetime) -> list[NoticeLine]:
    """What all leaders were told since a moment, oldest first."""
    found = store.rows(
        f"{_LINES} WHERE notice.to_role = ? AND notice.to_agent IS NULL AND notice.at >= ?"
        " ORDER BY notice.at, notice.id LIMIT ?",
        (NoticeRole.LEADER, instant_text(since), MOST_READ),
    )
    return [_line(row) for row in found]


def last_rows(store: Store) -> tuple[int, int]:
    """A mark that differs once anything was told or acknowledged: rows are only ever added."""
    found = store.row(
        "SELECT (SELECT max(rowid) FROM notice) AS told, (SELECT max(rowid) FROM notice_seen) AS seen"
    )
    assert found is not None
    return found["told"] or 0, found["seen"] or 0


def acknowledge(store: Store, notice_id: str, agent: AgentId, clock: Clock) -> NoticeLine:
    """Say that this person has seen to it. Whoever was first counts: a second time, or after somebody else, nothing
    is written and the line tells who that was.

    Raises:
        LookupError: there is no such notice.
        StoreError: nothing was written.
    """
    with saving(store, agent, clock) as change:
        line = _one(store, notice_id)
        if line.seen is None:
            change.add(NoticeSeen(id=new_id(), notice_id=notice_id, by=agent, at=clock.now()))
            line = _one(store, notice_id)
    return line


def history(store: Store, ticket_id: str) -> list[TicketEvent]:
    """The notices about a ticket as lines of its history: who was told what, and who acknowledged it when. They are
    made from the notices, so that two who acknowledge at once leave one line."""
    events = []
    for row in store.rows(f"{_LINES} WHERE notice.ticket_id = ? ORDER BY notice.at, notice.id", (ticket_id,)):
        line = _line(row)
        notice, seen = line.notice, line.seen
        told = TicketEvent(
            id=notice.id,
            ticket_id=ticket_id,
            at=notice.at,
            actor=notice.by,
            kind=TicketEventKind.TOLD,
            text=f"{addressed(notice, row['addressee'] or '')} told: {wanted(notice)}",
        )
        events.append(told)
        if seen is not None:
            text = f"acknowledged: {notice.kind or wanted(notice)}"
            fresh = {"id": seen.id, "at": seen.at, "actor": seen.by, "text": text}
            events.append(told.model_copy(update=fresh))
    return events


def _one(store: Store, notice_id: str) -> NoticeLine:
    row = store.row(f"{_LINES} WHERE notice.id = ?", (notice_id,))
    if row is None:
        raise LookupError("This notice is no longer there.")
    return _line(row)


def _line(row: dict[str, Any]) -> NoticeLine:
    notice = Notice.from_row(row)
    seen = None
    if row["seen_id"] is not None:
        seen = NoticeSeen(id=row["seen_id"], notice_id=notice.id, by=row["seen_by"], at=row["seen_at"])
    return NoticeLine(
        notice=notice,
        sender=row["sender"] or "",
        ticket=row["ticket"] or "",
        customer=row["customer"] or "",
        seen=seen,
        seen_by=row["reader"] or "",
    )
