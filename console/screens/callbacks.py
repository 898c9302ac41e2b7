"""The callbacks that were promised: the list of them, and the form for another one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from console import actions
from console.screens.drafting import DraftDialog
from console.screens.listing import ListDialog
from console.screens.modal import ConfirmDialog
from console.services.callbacks import CallbackGround, CallbackWish
from console.services.drafts import Slip
from data.callbacks.callbacks import CallbackFaultError, Override, number_of
from data.callbacks.hours import (
    ZoneError,
    hours_text,
    in_hours,
    their_time,
    window_end,
    zone_named,
    zone_of,
)
from data.callbacks.rules import CallbackLine, Standing, attempts_left, in_order, standing, tries
from data.callbacks.when import WhenError, when
from data.clock import Clock
from data.customers.phone import display, normalise
from data.models.base import AgentId
from data.models.callback import Callback, CallbackOutcome
from widgets.fields import ChoiceField, LineField
from widgets.lines import Lines, Row, label
from widgets.safe_text import Line, Span, fit, line, wrap
from widgets.times import day, time_of_day
from widgets.work_lines import SHAPES

NEW = "new"
TICKS = ("name", "phones", "address")
"""What is verified when a message is taken."""
WHO = [("", "anybody"), ("me", "me")]
Record = Callable[[str, CallbackOutcome], Awaitable[None]]


class CallbacksDialog(ListDialog[CallbackLine | str]):
    """A list; enter returns the callback that is to be made, a key `NEW` for another one, the other keys log."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings(actions.CALLBACKS))
    empty = "No callback is promised."

    def __init__(
        self,
        lines: Sequence[CallbackLine],
        clock: Clock,
        most: int,
        record: Record,
        zone_at: Callable[[Callback], str],
    ) -> None:
        """`most`: how often one tries; `zone_at`: the zone of whoever is called."""
        super().__init__("Callbacks")
        self._zone_at = zone_at
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
        return [
            Row(one.callback.id, _row(one, now, cells, self._most, self._zone_at(one.callback)))
            for one in in_order(self._promised, now)
        ]

    def about(self, key: str, cells: int) -> list[Line]:
        one, now = self._one(key), self._clock.now()
        if one is None:
            return []
        who = (one.customer, display(one.callback.number), f"ticket {one.ticket}" if one.ticket else "")
        tried = " · ".join(f"{day(try_.at, now)} {try_.outcome}" for try_ in one.attempts[-3:])
        whose = f"for {one.for_name or one.callback.for_agent}" if one.callback.for_agent else "for anybody"
        until = f", until {time_of_day(one.callback.until)}" if one.callback.until is not None else ""
        text = [line(f" {part}") for part in wrap(one.callback.about, cells)[:1]]
        zone = self._zone_at(one.callback)
        clock = f" · {their_time(one.callback.due_at, zone)} for them"
        more = [line((f" {part}", "dim")) for part in _numbers(one)]
        return [
            line((f" {' · '.join(part for part in who if part)}", "bright")),
            *text,
            line((f" due {_due(one, now)}{until}{clock} · {whose}", "dim")),
            *more,
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


def _numbers(one: CallbackLine) -> list[str]:
    """What else is known of reaching them: numbers with when they work, what was verified, who allowed the hour."""
    numbers = [
        display(phone.e164 or phone.raw) + (f" {phone.note}" if phone.note else "")
        for phone in one.callback.numbers
    ]
    said = [" · ".join(numbers)] if numbers else []
    if one.callback.flagged:
        said.append(f"outside the hours, allowed by {one.allowed_by or 'a leader'}: {one.callback.override_why}")
    elif one.callback.verified:
        said.append(f"verified: {', '.join(one.callback.verified)}")
    return said


def _row(one: CallbackLine, now: datetime, cells: int, most: int, zone: str) -> Line:
    how = standing(one.callback, now)
    shape, tone = SHAPES[how]
    who = one.customer or display(one.callback.number)
    word, due, clock, tried, whose = 9, 11, 12, 7, 8
    room = max(8, cells - 3 - word - due - clock - tried - whose)
    quiet = "dim" if how is Standing.LATER else ""
    return (
        Span(f" {shape} ", tone),
        Span(fit(how, word), tone),
        Span(fit(_due(one, now), due), quiet),
        Span(fit(who, room - 1) + " ", quiet or "bright"),
        Span(fit(their_time(now, zone), clock), "dim"),
        Span(fit(f"{tries(one.attempts)} of {most}", tried), "dim"),
        Span(fit("mine" if one.callback.for_agent else "anybody", whose), "dim"),
    )


class CallbackDialog(DraftDialog[CallbackWish]):
    """The form for a callback: when by the customer's own clock, to which numbers, about what, whose it is, what was
    verified, and who allowed it where it is outside the hours in which customers are called."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings([actions.ALLOW, actions.KEEP, actions.AFRESH]))
    ids: ClassVar[frozenset[str]] = frozenset({"number", "number2", "number3"})

    def __init__(self, title: str, slip: Slip, known: Mapping[str, str], ground: CallbackGround) -> None:
        self._guess = zone_of(normalise(known.get("number", ""), ground.region), ground.site)
        super().__init__(title, slip, {**known, "zone": self._guess.zone})
        self._ground = ground

    def furnish(self) -> None:
        self.query_one("#dialog").add_class("-form")
        super().furnish()
        self._guess_zone()

    def compose_body(self) -> ComposeResult:
        with Horizontal(classes="form-row"):
            yield label("when")
            yield LineField("by their clock: 2h, 14:30, tomorrow 9, mon 10:00", id="draft-when")
        yield from self._number("number", "number")
        with Horizontal(classes="form-row"):
            yield label("about")
            yield LineField(id="draft-about")
        with Horizontal(classes="form-row"):
            yield label("for")
            yield ChoiceField(WHO, id="draft-who")
        with Horizontal(classes="form-row"):
            yield label("window")
            hours = self._ground.policy.window_hours
            yield ChoiceField(
                [("", "no window"), ("yes", f"{hours} hours from then on, and no longer")], id="draft-window"
            )
        with Horizontal(classes="form-row"):
            yield label("their zone")
            yield LineField("a city in it, or Central", id="draft-zone")
            yield Lines(id="callback-zone")
        yield from self._number("number2", "2nd number")
        yield from self._number("number3", "3rd number")
        with Horizontal(classes="form-row"):
            yield label("verified")
            for tick in TICKS:
                yield ChoiceField([("", f"{tick} –"), ("yes", f"{tick} ✓")], id=f"draft-{tick}")
        with Horizontal(classes="form-row"):
            yield label("allowed by")
            yield ChoiceField([("", "–"), *self._ground.leaders], id="draft-leader")
            yield LineField("and why, if it is outside the hours", id="draft-because")
        yield Lines(id="dialog-foot", classes="foot")

    def _number(self, name: str, called: str) -> ComposeResult:
        """A number, and when it works."""
        with Horizontal(classes="form-row"):
            yield label(called)
            yield LineField(id=f"draft-{name}")
            yield LineField("when it works", id=f"draft-{name.replace('number', 'works')}")

    @property
    def draft_keys(self) -> tuple[tuple[str, str], ...]:
        allow = ((self.key_of("allow"), "allow it"),) if self._ground.me_leads else ()
        return ((self.key_of("keep"), "promise it"), *allow)

    @property
    def remark(self) -> Line:
        try:
            due_at, until, zone = self._times()
        except (WhenError, ZoneError) as error:
            return line((f" {error}", "dim"))
        local = due_at.astimezone(zone)
        ends = f"–{until.astimezone(zone):%H:%M}" if until is not None else ""
        here = due_at.astimezone()
        mine = f" ({time_of_day(due_at)} here)" if local.utcoffset() != here.utcoffset() else ""
        said = f"{local:%a} {local.day} {local:%b}, {local:%H:%M}{ends}{mine}"
        if in_hours(self._ground.policy, due_at, until, zone):
            return line(" ", ("●", "good"), f" {said}")
        hours = hours_text(self._ground.policy)
        return line(" ", ("▲", "warn"), f" {said}: outside {hours} of their clock")

    def _times(self) -> tuple[datetime, datetime | None, ZoneInfo]:
        """When it is due, the end of its window, and the customer's zone.

        Raises:
            WhenError, ZoneError: one of them cannot be read.
        """
        texts = self.fields
        zone = ZoneInfo(zone_named(texts["zone"]))
        due_at = when(texts["when"], self._ground.clock.now(), zone)
        return due_at, window_end(self._ground.policy, due_at) if texts["window"] else None, zone

    def _guess_zone(self) -> None:
        """Another number may be of another zone; what the agent typed stays."""
        before = self._guess
        self._guess = zone_of(normalise(self.fields["number"], self._ground.region), self._ground.site)
        if self._guess.zone != before.zone and self.fields["zone"] == before.zone:
            self.field("zone").rewrite(self._guess.zone)
        self._say_zone()

    def _say_zone(self) -> None:
        try:
            zone = zone_named(self.fields["zone"])
        except ZoneError:
            said = ""
        else:
            now = f"{their_time(self._ground.clock.now(), zone)} there"
            doubt = "ask where they are" if zone == self._guess.zone and self._guess.why else ""
            said = " · ".join(part for part in (now, doubt) if part)
        self.query_one("#callback-zone", Lines).set_lines([line((said, "dim"))])

    def _typed(self) -> None:
        self._fault = ""
        super()._typed()
        self._guess_zone()
        if not self._fault:
            self._foot()

    def on_key(self, event: events.Key) -> None:
        if event.key == "enter" and isinstance(self.focused, ChoiceField):
            event.stop()
            self.focus_next()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    def action_allow(self) -> None:
        """A supervisor allows it, for the reason that stands there, and promises it."""
        if not self._ground.me_leads:
            self.show_fault("only supervisors allow it: give the name of one", "leader")
            return
        self.field("leader").rewrite(self._ground.me)
        self.action_accept()

    def action_accept(self) -> None:
        """Promise it, when it can be."""
        texts = self.fields
        try:
            due_at, until, zone = self._times()
        except ZoneError as error:
            self.show_fault(str(error), "zone")
            return
        except WhenError as error:
            self.show_fault(str(error), "when")
            return
        numbers = [(texts["number"], texts["works"])]
        numbers += [
            (texts[name], texts[f"works{name[-1]}"]) for name in ("number2", "number3") if texts[name].strip()
        ]
        for name, (number, _) in zip(("number", "number2", "number3"), numbers, strict=False):
            try:
                number_of(number, self._ground.region)
            except CallbackFaultError as error:
                self.show_fault(str(error), name)
                return
        override = Override(AgentId(texts["leader"]), texts["because"]) if texts["leader"] else None
        if not in_hours(self._ground.policy, due_at, until, zone):
            if override is None:
                hours = hours_text(self._ground.policy)
                self.show_fault(f"outside {hours} of their clock: another time, or who allows it", "leader")
                return
            if not override.why.strip():
                self.show_fault("still needed: why it is allowed", "because")
                return
        self.accept(
            CallbackWish(
                due_at,
                until,
                tuple(numbers),
                zone.key,
                texts["about"],
                mine=texts["who"] == "me",
                verified=tuple(tick for tick in TICKS if texts[tick]),
                override=override,
            )
        )
