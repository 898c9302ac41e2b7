"""Doing what is about the ticket: its form, its number, notes, what is followed on it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from data.billing.amounts import money_text, parse_money
from data.models.ticket import TicketState
from data.playbook import actions as act
from data.playbook.doing import Given, Hand, does, undoes
from data.playbook.run import Done
from data.playbook.world import TYPE_OF_PLAN
from data.tickets import tickets
from data.tickets.rules import MAX_DETAILS, MAX_TITLE, TRANSITIONS


def filled_in(hand: Hand, name: str, fields: Mapping[str, str], words: str) -> Done:
    """Write fields of the form; what stood there before comes back when one goes back."""
    return Done(action=name, words=words, undo=_as_before(fields, hand.write_form(fields)))


def _as_before(wrote: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    return {"wrote": json.dumps(dict(wrote)), "before": json.dumps(dict(before))}


@undoes("ticket")
@undoes("asset")
@undoes("worksheet")
@undoes("confirm_contact")
@undoes("remote_session")
def _form_as_before(hand: Hand, done: Done) -> None:
    """What somebody has changed since stays theirs, and so does a state from which there is no way back."""
    before: dict[str, str] = json.loads(done.undo["before"])
    wrote: dict[str, str] = json.loads(done.undo["wrote"])
    form, ticket = hand.facts.form, hand.facts.ticket
    back = {name: text for name, text in before.items() if form.get(name, "").strip() == wrote[name].strip()}
    state = back.get("state", "")
    if ticket is not None and state and TicketState(state) not in TRANSITIONS[ticket.state]:
        hand.told.append(f"The ticket stays {ticket.state}: it cannot become {back.pop('state')} again.")
    if back:
        hand.write_form(back)


@does(act.Asset)
def _asset(hand: Hand, _: act.Asset, __: str, given: Given) -> Done:
    return filled_in(hand, "asset", {"asset": given["asset"]}, f"computer {given['asset']}")


@does(act.Worksheet)
def _worksheet(hand: Hand, _: act.Worksheet, __: str, given: Given) -> Done:
    sheet = given.get("worksheet", "").strip()
    return filled_in(hand, "worksheet", {"worksheet": sheet or "skipped"}, f"worksheet {sheet or 'skipped'}")


@does(act.ConfirmContact)
def _confirm_contact(hand: Hand, _: act.ConfirmContact, __: str, given: Given) -> Done:
    return filled_in(hand, "confirm_contact", {"person": given["person"]}, f"contact {given['person']}")


@does(act.Ticket)
def _ticket(hand: Hand, action: act.Ticket, _: str, __: Given) -> Done:
    form, contact = hand.facts.form, hand.facts.contact
    by_plan = TYPE_OF_PLAN.get(hand.facts["plan"], "0")
    kind = {"plan": by_plan, "as it is": form.get("type", "") or by_plan}.get(action.type, action.type)
    fields = {"type": kind}
    suggestions = {
        "title": (hand.text(action.title) or (contact.about if contact is not None else ""))[:MAX_TITLE]
        or "Contact",
        "assignee": action.assignee,
        "sla": action.sla,
        "details": hand.text(action.details)[:MAX_DETAILS],
    }
    fields |= {name: text for name, text in suggestions.items() if text and not form.get(name, "").strip()}
    fields |= {name: text for name, text in (("state", action.state), ("priority", action.priority)) if text}
    fields = {name: text for name, text in fields.items() if text != form.get(name, "")}
    new = hand.item.ticket_id is None
    before = hand.write_form(fields) if fields or new else {}
    words = f"ticket {hand.item.number}, type {kind}" + (f", {action.state}" if action.state else "")
    undo = {} if new or not before else _as_before(fields, before)
    return Done(action="ticket", words=words, undo=undo)


@does(act.TellNumber)
def _tell_number(hand: Hand, action: act.TellNumber, _: str, given: Given) -> Done:
    ways = {"email": "by e-mail", "both": "and by e-mail", "chat": "in the chat"}
    how = ways.get(action.by or given.get("by", ""), "")
    return Done(action="tell_number", words=f"ticket number {hand.item.number} told {how}".rstrip())


@does(act.Note)
def _note(hand: Hand, action: act.Note, _: str, given: Given) -> Done:
    text = " ".join(part for part in (hand.text(action.text), given.get("note", "").strip()) if part)
    tickets.note(hand.store, hand.ticket_id(), text, hand.workplace.agent, hand.workplace.clock)
    return Done(action="note", words=f"note: {text}")


def mark_down(hand: Hand, field: str, value: str) -> None:
    """Write down on the ticket how something stands that is no field of its form."""
    tickets.mark(hand.store, hand.ticket_id(), field, value, hand.workplace.agent, hand.workplace.clock)
    hand.changed()


@does(act.Hardware)
def _hardware(hand: Hand, action: act.Hardware, _: str, given: Given) -> Done:
    prices = {f"hardware {one}": money_text(parse_money(given[one])) for one in ("part", "visit") if one in given}
    marks = {**prices, "hardware": action.state}
    before = {name: tickets.marked(hand.store, hand.ticket_id(), name) for name in marks}
    for name, value in marks.items():
        mark_down(hand, name, value)
    return Done(action="hardware", words=f"hardware: {action.state}", undo={"before": json.dumps(before)})


@undoes("hardware")
def _hardware_before(hand: Hand, done: Done) -> None:
    for name, value in json.loads(done.undo["before"]).items():
        mark_down(hand, name, value)


@does(act.Appointment)
def _appointment(hand: Hand, action: act.Appointment, _: str, given: Given) -> Done:
    said = (given.get("notes") or given.get("late") or "").strip()
    words = f"appointment {action.state}" + (f": {said}" if said else "")
    if hand.item.ticket_id is not None:
        tickets.note(hand.store, hand.item.ticket_id, words, hand.workplace.agent, hand.workplace.clock)
    return Done(action="appointment", words=words, facts={"state": action.state})


@does(act.ReturnToLead)
def _return_to_lead(hand: Hand, _: act.ReturnToLead, __: str, ___: Given) -> Done:
    return Done(action="return_to_lead", words="back to the lead")
