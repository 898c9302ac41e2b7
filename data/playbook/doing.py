"""Doing what a card says: each action of `data.playbook.actions`, in the store, with its way back where there is one.

Everything happens inside the write transaction of the step that it belongs to: the step and what it did are kept
together, or neither is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from data.billing import accounts, charges, invoices, payments
from data.billing import receipt as receipts
from data.billing.amounts import MoneyError, money_text, parse_money
from data.billing.ledger import InvoiceState
from data.billing.receipt import Receipt
from data.callbacks import callbacks
from data.callbacks.callbacks import CallbackFaultError
from data.callbacks.when import when
from data.desk import journal
from data.desk.journal import DeskItem
from data.models.base import CustomerId, TicketId, new_id
from data.models.callback import CallbackOutcome
from data.models.contact import Request, RequestAction
from data.models.money import Charge, Method
from data.models.notice import NoticeRole
from data.models.ticket import TicketState
from data.notices import notices
from data.playbook import actions as act
from data.playbook.actions import Act
from data.playbook.facts import Facts
from data.playbook.model import Playbook
from data.playbook.run import Done, Run
from data.playbook.wording import WordingError, filled
from data.playbook.workplace import Workplace
from data.playbook.world import Channel
from data.queue import handling
from data.store.database import Store
from data.tickets import tickets
from data.tickets.rules import MAX_DETAILS, MAX_TITLE, TRANSITIONS
from data.tickets.tickets import TicketFaultError

TYPES = {"one_time": "0", "pay_as_you_go": "1", "help_desk": "2", "remote_access": "3", "managed": "4"}
WHO = {"remote agent": NoticeRole.AGENT, "leader": NoticeRole.LEADER, "support": NoticeRole.SUPPORT}
REMOTE_SKILL = "remote"
CODE_DIGITS = 6


class ScriptError(ValueError):
    """What the script asks for cannot be done now; the message says what to do first."""


@dataclass
class Hand:
    """One step being done: what it works on, and what it leaves to be told and asked of the feed."""

    store: Store
    workplace: Workplace
    playbook: Playbook
    item: DeskItem
    told: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    """What this step has done so far: it comes to the trail with the step."""

    @cached_property
    def facts(self) -> Facts:
        """The facts as they are now; `changed` forgets them."""
        return Facts(self.store, self.workplace, self.item)

    @property
    def run(self) -> Run:
        """The script in hand."""
        run = self.item.run
        if run is None:
            raise ScriptError("There is no script here.")
        return run

    def changed(self, item: DeskItem | None = None) -> None:
        """Something was written: what was read before holds no longer."""
        if item is not None:
            self.item = item
        self.__dict__.pop("facts", None)

    def did(self, action: str) -> Done | None:
        """The last time that an action was done, in this step or before it; None if it was not."""
        found = [one for one in self.done if one.action == action]
        return found[-1] if found else self.run.did(action)

    def set_run(self, **fields: Any) -> None:
        """Change the place in the script."""
        run = self.run.model_copy(update=fields)
        self.changed(self.item.model_copy(update={"runs": (*self.item.runs[:-1], run)}))

    def text(self, template: str) -> str:
        """A text with its facts filled in."""
        if "{" not in template:
            return template
        try:
            return filled(template, self.facts.words(self.playbook))
        except WordingError as error:
            raise ScriptError(
                f"A text of the script cannot be filled in ({error}): jump to another card, and tell who writes it."
            ) from error

    def ticket_id(self) -> TicketId:
        """The saved ticket."""
        if self.item.ticket_id is None:
            raise ScriptError("There is no ticket yet: write its title and save it first.")
        return self.item.ticket_id

    def customer_id(self) -> CustomerId:
        """The customer."""
        if self.item.customer_id is None:
            raise ScriptError("There is no customer yet: search and attach one, or make a new one.")
        return self.item.customer_id

    def write_form(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Write fields of the ticket form and save it. Returns what stood there before."""
        before = dict(self.facts.form)
        kept = {**before, **fields}
        item, _ = journal.save(self.store, self.item.model_copy(update={"fields": kept}), self.workplace.clock)
        self.changed(item)
        return {name: before.get(name, "") for name in fields}

    def ask(self, action: RequestAction, target: str, else_say: str) -> None:
        """Ask the feed; where it cannot be asked, the agent is told to do it by hand."""
        contact, me = self.facts.contact, self.workplace.agent
        if contact is None or handling.cannot(contact, me, action):
            self.told.append(else_say)
            return
        self.requests.append(handling.ask(self.store, contact, action, me, self.workplace.clock, target))


A = TypeVar("A", bound=Act)
Given = Mapping[str, str]
Doer = Callable[[Hand, Any, str, Given], Done | None]
DOERS: dict[type[Act], Doer] = {}
UNDOERS: dict[str, Callable[[Hand, Done], None]] = {}


def _does(kind: type[A]) -> Callable[[Callable[[Hand, A, str, Given], Done | None]], Doer]:
    def register(doer: Callable[[Hand, A, str, Given], Done | None]) -> Doer:
        DOERS[kind] = doer
        return doer

    return register


def _undoes(name: str) -> Callable[[Callable[[Hand, Done], None]], Callable[[Hand, Done], None]]:
    def register(undoer: Callable[[Hand, Done], None]) -> Callable[[Hand, Done], None]:
        UNDOERS[name] = undoer
        return undoer

    return register


def do(hand: Hand, action: Act, outcome: str, given: Given) -> Done | None:
    """Do an action.

    Raises:
        ScriptError, MoneyError, TicketFaultError, CallbackFaultError, WhenError: it cannot be done now; nothing of the
            step is kept.
        StoreError: nothing was written.
    """
    done = DOERS[type(action)](hand, action, outcome, given)
    if done is not None:
        hand.done.append(done)
    return done


def undo(hand: Hand, done: Done) -> bool:
    """Take back what was done; False when there is no way back, or what came after it stands in the way."""
    undoer = UNDOERS.get(done.action)
    if undoer is None or not done.undo:
        return False
    try:
        undoer(hand, done)
    except (MoneyError, CallbackFaultError, TicketFaultError):
        return False  # each is raised before anything is written
    return True


# the customer


@_does(act.Customer)
def _customer(hand: Hand, _: act.Customer, outcome: str, __: Given) -> Done | None:
    if outcome != "attached":
        return None
    _ticket_follows(hand)
    name = hand.facts.customer.name if hand.facts.customer is not None else ""
    return Done(action="customer", words=f"customer {name}")


def _ticket_follows(hand: Hand) -> None:
    """A ticket that was opened in this contact is the customer's who is attached now: a lead may become another."""
    customer, ticket = hand.customer_id(), hand.facts.ticket
    if ticket is None or ticket.customer_id == customer or ticket.contact_id != hand.item.contact_id:
        return
    work = hand.workplace
    tickets.update(hand.store, ticket, {}, work.agent, work.clock, customer_id=customer)
    hand.changed()


@_does(act.Lead)
def _lead(hand: Hand, _: act.Lead, outcome: str, __: Given) -> Done | None:
    if outcome != "made":
        return None
    if hand.item.customer_id is None:
        raise ScriptError("There is no lead yet: make it with the key for a new customer, then answer again.")
    _ticket_follows(hand)
    return Done(action="lead", words="lead made")


@_does(act.Verify)
def _verify(hand: Hand, _: act.Verify, outcome: str, __: Given) -> Done:
    contact = hand.facts.contact
    ticked = contact.verified if contact is not None else ()
    if outcome == "verified" and contact is not None and not ticked:
        raise ScriptError(
            "Nothing is ticked yet: tick in the customer pane what the caller confirmed, then answer again."
        )
    return Done(action="verify", words=f"{outcome}: {', '.join(ticked)}" if ticked else outcome)


@_does(act.Consent)
def _consent(hand: Hand, action: act.Consent, outcome: str, _: Given) -> Done:
    what = f" to {hand.text(action.about)}" if action.about and outcome == "agreed" else ""
    return Done(action="consent", words=f"{outcome}{what}")


@_does(act.Speaker)
def _speaker(hand: Hand, _: act.Speaker, __: str, given: Given) -> Done:
    before, name = hand.run.speaker, given["person"]
    hand.set_run(speaker=name)
    return Done(action="speaker", words=f"{name} speaks", undo={"before": before or "-"})


@_undoes("speaker")
def _no_speaker(hand: Hand, done: Done) -> None:
    before = done.undo["before"]
    hand.set_run(speaker="" if before == "-" else before)


# the ticket


def _form(hand: Hand, name: str, fields: Mapping[str, str], words: str) -> Done:
    return Done(action=name, words=words, undo=_as_before(fields, hand.write_form(fields)))


def _as_before(wrote: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    return {"wrote": json.dumps(dict(wrote)), "before": json.dumps(dict(before))}


@_undoes("ticket")
@_undoes("asset")
@_undoes("worksheet")
@_undoes("confirm_contact")
@_undoes("remote_session")
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


@_does(act.Asset)
def _asset(hand: Hand, _: act.Asset, __: str, given: Given) -> Done:
    return _form(hand, "asset", {"asset": given["asset"]}, f"computer {given['asset']}")


@_does(act.Worksheet)
def _worksheet(hand: Hand, _: act.Worksheet, __: str, given: Given) -> Done:
    sheet = given.get("worksheet", "").strip()
    return _form(hand, "worksheet", {"worksheet": sheet or "skipped"}, f"worksheet {sheet or 'skipped'}")


@_does(act.ConfirmContact)
def _confirm_contact(hand: Hand, _: act.ConfirmContact, __: str, given: Given) -> Done:
    return _form(hand, "confirm_contact", {"person": given["person"]}, f"contact {given['person']}")


@_does(act.Ticket)
def _ticket(hand: Hand, action: act.Ticket, _: str, __: Given) -> Done:
    form, contact = hand.facts.form, hand.facts.contact
    by_plan = TYPES.get(hand.facts["plan"], "0")
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


@_does(act.TellNumber)
def _tell_number(hand: Hand, action: act.TellNumber, _: str, given: Given) -> Done:
    ways = {"email": "by e-mail", "both": "and by e-mail", "chat": "in the chat"}
    how = ways.get(action.by or given.get("by", ""), "")
    return Done(action="tell_number", words=f"ticket number {hand.item.number} told {how}".rstrip())


@_does(act.Note)
def _note(hand: Hand, action: act.Note, _: str, given: Given) -> Done:
    text = " ".join(part for part in (hand.text(action.text), given.get("note", "").strip()) if part)
    tickets.note(hand.store, hand.ticket_id(), text, hand.workplace.agent, hand.workplace.clock)
    return Done(action="note", words=f"note: {text}")


def _mark(hand: Hand, field: str, value: str) -> None:
    tickets.mark(hand.store, hand.ticket_id(), field, value, hand.workplace.agent, hand.workplace.clock)
    hand.changed()


@_does(act.Hardware)
def _hardware(hand: Hand, action: act.Hardware, _: str, given: Given) -> Done:
    prices = {f"hardware {one}": money_text(parse_money(given[one])) for one in ("part", "visit") if one in given}
    marks = {**prices, "hardware": action.state}
    before = {name: tickets.marked(hand.store, hand.ticket_id(), name) for name in marks}
    for name, value in marks.items():
        _mark(hand, name, value)
    return Done(action="hardware", words=f"hardware: {action.state}", undo={"before": json.dumps(before)})


@_undoes("hardware")
def _hardware_before(hand: Hand, done: Done) -> None:
    for name, value in json.loads(done.undo["before"]).items():
        _mark(hand, name, value)


@_does(act.Appointment)
def _appointment(hand: Hand, action: act.Appointment, _: str, given: Given) -> Done:
    said = (given.get("notes") or given.get("late") or "").strip()
    words = f"appointment {action.state}" + (f": {said}" if said else "")
    if hand.item.ticket_id is not None:
        tickets.note(hand.store, hand.item.ticket_id, words, hand.workplace.agent, hand.workplace.clock)
    return Done(action="appointment", words=words, facts={"state": action.state})


@_does(act.ReturnToLead)
def _return_to_lead(hand: Hand, _: act.ReturnToLead, __: str, ___: Given) -> Done:
    return Done(action="return_to_lead", words="back to the lead")


# money


def _own_charges(hand: Hand) -> list[Charge]:
    """What this script has charged and what still stands."""
    made = {one.undo.get("charge") for one in (*hand.run.deeds(), *hand.done)}
    return [one for one in hand.facts.money.charges if one.id in made]


@_does(act.Charge)
def _charge(hand: Hand, action: act.Charge, _: str, __: Given) -> Done | None:
    if any(one.item == action.item for one in _own_charges(hand)):
        return None  # the card is reached once more
    work = hand.workplace
    charge = charges.charge(hand.store, hand.ticket_id(), action.item, work.agent, work.clock, work.catalogue)
    hand.changed()
    return Done(
        action="charge", words=f"item {charge.item}, {money_text(charge.amount)}", undo={"charge": charge.id}
    )


@_undoes("charge")
def _no_charge(hand: Hand, done: Done) -> None:
    work = hand.workplace
    charges.take_back(hand.store, done.undo["charge"], "gone back in the script", work.agent, work.clock)
    hand.changed()


@_does(act.Invoice)
def _invoice(hand: Hand, _: act.Invoice, __: str, ___: Given) -> Done | None:
    if not hand.facts.money.waiting and _own_charges(hand):
        return None  # the card is reached once more
    work = hand.workplace
    invoice = invoices.invoice(hand.store, hand.ticket_id(), work.agent, work.clock, work.terms)
    hand.changed()
    return Done(
        action="invoice",
        words=f"invoice {invoice.number}, {money_text(invoice.total)}",
        undo={"invoice": invoice.id},
    )


@_undoes("invoice")
def _no_invoice(hand: Hand, done: Done) -> None:
    """Void what stands for its charges: it may have been voided and made anew since."""
    made, work = accounts.invoice_of(hand.store, done.undo["invoice"]), hand.workplace
    charged = {line.charge_id for line in made.lines} if made is not None else set()
    for one in accounts.standing_invoices(hand.store, hand.ticket_id()):
        if charged & {line.charge_id for line in one.lines}:
            invoices.void(hand.store, one.id, "gone back in the script", work.agent, work.clock)
    hand.changed()


@_does(act.VoidInvoice)
def _void_invoice(hand: Hand, action: act.VoidInvoice, _: str, __: Given) -> Done | None:
    work = hand.workplace
    open_here = [one for one in hand.facts.money.invoices if one.due and not one.paid]
    for one in open_here:
        invoices.void(hand.store, one.invoice.id, action.why, work.agent, work.clock)
    hand.changed()
    numbers = ", ".join(one.invoice.number for one in open_here)
    if not numbers:
        return None
    return Done(action="void_invoice", words=f"invoice {numbers} void", undo={"ticket": hand.ticket_id()})


@_undoes("void_invoice")
def _invoice_anew(hand: Hand, done: Done) -> None:
    work = hand.workplace
    anew = invoices.invoice(hand.store, done.undo["ticket"], work.agent, work.clock, work.terms)
    hand.changed()
    hand.told.append(f"A void invoice stays void: the same charges are on invoice {anew.number} now.")


def payable(facts: Facts, action: act.Payment) -> list[InvoiceState]:
    """The invoices that a payment is for, past due first."""
    here = {one.invoice.id for one in facts.money.invoices}
    chosen = [one for one in facts.account.open if "past_due" in action.pays and one.past_due]
    chosen += [one for one in facts.account.open if "invoice" in action.pays and one.invoice.id in here]
    return list({one.invoice.id: one for one in chosen}.values())


@_does(act.Payment)
def _payment(hand: Hand, action: act.Payment, outcome: str, given: Given) -> Done:
    if outcome != "paid":
        return Done(action="payment", words=f"payment {outcome}", facts={"outcome": outcome})
    due = payable(hand.facts, action)
    if not due:
        raise ScriptError("Nothing is open that could be paid: look at the customer's invoices.")
    work = hand.workplace
    payment = payments.pay(
        hand.store,
        new_id(),
        hand.customer_id(),
        payments.split(sum((one.due for one in due), start=due[0].due * 0), due),
        Method(given["method"]),
        given["reference"],
        work.agent,
        work.clock,
        payer=hand.facts.speaker,
    )
    hand.changed()
    parts = " + ".join(money_text(part.amount) for part in payment.allocations)
    told = f"paid {money_text(payment.amount)}" + (f" ({parts})" if len(payment.allocations) > 1 else "")
    return Done(action="payment", words=f"{told} by {payment.method}", facts={"payment": payment.id})


@_does(act.Receipt)
def _receipt(hand: Hand, _: act.Receipt, __: str, ___: Given) -> Done | None:
    paid, work = hand.did("payment"), hand.workplace
    payment = paid.facts.get("payment", "") if paid is not None else ""
    now, zone = work.clock.now(), work.terms.zone
    if payment:
        receipt = receipts.receipt_of_payment(hand.store, payment, work.organisation, zone, now)
    else:
        receipt = receipts.receipt_of_ticket(hand.store, hand.ticket_id(), work.organisation, zone, now)
    hand.receipts.append(receipt)
    return Done(action="receipt", words=f"receipt {receipt.name}")


# telling people


@_does(act.Notify)
def _notify(hand: Hand, action: act.Notify, _: str, __: Given) -> Done:
    about, work = hand.text(action.about), hand.workplace
    notices.notify(
        hand.store,
        WHO[action.who],
        about,
        work.agent,
        work.clock,
        kind="remote session" if action.who == "remote agent" else "",
        skill=REMOTE_SKILL if action.who == "remote agent" else "",
        ticket_id=hand.item.ticket_id,
        contact_id=hand.item.contact_id,
        customer_id=hand.item.customer_id,
    )
    return Done(action="notify", words=f"{action.who} told: {about}", facts={"who": action.who})


@_does(act.Callback)
def _callback(hand: Hand, action: act.Callback, _: str, given: Given) -> Done:
    work, customer, contact = hand.workplace, hand.facts.customer, hand.facts.contact
    phones = customer.phones if customer is not None else ()
    number = (contact.caller_e164 or contact.caller_number) if contact is not None else ""
    number = number or next((one.e164 or one.raw for one in phones), "")
    due = when(action.due or given["due"], work.clock.now(), work.terms.zone)
    made = callbacks.make(
        hand.store,
        number,
        due,
        work.agent,
        work.clock,
        about=hand.text(action.about),
        until=when(action.window, due, work.terms.zone) if action.window else None,
        for_agent=work.agent if action.whose == "mine" else None,
        customer_id=hand.item.customer_id,
        contact_id=hand.item.contact_id,
        ticket_id=hand.item.ticket_id,
    )
    at = due.astimezone(work.terms.zone)
    return Done(action="callback", words=f"callback {at:%a %H:%M}", undo={"callback": made.id})


@_undoes("callback")
def _no_callback(hand: Hand, done: Done) -> None:
    work = hand.workplace
    callbacks.attempt(
        hand.store,
        done.undo["callback"],
        CallbackOutcome.GIVEN_UP,
        work.agent,
        work.clock,
        "gone back in the script",
    )


@_does(act.Upsell)
def _upsell(hand: Hand, action: act.Upsell, outcome: str, given: Given) -> Done | None:
    if action.unsuitable and len(hand.item.runs) > 1:
        return None  # the script that is interrupted makes the contact's one offer
    offer = hand.text(action.offer) or "an offer"
    said = "not suitable" if action.unsuitable else outcome
    why = action.unsuitable or given.get("reason", "").strip()
    words = f"{offer}: {said}" + (f", {why}" if why else "")
    return Done(action="upsell", words=words, undo={"said": said}, facts={"outcome": said})


@_undoes("upsell")
def _no_upsell(_hand: Hand, _: Done) -> None:
    """Nothing is stored beside the step: what was said there counts no longer."""


# the line


@_does(act.Chat)
def _chat(hand: Hand, action: act.Chat, outcome: str, _: Given) -> Done:
    if action.do == "end":
        return Done(action="chat", words="chat ended")
    undo = _reached_by(hand, Channel.CHAT)
    return Done(action="chat", words=f"chat: {outcome}", undo=undo, facts={"outcome": outcome})


def _reached_by(hand: Hand, channel: Channel) -> dict[str, str]:
    before = hand.run.channel
    hand.set_run(channel=channel)
    return {"channel": before}


@_undoes("chat")
@_undoes("call")
@_undoes("called_back")
def _reached_as_before(hand: Hand, done: Done) -> None:
    hand.set_run(channel=Channel(done.undo["channel"]))


@_does(act.Call)
def _call(hand: Hand, _: act.Call, outcome: str, __: Given) -> Done:
    undo = _reached_by(hand, Channel.VOICE)
    return Done(action="call", words=f"call: {outcome}", undo=undo, facts={"outcome": outcome})


@_does(act.Email)
def _email(_hand: Hand, _: act.Email, __: str, ___: Given) -> Done:
    return Done(action="email", words="written by e-mail")


@_does(act.CalledBack)
def _called_back(hand: Hand, _: act.CalledBack, __: str, ___: Given) -> Done:
    return Done(action="called_back", words="they called back", undo=_reached_by(hand, Channel.VOICE))


@_does(act.AtComputer)
def _at_computer(_hand: Hand, _: act.AtComputer, outcome: str, __: Given) -> Done:
    return Done(action="at_computer", words="at the computer" if outcome == "at it" else "not at the computer")


@_does(act.Hold)
def _hold(hand: Hand, _: act.Hold, __: str, ___: Given) -> Done:
    return Done(action="hold", words="asked to hold")


@_does(act.VoiceMail)
def _voice_mail(hand: Hand, _: act.VoiceMail, __: str, ___: Given) -> Done:
    contact, me = hand.facts.contact, hand.workplace.agent
    if contact is not None and not handling.cannot(contact, me, RequestAction.VOICE_MAIL):
        hand.requests.append(handling.ask(hand.store, contact, RequestAction.VOICE_MAIL, me, hand.workplace.clock))
    return Done(action="voice_mail", words="voice mail left")


@_does(act.RemoteSession)
def _remote_session(hand: Hand, action: act.RemoteSession, _: str, given: Given) -> Done:
    if action.skip:
        return Done(action="remote_session", words=f"no link and code: {hand.text(action.skip)}")
    code = "".join(given["code"].split())
    if not (len(code) == CODE_DIGITS and code.isascii() and code.isdigit()):
        raise ScriptError("The code of the session has six digits: read it off the session once more.")
    link = hand.workplace.session_link
    if link:
        _mark(hand, "session link", link)
    return _form(hand, "remote_session", {"code": code}, f"link {link} sent, code {code}")


@_does(act.HandOver)
def _hand_over(hand: Hand, action: act.HandOver, _: str, given: Given) -> Done:
    target = given["target"]
    hand.ask(
        RequestAction.TRANSFER,
        target,
        f"Hand the customer over to the {action.who} yourself: this line cannot do it from here.",
    )
    return Done(action="hand_over", words=f"handed over to the {action.who}", facts={"target": target})


@_does(act.EndContact)
def _end_contact(hand: Hand, _: act.EndContact, __: str, ___: Given) -> Done:
    contact, me = hand.facts.contact, hand.workplace.agent
    if contact is not None and not handling.cannot(contact, me, RequestAction.HANG_UP):
        hand.requests.append(handling.ask(hand.store, contact, RequestAction.HANG_UP, me, hand.workplace.clock))
    return Done(action="end_contact", words="contact ended")
