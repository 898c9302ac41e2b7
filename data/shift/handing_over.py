"""Handing something that is open over to somebody by name, each as one transaction: the thing is theirs, they are told, and
the shift of whoever hands it over remembers it."""

from __future__ import annotations

from collections.abc import Sequence

from data.callbacks import callbacks
from data.clock import Clock
from data.desk import drafts, journal
from data.desk.drafts import Draft
from data.desk.journal import DeskItem
from data.models.agent import Agent
from data.models.base import AgentId, ContactId, CustomerId, TicketId
from data.models.notice import NoticeRole
from data.models.shift import DutyOutcome
from data.notices import notices
from data.shift import duties
from data.shift.checklist import SIGN_OFF
from data.shift.open_matters import MatterKind, OpenMatter, texts_about, unfinished
from data.store.database import Store
from data.tickets import tickets

KIND = "handed over"
"""What a notice about it is called."""
UNNAMED = "Handed over unfinished"
"""Title of a ticket that was handed over before it had one."""


def hand_over(store: Store, matter: OpenMatter, to: Agent, agent: AgentId, clock: Clock, shift: str | None) -> None:
    """Hand an open matter over. A contact is wrapped up by whoever hands it over: here its next step goes on.

    A callback becomes theirs. A new ticket is saved as it stands and assigned to them; texts that were begun about a saved one
    become notes on it, and it is assigned to them; a text about no ticket is in their notice.

    Args:
        to: who goes on with it.
        shift: the clock-in of whoever hands it over; None: not clocked in, nothing is noted.

    Raises:
        LookupError: it is no longer there.
        StoreError: nothing was written.
    """
    ticket_id, about = matter.ticket_id, f"{matter.title} · {matter.state}"
    with store.write():
        if matter.kind is MatterKind.CALLBACK:
            callbacks.hand_over(store, matter.about, AgentId(to.id), agent, clock)
        elif matter.kind is MatterKind.DRAFT:
            begun = unfinished(store, agent)
            item = next((one for one in journal.items(store, agent) if one.id == matter.about), None)
            if item is not None:
                ticket_id = _desk_item(store, item, texts_about(item, begun), to, clock)
            else:
                draft = next((one for one in begun if one.id == matter.about), None)
                if draft is None:
                    raise LookupError("This text is no longer there.")
                about = f"{draft.kind} begun: {_text(draft)}"
                drafts.discard(store, draft.id, agent)
        if ticket_id is not None and matter.kind is not MatterKind.DRAFT:
            _assign(store, ticket_id, to, agent, clock)
        notices.notify(
            store,
            NoticeRole.AGENT,
            about,
            agent,
            clock,
            kind=KIND,
            to_agent=AgentId(to.id),
            ticket_id=TicketId(ticket_id) if ticket_id is not None else None,
            contact_id=ContactId(matter.about) if matter.kind is MatterKind.CONTACT else None,
            customer_id=CustomerId(matter.customer_id) if matter.customer_id is not None else None,
        )
        if shift is not None:
            duties.stamp(
                store,
                shift,
                SIGN_OFF,
                matter.key,
                DutyOutcome.HANDED_OVER,
                agent,
                clock,
                to_agent=AgentId(to.id),
                text=matter.title,
            )


def _desk_item(store: Store, item: DeskItem, about: Sequence[Draft], to: Agent, clock: Clock) -> str:
    """Save or note what is typed, give the ticket to somebody, and take the thing off the desk; returns the ticket."""
    texts = [_text(one) for one in about]
    if item.ticket_id is None:
        title = item.fields.get("title", "").strip() or UNNAMED
        item = item.model_copy(update={"fields": {**item.fields, "title": title, "assignee": to.name}})
        item, _ = journal.save(store, journal.keep(store, item, clock), clock)
    else:
        typed = tickets.touched(item.fields, item.base)
        texts += [f"{name}: {text.strip()}" for name, text in typed.items() if text.strip()]
        _assign(store, item.ticket_id, to, item.agent, clock)
    ticket_id = TicketId(item.ticket_id or "")
    for text in texts:
        tickets.note(store, ticket_id, f"Not finished, handed over to {to.name}: {text}", item.agent, clock)
    for one in about:
        drafts.discard(store, one.id, item.agent)
    journal.take_off(store, item.id, item.agent)
    return ticket_id


def _assign(store: Store, ticket_id: str, to: Agent, agent: AgentId, clock: Clock) -> None:
    ticket = tickets.get(store, TicketId(ticket_id))
    if ticket is not None:
        tickets.update(store, ticket, {"assignee": to.name}, agent, clock)


def _text(draft: Draft) -> str:
    return " · ".join(
        text.strip() if name == "text" else f"{name}: {text.strip()}"
        for name, text in draft.fields.items()
        if text.strip()
    )
