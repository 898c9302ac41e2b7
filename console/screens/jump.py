"""Going anywhere with two keys: every pane and every field of the form carries a letter; the next key goes there.

The letters lie over what is on the screen; nothing under them moves."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.geometry import Offset, Size
from textual.screen import ModalScreen

from widgets.lines import Lines
from widgets.safe_text import Span, line, width

PANE_LETTERS = {"queue": "q", "customer": "c", "script": "s", "ticket": "t", "desk": "d"}
"""Panes have always the same letter, whether they are on the screen or behind a tab."""
_OTHERS = [letter for letter in "aefghijklmnoprvwxyzbu" if letter not in PANE_LETTERS.values()]


@dataclass(frozen=True, slots=True)
class Spot:
    """Somewhere to go. `at`: where its letter lies on the screen, None when it cannot be seen now."""

    name: str
    label: str
    at: Offset | None


def lettered(spots: Sequence[Spot]) -> dict[str, Spot]:
    """A letter for every spot: panes their own, the others one after the other; beyond the letters none."""
    others = iter((*_OTHERS, *string.digits[1:]))
    found: dict[str, Spot] = {}
    for spot in spots:
        letter = PANE_LETTERS.get(spot.name) or next(others, "")
        if letter:
            found[letter] = spot
    return found


class JumpScreen(ModalScreen[str]):
    """Returns the name of the spot, or None when the agent stays."""

    def __init__(self, spots: Sequence[Spot]) -> None:
        super().__init__()
        self._spots = lettered(spots)
        self._drawn_for: Size | None = None
        """The size of the window that the letters were put down in."""

    def compose(self) -> ComposeResult:
        for letter, spot in self._spots.items():
            if spot.at is not None:
                mark = Lines(classes="jump-mark")
                mark.set_lines([line(f" {letter} ")])
                mark.styles.offset = (spot.at.x, spot.at.y)
                yield mark
        yield Lines(id="jump-hint", classes="bar")

    def on_mount(self) -> None:
        self._hint()

    def on_resize(self, event: events.Resize) -> None:
        """In a window of another size everything stands elsewhere, and the letters would lie."""
        if self._drawn_for not in (None, event.size):
            self.dismiss(None)
        self._drawn_for = event.size

    def _hint(self) -> None:
        spans: list[Span] = []
        tail = line(("esc stays here ", "dim"))
        for letter, spot in self._spots.items():
            if spot.name not in PANE_LETTERS:
                continue  # a field's own label stands beside its letter
            more = line((f" {letter} ", "key"), (f"{spot.label} ", "dim"))
            if width(spans) + width(more) + width(tail) + 1 > self.app.size.width:
                break
            spans += more
        gap = max(1, self.app.size.width - width(spans) - width(tail))
        self.query_one("#jump-hint", Lines).set_lines([(*spans, Span(" " * gap), *tail)])

    def on_key(self, event: events.Key) -> None:
        """A letter goes there, esc stays; any other key does nothing."""
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.dismiss(None)
        elif event.character in self._spots:
            self.dismiss(self._spots[event.character].name)

    def on_click(self) -> None:
        """A click stays as well."""
        self.dismiss(None)
