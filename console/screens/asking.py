"""What the script asks before it takes an answer."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from console.screens.drafting import DraftDialog
from console.services.drafts import Slip
from data.playbook.actions import Asked
from widgets.fields import ChoiceField, LineField
from widgets.lines import Lines, label
from widgets.safe_text import Line, line


class AnswerDialog(DraftDialog[dict[str, str]]):
    """The fields that an answer needs; F10, or enter in the last one, goes on."""

    def __init__(self, title: str, asked: Sequence[Asked], slip: Slip, due: str = "") -> None:
        super().__init__(title, slip, {one.name: one.first for one in asked})
        self._asked = {one.name: one for one in asked}
        self._due = due

    @property
    def draft_keys(self) -> tuple[tuple[str, str], ...]:
        return (("enter", "next"), (self.key_of("keep"), "go on"))

    @property
    def remark(self) -> Line:
        return line((f" {self._due}", "bright")) if self._due else ()

    def compose_body(self) -> ComposeResult:
        for name, one in self._asked.items():
            with Horizontal(classes="form-row asked"):
                yield label(one.label)
                if one.choices:
                    yield ChoiceField(one.choices, id=f"draft-{name}")
                else:
                    yield LineField(one.hint or "–", id=f"draft-{name}")
        yield Lines(id="dialog-foot", classes="foot")

    def on_key(self, event: events.Key) -> None:
        if event.key == "enter" and isinstance(self.focused, ChoiceField):
            event.stop()
            self._next()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._next()

    def _next(self) -> None:
        if self.focused is not None and self.focused.id == f"draft-{list(self._asked)[-1]}":
            self.action_accept()
        else:
            self.focus_next()

    def action_accept(self) -> None:
        """Return what was given, if it is all there."""
        values = self.fields
        missing = [one for one in self._asked.values() if not one.optional and not values[one.name].strip()]
        if missing:
            self.show_fault(f"still needed: {missing[0].label.rstrip('?').lower()}", missing[0].name)
        else:
            self.accept(values)
