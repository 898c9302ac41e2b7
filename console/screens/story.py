"""A contact's log, step by step: everything that tells of it in order of time, and how it stood after each line."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from console.screens.listing import ListDialog
from data.supervision.story import Story
from widgets.lines import Row
from widgets.safe_text import Line, line, wrap
from widgets.story_lines import place_in, story_rows


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
        return story_rows(self._story, self._zone, cells)

    def about(self, key: str, cells: int) -> list[Line]:
        one = self._lines[key]
        head = place_in(self._story, one)
        return [line((f" {head}", "dim")), *(line(f" {part}") for part in wrap(one.text, cells)[:3])]

    def take(self, key: str) -> None:
        """There is nothing behind a line."""
