"""The commands about floor matters: the outage board, abuse, whom to call."""

from __future__ import annotations

from console.plain import wording as words
from console.plain.front import Front
from console.plain.outage_lines import board
from data.conduct.people import hours_of
from data.conduct.policy import PersonToCall


class MattersWords:
    """Each method does one command; `typed` is what followed it."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._read: tuple[PersonToCall, ...] = ()
        """Whom to call, as it was read out last."""

    async def do_outages(self, _typed: str) -> None:
        self._front.say_all(board(self._front.session.outages.down, self._front.now))

    async def do_abuse(self, _typed: str) -> None:
        if await self._front.session.conduct.abuse():
            self._front.script()

    async def do_whom(self, _typed: str) -> None:
        found = self._front.session.conduct.people
        self._read = tuple(person for person, _ in found)
        if not found:
            self._front.say("Nobody is configured to be called.")
        for place_, (person, there) in enumerate(found, 1):
            told = words.sentence(
                words.brief(person.name),
                words.brief(person.number),
                "there now" if there else f"not now, {hours_of(person)}",
                words.brief(person.about),
            )
            self._front.say(f"{place_}: {told}")
        if found:
            self._front.say("After the call, type called, the number, and what they said.")

    async def do_called(self, typed: str) -> None:
        number, _, said = typed.partition(" ")
        if not (number.isdecimal() and 0 < int(number) <= len(self._read)):
            self._front.say(f"Nobody was read out as number {words.brief(number) or 'that'}: type whom first.")
            return
        await self._front.session.conduct.called(self._read[int(number) - 1], said)
