"""The commands of the telephone: ready and not ready, take, answer, hold, hand over, end, call out."""

from __future__ import annotations

from console.plain import facts
from console.plain import wording as words
from console.plain.front import Front, keyed
from console.plain.shift_words import may_be_ready
from data.customers.phone import display
from data.models.agent import AgentState
from data.models.base import ContactId
from data.models.contact import RequestAction

IDLE = (AgentState.READY, AgentState.NOT_READY)


def _is_number(typed: str) -> bool:
    """Whether it can be called as it is; a shorter one is a place in the list."""
    return sum(char.isdigit() for char in typed) >= 3


class PhoneWords:
    """Each method does one command; `typed` is what followed it."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._targets: list[tuple[str, str, str]] = []
        """Where a call can go, as it was read out last."""

    async def do_ready(self, _typed: str) -> None:
        status = self._front.session.phone.status
        if status.state is AgentState.READY:
            self._front.say("You are ready already: type not ready, and a reason, to leave.")
        elif status.state is not AgentState.NOT_READY and not status.after_call:
            self._front.say(f"You are {status.state}: after it you will be ready.")
        elif status.after_call or await may_be_ready(self._front):
            await self._front.session.phone.toggle_ready()

    async def do_not_ready(self, typed: str) -> None:
        session = self._front.session
        reason = await self._front.choose("Why", keyed(session.seat.choices.not_ready), typed)
        await session.phone.toggle_ready(reason)

    async def do_take(self, typed: str) -> None:
        phone, waiting = self._front.session.phone, self._front.queue_read
        if not typed:
            await phone.take(None)
        elif not (typed.isdecimal() and 0 < int(typed) <= len(waiting)):
            self._front.say(f"The queue as it was read out has no number {words.brief(typed)}: type queue.")
        elif phone.contact is not None and phone.contact.id != waiting[int(typed) - 1]:
            doing = str(phone.status.state).capitalize()
            self._front.say(f"{doing}: {facts.who(phone.contact)}. End that first, then take another.")
        else:
            await phone.take(ContactId(waiting[int(typed) - 1]))

    async def do_answer(self, _typed: str) -> None:
        if self._front.session.phone.status.state is AgentState.RINGING:
            await self._front.session.phone.answer()
        else:
            self._front.say("Nothing rings here: type take for the next caller.")

    async def do_reject(self, _typed: str) -> None:
        await self._front.session.phone.reject()

    async def do_hold(self, _typed: str) -> None:
        if self._front.session.phone.held:
            self._front.say("The caller is on hold already: type resume.")
        else:
            await self._front.session.phone.hold()

    async def do_resume(self, _typed: str) -> None:
        if self._front.session.phone.held:
            await self._front.session.phone.hold()
        else:
            self._front.say("No caller is on hold.")

    async def do_transfer(self, typed: str) -> None:
        phone = self._front.session.phone
        if phone.contact is not None and phone.contact.consult and not typed:
            await phone.ask(RequestAction.COMPLETE_TRANSFER, phone.contact.consult)
        else:
            await self._hand_over(RequestAction.TRANSFER, typed)

    async def do_consult(self, typed: str) -> None:
        await self._hand_over(RequestAction.CONSULT, typed)

    async def _hand_over(self, action: RequestAction, typed: str) -> None:
        session = self._front.session
        if why := session.phone.cannot(action):
            self._front.say(words.told(why))
            return
        if not (typed.isdecimal() and self._targets):
            self._targets = await session.transfer_targets()
        choices = [(str(place), f"{name}, {doing}") for place, (_, name, doing) in enumerate(self._targets, 1)]
        label = await self._front.choose("To whom", choices, typed, free=_is_number)
        target = next(
            (one[0] for one, (_, told) in zip(self._targets, choices, strict=True) if told == label), label
        )
        await session.phone.ask(action, target)

    async def do_hang_up(self, _typed: str) -> None:
        await self._front.session.phone.ask(RequestAction.HANG_UP)

    async def do_voice_mail(self, _typed: str) -> None:
        await self._front.session.phone.ask(RequestAction.VOICE_MAIL)

    async def do_call(self, typed: str) -> None:
        phone = self._front.session.phone
        if phone.status.state not in IDLE:
            self._front.say(f"You are {phone.status.state}: end that first, then call.")
            return
        if not typed and self._front.glance is not None:
            customer = self._front.glance.customer
            known = next((one.e164 or one.raw for one in customer.phones), "")
            if known and await self._front.sure(f"Call {words.brief(customer.name)}, {display(known)}?"):
                typed = known
        if typed:
            await phone.call_out(typed)
        else:
            self._front.say("Not called. Type call and a number.")
