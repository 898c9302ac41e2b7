"""Where a call goes: a queue, an agent or a number, blind or after a word with the other side (CALL-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from console import actions
from console.screens.modal import Dialog
from widgets.fields import LineField
from widgets.lines import Lines, Row
from widgets.safe_text import Span, fit, line


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody or something that can be called: `value` is what the feed is asked for."""

    value: str
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class TransferWish:
    target: str
    warm: bool


class TransferDialog(Dialog[TransferWish]):
    """Type to narrow the list, enter for blind, a key for warm. A number can be typed as it is."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings([actions.WARM]))

    def __init__(self, targets: Sequence[Target]) -> None:
        super().__init__("Transfer to")
        self._targets = targets

    def compose_body(self) -> ComposeResult:
        yield LineField("queue, agent or number", id="transfer-field")
        yield Lines(id="transfer-list", led=True)
        yield Lines(id="dialog-foot", classes="foot")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#transfer-field").focus()
        self._list("")
        self.query_one("#dialog-foot", Lines).set_lines(
            [
                line(
                    " ", ("enter", "key"), (" blind: hand over at once", "dim"), "   ",
                    (self.key_of("warm"), "key"), (" warm: talk first", "dim"), "   ", ("esc", "key"), (" back", "dim"),
                )
            ]
        )  # fmt: skip

    def _list(self, typed: str) -> None:
        wanted = typed.strip().casefold()
        fitting = [one for one in self._targets if wanted in one.name.casefold()]
        rows = [Row(one.value, (Span("  " + fit(one.name, 34)), Span(one.state, "dim"))) for one in fitting]
        if wanted and any(char.isdigit() for char in wanted):
            rows.append(Row(typed.strip(), (Span("  call "), Span(typed.strip(), "bright"))))
        listed = self.query_one("#transfer-list", Lines)
        listed.set_rows(rows)
        listed.move_cursor(0)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._list(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_accept(False)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        self.dismiss(TransferWish(event.key, warm=False))

    def on_key(self, event: events.Key) -> None:
        listed = self.query_one("#transfer-list", Lines)
        if event.key in ("up", "down"):
            event.stop()
            listed.move_cursor(listed.cursor_row + (1 if event.key == "down" else -1))

    def action_accept(self, warm: bool) -> None:
        """Take the row under the cursor."""
        key = self.query_one("#transfer-list", Lines).key
        if key is not None:
            self.dismiss(TransferWish(key, warm=warm))
