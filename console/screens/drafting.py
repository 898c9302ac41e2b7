"""Dialogs in which something is typed: whatever stands in them is a draft, kept while one types and after escape."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import DescendantFocus
from textual.widget import Widget
from textual.widgets import Input, TextArea

from console import actions
from console.screens.modal import Dialog
from console.services.drafts import Slip
from widgets.fields import TYPED, ChoiceField, CursorMoved, Field, LineField, TextField, end_of, mask
from widgets.lines import Lines
from widgets.safe_text import Line, Span, line
from widgets.times import seconds_of_day

T = TypeVar("T")


class DraftDialog(Dialog[T]):
    """A dialog with fields, each with the id `draft-` and its name. Sub-classes compose them."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings([actions.KEEP, actions.AFRESH]))

    ids: ClassVar[frozenset[str]] = frozenset()
    """Fields in which a long number is an id or a telephone, not a card."""

    def __init__(self, title: str, slip: Slip, known: Mapping[str, str]) -> None:
        """`known`: what stands in the fields when nothing was begun."""
        super().__init__(title)
        self._slip = slip
        self._known = known
        self._fault = ""
        self._wrong: dict[str, str] = {}
        """The texts as they were when that was said."""

    def furnish(self) -> None:
        super().furnish()
        self._fill({**self._known, **self._slip.fields})
        focus = self._slip.focus if self._slip.focus in self.fields else next(iter(self.fields))
        self.field(focus).put_cursor(self._slip.cursor if self._slip.fields else end_of(self.field(focus).value))
        self.set_focus(self.begins_in(focus))
        self._foot()
        self._tell()

    def begins_in(self, field: str) -> Widget:
        """What gets the keys first; `field` is where they were left, or the first one."""
        return self.field(field)

    @property
    def draft_keys(self) -> tuple[tuple[str, str], ...]:
        """The keys that accept, and what for."""
        return ((self.key_of("keep"), "save"),)

    @property
    def remark(self) -> Line:
        """What else is to be said above the keys, while there is no fault."""
        return ()

    def field(self, name: str) -> Field:
        """The field of this name."""
        found = self.query_one(f"#draft-{name}")
        assert isinstance(found, LineField | TextField | ChoiceField)
        return found

    @property
    def fields(self) -> dict[str, str]:
        """The texts as they stand, by field, first field first."""
        found = self.query("LineField, TextField, ChoiceField").results(LineField | TextField | ChoiceField)  # type: ignore[arg-type]
        return {str(field.id).removeprefix("draft-"): field.value for field in found}

    def _fill(self, texts: Mapping[str, str]) -> None:
        with self.prevent(*TYPED):
            for name in self.fields:
                self.field(name).value = texts.get(name, "")
                self.field(name).put_cursor(end_of(self.field(name).value))

    def show_fault(self, fault: str, name: str) -> None:
        """Say why it cannot be accepted, and go to the field that is about."""
        self._fault, self._wrong = fault, self.fields
        self._foot()
        self.set_focus(self.field(name))

    def _foot(self) -> None:
        spans: list[Span] = [Span(" ")]
        begun = self._slip.kept_at is not None and self.fields != self._fresh
        afresh = ((self.key_of("afresh"), "start afresh"),) if begun else ()
        for key, label in (*self.draft_keys, *afresh, ("esc", "back")):
            spans += [Span(key, "key"), Span(f" {label}    ", "dim")]
        kept = " kept while you type, also after esc"
        if begun and self._slip.kept_at is not None:
            kept = f" begun before, kept {seconds_of_day(self._slip.kept_at)}"
        foot: list[Line] = [line((f" ✗ {self._fault}", "bad")) if self._fault else self.remark, line((kept, "dim"))]
        self.query_one("#dialog-foot", Lines).set_lines([*foot, tuple(spans)])

    @property
    def _fresh(self) -> dict[str, str]:
        """The texts of a dialog in which nothing was typed."""
        choices = {str(one.id).removeprefix("draft-"): one.first for one in self.query(ChoiceField)}
        return {name: self._known.get(name) or choices.get(name, "") for name in self.fields}

    # telling

    def _stand(self) -> tuple[dict[str, str], str, tuple[int, int]]:
        """The texts, the field with the keys, the cursor in it."""
        fields = self.fields
        focused = str(self.focused.id).removeprefix("draft-") if self.focused is not None else ""
        return fields, focused, self.field(focused).cursor_at if focused in fields else (0, 0)

    def _tell(self) -> None:
        self._slip.typed(*self._stand())

    def _typed(self) -> None:
        """Whatever was wrong may be right now: it is said again when it is not."""
        was_wrong = bool(self._fault) and self.fields != self._wrong
        if was_wrong:
            self._fault = ""
        if any([mask(self.field(name)) for name in self.fields if name not in self.ids]):
            self.show_fault("a card number was masked: it is kept nowhere", self._stand()[1])
        elif was_wrong:
            self._foot()
        self._tell()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._typed()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._typed()

    def on_choice_field_changed(self, event: ChoiceField.Changed) -> None:
        event.stop()
        self._typed()

    def on_cursor_moved(self, event: CursorMoved) -> None:
        event.stop()
        self._tell()

    def on_descendant_focus(self, _event: DescendantFocus) -> None:
        self._tell()

    # leaving

    def action_afresh(self) -> None:
        """Put away what was begun: the fields are as they are the first time, and each takes its text back."""
        with self.prevent(*TYPED):
            for name, text in self._fresh.items():
                self.field(name).rewrite(text)
        self._fault = ""
        self._foot()
        self._tell()

    def action_safe(self) -> None:
        """Leave; what was typed is there the next time."""
        if not self.too_early(self.action_safe):
            self._leave()
            super().action_safe()

    def _leave(self) -> None:
        if self.fields == self._fresh:
            self._slip.discard()
        else:
            self._slip.close(*self._stand())

    def action_accept(self) -> Awaitable[None] | None:
        """Return what was typed. The draft stays until it is done."""
        raise NotImplementedError

    def accept(self, result: T) -> None:
        """Go, with a result."""
        if not self.guarded:
            self._leave()
            self.dismiss(result)


class TextDialog(DraftDialog[str]):
    """A line or a text to type. F10 (or enter on a single line) accepts what `check` finds no fault with."""

    def __init__(
        self,
        title: str,
        placeholder: str,
        slip: Slip,
        *,
        several_lines: bool = False,
        text: str = "",
        check: Callable[[], str] = str,
    ) -> None:
        super().__init__(title, slip, {"text": text})
        self._placeholder, self._several, self._check = placeholder, several_lines, check

    @property
    def draft_keys(self) -> tuple[tuple[str, str], ...]:
        return ((self.key_of("keep"), "add it"),) if self._several else (("enter", "go on"),)

    def compose_body(self) -> ComposeResult:
        field = TextField if self._several else LineField
        yield field(self._placeholder, id="draft-text")
        yield Lines(id="dialog-foot", classes="foot")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_accept()

    def action_accept(self) -> None:
        """Return the text."""
        text = self.field("text").value
        if text.strip() and (fault := self._check()):
            self.show_fault(fault, "text")
        else:
            self.accept(text)
