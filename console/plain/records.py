"""A customer, a ticket and a script card as labelled lines: only what is there, the most important first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from console.plain import wording as say
from console.plain.outage_lines import told
from data.customers.phone import display
from data.models.contact import Contact
from data.models.customer import Customer
from data.models.ticket import Ticket
from data.playbook.view import CardView
from data.playbook.world import Channel
from data.tickets.rules import DEFAULTS, FIELDS, faults, hints
from data.views import Glance, TicketView
from widgets.glance import checklist
from widgets.money_words import Worded, of_account, of_ticket
from widgets.outage_words import place as place_of
from widgets.ticket_words import CHOICES, LABELS, happened

FIRST = 3
"""Open tickets that are told at a glance; the rest with `more`."""

# customers


def headline(customer: Customer) -> str:
    """Who it is, in one line."""
    return say.sentence(
        say.brief(customer.name),
        say.brief(customer.company),
        f"account {say.brief(customer.account)}" if customer.account else "",
    )


def popped(glance: Glance) -> str:
    """Who calls, while it rings: just what the greeting needs."""
    customer, outage = glance.customer, glance.outage
    return "Customer: " + say.sentence(
        say.brief(customer.name),
        say.brief(customer.company),
        customer.plan.label if customer.plan is not None else "",
        *(say.brief(flag) for flag in customer.flags),
        f"outage at {say.brief(place_of(outage))}" if outage is not None else "",
        f"{say.count(len(glance.open_tickets), 'open ticket')}" if glance.open_tickets else "",
    )


def glance_lines(glance: Glance, now: datetime) -> Iterator[str]:
    """The customer at a glance."""
    customer = glance.customer
    yield headline(customer)
    if glance.outage is not None:
        yield f"Outage: {told(glance.outage, now)}"
    if glance.why:
        yield f"Because: {say.told(glance.why)}."
    for flag in customer.flags:
        yield f"Flag: {say.brief(flag)}."
    if customer.plan is not None:
        yield "Plan: " + say.sentence(customer.plan.label, f"since {customer.since}" if customer.since else "")
    if glance.calling_from:
        yield f"Calling from: {display(glance.calling_from)}."
    yield from (_ticket(ticket, now) for ticket in glance.open_tickets[:FIRST])
    if not glance.open_tickets:
        yield "No open ticket."
    if glance.account.invoices:
        yield f"Invoices: {_told(of_account(glance.account))}."
    yield _last(glance.last_contacts[:1], now) if glance.last_contacts else "First contact."


def more_lines(glance: Glance, now: datetime) -> Iterator[str]:
    """What the glance leaves out."""
    customer = glance.customer
    for phone in customer.phones:
        yield "Phone: " + say.sentence(
            say.brief(display(phone.e164) if phone.e164 else phone.raw),
            say.brief(phone.note),
            "calling from here" if phone.e164 and phone.e164 == glance.calling_from else "",
        )
    for person in customer.people:
        money = "may discuss money" if customer.may_discuss_money(person) else "may not discuss money"
        yield "Contact: " + say.sentence(say.brief(person.name), say.brief(person.role), money)
    for email in customer.emails:
        yield f"E-mail: {say.brief(email)}"
    if customer.street or customer.city:
        yield "Address: " + say.sentence(say.brief(customer.street), say.brief(customer.city))
    if customer.website:
        yield f"Website: {say.brief(customer.website)}"
    if customer.node:
        yield f"Node: {say.brief(customer.node)}."
    for asset in customer.assets:
        tool = "with the remote tool" if asset.remote_tool else "no remote tool"
        yield "Asset: " + say.sentence(say.brief(asset.name), say.brief(asset.kind), tool)
    yield from (_ticket(ticket, now) for ticket in glance.open_tickets[FIRST:])
    if len(glance.last_contacts) > 1:
        yield _last(glance.last_contacts, now)
    if customer.notes:
        yield f"Note: {' '.join(customer.notes.split())}"
    for name, value in customer.extra.items():
        yield f"{say.brief(name)}: {say.brief(value)}"


def verified(glance: Glance) -> str:
    """What the caller has confirmed, and what is left."""
    done = [item for item in checklist(glance.customer) if item in glance.verified]
    return f"Verified: {', '.join(done) or 'nothing yet'}. {left_to_verify(glance)}"


def left_to_verify(glance: Glance) -> str:
    """What the caller has not confirmed yet."""
    left = [item for item in checklist(glance.customer) if item not in glance.verified]
    return f"Left: {', '.join(left)}." if left else "That is all."


def _told(words: list[Worded]) -> str:
    """What is said of money, without its shapes."""
    return "; ".join(text.lstrip("▲✓○ ") for text, _tone in words)


def _ticket(ticket: Ticket, now: datetime) -> str:
    return f"Open ticket {ticket.number}: " + say.sentence(
        say.brief(ticket.title), str(ticket.state), say.day(ticket.updated_at, now)
    )


def _last(contacts: tuple[Contact, ...], now: datetime) -> str:
    return "Last contact: " + "; ".join(f"{one.kind} {say.day(one.offered_at, now)}" for one in contacts) + "."


# tickets


def form_of(view: TicketView) -> dict[str, str]:
    """The texts of the form as they stand."""
    return {name: view.fields.get(name) or DEFAULTS.get(name, "") for name in FIELDS}


def field_text(name: str, text: str) -> str:
    """What a field holds, a choice by its words."""
    label = next((label for value, label in CHOICES.get(name, ()) if value == text), None)
    return text if label is None else label.lstrip("0123456789 ")


def heading(view: TicketView) -> str:
    """Number, state and whether all is saved."""
    number = f"Ticket {view.number}" if view.number else "New ticket, no number yet"
    state = str(view.ticket.state) if view.ticket is not None else ""
    return say.sentence(number, state, "not saved yet" if view.unsaved else "saved" if view.ticket else "")


def ticket_lines(view: TicketView) -> Iterator[str]:
    """The ticket: what is filled in, then what stops it from being saved, or what it should also have."""
    yield heading(view)
    form = form_of(view)
    for name in FIELDS:
        if name == "details" or not form[name].strip() or (name == "state" and view.ticket is not None):
            continue
        yield f"{LABELS[name].capitalize()}: {' '.join(field_text(name, form[name]).split())}"
    for place, line in enumerate(form["details"].splitlines()):
        yield f"Details: {line}" if place == 0 else line
    if view.money.charges or view.money.invoices:
        told = _told(of_ticket(view.money))
        yield f"{told[:1].upper()}{told[1:]}."
    found = faults(form, view.ticket)
    for name, why in found.items():
        yield f"Wanted: {LABELS[name]}, {why}."
    if not found and (missing := hints(form)):
        yield f"Should also have: {', '.join(LABELS[name] for name in missing)}."


def history_lines(view: TicketView, now: datetime) -> Iterator[str]:
    """What happened, the newest first."""
    if not view.history:
        yield "No history yet: the ticket is not saved."
    for event in reversed(view.history):
        name = view.names.get(event.actor, "")
        when = say.day(event.at, now)
        yield f"{when[:1].upper()}{when[1:]}: {say.told(happened(event))}{f' ({say.brief(name)})' if name else ''}"


# the script


def card_lines(card: CardView | None) -> Iterator[str]:
    """What to say, why, what was done, and the answers with the key that takes each."""
    if card is None:
        yield "The script opens with the first word of a contact."
        return
    if card.trail and card.trail[-1].because:
        yield f"Because {say.told(card.trail[-1].because)}."
    if card.say:
        yield f"{'Say' if card.channel is Channel.VOICE else 'Write'}: {say.gaps(card.say)}"
    if card.ask:
        yield f"Ask: {say.told(card.ask)}"
    if card.due:
        yield f"To pay: {say.told(card.due)}."
    for done in card.trail[-1].done if card.trail else ():
        yield f"Done: {say.told(done)}."
    if card.do:
        yield f"Do: {say.told(card.do)}."
    for answer in card.answers:
        yield f"{answer.key}: {say.told(answer.label)}."
    if not card.answers:
        yield "The script ends here."
