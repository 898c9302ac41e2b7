"""A contact's log, step by step: everything that tells of it in order of time, and how it stood after each line."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from console.screens.listing import ListDialog
from data.supervision.story import Story, StoryLine
from widgets.lines import Row
from widgets.safe_text import Line, Span, fit, line, wrap
from widgets.times import duration

SIGNS = {"contact": ("●", "info"), "card": ("▸", "accent"), "ticket": ("#", "dim"), "conduct": ("▲", "warn")}
WHO_CELLS = 14


class StoryDialog(ListDialog[None]):
    """The arrows go through what happened."""

    empty = "Nothing was written of this contact."

    def __init__(self, story: Story, zone: ZoneInfo) -> None:
        ticket = f" · ticket {story.ticket}" if story.ticket else ""
        super().__init__(f"{story.caller} · {story.queue}{ticket} · {story.contact.state}")
        self._story = story
        self._zone = zone
        self._lines = {one.key: one for one in story.lines}

    def furnish(self) -> None:
        super().furnish()
        self.query_one("#dialog").add_class("-tall", "-story")

    def foot(self) -> Sequence[Sequence[tuple[str, str]]]:
        return [[("↑ ↓", "step through it"), ("home end", "its beginning, its end"), ("esc", "back")]]

    def rows(self, cells: int) -> list[Row]:
        return [Row(one.key, self._row(one, cells)) for one in self._story.lines]

    def _row(self, one: StoryLine, cells: int) -> Line:
        shape, tone = SIGNS[one.source]
        at = f"{one.at.astimezone(self._zone):%H:%M:%S}"
        return (
            Span(f" {at} ", "dim"),
            Span(f"{shape} ", tone),
            Span(f"{fit(one.who, WHO_CELLS)} ", "dim"),
            Span(fit(one.text, max(8, cells - WHO_CELLS - 13))),
        )

    def about(self, key: str, cells: int) -> list[Line]:
        one = self._lines[key]
        place = self._story.lines.index(one)
        passed = duration((one.at - self._story.contact.offered_at).total_seconds())
        card = f" · card {one.card}" if one.card else ""
        head = f"{place + 1} of {len(self._lines)} · {passed} after it came · then {one.state}{card}"
        return [line((f" {head}", "dim")), *(line(f" {part}") for part in wrap(one.text, cells)[:3])]

    def take(self, key: str) -> None:
        """There is nothing behind a line."""
