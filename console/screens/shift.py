"""The shift: the time clock with its hours, the checklist that is under way, breaks and reports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual.binding import BindingType

from console import actions
from console.screens.drafting import TextDialog
from console.screens.listing import ListDialog
from console.screens.modal import ConfirmDialog
from console.services.drafts import Slip
from console.services.shift import Shift
from data.clock import Clock
from data.shift.checklist import Checklist, StepLine, Turn
from data.shift.policy import Sight
from data.shift.time_clock import Worked
from widgets.lines import Row
from widgets.safe_text import Line, line, wrap
from widgets.shift_words import break_lines, clock_line, outcome_words, step_line
from widgets.times import time_of_day

Do = Callable[[Awaitable[object]], None]
"""Does something beside the event loop's other work; what goes wrong becomes a sentence."""
AGAIN_S = 20.0
"""How often the hours are worked out anew while one looks at them."""


class Wish(StrEnum):
    """What the agent wants that the workspace does."""

    READY = "ready"
    SIGN_OFF = "sign off"


class OpenStepsDialog(ConfirmDialog):
    """READY, although steps are open? The key of the shift goes on with them instead."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings([actions.OPEN_SHIFT]))

    def __init__(self, lines: Sequence[str], go_on: Callable[[], Awaitable[None]]) -> None:
        super().__init__("Steps are open", lines, "become READY", "stay NOT READY")
        self._go_on = go_on

    async def action_shift(self) -> None:
        """Go on with the steps."""
        self.dismiss(False)
        await self._go_on()


class ShiftDialog(ListDialog[Wish]):
    """The shift as a list; enter passes the step whose turn it is."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings(actions.SHIFT))

    def __init__(
        self,
        shift: Shift,
        worked: Worked,
        reports: Sequence[str],
        clock: Clock,
        zone: ZoneInfo,
        do: Do,
        slip: Callable[[str], Slip],
    ) -> None:
        """`slip`: the draft of a waiver, by the step that it is about."""
        super().__init__("Shift")
        self._shift = shift
        self._worked = worked
        self._reports = reports
        self._clock = clock
        self._zone = zone
        self._do = do
        self._slip = slip
        self._at_next = True
        """The cursor goes to the step whose turn it is, until it is moved."""

    def furnish(self) -> None:
        super().furnish()
        self.query_one("#dialog").add_class("-tall")
        self.set_interval(AGAIN_S, lambda: self._do(self._look_again()))

    async def _look_again(self) -> None:
        self._worked = await self._shift.worked()
        self.draw()

    @property
    def _lists(self) -> list[Checklist]:
        view = self._shift.view
        if view is None:
            return []
        return [*([view.restart] if view.restart is not None else []), view.sign_on]

    def foot(self) -> Sequence[Sequence[tuple[str, str]]]:
        clock = "clock out" if self._shift.on else "clock in"
        return [
            [("enter", "done"), (self.key_of("waive"), "waive"), (self.key_of("clock"), clock), ("esc", "back")]
        ]

    def works(self, key: str) -> bool:
        one = self._step
        mine = one is not None and one.turn is Turn.NEXT
        if key == "enter":
            return mine
        if key == self.key_of("waive"):
            return mine and one is not None and one.step.waive
        return True

    def show(self, worked: Worked | None = None) -> None:
        """Show it as it is now; the cursor goes on to the next step."""
        self._worked = worked if worked is not None else self._worked
        self._at_next = True
        self.draw()

    def draw(self) -> None:
        super().draw()
        if self._at_next and self.query("#listed") and self.listed.size.width:
            self._at_next = False
            wanted = next((f"{one.name}/{one.next.step.id}" for one in self._lists if one.next is not None), "")
            keys = [row.key for row in self.rows(0)]
            if wanted in keys:
                self.listed.move_cursor(keys.index(wanted))

    @property
    def _step(self) -> StepLine | None:
        """The step under the cursor."""
        name, _, step = (self.listed.key or "").partition("/")
        return next(
            (one for found in self._lists if found.name == name for one in found.lines if one.step.id == step), None
        )

    def rows(self, cells: int) -> list[Row]:
        view, now = self._shift.view, self._clock.now()
        since = view.shift.at if view is not None and view.shift is not None else None
        shift = view.shift if view is not None else None
        head = [
            *clock_line(shift, self._worked, now, self._zone, self._shift.policy.week_hours),
            *break_lines(self._worked, since, now),
        ]
        rows = [Row(f"head:{place}", one) for place, one in enumerate(head)]
        for found in self._lists:
            title = {"sign-on": "Signing on", "restart": "Restart"}[found.name]
            rows.append(
                Row(
                    f"list:{found.name}",
                    line((f" {title}", "accent"), (f"  {found.passed} of {len(found.lines)}", "dim")),
                )
            )
            rows += [Row(f"{found.name}/{one.step.id}", step_line(one, cells)) for one in found.lines]
        if self._reports:
            rows.append(Row("reports", line((" Queue reports", "accent"))))
            rows += [Row(f"report:{place}", line(f"   {one}")) for place, one in enumerate(self._reports)]
        return rows

    def about(self, key: str, cells: int) -> list[Line]:
        one = self._step
        told = self._told(one) if one is not None else self._told_of(key)
        return [line((f" {part}", "dim")) for part in wrap(told, cells)[:2]]

    def _told(self, one: StepLine) -> str:
        if one.stamp is not None:
            more = f" · {one.stamp.text}" if one.stamp.text and not one.step.waive else ""
            return f"{one.step.label}: {outcome_words(one.stamp)} at {time_of_day(one.stamp.at)}{more}"
        if one.turn is Turn.LATER:
            return "The steps go in their order: the one before comes first."
        if one.step.seen is Sight.CLOCKED_IN:
            return "enter clocks you in; your shift goes on until you clock out, also over a restart."
        if one.step.seen is Sight.READY:
            return "enter makes you READY."
        if one.step.seen is Sight.RESTARTED:
            leave = f" {self.key_of('waive')} leaves it out with a name." if one.step.waive else ""
            return (
                f"Leave with {self.key_of('quit')}, restart, sign on again: the list goes on here by itself.{leave}"
            )
        return "enter says that it is done."

    def _told_of(self, key: str) -> str:
        if key.startswith("head:"):
            return (
                "Days and weeks end at the site's midnight; breaks are listed beside the hours and taken from none."
            )
        return ""

    def take(self, key: str) -> None:
        one, name = self._step, key.partition("/")[0]
        if one is None:
            return
        if one.turn is Turn.NEXT and one.step.seen is Sight.CLOCKED_IN and not self._shift.on:
            self._do(self._shift.clock_in())
        elif one.turn is Turn.NEXT and one.step.seen is Sight.READY:
            self.dismiss(Wish.READY)
        else:
            self._do(self._shift.say_done(name, one.step.id))

    def action_clock(self) -> None:
        """Clock in; or sign off, at the end of which one clocks out."""
        if self._shift.on:
            self.dismiss(Wish.SIGN_OFF)
        else:
            self._do(self._shift.clock_in())

    def action_waive(self) -> None:
        """Ask who said so, and leave the step out."""
        one, name = self._step, (self.listed.key or "").partition("/")[0]
        if one is None or one.turn is not Turn.NEXT or not one.step.waive:
            self.app.notify("This step is not to be left out.", markup=False, timeout=4)
            return
        slip = self._slip(f"{name}/{one.step.id}")

        def said(who: str | None) -> None:
            if who is not None:
                slip.discard()
                self._do(self._shift.waive(name, one.step.id, who))

        self.app.push_screen(TextDialog(f"Waive: {one.step.label}", "who said so, and why", slip), said)
