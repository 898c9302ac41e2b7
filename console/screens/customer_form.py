"""The form for a new customer, and for changing one. It warns of customers who are probably known already."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input

from console.screens.drafting import DraftDialog
from console.screens.modal import GUARD_S
from console.services.drafts import Slip
from data.customers.form import MOST_PEOPLE, person_fields
from data.models.customer import Plan
from data.views import Found
from widgets.fields import ChoiceField, LineField
from widgets.lines import Lines, Row, label
from widgets.safe_text import Line, Span, fit, line

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
Doubt = Callable[[dict[str, str]], Awaitable[Mapping[str, str]]]
"""Finds the fields with a number that cannot be one, and why."""


class CustomerDialog(DraftDialog[Filled | Known]):
    """A key saves; with likely duplicates it asks first, and saves when pressed again."""

    ids: ClassVar[frozenset[str]] = frozenset({"account", "phone", "phone2"})

    def __init__(self, title: str, slip: Slip, known: Mapping[str, str], look: Look, doubt: Doubt) -> None:
        super().__init__(title, slip, known)
        self._look, self._doubt = look, doubt
        texts = {**known, **slip.fields}
        named = sum(1 for place in range(MOST_PEOPLE) if texts.get(person_fields(place)[0]))
        self._people = [person_fields(place) for place in range(min(MOST_PEOPLE, max(FEWEST_PEOPLE, named + 1)))]
        self._told: set[str] = set()
        """Keys of the duplicates that were asked about."""
        self._numbers: set[tuple[str, str]] = set()
        """The fields and numbers that were asked about."""
        self._number = ""
        """What is asked about a number now."""
        self._asked_at = 0.0
        self._asking = False
        self._accepting = False

    def compose_body(self) -> ComposeResult:
        with VerticalScroll(id="customer-form", can_focus=False):
            for name, called in FIELDS:
                with Horizontal(classes="form-row"):
                    yield label(called)
                    yield ChoiceField(PLANS, id="draft-plan") if name == "plan" else LineField(id=f"draft-{name}")
            for place, (name, money) in enumerate(self._people, 1):
                with Horizontal(classes="form-row -person"):
                    yield label(f"contact {place}")
                    yield LineField(id=f"draft-{name}")
                    yield ChoiceField(MONEY, id=f"draft-{money}")
        yield Lines(id="customer-doubles")
        yield Lines(id="dialog-foot", classes="foot")

    def furnish(self) -> None:
        self.query_one("#dialog").add_class("-form")
        super().furnish()
        self._show(())

    @property
    def doubles(self) -> Lines:
        """The list of likely duplicates."""
        return self.query_one("#customer-doubles", Lines)

    @property
    def draft_keys(self) -> tuple[tuple[str, str], ...]:
        if self._asking:
            return ("enter", "open that one"), (self.key_of("keep"), "save anyway")
        if self._number:
            return ((self.key_of("keep"), "save anyway"),)
        return ((self.key_of("keep"), "save"),)

    @property
    def remark(self) -> Line:
        if self._number:
            return line((f" ▲ {self._number}: who calls from it is not known by it", "warn"))
        if self.doubles.key is None:
            return ()
        question = ": open that one, or save this one as well?" if self._asking else "."
        return line((f" ▲ Probably known already{question}", "warn"))

    # duplicates

    def _typed(self) -> None:
        super()._typed()
        if self._number:
            self._number = ""
            self._foot()
        if not self._accepting:
            self._look_soon()

    @work(group="doubles", exclusive=True, exit_on_error=False)
    async def _look_soon(self) -> None:
        await asyncio.sleep(LOOK_S)
        found = await self._look(self.fields)
        if self in self.app.screen_stack:
            self._show(found)

    def _show(self, found: Sequence[Found], *, asking: bool = False) -> None:
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
        self._asking = asking
        self._foot()

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        if time.monotonic() - self._asked_at >= GUARD_S:
            self._slip.discard()
            self.dismiss(Known(event.key))

    # leaving

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    async def action_accept(self) -> None:
        """Save when there is a name, and the customer is new or was said to be new."""
        if self._accepting or time.monotonic() - self._asked_at < GUARD_S:
            return
        texts = self.fields
        if not texts["name"].strip():
            self.show_fault("name: every customer needs one", "name")
            return
        self._accepting = True
        self.workers.cancel_group(self, "doubles")  # what was looked for while typing would end the question
        try:  # awaited, so that the keys behind this one are for whatever is there then
            doubtful = await self._doubt(texts)
            found = await self._look(texts)
        finally:
            self._accepting = False
        if self._ask_about_number(texts, doubtful):
            return
        keys = {one.key for one in found}
        if keys <= self._told:
            self.accept(Filled(texts))
            return
        self._told |= keys
        self._number = ""
        self._asked_at = time.monotonic()
        self._fault = ""
        self._show(found, asking=True)
        self.doubles.move_cursor(0)
        self.doubles.focus()

    def _ask_about_number(self, texts: Mapping[str, str], doubtful: Mapping[str, str]) -> bool:
        """Ask about a number that cannot be one, once: there are others than ours, and the agent has the customer."""
        for name, why in doubtful.items():
            if (name, texts[name]) not in self._numbers:
                self._numbers.add((name, texts[name]))
                self._number = f"{dict(FIELDS)[name]}: {why}"
                self._asked_at, self._fault = time.monotonic(), ""
                self.set_focus(self.field(name))
                self._foot()
                return True
        return False
