"""A macro before it applies: every change, old and new, and its text, which can still be changed (TICK-8)."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.widget import Widget

from console.screens.drafting import DraftDialog
from console.services.drafts import Slip
from data.macros.staging import Staged
from widgets.fields import TextField
from widgets.lines import Lines
from widgets.macro_words import TEXTS, preview
from widgets.safe_text import Line, Span, fit, line, wrap

LABEL_CELLS = 11


class MacroDialog(DraftDialog[str]):
    """Returns the text as the agent left it: then all of it is to be applied."""

    def __init__(self, staged: Staged, slip: Slip) -> None:
        super().__init__(f"Macro · {staged.macro.title}", slip, {"text": staged.text})
        self._staged = staged

    @property
    def draft_keys(self) -> tuple[tuple[str, str], ...]:
        if self._staged.blocked:
            return ()
        return ("enter", "apply"), ("tab", "text"), (self.key_of("keep"), "apply")

    def compose_body(self) -> ComposeResult:
        yield Lines(id="macro-changes", focusable=True)
        yield Lines(id="macro-text", classes="one")
        yield TextField("nothing is added to the ticket", id="draft-text")
        yield Lines(id="dialog-foot", classes="foot")

    def furnish(self) -> None:
        super().furnish()
        changes = self.query_one("#macro-changes", Lines)
        lines = self._lines(max(30, min(72, self.size.width * 96 // 100) - LABEL_CELLS - 6))
        changes.styles.height = len(lines) + 1
        changes.set_lines(lines)
        self.query_one("#macro-text", Lines).set_lines([line((f" {TEXTS[self._staged.kind]}", "dim"))])

    def begins_in(self, field: str) -> Widget:
        """The changes, where enter applies; the text, if that was being changed."""
        return self.field(field) if self._slip.focus == field else self.query_one("#macro-changes")

    def _lines(self, cells: int) -> list[Line]:
        lines: list[Line] = []
        for one in preview(self._staged):
            for place, part in enumerate(wrap(one.text, cells)):
                sign, label = (one.sign, one.label) if place == 0 else ("", "")
                named = Span(f" {fit(sign, 2)}", one.tone), Span(fit(label, LABEL_CELLS), "dim")
                lines.append((*named, Span(part, one.tone)))
        return lines or [line((" no field changes", "dim"))]

    def on_key(self, event: events.Key) -> None:
        if event.key == "enter" and not isinstance(self.focused, TextField):
            event.stop()
            self.action_accept()

    def action_accept(self) -> None:
        """Apply all of it, as long as nothing stands against it."""
        if self._staged.blocked:
            self.show_fault("mend that in the ticket first; nothing is changed", "text")
        else:
            self.accept(self.field("text").value)
