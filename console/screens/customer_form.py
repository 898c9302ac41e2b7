"""Creating and changing a customer: one form, which says when the customer is probably known already (CUST-4)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input

from console import actions
from console.screens.modal import GUARD_S, Dialog
from data.customers.form import MOST_PEOPLE, person_fields
from data.models.customer import Plan
from data.text.cards import mask_cards
from data.views import Found
from widgets.fields import ChoiceField, LineField
from widgets.lines import Lines, Row
from widgets.safe_text import Span, fit, line

FIELDS = (
    ("name", "name"),
    ("company", "company"),
    ("account", "account"),
    ("phone", "phone"),
    ("phone2", "phone 2"),
    ("email", "e-mail"),
    ("street", "address"),
    ("city", "city"),
    ("plan", "plan"),
    ("notes", "note"),
)
PLANS = [("", "none"), *((str(plan.value), f"{plan.value} {plan.label}") for plan in Plan)]
MONEY = [("", "unmarked"), ("yes", "yes, may discuss money"), ("no", "no, not about money")]
"""Unmarked means yes for a sole contact and no for one of several."""
UNMASKED = ("account", "phone", "phone2")
"""An account is an id, and a number is masked when it turns out to be none."""
LOOK_S = 0.15
"""How long typing must rest before duplicates are looked for."""
FEWEST_PEOPLE = 2


@dataclass(frozen=True, slots=True)
class Filled:
    """The form is to be saved."""

    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """The customer is there already: open that one."""

    key: str


Look = Callable[[dict[str, str]], Awaitable[Sequence[Found]]]
"""Finds the customers that a form probably doubles."""


class CustomerDialog(Dialog[Filled | Known]):
    """A key saves; with likely duplicates it asks first, and saves when pressed again."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings([actions.KEEP]))

    def __init__(self, title: str, known: Mapping[str, str], look: Look) -> None:
        super().__init__(title)
        self._known = known
        self._look = look
        named = sum(1 for place in range(MOST_PEOPLE) if known.get(person_fields(place)[0]))
        self._people = [person_fields(place) for place in range(min(MOST_PEOPLE, max(FEWEST_PEOPLE, named + 1)))]
        self._told: set[str] = set()
        """Keys of the duplicates that were asked about."""
        self._asked_at = 0.0
        self._accepting = False
        self._fault = ""

    def compose_body(self) -> ComposeResult:
        with VerticalScroll(id="customer-form", can_focus=False):
            for name, label in FIELDS:
                with Horizontal(classes="form-row"):
                    yield _label(label)
                    yield self._field_of(name)
            for place, (name, money) in enumerate(self._people, 1):
                with Horizontal(classes="form-row -person"):
                    yield _label(f"contact {place}")
                    yield LineField(id=f"customer-{name}")
                    yield ChoiceField(MONEY, id=f"customer-{money}")
        yield Lines(id="customer-doubles")
        yield Lines(id="dialog-foot", classes="foot")

    def _field_of(self, name: str) -> LineField | ChoiceField:
        return ChoiceField(PLANS, id="customer-plan") if name == "plan" else LineField(id=f"customer-{name}")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#dialog").add_class("-form")
        for name in self._names:
            self._field(name).value = self._known.get(name, "")
        self._field("name").focus()
        self._show(())

    @property
    def _names(self) -> list[str]:
        return [*(name for name, _ in FIELDS), *(name for pair in self._people for name in pair)]

    def _field(self, name: str) -> LineField | ChoiceField:
        field = self.query_one(f"#customer-{name}")
        assert isinstance(field, LineField | ChoiceField)
        return field

    @property
    def texts(self) -> dict[str, str]:
        """What stands in the form."""
        return {name: self._field(name).value for name in self._names}

    @property
    def doubles(self) -> Lines:
        """The list of likely duplicates."""
        return self.query_one("#customer-doubles", Lines)

    def _foot(self, *, asking: bool = False) -> None:
        said = line((f" {self._fault}", "bad")) if self._fault else ()
        if not self._fault and self.doubles.key is not None:
            question = ": open that one, or save this one as well?" if asking else "."
            said = line((f" ▲ Probably known already{question}", "warn"))
        keys = [("enter", "key"), (" open that one", "dim"), ("    ", "")] if asking else []
        keys += [(self.key_of("keep"), "key"), (" save anyway" if asking else " save", "dim"), ("    ", "")]
        keys += [("esc", "key"), (" back", "dim")]
        self.query_one("#dialog-foot", Lines).set_lines([said, line(" ", *keys)])

    # duplicates

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        name = (event.input.id or "").removeprefix("customer-")
        masked = event.value if name in UNMASKED else mask_cards(event.value)
        if masked != event.value:
            event.input.value = masked
            return
        if name == "name":
            self._fault = ""
        if not self._accepting:
            self._look_soon()

    def on_choice_field_changed(self, event: ChoiceField.Changed) -> None:
        event.stop()

    @work(group="doubles", exclusive=True, exit_on_error=False)
    async def _look_soon(self) -> None:
        await asyncio.sleep(LOOK_S)
        self._show(await self._look(self.texts))

    def _show(self, found: Sequence[Found]) -> None:
        reason = max((len(one.why) for one in found), default=0)
        room = self.query_one("#customer-form").size.width - reason - 6
        rows = []
        for one in found:
            head = Span(" ▲ " + fit(one.head, room * 2 // 5) + " ", "bright")
            detail = Span(fit(one.detail, room - room * 2 // 5 - 2) + " ")
            rows.append(Row(one.key, (head, detail, Span(one.why, "warn"))))
        self.doubles.set_rows(rows)
        self.doubles.can_focus = self.doubles.display = bool(rows)
        self.doubles.styles.height = len(rows)
        self._foot()

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        if time.monotonic() - self._asked_at >= GUARD_S:
            self.dismiss(Known(event.key))

    # leaving

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    def action_accept(self) -> None:
        """Save when there is a name, and the customer is new or was said to be new."""
        if self._accepting or time.monotonic() - self._asked_at < GUARD_S:
            return
        if not self._field("name").value.strip():
            self._fault = "✗ name: every customer needs one"
            self._foot()
            self._field("name").focus()
            return
        self._accepting = True
        self._accept(self.texts)

    @work(group="doubles", exclusive=True, exit_on_error=False)
    async def _accept(self, texts: dict[str, str]) -> None:
        try:
            found = await self._look(texts)
        finally:
            self._accepting = False
        self._show(found)
        keys = {one.key for one in found}
        if keys <= self._told:
            self.dismiss(Filled(texts))
            return
        self._told |= keys
        self._asked_at = time.monotonic()
        self.doubles.move_cursor(0)
        self.doubles.focus()
        self._foot(asking=True)


def _label(text: str) -> Lines:
    shown = Lines(classes="label")
    shown.set_lines([line((f" {text}", "dim"))])
    return shown
