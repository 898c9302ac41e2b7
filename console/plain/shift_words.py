"""The commands of the shift: time clock, checklist, and what is open at sign-off."""

from __future__ import annotations

import re
from collections.abc import Sequence

from console.plain import wording as words
from console.plain.front import Front
from data.queue.people import meant
from data.shift import hours
from data.shift.checklist import Checklist
from data.shift.open_matters import MatterKind, OpenMatter
from data.shift.policy import Sight

_HAND_OVER = re.compile(r"(?:hand over|hand|h)\s+(\d+)(?:\s+(?:to\s+)?(.+))?", re.IGNORECASE)


class ShiftWords:
    """Each method does one command; `typed` is what followed it."""

    def __init__(self, front: Front) -> None:
        self._front = front

    async def do_shift(self, _typed: str) -> None:
        session, now = self._front.session, self._front.now
        await session.shift.read()
        worked = await session.shift.worked()
        zone = session.seat.settings.terms.zone
        view = session.shift.view
        since = (
            f"Clocked in since {view.shift.at.astimezone():%H:%M}"
            if view is not None and view.shift is not None
            else "Not clocked in"
        )
        self._front.say(
            f"{since}. Today {hours.hours(worked.today(now, zone))}, this week {hours.hours(worked.this_week(now, zone))}"
            f" of {session.shift.policy.week_hours:g} hours."
        )
        for one in worked.forgotten[-1:]:
            self._front.say(f"No clock-out after {one.start.astimezone():%d %B %H:%M}: a supervisor enters it.")
        self._front.say_all(await session.reporting.shift_lines())
        self._say_next()

    def _say_next(self) -> None:
        shift = self._front.session.shift
        if shift.view is None or not shift.on:
            self._front.say("Type clock in to begin your shift.")
            return
        found = shift.view.current
        if found.next is None:
            self._front.say("Every step is done.")
        else:
            self._front.say(
                f"{_called(found)} {found.passed} of {len(found.lines)}. Next: {found.next.step.label}."
            )

    async def do_clock_in(self, _typed: str) -> None:
        await self._front.session.shift.clock_in()
        self._say_next()

    async def do_step(self, typed: str) -> None:
        shift = self._front.session.shift
        await shift.read()
        found = shift.view.current if shift.view is not None and shift.on else None
        if found is None or found.next is None:
            self._say_next()
            return
        step, (how, _, who) = found.next.step, typed.partition(" ")
        if how == "waive":
            await shift.waive(found.name, step.id, who)
        elif step.seen is Sight.READY:
            self._front.say("Type ready.")
            return
        else:
            await shift.say_done(found.name, step.id)
        self._say_next()


async def may_be_ready(front: Front) -> bool:
    """Whether the agent becomes READY; with steps open that is asked, and noted."""
    shift = front.session.shift
    if shift.clock_in_first:
        front.say("Clock in first: type clock in.")
        return False
    if not (steps := shift.open_before_ready):
        return True
    if not await front.sure(
        f"{words.count(len(steps), 'step')} open, next {steps[0].label}. Become ready all the same?"
    ):
        return False
    await shift.go_on_anyway()
    return True


async def through_the_gate(front: Front, matters: Sequence[OpenMatter]) -> Sequence[OpenMatter] | None:
    """Say what is open, and hand over by name what somebody else is to finish. Returns what stays open when the agent
    goes; None: the agent stays."""
    while matters:
        front.say(f"Still open: {words.count(len(matters), 'thing')}.")
        front.say_all(matters_told(matters))
        answer = await front.ask(
            "Sign off all the same? What is open stays yours. yes, no, or hand over and a number"
        )
        if answer.casefold() in ("y", "yes"):
            break
        if (wish := _HAND_OVER.fullmatch(answer)) is None:
            return None
        await _hand_over(front, matters, int(wish[1]), wish[2] or "")
        matters = await front.session.shift.open_matters()
    return matters


async def _hand_over(front: Front, matters: Sequence[OpenMatter], place: int, typed: str) -> None:
    session = front.session
    if not 1 <= place <= len(matters):
        front.say(f"There is no {place}.")
        return
    matter = matters[place - 1]
    if matter.kind is MatterKind.REPORT:
        front.say("A queue report is given by whoever was on shift: say no, then type report.")
        return
    people = await session.shift.colleagues()
    to = meant(people, typed or await front.ask(f"Who goes on with {words.brief(matter.title)}"))
    if to is None:
        front.say(
            f"Nobody of that name. Known here: {', '.join(words.brief(one.name) for one in people) or 'nobody'}."
        )
    else:
        await session.seat.guard(session.wrap_up.hand_over(matter, to))


def matters_told(matters: Sequence[OpenMatter]) -> list[str]:
    """What is open, a line each."""
    return [
        f"{place}: {words.sentence(str(one.kind), words.brief(one.title), words.brief(one.state))}"
        for place, one in enumerate(matters, 1)
    ]


def _called(found: Checklist) -> str:
    return {"sign-on": "Signing on", "restart": "Restart"}[found.name]
