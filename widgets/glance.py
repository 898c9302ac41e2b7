"""The customer at a glance as lines: one grid of labels and values (CUST-3)."""

from __future__ import annotations

from datetime import datetime

from data.models.customer import Customer, Phone
from data.views import Glance
from widgets.money_words import of_account
from widgets.outage_words import banner
from widgets.safe_text import Line, Span, fit, flow, line, wrap
from widgets.times import day

LABEL = 10
MOST_PEOPLE = 8
CHECKLIST = ("name", "company", "phone", "address", "account")
"""What a caller may be asked to confirm, in order; `account` is for billing and account changes (CUST-5)."""


def _label(text: str) -> Span:
    return Span(" " + fit(text, LABEL - 1), "dim")


def phone_text(e164: str) -> str:
    """A number in groups that can be read out; North American ones by three, three and four."""
    if e164.startswith("+1") and len(e164) == 12:
        return f"+1 {e164[2:5]} {e164[5:8]} {e164[8:]}"
    return e164


def checklist(customer: Customer) -> tuple[str, ...]:
    """What can be confirmed with this customer: only what is on record."""
    known = {
        "name": customer.name,
        "company": customer.company or customer.website,
        "phone": customer.phones,
        "address": customer.street,
        "account": customer.account,
    }
    return tuple(item for item in CHECKLIST if known[item])


def card(glance: Glance, now: datetime, cells: int, verify_key: str = "verify") -> list[Line]:
    """The whole card; `verify_key` ticks what the caller confirms. Labels without a value are left out, except where nothing is itself worth knowing."""
    customer = glance.customer
    lines: list[Line] = [
        *banner(glance.outage, now, cells),
        (
            Span(" " + customer.name, "bright"),
            Span(f"   {customer.company}" if customer.company else ""),
            Span(f" · account {customer.account}" if customer.account else "", "dim"),
        ),
    ]
    if glance.why:
        lines.append(line((f" because: {glance.why}", "faint")))
    if customer.flags:
        lines.append(line((" ▲ " + " · ".join(customer.flags) + " ", "band")))
    lines.append(())
    plan = customer.plan.label if customer.plan is not None else "none"
    since = (Span("   since ", "dim"), Span(customer.since)) if customer.since else ()
    lines.append((_label("plan"), Span(plan), *since))
    lines += _phones(customer, glance.calling_from)
    if customer.people:
        lines += flow(_label("contacts"), _people(customer), cells)
    if customer.emails:
        lines.append((_label("e-mail"), Span(", ".join(customer.emails))))
    address = ", ".join(part for part in (customer.street, customer.city) if part)
    if address:
        lines.append((_label("address"), Span(address)))
    if customer.node:
        lines.append((_label("node"), Span(customer.node)))
    for place, asset in enumerate(customer.assets[:4]):
        tool = Span(
            "remote tool ✓" if asset.remote_tool else "no remote tool", "good" if asset.remote_tool else "dim"
        )
        kind = f" · {asset.kind}" if asset.kind else ""
        lines.append((_label("assets" if place == 0 else ""), Span(f"{asset.name}{kind} · "), tool))
    lines.append(())
    lines += _tickets(glance, now, cells)
    lines += _contacts(glance, now)
    invoices = [
        [Span(" · " if place else "", "dim"), Span(text, tone)]
        for place, (text, tone) in enumerate(of_account(glance.account))
    ]
    lines += flow(_label("invoices"), invoices, cells)
    for place, text in enumerate(wrap(customer.notes, cells - LABEL - 2)[:3] if customer.notes else ()):
        lines.append((_label("note" if place == 0 else ""), Span(text)))
    for name, value in list(customer.extra.items())[:4]:
        lines.append((_label(name), Span(value)))
    lines += [(), *_verify(glance, cells, verify_key)]
    return lines


def _phones(customer: Customer, calling_from: str) -> list[Line]:
    def shown(phone: Phone) -> tuple[Span, ...]:
        calling = bool(phone.e164) and phone.e164 == calling_from
        text = phone_text(phone.e164) if phone.e164 else phone.raw
        note = Span(f" {phone.note}", "dim") if phone.note else Span("")
        return (
            Span(text, "bright" if calling else ""),
            note,
            Span(" ✓ calling from here" if calling else "", "good"),
        )

    return [
        (_label("phones" if place == 0 else ""), *shown(phone)) for place, phone in enumerate(customer.phones[:4])
    ]


def _people(customer: Customer) -> list[list[Span]]:
    chunks: list[list[Span]] = []
    for place, person in enumerate(customer.people[:MOST_PEOPLE]):
        chunk = [Span(" · ", "dim")] if place else []
        chunk.append(Span(person.name))
        if person.role:
            chunk.append(Span(f" {person.role}", "dim"))
        may = customer.may_discuss_money(person)
        chunk.append(Span(" may discuss money", "good") if may else Span(" not about money", "warn"))
        chunks.append(chunk)
    if (more := len(customer.people) - MOST_PEOPLE) > 0:
        chunks.append([Span(f" · and {more} more", "dim")])
    return chunks


def _tickets(glance: Glance, now: datetime, cells: int) -> list[Line]:
    if not glance.open_tickets:
        return [(_label("open"), Span("no open ticket", "dim"))]
    lines: list[Line] = []
    for place, ticket in enumerate(glance.open_tickets[:4]):
        when = day(ticket.updated_at, now)
        room = cells - LABEL - len(ticket.number) - len(ticket.state) - len(when) - 8
        title = ticket.title if len(ticket.title) <= room else fit(ticket.title, max(6, room))
        lines.append(
            (
                _label("open" if place == 0 else ""),
                Span(ticket.number, "bright"),
                Span(f" {title} · "),
                Span(str(ticket.state), "info"),
                Span(f" · {when}", "dim"),
            )
        )
    return lines


def _contacts(glance: Glance, now: datetime) -> list[Line]:
    if not glance.last_contacts:
        return [(_label("last"), Span("first contact", "dim"))]
    told = [f"{one.kind} {day(one.offered_at, now)}" for one in glance.last_contacts[:4]]
    return [(_label("last"), Span(" · ".join(told)))]


def _verify(glance: Glance, cells: int, key: str) -> list[Line]:
    chunks: list[list[Span]] = []
    items = checklist(glance.customer)
    left = [item for item in items if item not in glance.verified]
    for item in items:
        if item in glance.verified:
            chunks.append([Span(f"✓ {item}  ", "good")])
        elif item == left[0]:
            chunks.append([Span(f"{key} ", "key"), Span(f"{item}  ")])
        else:
            chunks.append([Span(f"○ {item}  ", "dim")])
    return flow(_label("verify"), chunks, cells)
