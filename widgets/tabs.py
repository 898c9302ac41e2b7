"""The line of panes on a narrow screen, where one pane is seen at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from widgets.lines import Lines
from widgets.safe_text import Span, fit, width

LEAST_WHO = 6
"""Fewer cells than this tell nobody's name."""


@dataclass(frozen=True, slots=True)
class Tab:
    """A pane: its key, its name, the figure or sign of the moment, and whether it is the open one."""

    key: str
    name: str
    mark: str
    here: bool


class TabBar(Lines):
    """`F2 Queue 4◆  F3 Customer …`: what the panes that cannot be seen have to tell; the open one is bright."""

    _shown: tuple[Sequence[Tab], str] = ((), "")

    def on_resize(self) -> None:
        """Lay it out anew: it has no width before a narrow screen shows it."""
        self.show(*self._shown)

    def show(self, tabs: Sequence[Tab], who: str = "") -> None:
        """`who`: the customer in hand, at the right end, as much as there is room for."""
        self._shown = tabs, who
        spans: list[Span] = []
        for tab in tabs:
            spans.append(Span("▸" if tab.here else " ", "accent"))
            spans.append(Span(f"{tab.key} {tab.name}", "accent" if tab.here else "dim"))
            spans.append(Span(f" {tab.mark} " if tab.mark else " ", "bright"))
        room = self.size.width - width(spans) - 1
        if who and room >= LEAST_WHO:
            size = min(room, width([Span(who)]))
            spans += [Span(" " * (room - size)), Span(fit(who, size), "bright")]
        self.set_lines([tuple(spans)])
