"""The callbacks that were promised: the list of them, and the form for another one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from console import actions
from console.screens.drafting import DraftDialog
from console.screens.listing import ListDialog
from console.screens.modal import ConfirmDialog
from console.services.callbacks import CallbackWish
from console.services.drafts import Slip
from data.callbacks.callbacks import CallbackFaultError, number_of
from data.callbacks.rules import CallbackLine, Standing, attempts_left, in_order, standing, tries
from data.callbacks.when import WhenError, when
from data.clock import Clock
from data.customers.phone import display
from data.models.callback import CallbackOutcome
from widgets.fields import ChoiceField, LineField
from widgets.lines import Lines, Row, label
from widgets.safe_text import Line, Span, fit, line, wrap
from widgets.times import day, time_of_day
from widgets.work_lines import SHAPES

NEW = "new"
FIELDS = (("when", "when"), ("number", "number"), ("about", "about"), ("who", "for"))
WHO = [("", "anybody"), ("me", "me")]
Record = Callable[[str, CallbackOutcome], Awaitable[None]]


class CallbacksDialog(ListDialog[CallbackLine | str]):
    """A list; enter returns the callback that is to be made, a key `NEW` for another one, the other keys log."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings(actions.CALLBACKS))
    empty = "No callback is promised."

    def __init__(self, lines: Sequence[CallbackLine], clock: Clock, most: int, record: Record) -> None:
        """`most`: how often one tries."""
        super().__init__("Callbacks")
        self._promised = list(lines)
        self._clock = clock
        self._most = most
        self._record = record

    def foot(self) -> Sequence[Sequence[tuple[str, str]]]:
        return [
            [(self.key_of(one.id), one.label) for one in actions.CALLBACKS[1:]],
            [("enter", "open and call"), (self.key_of("new_callback"), "promise another"), ("esc", "back")],
        ]

    @property
    def chosen(self) -> CallbackLine | None:
        """The callback under the cursor."""
        return self._one(self.listed.key)

    def _one(self, key: str | None) -> CallbackLine | None:
        return next((one for one in self._promised if one.callback.id == key), None)

    def show(self, lines: Sequence[CallbackLine]) -> None:
        """Show the callbacks as they are."""
        self._promised = list(lines)
        self.draw()

    def rows(self, cells: int) -> list[Row]:
        now = self._clock.now()
        return [Row(one.callback.id, _row(one, now, cells, self._most)) for one in in_order(self._promised, now)]

    def about(self, key: str, cells: int) -> list[Line]:
        one, now = self._one(key), self._clock.now()
        if one is None:
            return []
        who = (one.customer, display(one.callback.number), f"ticket {one.ticket}" if one.ticket else "")
        tried = " · ".join(f"{day(try_.at, now)} {try_.outcome}" for try_ in one.attempts[-3:])
        whose = f"for {one.for_name or one.callback.for_agent}" if one.callback.for_agent else "for anybody"
        until = f", until {time_of_day(one.callback.until)}" if one.callback.until is not None else ""
        text = [line(f" {part}") for part in wrap(one.callback.about, cells)[:1]]
        return [
            line((f" {' · '.join(part for part in who if part)}", "bright")),
            *text,
            line((f" due {_due(one, now)}{until} · {whose}", "dim")),
            line((f" {tried or 'not tried yet'}", "dim")),
        ]

    def take(self, key: str) -> None:
        self.dismiss(self._one(key))

    async def action_log(self, outcome: str) -> None:
        """Log what came of a call."""
        if (one := self.chosen) is not None:
            await self._record(one.callback.id, CallbackOutcome(outcome))

    def action_give_up(self) -> None:
        """Ask, and log that nobody will call any more."""
        one = self.chosen
        if one is None:
            return
        left = attempts_left(one.attempts, self._most)
        tells = f"{left} of {self._most} tries are left." if left else f"All {self._most} tries are used."
        question = ConfirmDialog("Give it up?", [tells, "Nobody will call any more."], "give it up", "keep it")

        async def answered(sure: bool | None) -> None:
            if sure:
                await self._record(one.callback.id, CallbackOutcome.GIVEN_UP)

        self.app.push_screen(question, answered)

    def action_new_callback(self) -> None:
        """Promise another one."""
        self.dismiss(NEW)


def _due(one: CallbackLine, now: datetime) -> str:
    """`14:30` today, `Tue 09:00` in the week, else the day as well."""
    at, today = one.callback.due_at.astimezone(), now.astimezone()
    if at.date() == today.date():
        return f"{at:%H:%M}"
    near = timedelta(0) < at.date() - today.date() < timedelta(days=7)
    return f"{at:%a %H:%M}" if near else f"{at.day} {at:%b %H:%M}"


def _row(one: CallbackLine, now: datetime, cells: int, most: int) -> Line:
    how = standing(one.callback, now)
    shape, tone = SHAPES[how]
    who = one.customer or display(one.callback.number)
    word, due, tried, whose = 10, 14, 10, 9
    room = max(8, cells - 3 - word - due - tried - whose)
    quiet = "dim" if how is Standing.LATER else ""
    return (
        Span(f" {shape} ", tone),
        Span(fit(how, word), tone),
        Span(fit(_due(one, now), due), quiet),
        Span(fit(who, room - 1) + " ", quiet or "bright"),
        Span(fit(f"{tries(one.attempts)} of {most}", tried), "dim"),
        Span(fit("mine" if one.callback.for_agent else "anybody", whose), "dim"),
    )


class CallbackDialog(DraftDialog[CallbackWish]):
    """The form for a callback: when, to which number, about what, and whose it is."""

    ids: ClassVar[frozenset[str]] = frozenset({"number"})

    def __init__(self, title: str, slip: Slip, known: Mapping[str, str], clock: Clock, region: str) -> None:
        super().__init__(title, slip, known)
        self._clock = clock
        self._region = region

    def on_mount(self) -> None:
        self.query_one("#dialog").add_class("-form")
        super().on_mount()

    def compose_body(self) -> ComposeResult:
        for name, called in FIELDS:
            with Horizontal(classes="form-row"):
                yield label(called)
                if name == "who":
                    yield ChoiceField(WHO, id="draft-who")
                else:
                    yield LineField(
                        "30, 2h, 14:30, tomorrow 9, mon 10:00" if name == "when" else "", id=f"draft-{name}"
                    )
        yield Lines(id="dialog-foot", classes="foot")

    @property
    def draft_keys(self) -> tuple[tuple[str, str], ...]:
        return ((self.key_of("keep"), "promise it"),)

    @property
    def remark(self) -> Line:
        typed = self.fields["when"]
        try:
            at = when(typed, self._clock.now()).astimezone()
        except WhenError as error:
            return line((f" {error}", "dim"))
        return line(" ", ("●", "good"), f" {at:%A} {at.day} {at:%B}, {at:%H:%M}")

    def _typed(self) -> None:
        self._fault = ""
        super()._typed()
        if not self._fault:
            self._foot()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    def action_accept(self) -> None:
        """Promise it, when time and number can be used."""
        texts = self.fields
        try:
            due_at = when(texts["when"], self._clock.now())
        except WhenError as error:
            self.show_fault(str(error), "when")
            return
        try:
            number_of(texts["number"], self._region)
        except CallbackFaultError as error:
            self.show_fault(str(error), "number")
            return
        self.accept(CallbackWish(due_at, texts["number"], texts["about"], mine=texts["who"] == "me"))
