"""Doing what is about the customer: found, made, verified, who speaks, what they agree to."""

from __future__ import annotations

from data.playbook import actions as act
from data.playbook.doing import Given, Hand, ScriptError, does, undoes
from data.playbook.run import Done
from data.tickets import tickets


@does(act.Customer)
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


@does(act.Lead)
def _lead(hand: Hand, _: act.Lead, outcome: str, __: Given) -> Done | None:
    if outcome != "made":
        return None
    if hand.item.customer_id is None:
        raise ScriptError("There is no lead yet: make it with the key for a new customer, then answer again.")
    _ticket_follows(hand)
    return Done(action="lead", words="lead made")


@does(act.Verify)
def _verify(hand: Hand, _: act.Verify, outcome: str, __: Given) -> Done:
    contact = hand.facts.contact
    ticked = contact.verified if contact is not None else ()
    if outcome == "verified" and contact is not None and not ticked:
        raise ScriptError(
            "Nothing is ticked yet: tick in the customer pane what the caller confirmed, then answer again."
        )
    return Done(action="verify", words=f"{outcome}: {', '.join(ticked)}" if ticked else outcome)


@does(act.Consent)
def _consent(hand: Hand, action: act.Consent, outcome: str, _: Given) -> Done:
    what = f" to {hand.text(action.about)}" if action.about and outcome == "agreed" else ""
    return Done(action="consent", words=f"{outcome}{what}")


@does(act.Speaker)
def _speaker(hand: Hand, _: act.Speaker, __: str, given: Given) -> Done:
    before, name = hand.run.speaker, given["person"]
    hand.set_run(speaker=name)
    return Done(action="speaker", words=f"{name} speaks", undo={"before": before or "-"})


@undoes("speaker")
def _no_speaker(hand: Hand, done: Done) -> None:
    before = done.undo["before"]
    hand.set_run(speaker="" if before == "-" else before)
