"""Doing what is about telling: notices, callbacks, the offer of the contact."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from data.callbacks import callbacks, hours
from data.callbacks.callbacks import Override
from data.callbacks.when import when
from data.conduct import conduct
from data.customers.phone import normalise
from data.models.callback import CallbackOutcome
from data.models.conduct import ConductKind
from data.models.notice import NoticeRole
from data.notices import notices
from data.playbook import actions as act
from data.playbook.deeds.conduct import leader, record
from data.playbook.doing import Given, Hand, does, undoes
from data.playbook.run import Done

WHO = {"remote agent": NoticeRole.AGENT, "leader": NoticeRole.LEADER, "support": NoticeRole.SUPPORT}
REMOTE_SKILL = "remote"


@does(act.Notify)
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


@does(act.Callback)
def _callback(hand: Hand, action: act.Callback, _: str, given: Given) -> Done:
    work, customer, contact = hand.workplace, hand.facts.customer, hand.facts.contact
    phones = customer.phones if customer is not None else ()
    number = (contact.caller_e164 or contact.caller_number) if contact is not None else ""
    number = number or next((one.e164 or one.raw for one in phones), "")
    e164 = normalise(number)
    zone = ZoneInfo(hours.zone_of(e164, work.terms.zone.key).zone)
    due = when(action.due or given["due"], work.clock.now(), zone)
    wide = hours.window_end(work.callbacks, due) - due if action.window else timedelta()
    if action.due:  # nobody chose it: it is put where they may be called
        due = hours.next_in_hours(work.callbacks, due, zone, wide)
    override = None
    if action.hours == "other":
        override = Override(leader(hand, given["leader"])[0], given["reason"])
    made = callbacks.make(
        hand.store,
        number,
        due,
        work.agent,
        work.clock,
        about=hand.text(action.about),
        until=due + wide if wide else None,
        for_agent=work.agent if action.whose == "mine" else None,
        customer_id=hand.item.customer_id,
        contact_id=hand.item.contact_id,
        ticket_id=hand.item.ticket_id,
        zone=zone.key,
        verified=contact.verified if contact is not None else (),
        policy=work.callbacks,
        override=override,
    )
    at = due.astimezone(work.terms.zone)
    return Done(action="callback", words=f"callback {at:%a %H:%M}", undo={"callback": made.id})


@undoes("callback")
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


@does(act.Upsell)
def _upsell(hand: Hand, action: act.Upsell, outcome: str, given: Given) -> Done | None:
    if action.unsuitable and len(hand.item.runs) > 1:
        return None  # the script that is interrupted makes the contact's one offer
    offer = hand.text(action.offer) or "an offer"
    said = "not suitable" if action.unsuitable else outcome
    why = action.unsuitable or given.get("reason", "").strip()
    words = f"{offer}: {said}" + (f", {why}" if why else "")
    made = record(hand, ConductKind.OFFER, reason=", ".join(part for part in (said, why) if part), text=offer)
    return Done(action="upsell", words=words, undo={"said": said, "conduct": made}, facts={"outcome": said})


@undoes("upsell")
def _no_upsell(hand: Hand, done: Done) -> None:
    """What was said there counts no longer."""
    if "conduct" in done.undo:
        conduct.take_back(hand.store, done.undo["conduct"], hand.workplace.agent, hand.workplace.clock)
