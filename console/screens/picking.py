"""Choosing one of many by typing: what is typed narrows the list, the arrows move in it, enter takes the line."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.widgets import Input

from console.screens.modal import Dialog
from widgets.fields import LineField
from widgets.lines import Lines, Row
from widgets.safe_text import Span, fit, line

T = TypeVar("T")


class PickDialog(Dialog[T]):
    """A field and the list that it narrows. Sub-classes say which rows fit, and what taking one returns."""

    on_purpose: ClassVar[bool] = False
    """Nothing is chosen before the agent has typed so much that one is left, or has gone to one."""

    def __init__(self, title: str, placeholder: str) -> None:
        super().__init__(title)
        self._placeholder = placeholder
        self._aimed = False
        """A row is chosen: enter takes it."""

    @abstractmethod
    def rows(self, typed: str) -> list[Row]:
        """The rows that fit what is typed, best first."""

    @abstractmethod
    def result(self, key: str) -> T:
        """What taking a row returns."""

    @property
    def foot(self) -> Sequence[tuple[str, str]]:
        """The keys and what they do."""
        return (("enter", "go there"), ("esc", "back"))

    def compose_body(self) -> ComposeResult:
        yield LineField(self._placeholder, id="pick-field")
        yield Lines(id="pick-list", led=True)
        yield Lines(id="dialog-foot", classes="foot")

    def furnish(self) -> None:
        super().furnish()
        self.set_focus(self.query_one("#pick-field"))
        self._list("")

    def _foot(self) -> None:
        works = [key != "enter" or self._aimed for key, _ in self.foot]
        spans = [
            span
            for (key, word), does in zip(self.foot, works, strict=True)
            for span in (Span(key, "key" if does else "faint"), Span(f" {word}   ", "dim" if does else "faint"))
        ]
        self.query_one("#dialog-foot", Lines).set_lines([(Span(" "), *spans)])

    def _list(self, typed: str) -> None:
        listed = self.query_one("#pick-list", Lines)
        rows = self.rows(typed.strip())
        listed.set_rows(rows)
        listed.move_cursor(0)
        self._aim(not self.on_purpose or (len(rows) == 1 and bool(typed.strip())))

    def _aim(self, aimed: bool) -> None:
        self._aimed = aimed
        listed = self.query_one("#pick-list", Lines)
        if listed.led is not aimed:
            listed.led = aimed
            listed.refresh()
        self._foot()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._list(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.take()

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        self.dismiss(self.result(event.key))

    def on_key(self, event: events.Key) -> None:
        listed = self.query_one("#pick-list", Lines)
        if event.key in ("up", "down"):
            event.stop()
            if self._aimed:
                listed.move_cursor(listed.cursor_row + (1 if event.key == "down" else -1))
            self._aim(True)

    def take(self) -> None:
        """Take the row under the cursor."""
        if not self._aimed:
            self.app.notify("Type more of it, or choose with the arrows.", markup=False, timeout=3)
            return
        key = self.query_one("#pick-list", Lines).key
        if key is not None:
            self.dismiss(self.result(key))


class CardDialog(PickDialog[str]):
    """One card of a script; returns its id."""

    def __init__(self, cards: Sequence[tuple[str, str, str]]) -> None:
        """`cards`: (id, title, a word about it)."""
        super().__init__("Go to a card", "title or number of a card")
        self._cards = cards

    def rows(self, typed: str) -> list[Row]:
        wanted = typed.casefold()
        return [
            Row(card, line((f"  {fit(card, 8)}", "dim"), fit(title, 24), (about, "dim")))
            for card, title, about in self._cards
            if wanted in f"{card} {title} {about}".casefold()
        ]

    def result(self, key: str) -> str:
        return key
