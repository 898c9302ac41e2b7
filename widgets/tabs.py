"""The line of panes on a narrow screen, where one pane is seen at a time."""

from __future__ import annotations

from collections.abc import Sequence

from widgets.lines import Lines
from widgets.safe_text import Span, spread


class TabBar(Lines):
    """`F2 Queue   F3 Customer …`, the open one bright."""

    def show(self, tabs: Sequence[tuple[str, str, bool]], who: str = "") -> None:
        """`tabs`: (key, name, open). `who`: the customer in hand, at the right end where there is room."""
        spans: list[Span] = []
        for key, name, here in tabs:
            spans.append(Span(f" {key} {name} ", "accent" if here else "dim"))
        self.set_lines([spread(spans, [Span(f"{who} ", "bright")] if who else [], self.size.width)])
