"""A panel of the dashboard: a heading, a line of columns where it is a table, and lines or rows below."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.message import Message

from widgets.floor.table import Table
from widgets.lines import Lines, Row
from widgets.pane import Pane
from widgets.safe_text import Line, Span


class FloorPanel(Pane):
    """Shows what it is given. The cursor stays on its row while the rows move."""

    class Resized(Message):
        """There is another room for what is shown now; several panels that have it are one reason to draw."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, FloorPanel.Resized)

    def __init__(self, name: str, *, id: str, table: bool = True, empty: str = "") -> None:
        """`empty`: what is said where a table has no rows."""
        super().__init__(id=id)
        self.pane_name = name  # type: ignore[misc]
        self._empty = empty
        self._head = Lines(classes="head") if table else None
        self.body = Lines(classes="body", focusable=True)
        """What has the cursor."""
        self.wanted = ""
        """Words that a row must have to be shown."""

    def compose_body(self) -> ComposeResult:
        if self._head is not None:
            yield self._head
        yield self.body

    def on_resize(self) -> None:
        self.post_message(self.Resized())

    def focus_target(self) -> Lines:
        return self.body

    @property
    def pane_key(self) -> str:
        return ""

    def show_table(self, table: Table, figure: str = "") -> None:
        """Show rows under their columns."""
        if self._head is not None:
            self._head.display = bool(table.head)
            self._head.set_lines([table.head])
        rows, empty = table.rows, self._empty
        if self.wanted:
            words = self.wanted.casefold().split()
            rows = tuple(row for row in rows if _has(row, words))
            figure = f"“{self.wanted}”: {len(rows)} of {len(table.rows)}"
            empty = f"Nothing here has “{self.wanted}”: esc shows all." if table.rows else empty
        if rows:
            self.body.set_rows(rows)
        else:
            self.body.set_lines([(Span(f" {empty}", "dim"),)])
        self.set_heading(figure)

    def show_lines(self, lines: Sequence[Line], figure: str = "") -> None:
        """Show lines."""
        self.body.set_lines(lines)
        self.set_heading(figure)


def _has(row: Row, words: Sequence[str]) -> bool:
    """Whether all the words stand in a row, as it is shown."""
    text = "".join(span.text for span in row.line).casefold()
    return all(word in text for word in words)
