"""The one widget that draws lists and texts: lines of spans, a cursor when rows can be chosen.

It uses Textual's line API: a change repaints the lines that differ and nothing else (STYLE rule 11)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from widgets.safe_text import Line, Span, clean, width
from widgets.tones import cursor_of, style_of


@dataclass(frozen=True, slots=True)
class Row:
    """A line that can be chosen. `key` is stable while the list changes around it."""

    key: str
    line: Line


def changed_cells(old: Line, new: Line) -> tuple[int, int]:
    """Where two lines differ: the first cell and the one behind the last. Spans that are the same at both ends
    are left out, so that a wait that counts up costs a terminal a few bytes and not a line."""
    shorter, old_cells, new_cells = min(len(old), len(new)), width(old), width(new)
    start = end = 0
    while start < shorter and old[start] == new[start]:
        start += 1
    if old_cells == new_cells:
        while end < shorter - start and old[-end - 1] == new[-end - 1]:
            end += 1
    return width(new[:start]), max(old_cells, new_cells) - width(new[len(new) - end :])


class Lines(ScrollView):
    """Lines of spans. `set_lines` for text at rest, `set_rows` for rows with a cursor."""

    BINDINGS: ClassVar[list[BindingType]] = []
    DEFAULT_CSS = """
    Lines { height: 1fr; scrollbar-size: 0 0; }
    """

    cursor_row: reactive[int] = reactive(0, repaint=False)
    virtual_size: reactive[Size] = reactive(Size(0, 0), layout=False)
    """Other than Textual's: more or fewer lines do not lay the whole screen out anew."""

    @dataclass
    class Chosen(Message):
        """A row was clicked or entered."""

        lines: Lines
        key: str

        @property
        def control(self) -> Lines:
            return self.lines

    @dataclass
    class Highlighted(Message):
        """The cursor stands on another row."""

        lines: Lines
        key: str

        @property
        def control(self) -> Lines:
            return self.lines

    def __init__(
        self, *, id: str | None = None, classes: str | None = None, focusable: bool = False, led: bool = False
    ) -> None:
        """`led`: the cursor is moved from a field beside the list and is always seen."""
        super().__init__(id=id, classes=classes)
        self.can_focus = focusable
        self.led = led
        self._lines: list[Line] = []
        self._keys: list[str] = []
        self._styles: dict[tuple[str, bool], Style] = {}

    # content

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Show these lines; only those that differ are repainted."""
        self._keys = []
        self._replace(list(lines))

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows; the cursor stays on the row that it is on, wherever that row goes."""
        before, stood = self.key, self.cursor_row
        self._keys = [row.key for row in rows]
        if before in self._keys:
            self.set_reactive(Lines.cursor_row, self._keys.index(before))
        else:
            self.set_reactive(Lines.cursor_row, max(0, min(self.cursor_row, len(rows) - 1)))
        self._replace([row.line for row in rows])
        if self.cursor_row != stood:
            self.refresh_line(stood)
            self.refresh_line(self.cursor_row)

    @property
    def lines(self) -> list[Line]:
        """What is shown."""
        return self._lines

    @property
    def key(self) -> str | None:
        """The key of the row under the cursor, None when there are no rows."""
        return self._keys[self.cursor_row] if self.cursor_row < len(self._keys) else None

    def _replace(self, lines: list[Line]) -> None:
        before, self._lines = self._lines, lines
        if len(before) != len(lines):
            self.virtual_size = Size(0, len(lines))
            self.scroll_y = self.validate_scroll_y(self.scroll_y)
            self.refresh(layout=bool(self.styles.height and self.styles.height.is_auto))
            return
        top = self.scroll_offset.y
        for y in self.in_view:
            old, new = before[y], lines[y]
            if old is not new and old != new:
                left, right = changed_cells(old, new)
                self.refresh(Region(left, y - top, right - left, 1))

    @property
    def in_view(self) -> range:
        """The lines that are seen; those beyond are drawn when they come into view."""
        top = self.scroll_offset.y
        return range(top, min(len(self._lines), top + self.size.height))

    # cursor

    def move_cursor(self, row: int) -> None:
        """Put the cursor on a row, as far as there is one."""
        if not self._keys:
            return
        row = max(0, min(row, len(self._keys) - 1))
        if row == self.cursor_row:
            return
        before, self.cursor_row = self.cursor_row, row
        for y in (before, row):
            self.refresh_line(y)
        self.scroll_to_region(Region(0, row, 1, 1), animate=False, force=True)
        self.post_message(self.Highlighted(self, self._keys[row]))

    def key_down(self, event: events.Key) -> None:
        if self._keys:
            event.stop()
            self.move_cursor(self.cursor_row + 1)
        else:
            self.scroll_relative(y=1, animate=False)

    def key_up(self, event: events.Key) -> None:
        if self._keys:
            event.stop()
            self.move_cursor(self.cursor_row - 1)
        else:
            self.scroll_relative(y=-1, animate=False)

    def _jump(self, event: events.Key, row: int, scroll: Callable[..., None]) -> None:
        """Go far: the cursor takes the view along; a text without rows is only scrolled. Never both."""
        event.stop()
        event.prevent_default()
        if self._keys:
            self.move_cursor(row)
        else:
            scroll(animate=False)

    def key_pagedown(self, event: events.Key) -> None:
        self._jump(event, self.cursor_row + self.size.height, self.scroll_page_down)

    def key_pageup(self, event: events.Key) -> None:
        self._jump(event, self.cursor_row - self.size.height, self.scroll_page_up)

    def key_home(self, event: events.Key) -> None:
        self._jump(event, 0, self.scroll_home)

    def key_end(self, event: events.Key) -> None:
        self._jump(event, len(self._keys) - 1, self.scroll_end)

    def key_enter(self, event: events.Key) -> None:
        if self.key is not None:
            event.stop()
            self.post_message(self.Chosen(self, self.key))

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor; a second one on the same row chooses it."""
        row = event.y + self.scroll_offset.y
        if row >= len(self._keys):
            return
        if row == self.cursor_row:
            self.post_message(self.Chosen(self, self._keys[row]))
        else:
            self.move_cursor(row)

    # drawing

    def notify_style_update(self) -> None:
        self._styles.clear()
        super().notify_style_update()

    def _look(self, tone: str, cursor: bool) -> Style:
        """How letters of a tone look here, in a row under the cursor or in another one."""
        style = self._styles.get((tone, cursor))
        if style is None:
            style = self.rich_style + style_of(self.app, tone)
            if cursor and (mark := cursor_of(self.app)).reverse:
                style = self.rich_style + mark + Style(bold=style.bold)  # in all its colours it would be patches
            elif cursor:
                style += mark
            self._styles[tone, cursor] = style
        return style

    def render_line(self, y: int) -> Strip:
        """One line of the screen; `y` counts from the top of the visible part."""
        row = y + self.scroll_offset.y
        cells = self.scrollable_content_region.width
        if row >= len(self._lines):
            return Strip.blank(cells, self._look("", False))
        cursor = bool(self._keys) and row == self.cursor_row and (self.has_focus or self.led)
        strip = Strip([Segment(clean(span.text), self._look(span.tone, cursor)) for span in self._lines[row]])
        return strip.adjust_cell_length(cells, self._look("", cursor)).simplify()

    def on_focus(self) -> None:
        self.refresh_line(self.cursor_row)

    def on_blur(self) -> None:
        self.refresh_line(self.cursor_row)


def label(text: str) -> Lines:
    """What stands before a field of a form."""
    shown = Lines(classes="label")
    shown.set_lines([(Span(f" {text}", "dim"),)])
    return shown
