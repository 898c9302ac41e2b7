"""What keeps an agent from going home: everything that was begun and is not finished, one line each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from data.callbacks import callbacks
from data.callbacks.rules import Standing, standing
from data.customers.phone import display
from data.desk import drafts, journal
from data.desk.drafts import Draft, DraftKind
from data.desk.journal import DeskItem
from data.models.base import AgentId, instant_text
from data.models.contact import Contact, ContactKind
from data.models.mail import Mail
from data.store.database import Store

UNSENT_AFTER = timedelta(minutes=5)
"""Mail that has waited so long is not simply on its way."""
_PASSING = frozenset(
    {
        DraftKind.SEARCH,
        DraftKind.PLACE,
        DraftKind.CALL_OUT,
        DraftKind.WAIVER,
        DraftKind.REPORT,
        DraftKind.SCORE,
        DraftKind.STEP_IN,
    }
)
"""Drafts that are nothing to finish: what was looked for, where the keys were, a number to call, a waiver, a score card, what
a supervisor thought of doing; a queue report is open by its slot."""


class MatterKind(StrEnum):
    """What kind of thing is open."""

    CONTACT = "contact"
    DRAFT = "draft"
    CALLBACK = "callback"
    MAIL = "mail"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class OpenMatter:
    """One thing that is to be finished or handed over."""

    kind: MatterKind
    about: str
    """Id of the contact, of the thing on the desk or the draft, of the callback, of the mail; the slot of a report."""
    title: str
    """Whom or what it is about, as one reads it."""
    state: str
    """How it stands, in a few words: `overdue 14:30`."""
    ticket_id: str | None = None
    customer_id: str | None = None

    @property
    def key(self) -> str:
        """The same for the same thing; it is the step under which a hand-over is noted."""
        return f"{self.kind}:{self.about}"


def open_matters(store: Store, agent: AgentId, now: datetime, handed_over: Iterable[str] = ()) -> list[OpenMatter]:
    """What this agent has open, what is most pressing first. What is due for reports is asked of `data.queue_report`.

    `handed_over`: keys of what somebody else goes on with already though it looks as before."""
    found = [
        *_contacts(store, agent),
        *_callbacks(store, agent, now),
        *_drafts(store, agent),
        *_mail(store, agent, now),
    ]
    gone = frozenset(handed_over)
    return [one for one in found if one.key not in gone]


def _contacts(store: Store, agent: AgentId) -> Iterable[OpenMatter]:
    """The contacts that this agent has had and not wrapped up."""
    rows = store.rows(
        "SELECT contact.*, (SELECT name FROM customer WHERE id = contact.customer_id) AS customer FROM contact"
        " WHERE agent = ? AND state IN ('talking', 'held', 'ended') ORDER BY answered_at, id",
        (agent,),
    )
    for row in rows:
        contact = Contact.from_row(row)
        who = row["customer"] or contact.caller_name or display(contact.caller_number) or "number withheld"
        called = "message" if contact.kind is ContactKind.MESSAGE else str(contact.kind)
        yield OpenMatter(
            MatterKind.CONTACT,
            contact.id,
            who,
            f"{called} not wrapped up",
            contact.ticket_id,
            contact.customer_id,
        )


def _callbacks(store: Store, agent: AgentId, now: datetime) -> Iterable[OpenMatter]:
    """The agent's own callbacks whose time has come; those that are anybody's keep nobody."""
    for line in callbacks.due(store, agent, now):
        one = line.callback
        how = standing(one, now)
        if one.for_agent == agent and how is not Standing.LATER:
            who = line.customer or display(one.number)
            yield OpenMatter(
                MatterKind.CALLBACK,
                one.id,
                f"{who}{f' · {one.about}' if one.about else ''}",
                f"{how} {one.due_at.astimezone():%H:%M}",
                one.ticket_id,
                one.customer_id,
            )


def texts_about(item: DeskItem, begun: Sequence[Draft]) -> list[Draft]:
    """The drafts that belong to a thing on the desk: a note, an answer, a macro, a new customer."""
    return [one for one in begun if one.about == item.id or one.about.startswith(f"{item.id}/")]


def unfinished(store: Store, agent: AgentId) -> list[Draft]:
    """The drafts that hold text which is nowhere else."""
    found = drafts.of_agent(store, agent)
    return [one for one in found if one.kind not in _PASSING and any(text.strip() for text in one.fields.values())]


def _drafts(store: Store, agent: AgentId) -> Iterable[OpenMatter]:
    """One line for each thing on the desk with text that is not saved, and one for each other text that was begun."""
    begun = unfinished(store, agent)
    for item in journal.items(store, agent):
        about = texts_about(item, begun)
        begun = [one for one in begun if one not in about]
        if item.unsaved or about:
            parts = [*(["form"] if item.unsaved else []), *(str(one.kind) for one in about)]
            yield OpenMatter(
                MatterKind.DRAFT,
                item.id,
                _called(store, item),
                f"not saved: {', '.join(dict.fromkeys(parts))}",
                item.ticket_id,
                item.customer_id,
            )
    for one in begun:
        of_customer = one.kind in (DraftKind.CHANGE, DraftKind.CALLBACK)
        customer = one.about if of_customer and one.about else None
        title = _name(store, customer) or next(text.strip() for text in one.fields.values() if text.strip())
        yield OpenMatter(MatterKind.DRAFT, one.id, title, f"{one.kind} begun", None, customer)


def _called(store: Store, item: DeskItem) -> str:
    title = item.fields.get("title", "").strip()
    if not title and item.ticket_id is not None:
        title = str(store.value("SELECT title FROM ticket WHERE id = ?", (item.ticket_id,)) or "")
    who = _name(store, item.customer_id)
    return (
        " · ".join(part for part in (f"ticket {item.number}" if item.number else "", title or who) if part)
        or "ticket"
    )


def _name(store: Store, customer: str | None) -> str:
    return str(store.value("SELECT name FROM customer WHERE id = ?", (customer,)) or "") if customer else ""


def _mail(store: Store, agent: AgentId, now: datetime) -> Iterable[OpenMatter]:
    """Mail of this agent that the server refused, or that has waited for long."""
    rows = store.rows(
        "SELECT * FROM mail WHERE made_by = ? AND (state = 'failed' OR (state = 'waiting' AND made_at < ?))"
        " AND made_at >= ? ORDER BY made_at, id",
        (agent, instant_text(now - UNSENT_AFTER), instant_text(now - timedelta(days=1))),
    )
    for one in map(Mail.from_row, rows):
        state = f"refused: {one.why}" if one.why else "not sent yet"
        yield OpenMatter(MatterKind.MAIL, one.id, one.subject, state)
