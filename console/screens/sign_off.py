"""Signing off: what is still open, each to be finished or handed over by name, and the two ways to go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from textual.binding import BindingType

from console import actions
from console.screens.listing import ListDialog
from console.screens.picking import PickDialog
from data.models.agent import Agent
from data.shift.open_matters import MatterKind, OpenMatter
from widgets.lines import Lines, Row
from widgets.safe_text import Line, Span, fit, line, wrap

SHAPES = {
    MatterKind.CONTACT: ("◆", "accent"),
    MatterKind.REPORT: ("■", "bad"),
    MatterKind.CALLBACK: ("▲", "warn"),
    MatterKind.DRAFT: ("●", "warn"),
    MatterKind.MAIL: ("▲", "warn"),
}
OPENS = {
    MatterKind.CONTACT: "enter wraps it up.",
    MatterKind.REPORT: "enter opens the report.",
    MatterKind.CALLBACK: "enter opens your callbacks: call from there.",
    MatterKind.DRAFT: "enter goes on with it.",
    MatterKind.MAIL: "It goes out by itself once the server takes it; whoever it is handed over to is told of it.",
}
HandOver = Callable[[OpenMatter, Agent], Awaitable[Sequence[OpenMatter]]]
"""Hands one over, and returns what is still open."""
Look = Callable[[], Awaitable[Sequence[OpenMatter] | None]]


class Going(StrEnum):
    """How one goes."""

    OUT = "out"
    """Clock out and sign off."""
    AWAY = "away"
    """Sign off, and come back."""


@dataclass(frozen=True, slots=True)
class Open:
    """This is to be finished first."""

    matter: OpenMatter


class ColleagueDialog(PickDialog[Agent]):
    """Who goes on with something: type a name, or go to it; enter takes."""

    on_purpose = True

    def __init__(self, people: Sequence[Agent], what: str) -> None:
        super().__init__(f"Hand over: {what}", "name of whoever goes on with it")
        self._people = people

    @property
    def foot(self) -> Sequence[tuple[str, str]]:
        return (("enter", "hand over"), ("esc", "back"))

    def rows(self, typed: str) -> list[Row]:
        wanted = typed.casefold()
        fitting = [one for one in self._people if wanted in one.name.casefold()]
        return [Row(one.id, (Span("  " + fit(one.name, 34)), Span(str(one.role), "dim"))) for one in fitting]

    def result(self, key: str) -> Agent:
        return next(one for one in self._people if one.id == key)


class SignOffDialog(ListDialog[Open | Going]):
    """What is open. Returns what is to be finished, or how one goes."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings(actions.GATE))

    def __init__(
        self,
        matters: Sequence[OpenMatter],
        people: Sequence[Agent],
        waits: str,
        hand_over: HandOver,
        look: Look,
        *,
        on: bool,
    ) -> None:
        """`waits`: what the hub has not taken, in a sentence. `look`: what is open now; None: it cannot be told. `on`: clocked in."""
        super().__init__("Sign off")
        self._matters = list(matters)
        self._people = people
        self._waits = waits
        self._hand_over = hand_over
        self._look = look
        self._on = on
        self._covered = False
        """Another dialog was over it: what is open may be something else now."""

    def on_screen_suspend(self) -> None:
        self._covered = True

    def on_screen_resume(self) -> None:
        if self._covered:
            self.run_worker(self._look_again(), exclusive=True, exit_on_error=False)

    async def _look_again(self) -> None:
        if (found := await self._look()) is not None:
            self._matters = list(found)
            self.draw()

    @property
    def empty(self) -> str:
        return "Nothing is open: you can go."

    def foot(self) -> Sequence[Sequence[tuple[str, str]]]:
        key = self.key_of
        away = "sign off, I come back" if self._on else "sign off all the same"
        first = [("enter", "finish it"), (key("hand_over"), "hand over")]
        if self._on:
            first.append((key("leave_for_today"), "clock out and sign off"))
        return [first, [(key("come_back"), away), ("esc", "stay")]]

    def works(self, key: str) -> bool:
        if key in ("enter", self.key_of("hand_over")):
            return self._matter is not None and not (key == "enter" and self._matter.kind is MatterKind.MAIL)
        return key != self.key_of("leave_for_today") or not self._matters

    @property
    def _matter(self) -> OpenMatter | None:
        return next((one for one in self._matters if one.key == self.listed.key), None)

    def rows(self, cells: int) -> list[Row]:
        return [Row(one.key, _row(one, cells)) for one in self._matters]

    def tell(self) -> None:
        super().tell()
        if not self._matters and self._waits:
            below = self.query_one("#list-about", Lines)
            below.set_lines([line((f" {self.empty}", "dim")), *self._waiting(below.size.width - 2)])

    def about(self, key: str, cells: int) -> list[Line]:
        one = self._matter
        if one is None:
            return []
        told = [line((f" {fit(one.title, cells).rstrip()}", "bright")), line((f" {OPENS[one.kind]}", "dim"))]
        return [*told, *self._waiting(cells)]

    def _waiting(self, cells: int) -> list[Line]:
        """What the hub has not taken."""
        parts = wrap(self._waits, cells - 3)[:2] if self._waits else []
        return [line((f" {'▲' if place == 0 else ' '} {part}", "warn")) for place, part in enumerate(parts)]

    def take(self, key: str) -> None:
        one = self._matter
        if one is not None and one.kind is not MatterKind.MAIL:
            self.dismiss(Open(one))

    def action_hand_over(self) -> None:
        """Ask to whom, and hand the one under the cursor over."""
        one = self._matter
        if one is None:
            return
        if one.kind is MatterKind.REPORT:
            self.app.notify("A queue report is given by whoever was on shift: enter opens it.", markup=False)
            return
        if not self._people:
            self.app.notify("Nobody else is known at this seat: finish it yourself.", markup=False)
            return

        async def chosen(to: Agent | None) -> None:
            if to is not None:
                self._matters = list(await self._hand_over(one, to))
                self.draw()

        self.app.push_screen(ColleagueDialog(self._people, one.title), chosen)

    def action_go(self, how: str) -> None:
        """Go, when nothing keeps."""
        going = Going(how)
        if going is Going.OUT and (not self._on or self._matters):
            told = (
                f"{len(self._matters)} {'things are' if len(self._matters) > 1 else 'thing is'} still open: finish"
                f" {'them' if len(self._matters) > 1 else 'it'}, or hand over ({self.key_of('hand_over')})."
                if self._on
                else "You are not clocked in, so there is nothing to clock out of."
            )
            self.app.notify(f"▲ {told}", severity="warning", markup=False, timeout=6)
        else:
            self.dismiss(going)


def _row(one: OpenMatter, cells: int) -> Line:
    shape, tone = SHAPES[one.kind]
    state = 28 if cells >= 70 else 22
    return (
        Span(f" {shape} ", tone),
        Span(fit(str(one.kind), 10), tone),
        Span(fit(one.title, max(10, cells - 14 - state)) + " ", "bright"),
        Span(fit(one.state, state), "dim"),
    )
