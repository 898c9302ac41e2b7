"""Creating a customer: a short form, filled in with what is known of the caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from console import actions
from console.screens.modal import Dialog
from data.models.customer import Plan
from widgets.fields import ChoiceField, LineField
from widgets.lines import Lines
from widgets.safe_text import line

FIELDS = (
    ("name", "name"),
    ("company", "company"),
    ("phone", "phone"),
    ("phone2", "phone 2"),
    ("email", "e-mail"),
    ("street", "address"),
    ("city", "city"),
    ("plan", "plan"),
    ("notes", "note"),
)
PLANS = [("", "none"), *((str(plan.value), f"{plan.value} {plan.label}") for plan in Plan)]


class CustomerDialog(Dialog[dict[str, str]]):
    """Returns the form's texts."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings([actions.KEEP]))

    def __init__(self, known: Mapping[str, str]) -> None:
        super().__init__("New customer")
        self._known = known

    def compose_body(self) -> ComposeResult:
        for name, label in FIELDS:
            with Horizontal(classes="form-row"):
                shown = Lines(classes="label")
                shown.set_lines([line((f" {label}", "dim"))])
                yield shown
                if name == "plan":
                    yield ChoiceField(PLANS, id="new-plan")
                else:
                    yield LineField(id=f"new-{name}")
        yield Lines(id="dialog-foot", classes="foot")

    def on_mount(self) -> None:
        super().on_mount()
        for name, text in self._known.items():
            self.query_one(f"#new-{name}", LineField).value = text
        self.query_one("#new-name").focus()
        self._foot("")

    def _foot(self, fault: str) -> None:
        keys = line(" ", (self.key_of("keep"), "key"), (" save", "dim"), "    ", ("esc", "key"), (" back", "dim"))
        self.query_one("#dialog-foot", Lines).set_lines([line((f" {fault}", "bad")) if fault else (), keys])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    def action_accept(self) -> None:
        """Save when there is a name."""
        texts = {}
        for name, _ in FIELDS:
            field = self.query_one(f"#new-{name}")
            assert isinstance(field, LineField | ChoiceField)
            texts[name] = field.value
        if not texts["name"].strip():
            self._foot("✗ name: every customer needs one")
            self.query_one("#new-name").focus()
            return
        self.dismiss(texts)
