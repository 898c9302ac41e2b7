"""Doing what is about money: charges, invoices, payments, receipts."""

from __future__ import annotations

from data.billing import accounts, charges, invoices, payments
from data.billing import receipt as receipts
from data.billing.amounts import money_text
from data.billing.ledger import InvoiceState, due_of
from data.models.base import new_id
from data.models.money import Charge, Method
from data.playbook import actions as act
from data.playbook.deeds.conduct import cost_was_said
from data.playbook.doing import Given, Hand, ScriptError, does, undoes
from data.playbook.facts import Facts
from data.playbook.run import Done


def _own_charges(hand: Hand) -> list[Charge]:
    """What this script has charged and what still stands."""
    made = {one.undo.get("charge") for one in (*hand.run.deeds(), *hand.done)}
    return [one for one in hand.facts.money.charges if one.id in made]


@does(act.Charge)
def _charge(hand: Hand, action: act.Charge, _: str, __: Given) -> Done | None:
    if any(one.item == action.item for one in _own_charges(hand)):
        return None  # the card is reached once more
    work = hand.workplace
    if not cost_was_said(hand, action.item):
        price = money_text(work.catalogue.item(action.item).price)
        raise ScriptError(
            f"Item {action.item} costs {price}, and the customer has not heard it: go to the card that says the price."
        )
    charge = charges.charge(hand.store, hand.ticket_id(), action.item, work.agent, work.clock, work.catalogue)
    hand.changed()
    return Done(
        action="charge", words=f"item {charge.item}, {money_text(charge.amount)}", undo={"charge": charge.id}
    )


@undoes("charge")
def _no_charge(hand: Hand, done: Done) -> None:
    work = hand.workplace
    charges.take_back(hand.store, done.undo["charge"], "gone back in the script", work.agent, work.clock)
    hand.changed()


@does(act.Invoice)
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


@undoes("invoice")
def _no_invoice(hand: Hand, done: Done) -> None:
    """Void what stands for its charges: it may have been voided and made anew since."""
    made, work = accounts.invoice_of(hand.store, done.undo["invoice"]), hand.workplace
    charged = {line.charge_id for line in made.lines} if made is not None else set()
    for one in accounts.standing_invoices(hand.store, hand.ticket_id()):
        if charged & {line.charge_id for line in one.lines}:
            invoices.void(hand.store, one.id, "gone back in the script", work.agent, work.clock)
    hand.changed()


@does(act.VoidInvoice)
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


@undoes("void_invoice")
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


@does(act.Payment)
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
        payments.split(due_of(due), due),
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


@does(act.Receipt)
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
