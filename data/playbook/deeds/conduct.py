"""Doing what is about conduct: what happened with the customer is recorded."""

from __future__ import annotations

from decimal import Decimal

from data.billing.amounts import money_text, parse_money
from data.conduct import conduct
from data.models.agent import LEADERS
from data.models.base import AgentId
from data.models.conduct import ConductKind
from data.playbook import actions as act
from data.playbook.doing import Given, Hand, ScriptError, does, undoes
from data.playbook.run import Done
from data.playbook.wording import GAP
from data.queue.people import everyone, meant


@does(act.Conduct)
def _conduct(hand: Hand, action: act.Conduct, _: str, given: Given) -> Done:
    kind, amount = ConductKind(action.kind), _amount(hand, action)
    reason, text = hand.text(action.reason), given.get("note", "").strip()
    if kind is ConductKind.EXCEPTION:
        granted_by = leader(hand, given["leader"])[1]
        reason, text = (
            given["reason"].strip(),
            ": ".join(part for part in (f"granted by {granted_by}", text) if part),
        )
    if action.item:
        text = f"item {action.item}" + (f": {text}" if text else "")
    made = record(hand, kind, reason=reason, amount=amount, text=text)
    words = " ".join(part for part in (str(kind), money_text(amount) if amount is not None else "") if part)
    undo = {"conduct": made, "item": action.item or "-"}
    return Done(action="conduct", words=f"{words}: {reason}" if reason else words, undo=undo, facts={"kind": kind})


@undoes("conduct")
def _no_conduct(hand: Hand, done: Done) -> None:
    conduct.take_back(hand.store, done.undo["conduct"], hand.workplace.agent, hand.workplace.clock)


def record(
    hand: Hand, kind: ConductKind, *, reason: str = "", amount: Decimal | None = None, text: str = ""
) -> str:
    """Record something of the contact and the ticket in hand; its id."""
    made = conduct.record(
        hand.store,
        kind,
        hand.workplace.agent,
        hand.workplace.clock,
        contact_id=hand.item.contact_id,
        customer_id=hand.item.customer_id,
        ticket_id=hand.item.ticket_id,
        reason=reason,
        amount=amount,
        text=text,
    )
    return made.id


def _amount(hand: Hand, action: act.Conduct) -> Decimal | None:
    if action.item:
        return hand.workplace.catalogue.item(action.item).price
    said = hand.text(action.amount)
    return parse_money(said) if said not in ("", GAP) else None


def leader(hand: Hand, named: str) -> tuple[AgentId, str]:
    """The supervisor or administrator whom a name, or an id, means.

    Raises:
        ScriptError: nobody of that name is one.
    """
    leaders = [one for one in everyone(hand.store, played=True) if one.role in LEADERS]
    found = next((one for one in leaders if one.id == named), None) or meant(leaders, named)
    if found is None:
        raise ScriptError("No supervisor of that name is known here: type the name as they sign on.")
    return AgentId(found.id), found.name


def cost_was_said(hand: Hand, item: str) -> bool:
    """Whether the customer has heard what an item costs now, or that it costs more: in this contact, on this ticket, or in a
    script that had neither yet."""
    deeds = [one for run in hand.item.runs for one in run.deeds()] + hand.done
    noted = [one.undo["conduct"] for one in deeds if one.action == "conduct"]
    said = conduct.about(hand.store, hand.item.contact_id, hand.item.ticket_id, noted)
    price = hand.workplace.catalogue.item(item).price
    return any(
        one.kind is ConductKind.COST_SAID
        and one.text.partition(":")[0] == f"item {item}"
        and one.amount is not None
        and one.amount >= price
        for one in said
    )
