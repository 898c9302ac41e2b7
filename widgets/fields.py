"""Fields of forms: a line, a text, a choice; compact, without boxes, safe to draw whatever stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.text import Text
from textual import events
from textual._types import WatchCallbackType
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, TextArea
from textual.widgets.input import Selection

from data.text.cards import mask_cards
from data.text.pasted import pasted
from widgets.safe_text import fit, stand_in
from widgets.tones import style_of


class CursorMoved(Message):
    """The cursor of a field stands elsewhere."""


@dataclass
class PasteCut(Message):
    """What was pasted did not fit: so many letters were left out, the field has room for so many."""

    left_out: int
    room: int


LINE_ROOM, TEXT_ROOM = 1_000, 20_000
"""Letters up to which a line and a text take what is pasted."""
TEXT_BINDINGS: list[BindingType] = [
    Binding("ctrl+t,ctrl+underscore", "undo", "take back", show=False),
    Binding("ctrl+y", "redo", "bring again", show=False),
]
"""No ctrl+z: some terminals stop the program on it."""
MOST_STEPS = 200


class LineField(Input):
    """One line of text. What is drawn stands in letter for letter for what is kept."""

    BINDINGS: ClassVar[list[BindingType]] = TEXT_BINDINGS
    virtual_size: reactive[Size] = reactive(Size(0, 0), layout=False)
    """Other than Textual's: a letter does not lay the whole screen out anew."""

    def __init__(self, placeholder: str = "", *, id: str | None = None, max_length: int = 0) -> None:
        super().__init__(placeholder=placeholder, id=id, compact=True, select_on_focus=False, max_length=max_length)
        self.cursor_blink = False
        self._past: list[tuple[str, int]] = []
        self._future: list[tuple[str, int]] = []
        """Texts and cursors before and after the steps that can be taken back and brought again."""
        self._typing = -1
        """Where the cursor was left by a letter: the next one there belongs to the same step."""
        self._stepped = self.value
        """The text after the last step: another one was put in, and what was before is nobody's."""

    def replace(self, text: str, start: int, end: int) -> None:
        """Put a text in the place of another, which can be taken back; a word at a time while one types."""
        before, at = self.value, self.cursor_position
        super().replace(text, start, end)
        if self.value == before:
            return
        if self._stepped != before:
            self._past.clear()
        goes_on = len(text) == 1 and not text.isspace() and start == end and self._past and self._typing == at
        if not goes_on:
            self._past = [*self._past[1 - MOST_STEPS :], (before, at)]
        self._typing = self.cursor_position if len(text) == 1 else -1
        self._future.clear()
        self._stepped = self.value

    def rewrite(self, text: str) -> None:
        """Put another text in, which can be taken back."""
        self._typing = -1
        self.replace(text, 0, len(self.value))

    def action_undo(self) -> None:
        """Take the last edit back."""
        self._step(self._past, self._future)

    def action_redo(self) -> None:
        """Bring again what was taken back."""
        self._step(self._future, self._past)

    def _step(self, source: list[tuple[str, int]], target: list[tuple[str, int]]) -> None:
        if self._stepped != self.value:
            self._past.clear()
            self._future.clear()
        if source:
            target.append((self.value, self.cursor_position))
            self.value, self.cursor_position = source.pop()
            self._stepped, self._typing = self.value, -1

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted stays one line: line ends become spaces."""
        event.prevent_default()
        event.stop()
        start, end = sorted(self.selection)
        text = " ".join(pasted(event.text).split("\n"))
        text = _fitting(self, text, (self.max_length or LINE_ROOM) - len(self.value) + end - start)
        if text:
            self.replace(text, start, end)

    @property
    def _value(self) -> Text:
        return Text(stand_in(self.value), no_wrap=True, overflow="ignore", end="")

    def watch_selection(self, _selection: Selection) -> None:
        """Tell that the cursor moved; Textual's own watcher has drawn it."""
        self.post_message(CursorMoved())

    def on_resize(self) -> None:
        """A text that was put in before the field had its size is shown where its cursor is."""
        self.call_after_refresh(
            self.scroll_to_region, Region(self._cursor_offset, 0, 1, 1), force=True, animate=False
        )

    @property
    def cursor_at(self) -> tuple[int, int]:
        """Row and column of the cursor."""
        return 0, self.cursor_position

    def put_cursor(self, at: tuple[int, int]) -> None:
        """Set the cursor to (row, column)."""
        self.cursor_position = at[1]


class TextField(TextArea):
    """Several lines of text; tab goes on to the next field."""

    BINDINGS: ClassVar[list[BindingType]] = TEXT_BINDINGS

    def __init__(self, placeholder: str = "", *, id: str | None = None) -> None:
        super().__init__(
            id=id, compact=True, show_line_numbers=False, highlight_cursor_line=False, placeholder=placeholder
        )
        self._put_in = ("", "")
        """The text that was put in, and what Textual made of it."""
        self.cursor_blink = False

    def watch(self, obj: DOMNode, attribute_name: str, callback: WatchCallbackType, init: bool = True) -> None:
        """Textual never forgets who watches the theme of the application (Textual#6666), and would keep each field
        that ever was. Ours has its colours from the style sheet and is told of another theme by that."""
        if obj is not self.app:
            super().watch(obj, attribute_name, callback, init)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._set_theme(self._theme.name)

    def on_text_area_selection_changed(self, event: TextArea.SelectionChanged) -> None:
        """Tell that the cursor moved."""
        event.stop()
        self.post_message(CursorMoved())

    def on_paste(self, event: events.Paste) -> None:
        """Put in what is pasted, as far as there is room."""
        event.prevent_default()
        event.stop()
        text = _fitting(self, pasted(event.text), TEXT_ROOM - len(self.text) + len(self.selected_text))
        if text and (edited := self._replace_via_keyboard(text, *self.selection)) is not None:
            self.move_cursor(edited.end_location)

    def undo(self) -> None:
        """Take the last edit back."""
        if self.history.undo_stack:
            self._cursor_away()
            super().undo()

    def redo(self) -> None:
        """Bring again what was taken back."""
        if self.history.redo_stack:
            self._cursor_away()
            super().redo()

    def _cursor_away(self) -> None:
        """The cursor goes where there surely is a line: while Textual takes lines away it looks where it stands,
        and would end the console when that is no place any more."""
        with self.prevent(TextArea.SelectionChanged):
            self.move_cursor((0, 0))

    def get_line(self, line_index: int) -> Text:
        """The line as it is drawn."""
        return Text(stand_in(self.document.get_line(line_index)), end="", no_wrap=True)

    @property
    def value(self) -> str:
        """The text. As long as nobody has changed it, it is what was put in, line breaks and all: Textual
        makes one kind of line break of all kinds."""
        return self._put_in[0] if self.text == self._put_in[1] else self.text

    @value.setter
    def value(self, text: str) -> None:
        if text != self.value:
            self.load_text(text)
            self._put_in = (text, self.text)

    def rewrite(self, text: str) -> None:
        """Put another text in, which can be taken back."""
        if text != self.value:
            self.history.checkpoint()
            self.replace(text, (0, 0), self.document.end)
            self._put_in = (text, self.text)

    @property
    def cursor_at(self) -> tuple[int, int]:
        """Row and column of the cursor."""
        return self.cursor_location

    def put_cursor(self, at: tuple[int, int]) -> None:
        """Set the cursor to (row, column)."""
        self.move_cursor(at)


class ChoiceField(Widget, can_focus=True):
    """One of a few values: left and right, the first letter or the digit of a choice change it."""

    DEFAULT_CSS = "ChoiceField { height: 1; }"

    value: reactive[str] = reactive("")

    @dataclass
    class Changed(Message):
        """Another value was chosen."""

        field: ChoiceField
        value: str

        @property
        def control(self) -> ChoiceField:
            return self.field

    def __init__(self, choices: Sequence[tuple[str, str]], *, id: str | None = None) -> None:
        """`choices`: (value, label) pairs; a label may begin with the digit that chooses it."""
        super().__init__(id=id)
        self._choices = list(choices)
        self.set_reactive(ChoiceField.value, choices[0][0])

    def validate_value(self, value: str) -> str:
        return value if any(value == known for known, _ in self._choices) else self._choices[0][0]

    @property
    def first(self) -> str:
        """The value that stands there when none was chosen."""
        return self._choices[0][0]

    @property
    def label(self) -> str:
        """The label of the chosen value."""
        return next(label for value, label in self._choices if value == self.value)

    @property
    def cursor_at(self) -> tuple[int, int]:
        """A choice has no cursor."""
        return 0, 0

    def put_cursor(self, at: tuple[int, int]) -> None:
        """A choice has no cursor."""

    def rewrite(self, text: str) -> None:
        """Choose another value."""
        self.value = text

    def on_key(self, event: events.Key) -> None:
        values = [value for value, _ in self._choices]
        here = values.index(self.value)
        if event.key in ("right", "space"):
            self._choose(values[(here + 1) % len(values)], event)
        elif event.key == "left":
            self._choose(values[here - 1], event)
        elif event.character and event.character.isalnum():
            wanted = event.character.casefold()
            ring = self._choices[here + 1 :] + self._choices[: here + 1]
            hit = next((value for value, label in ring if label.casefold().startswith(wanted)), None)
            if hit is not None:
                self._choose(hit, event)

    def _choose(self, value: str, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if value != self.value:
            self.value = value
            self.post_message(self.Changed(self, value))

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Letters and digits choose; they are not commands here."""
        return bool(character and character.isalnum()) or key in ("left", "right", "space")

    def render_line(self, y: int) -> Strip:
        """`‹label›` while it has the focus, the label otherwise."""
        cells = self.size.width
        if not self.has_focus:
            return Strip([Segment(fit(self.label, cells), self.rich_style)], cells)
        arrow = self.rich_style + style_of(self.app, "accent")
        text = fit(self.label, max(0, cells - 2)).rstrip()
        strip = Strip([Segment("‹", arrow), Segment(text, self.rich_style), Segment("›", arrow)])
        return strip.adjust_cell_length(cells, self.rich_style)


Field = LineField | TextField | ChoiceField
TYPED = (Input.Changed, TextArea.Changed, TextArea.SelectionChanged, ChoiceField.Changed, CursorMoved)
"""What a field tells when it is typed into; prevented where a form is filled in."""


def end_of(text: str) -> tuple[int, int]:
    """Row and column of the end of a text."""
    lines = text.split("\n")
    return len(lines) - 1, len(lines[-1])


def mask(field: Field) -> bool:
    """A card number is gone from a field as soon as its last digit is typed or pasted (TICK-4); whether one was."""
    masked = mask_cards(field.value)
    if masked == field.value:
        return False
    with field.prevent(*TYPED):
        field.value = masked
        field.put_cursor(end_of(masked))
    return True


def _fitting(field: LineField | TextField, text: str, room: int) -> str:
    """As much of a text as there is room for; what was left out is told."""
    room = max(0, room)
    if len(text) > room:
        field.post_message(PasteCut(len(text) - room, room))
    return text[:room]
