"""What a seat reads to draw its screen, each in one go on the store's thread. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.billing import accounts
from data.billing.amounts import money_text
from data.billing.terms import Terms
from data.callbacks import callbacks
from data.customers import lookup as customers
from data.customers.duplicates import likely
from data.customers.form import read_form
from data.customers.phone import display as phone_text
from data.desk.journal import DeskItem
from data.identity.names import agent_names
from data.models.agent import Agent, AgentStatus
from data.models.base import AgentId, instant_text
from data.models.contact import Contact, ContactState
from data.models.money import Invoice
from data.models.ticket import Ticket, TicketEvent
from data.notices import notices
from data.outages import outages
from data.presence.presence import others
from data.queue import live
from data.service.clocks import clocks
from data.service.policies import Service
from data.store.database import Store
from data.tickets import tickets
from data.unsettled.reading import conflicts
from data.views import (
    DeskLine,
    Found,
    Glance,
    QueueFigures,
    QueueView,
    TicketAside,
    TicketView,
    Today,
    Waiting,
)

STATE_WORDS = {
    ContactState.RINGING: "ringing",
    ContactState.TALKING: "talking",
    ContactState.HELD: "on hold",
    ContactState.ENDED: "wrap-up",
}


@dataclass(frozen=True, slots=True)
class NumberMatch:
    """Who has a number: how many, the first one's name, and the plan when there is just one."""

    matches: int
    customer: str
    plan: str


def _match(store: Store, e164: str, known: dict[str, NumberMatch]) -> NumberMatch:
    match = known.get(e164)
    if match is None:
        found = customers.pop(store, e164, limit=9) if e164 else []
        first = found[0] if found else None
        plan = first.plan.short if first is not None and first.plan is not None and len(found) == 1 else ""
        match = known[e164] = NumberMatch(len(found), first.name if first else "", plan)
    return match


def queue_view(
    store: Store,
    agent: Agent,
    status: AgentStatus,
    figures: dict[str, QueueFigures],
    known: dict[str, NumberMatch],
) -> QueueView:
    """The queue as this agent sees it: who waits, matched with customers by number. `known` remembers the
    matches from one reading to the next; the caller empties it when customers have changed."""
    waiting = []
    for contact in live.in_queue(store, agent.queues):
        match = _match(store, contact.caller_e164, known)
        waiting.append(Waiting(contact, match.matches, match.customer, match.plan))
    counts = live.waiting_count(store, agent.queues)
    shown = []
    for queue in live.queues(store):
        if agent.queues and queue.id not in agent.queues:
            continue
        day = figures.get(queue.id)
        shown.append(
            QueueFigures(
                name=queue.name,
                waiting=counts.get(queue.id, 0),
                service_level=day.service_level if day else None,
                abandonment=day.abandonment if day else None,
                target=queue.target,
            )
        )
    return QueueView(
        agent=agent, status=status, waiting=tuple(waiting), figures=tuple(shown), names=agent_names(store)
    )


def day_figures(store: Store, now: datetime) -> dict[str, QueueFigures]:
    """Service level and abandonment of each queue since midnight at the seat."""
    from data.queue.stats import stats

    midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        str(row.key): QueueFigures(
            name=str(row.key), waiting=0, service_level=row.service_level, abandonment=row.abandonment_rate
        )
        for row in stats(store, by="queue", start=midnight)
    }


def glance(
    store: Store, customer_id: str, contact: Contact | None, terms: Terms, now: datetime, why: str = ""
) -> Glance | None:
    """A customer with open tickets, last contacts and invoices; None when there is no such customer."""
    customer = customers.get(store, customer_id)
    if customer is None:
        return None
    return Glance(
        customer=customer,
        open_tickets=tuple(tickets.open_of(store, customer_id)),
        last_contacts=tuple(live.last_contacts(store, customer_id, but=None if contact is None else contact.id)),
        calling_from=contact.caller_e164 if contact else "",
        verified=contact.verified if contact else (),
        account=accounts.account(store, customer_id, terms.today(now), terms.past_due_days),
        why=why,
        outage=outages.affecting(store, customer),
    )


def transfer_targets(store: Store, me: AgentId) -> list[tuple[str, str, str]]:
    """Where a call can go: (target of the request, name, state in words), ready agents first, then queues, then
    who is there but busy. Whoever is signed out is not offered."""
    agents = store.rows(
        "SELECT agent.id, agent.name, coalesce(agent_status.state, 'signed out') AS doing FROM agent"
        " LEFT JOIN agent_status ON agent_status.id = agent.id WHERE agent.id <> ? AND doing <> 'signed out'"
        " ORDER BY doing <> 'ready', agent.name",
        (me,),
    )
    counts = live.waiting_count(store)
    ready = [(f"agent:{row['id']}", row["name"], row["doing"]) for row in agents if row["doing"] == "ready"]
    busy = [(f"agent:{row['id']}", row["name"], row["doing"]) for row in agents if row["doing"] != "ready"]
    at_queues = [
        (f"queue:{one.id}", f"queue {one.name}", f"{counts.get(one.id, 0)} waiting") for one in live.queues(store)
    ]
    return [*ready, *at_queues, *busy]


def words(store: Store, item: DeskItem) -> dict[str, str]:
    """What a text may say of the customer of a thing on the desk."""
    customer = customers.get(store, item.customer_id) if item.customer_id else None
    if customer is None:
        return {}
    plan = customer.plan.label.lower() if customer.plan is not None else ""
    return {"customer": customer.name, "company": customer.company, "plan": plan}


def matches(store: Store, contact: Contact) -> list[Found]:
    """The customers that have the number of a contact."""
    if not contact.caller_e164:
        return []
    return [
        Found(
            f"customer:{one.id}",
            one.name,
            _detail(one.company, one.account, one.plan.label if one.plan is not None else "", one.street, one.city),
            "same number",
        )
        for one in customers.pop(store, contact.caller_e164)
    ]


def doubles(store: Store, texts: dict[str, str], region: str, but: str = "") -> list[Found]:
    """The known customers that a form probably doubles, likeliest first; `but` is the one that it changes."""
    return [
        Found(f"customer:{one.id}", one.name, _detail(one.company, one.account, one.city), one.why)
        for one in likely(store, read_form(texts, region), but)
    ]


def search(store: Store, query: str, limit: int = 20) -> list[Found]:
    """One search over customers, tickets and invoices, best first."""
    found = []
    exact = query.strip().lstrip("#")
    hits = tickets.find(store, query, limit=6) if len(exact) >= 3 else []
    found += [_ticket_hit(hit) for hit in hits if hit.number == exact]
    found += [_invoice_hit(store, hit) for hit in accounts.find_invoices(store, query)]
    found += [
        _customer_hit(one.id, one.name, one.company, one.account, one.phones, why)
        for one, why in customers.lookup(store, query, limit=limit)
    ]
    by_customer = [
        hit for match in found if match.key.startswith("customer:") for hit in _tickets_of(store, match.key[9:])
    ][:6]
    seen = {one.key for one in found}
    for hit in [*(_ticket_hit(hit) for hit in hits), *by_customer]:
        if hit.key not in seen:
            seen.add(hit.key)
            found.append(hit)
    return found


def hits_of(store: Store, ids: Sequence[str], why: str) -> list[Found]:
    """Some customers as hits of a search; one that is not here is left out."""
    known = [one for customer_id in ids if (one := customers.get(store, customer_id)) is not None]
    return [
        _customer_hit(one.id, one.name, one.company, one.account, [p.e164 for p in one.phones], why)
        for one in known
    ]


def _customer_hit(
    customer_id: str, name: str, company: str, account: str, numbers: Sequence[str], why: str
) -> Found:
    detail = _detail(company, account, *(phone_text(number) for number in numbers[:1]))
    return Found(f"customer:{customer_id}", name, detail, why)


def _tickets_of(store: Store, customer_id: str) -> list[Found]:
    return [_ticket_hit(ticket, "their ticket") for ticket in tickets.open_of(store, customer_id, limit=3)]


def _ticket_hit(ticket: Ticket, why: str = "ticket") -> Found:
    return Found(f"ticket:{ticket.id}", f"# {ticket.number}", ticket.title, f"{why} · {ticket.state}")


def _invoice_hit(store: Store, invoice: Invoice) -> Found:
    """An invoice opens its ticket; one whose ticket is not on this seat yet its customer."""
    here = tickets.get(store, invoice.ticket_id) is not None
    key = f"ticket:{invoice.ticket_id}" if here else f"customer:{invoice.customer_id}"
    customer = customers.get(store, invoice.customer_id)
    name = customer.name if customer is not None else ""
    return Found(key, f"invoice {invoice.number}", _detail(name, money_text(invoice.total)), "invoice")


def _detail(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def ticket_view(store: Store, item: DeskItem, service: Service, terms: Terms, now: datetime) -> TicketView:
    """The ticket form of a thing on the desk: the saved ticket with what was edited laid over it, clocks and money."""
    ticket = tickets.get(store, item.ticket_id) if item.ticket_id else None
    saved = tickets.form_of(ticket) if ticket else _suggested(store, item)
    fields = {**saved, **tickets.touched(item.fields, item.base)}
    history = _history(store, ticket.id) if ticket else ()
    base = item.base.fields if item.base is not None and ticket is not None else saved
    return TicketView(
        item_id=item.id,
        number=ticket.number if ticket else item.number,
        fields=fields,
        ticket=ticket,
        begun=item.base or (tickets.begun(store, ticket) if ticket else None),
        elsewhere={name: text for name, text in saved.items() if text != base.get(name, "")},
        money=accounts.ticket_money(store, item.ticket_id or "", terms.today(now), terms.past_due_days),
        history=history,
        clocks=clocks(ticket, history, service, now) if ticket else (),
        names=agent_names(store),
        focus=item.focus,
        cursor=item.cursor,
        unsaved=item.unsaved,
        draft_at=item.updated_at if item.unsaved else None,
    )


def ticket_aside(store: Store, item: DeskItem, now: datetime) -> TicketAside:
    """Who else is at the ticket of a thing on the desk, and what is in conflict there."""
    if item.ticket_id is None:
        return TicketAside(item.id)
    return TicketAside(
        item.id, others(store, item.ticket_id, item.agent, now), conflicts(store, Ticket.entity, item.ticket_id)
    )


def _history(store: Store, ticket_id: str) -> tuple[TicketEvent, ...]:
    """What happened to a ticket, who was told of it, and which callbacks were promised; oldest first."""
    beside = [*notices.history(store, ticket_id), *callbacks.history(store, ticket_id)]
    events = tickets.history(store, ticket_id)
    return tuple(sorted([*events, *beside], key=lambda event: event.at) if beside else events)


def _suggested(store: Store, item: DeskItem) -> dict[str, str]:
    """What a new ticket can be filled in with from its customer: the type by plan, a sole contact's name."""
    customer = customers.get(store, item.customer_id) if item.customer_id else None
    if customer is None:
        return {}
    suggested = {"type": str(int(customer.plan))} if customer.plan is not None else {}
    if len(customer.people) <= 1:
        suggested["person"] = customer.people[0].name if customer.people else customer.name
    return suggested


def desk_lines(store: Store, desk: Sequence[DeskItem], current: str | None) -> tuple[DeskLine, ...]:
    """The contact stack, top first."""
    lines = []
    for item in desk:
        contact = live.contact(store, item.contact_id) if item.contact_id else None
        customer = customers.get(store, item.customer_id) if item.customer_id else None
        if contact is not None and contact.state in STATE_WORDS and contact.agent == item.agent:
            state, since = STATE_WORDS[contact.state], contact.ended_at or contact.held_since or contact.answered_at
        else:
            state, since = ("draft", item.updated_at) if item.unsaved else ("open", None)
        who = customer.name if customer else (contact.caller_name or contact.caller_number) if contact else ""
        if contact is None:
            ticket = tickets.get(store, item.ticket_id) if item.ticket_id else None
            title = item.fields.get("title") or (ticket.title if ticket else "")
            who = f"{item.number} {title}".strip()
        lines.append(
            DeskLine(
                id=item.id,
                kind=str(contact.kind) if contact else "ticket",
                who=who or "number withheld",
                state=state,
                since=since,
                current=item.id == current,
            )
        )
    return tuple(lines)


def today(store: Store, agent: AgentId, now: datetime) -> Today:
    """An agent's own day: contacts handled since midnight at the seat, mean handling time, half-hours."""
    midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    found = store.rows(
        "SELECT answered_at, ended_at, disposed_at FROM contact"
        " WHERE agent = ? AND state = 'done' AND answered_at IS NOT NULL AND disposed_at >= ? ORDER BY disposed_at",
        (agent, instant_text(midnight)),
    )
    if not found:
        return Today()
    spans = [
        (datetime.fromisoformat(row["answered_at"]), datetime.fromisoformat(row["disposed_at"])) for row in found
    ]
    first = min(start for start, _ in spans)
    counts = [0] * (int((now - first) / timedelta(minutes=30)) + 1)
    for start, _ in spans:
        place = min(len(counts) - 1, int((start - first) / timedelta(minutes=30)))
        counts[place] += 1
    total = sum((end - start).total_seconds() for start, end in spans)
    return Today(handled=len(spans), aht_s=total / len(spans), by_half_hour=tuple(counts))
