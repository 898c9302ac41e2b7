"""What the script asks before it takes an answer, and choosing one of many by typing."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from console.screens.drafting import DraftDialog
from console.screens.modal import Dialog
from console.services.drafts import Slip
from data.playbook.actions import Asked
from widgets.fields import ChoiceField, LineField
from widgets.lines import Lines, Row, label
from widgets.safe_text import Line, Span, fit, line


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


class PickDialog(Dialog[str]):
    """Type to narrow a list, enter takes the line."""

    def __init__(self, title: str, choices: Sequence[tuple[str, str, str]], placeholder: str) -> None:
        """`choices`: (what is returned, its name, a word about it)."""
        super().__init__(title)
        self._choices = choices
        self._placeholder = placeholder

    def compose_body(self) -> ComposeResult:
        yield LineField(self._placeholder, id="pick-field")
        yield Lines(id="pick-list", led=True)
        yield Lines(id="dialog-foot", classes="foot")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#pick-field").focus()
        self._list("")
        keys = line(" ", ("enter", "key"), (" go there", "dim"), "   ", ("esc", "key"), (" back", "dim"))
        self.query_one("#dialog-foot", Lines).set_lines([keys])

    def _list(self, typed: str) -> None:
        wanted = typed.strip().casefold()
        rows = [
            Row(value, (Span(f"  {fit(value, 8)}", "dim"), Span(fit(name, 24)), Span(about, "dim")))
            for value, name, about in self._choices
            if wanted in f"{value} {name} {about}".casefold()
        ]
        listed = self.query_one("#pick-list", Lines)
        listed.set_rows(rows)
        listed.move_cursor(0)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._list(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        key = self.query_one("#pick-list", Lines).key
        if key is not None:
            self.dismiss(key)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        self.dismiss(event.key)

    def on_key(self, event: events.Key) -> None:
        if event.key in ("up", "down"):
            event.stop()
            listed = self.query_one("#pick-list", Lines)
            listed.move_cursor(listed.cursor_row + (1 if event.key == "down" else -1))
