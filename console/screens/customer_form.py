"""Creating a customer: a short form, filled in with what is known of the caller."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from console.screens.drafting import DraftDialog
from console.services.drafts import Slip
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


class CustomerDialog(DraftDialog[dict[str, str]]):
    """Returns the form's texts; F10 saves."""

    def __init__(self, slip: Slip, known: Mapping[str, str]) -> None:
        super().__init__("New customer", slip, known)

    def compose_body(self) -> ComposeResult:
        for name, label in FIELDS:
            with Horizontal(classes="form-row"):
                shown = Lines(classes="label")
                shown.set_lines([line((f" {label}", "dim"))])
                yield shown
                if name == "plan":
                    yield ChoiceField(PLANS, id="draft-plan")
                else:
                    yield LineField(id=f"draft-{name}")
        yield Lines(id="dialog-foot", classes="foot")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    def action_accept(self) -> None:
        """Save when there is a name."""
        texts = self.fields
        if texts["name"].strip():
            self.accept(texts)
        else:
            self.show_fault("name: every customer needs one", "name")
