"""The commands about what is not settled with the hub."""

from __future__ import annotations

from collections.abc import Iterator

from console.plain import facts
from console.plain import wording as words
from console.plain.front import Front
from data.unsettled.rules import ChangeLine, Choice, ConflictLine, Unsettled
from widgets.sync_words import both_values, change_words, conflict_words, in_place, typed

MOST = 20
"""So many of each are read out."""


class SyncWords:
    """Each method does one command; `said` is what followed it."""

    def __init__(self, front: Front) -> None:
        self._front = front

    async def do_sync(self, _said: str) -> None:
        session = self._front.session
        await session.settling.read()
        self._front.say_all(facts.hub(session.sync))
        self._front.say_all(self._unsettled(session.settling.lines))

    async def do_conflicts(self, said: str) -> None:
        settling = self._front.session.settling
        number, _, wish = said.partition(" ")
        if not said:
            await settling.read()
            self._front.conflicts_read = settling.lines.conflicts[:MOST]
            self._front.say_all(self._conflicts(self._front.conflicts_read))
            return
        read = self._front.conflicts_read
        if not (number.isdecimal() and 0 < int(number) <= len(read)):
            self._front.say(f"Nothing was read out as number {words.brief(number)}: type conflicts first.")
            return
        conflict = read[int(number) - 1]
        choices = [(str(one)[0], str(one)) for one in conflict.choices]
        choice = await self._front.choose("Which one holds", choices, wish.strip())
        await settling.choose(conflict, Choice(choice))

    async def do_take_back(self, _said: str) -> None:
        await self._front.session.settling.take_back()

    def _unsettled(self, lines: Unsettled) -> Iterator[str]:
        for change in lines.refused[:MOST]:
            yield "Refused: " + words.sentence(_change(change), f"because {words.told(change.why)}")
        for change in lines.queued[:MOST]:
            yield f"Waiting: {_change(change)}."
        if lines.waiting > MOST:
            yield f"And {lines.waiting - MOST} more."
        if lines == Unsettled() and not self._front.session.sync.load.total:
            yield "Nothing waits, nothing was refused, nothing is in conflict."

    def _conflicts(self, conflicts: tuple[ConflictLine, ...]) -> Iterator[str]:
        if not conflicts:
            yield "No conflict: nobody else has changed what you changed."
        for place, conflict in enumerate(conflicts, 1):
            mine, theirs = (words.brief(value) for value in both_values(conflict))
            who = f"by {words.brief(conflict.by)}" if conflict.by else ""
            when = words.day(conflict.by_at, self._front.now) if conflict.by_at is not None else ""
            yield f"{place}: {words.brief(conflict_words(conflict))}."
            yield f"Mine: {mine}."
            yield "Theirs: " + words.sentence(theirs, who, when)
            yield f"In place: {words.brief(in_place(conflict))}."
        if conflicts:
            yield "Type conflicts, the number, and mine, theirs or both."


def _change(change: ChangeLine) -> str:
    """What was changed, with the text of a note or the like."""
    texts = [text for name, text in typed(change) if name in ("text", "about")]
    return words.brief(": ".join([change_words(change), *texts[:1]]))
