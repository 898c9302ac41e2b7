"""A list with everything about the line under the cursor below it, and keys for what can be done with that line."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Generic, TypeVar

from textual.app import ComposeResult

from console.screens.modal import Dialog
from widgets.lines import Lines, Row
from widgets.safe_text import Line, Span, line

T = TypeVar("T")


class ListDialog(Dialog[T], Generic[T]):
    """Sub-classes say which rows there are, what is told of one, and what enter does; they call `draw` when what
    they show has changed. The cursor stays on its row."""

    def compose_body(self) -> ComposeResult:
        yield Lines(id="listed", focusable=True)
        yield Lines(id="list-about")
        yield Lines(id="dialog-foot", classes="foot")

    def furnish(self) -> None:
        super().furnish()
        self.query_one("#dialog").add_class("-reading")
        self._show_keys()
        self.set_focus(self.listed)

    @abstractmethod
    def rows(self, cells: int) -> Sequence[Row]:
        """The list; `cells` is the width of it."""

    @abstractmethod
    def about(self, key: str, cells: int) -> Sequence[Line]:
        """Everything about the row with this key."""

    @abstractmethod
    def foot(self) -> Sequence[Sequence[tuple[str, str]]]:
        """Lines of keys, each with what it does."""

    def works(self, key: str) -> bool:
        """Whether a key of the foot does something for the row under the cursor; one that does not is dimmed."""
        return True

    @abstractmethod
    def take(self, key: str) -> None:
        """Enter was pressed on this row."""

    @property
    def empty(self) -> str:
        """What is said where there are no rows."""
        return ""

    @property
    def listed(self) -> Lines:
        """The list itself."""
        return self.query_one("#listed", Lines)

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Show the rows as they are now. What comes before there is a list is drawn with it."""
        if not self.query("#listed"):
            return
        self.listed.set_rows(self.rows(self.listed.size.width))
        self.tell()

    def tell(self) -> None:
        """Show what is told of the row under the cursor."""
        below, key = self.query_one("#list-about", Lines), self.listed.key
        cells = below.size.width - 2
        self._show_keys()
        below.set_lines(self.about(key, cells) if key is not None else [line((f" {self.empty}", "dim"))])

    def _show_keys(self) -> None:
        self.query_one("#dialog-foot", Lines).set_lines([self._keys(keys) for keys in self.foot()])

    def _keys(self, keys: Sequence[tuple[str, str]]) -> Line:
        spans = [Span(" ")]
        for key, word in keys:
            works = self.works(key)
            spans += [Span(key, "key" if works else "faint")]
            spans += [Span(f" {word}   " if works else f" ({word}) ", "dim" if works else "faint")]
        return tuple(spans)

    def on_lines_highlighted(self, event: Lines.Highlighted) -> None:
        event.stop()
        self.tell()

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        self.take(event.key)
