"""Fields of forms: a line, a text, a choice; compact, without boxes, safe to draw whatever stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.text import Text
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, TextArea
from textual.widgets.input import Selection

from widgets.safe_text import fit, stand_in
from widgets.tones import style_of


class CursorMoved(Message):
    """The cursor of a field stands elsewhere."""


class LineField(Input):
    """One line of text. What is drawn stands in letter for letter for what is kept."""

    virtual_size: reactive[Size] = reactive(Size(0, 0), layout=False)
    """Other than Textual's: a letter does not lay the whole screen out anew."""

    def __init__(self, placeholder: str = "", *, id: str | None = None, max_length: int = 0) -> None:
        super().__init__(placeholder=placeholder, id=id, compact=True, select_on_focus=False, max_length=max_length)
        self.cursor_blink = False

    @property
    def _value(self) -> Text:
        return Text(stand_in(self.value), no_wrap=True, overflow="ignore", end="")

    def watch_selection(self, _selection: Selection) -> None:
        """Tell that the cursor moved; Textual's own watcher has drawn it."""
        self.post_message(CursorMoved())

    @property
    def cursor_at(self) -> tuple[int, int]:
        """Row and column of the cursor."""
        return 0, self.cursor_position

    def put_cursor(self, at: tuple[int, int]) -> None:
        """Set the cursor to (row, column)."""
        self.cursor_position = at[1]


class TextField(TextArea):
    """Several lines of text; tab goes on to the next field."""

    def __init__(self, placeholder: str = "", *, id: str | None = None) -> None:
        super().__init__(
            id=id, compact=True, show_line_numbers=False, highlight_cursor_line=False, placeholder=placeholder
        )
        self._put_in = ("", "")
        """The text that was put in, and what Textual made of it."""
        self.cursor_blink = False

    def on_text_area_selection_changed(self, event: TextArea.SelectionChanged) -> None:
        """Tell that the cursor moved."""
        event.stop()
        self.post_message(CursorMoved())

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
    def label(self) -> str:
        """The label of the chosen value."""
        return next(label for value, label in self._choices if value == self.value)

    @property
    def cursor_at(self) -> tuple[int, int]:
        """A choice has no cursor."""
        return 0, 0

    def put_cursor(self, at: tuple[int, int]) -> None:
        """A choice has no cursor."""

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
