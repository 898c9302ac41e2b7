"""The commands of the contact in hand and of the console: script, wrapping up, the desk, figures, status, help."""

from __future__ import annotations

from console.plain import commands, facts
from console.plain import wording as words
from console.plain.front import Front, keyed
from data.models.agent import AgentState

IN_HAND = (AgentState.ON_CALL, AgentState.ON_HOLD, AgentState.WRAP_UP)
HINT = (
    "Type help and a command, or help all. While you are asked something, a dot before a word makes it a command."
)


class ContactWords:
    """Each method does one command; `typed` is what followed it."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._read: tuple[str, ...] = ()
        """The things on the desk, as they were read out last."""

    # the contact

    async def do_script(self, typed: str) -> None:
        card = self._front.card
        if card is None or not typed:
            self._front.script()
            return
        script = self._front.session.script
        if typed.casefold() in ("back", "b"):
            await script.back()
        elif any(one.key == typed for one in card.answers):
            await self._answer(typed, card.card)
        else:
            self._front.say(f"The card has no answer {words.brief(typed)}: type script.")
            return
        self._front.script()

    async def _answer(self, key: str, card: str) -> None:
        """Give an answer; what it needs is asked first."""
        script = self._front.session.script
        needs = await script.needs(key)
        values: dict[str, str] = {}
        if needs.due:
            self._front.say(f"To pay: {words.told(needs.due)}.")
        for asked in needs.asked:
            for place, (_, name) in enumerate(asked.choices, 1):
                self._front.say(f"{place}: {words.told(name)}.")
            known = f" (empty: {words.brief(asked.first)})" if asked.first else ""
            typed = await self._front.ask(f"{asked.label.rstrip('?')}{known}") or asked.first
            chosen = (
                asked.choices[int(typed) - 1][0]
                if typed.isdecimal() and 0 < int(typed) <= len(asked.choices)
                else typed
            )
            values[asked.name] = chosen
        await script.given(card, key, values)

    async def do_wrap(self, typed: str) -> None:
        session = self._front.session
        if session.phone.status.state not in IN_HAND:
            self._front.say("There is no contact to wrap up.")
            return
        how = await self._front.choose("How did it end", keyed(session.seat.choices.dispositions), typed)
        await session.wrap_up.dispose(how)

    # the desk

    async def do_desk(self, typed: str) -> None:
        if not typed:
            self._read = tuple(one.id for one in self._front.desk)
            self._front.say_all(facts.desk(self._front.desk, self._front.now))
            return
        read = self._read or tuple(one.id for one in self._front.desk)
        if not (typed.isdecimal() and 0 < int(typed) <= len(read)):
            self._front.say(f"Your desk has no number {words.brief(typed)}: type desk.")
            return
        await self._front.session.switch(read[int(typed) - 1])
        here = next((one for one in self._front.desk if one.current), None)
        if here is not None:
            self._front.say("In hand: " + words.sentence(f"{here.kind} {words.brief(here.who)}", here.state))

    async def do_drop(self, _typed: str) -> None:
        session = self._front.session
        before = session.desk.item
        if before is None:
            self._front.say("Nothing is on your desk.")
            return
        dropped = await session.drop(sure=False)
        if not dropped and await self._front.sure("It holds text that is not saved. Throw the text away?"):
            dropped = await session.drop(sure=True)
        if not dropped:
            self._front.say("It stays on your desk.")
        elif session.desk.item is not before:
            self._front.say("Put away.")

    async def do_figures(self, _typed: str) -> None:
        queues = self._front.queue.figures if self._front.queue is not None else ()
        self._front.say_all(facts.figures(self._front.today, queues))

    # the console

    async def do_status(self, _typed: str) -> None:
        self._front.status()
        self._front.say(f"Signed on: {words.brief(self._front.session.seat.agent.name)}.")
        if self._front.desk:
            self._front.say(f"On your desk: {len(self._front.desk)}.")
        await self.do_hub("")

    async def do_hub(self, _typed: str) -> None:
        if self._front.state is not None:
            self._front.say_all(facts.hub(self._front.state.sync))

    async def do_again(self, _typed: str) -> None:
        said, self._front.said = self._front.said, []
        self._front.say(*said or ("Nothing was said.",))

    async def do_help(self, typed: str) -> None:
        if typed.casefold() == "all":
            self._front.say(*(commands.told(one) for one in commands.COMMANDS))
        elif not typed:
            self._front.say(*commands.overview(), HINT)
        elif (command := commands.find(typed) or commands.nearest(typed)) is not None:
            self._front.say(commands.told(command))
        else:
            self._front.say(f"There is no command {words.brief(typed)}.")
