"""A contact's log as rows: what happened when, by whom."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from data.supervision.story import Story, StoryLine
from widgets.lines import Row
from widgets.safe_text import Line, Span, fit
from widgets.times import duration

SIGNS = {"contact": ("●", "info"), "card": ("▸", "accent"), "ticket": ("#", "dim"), "conduct": ("▲", "warn")}
WHO_CELLS = 14


def story_rows(story: Story, zone: ZoneInfo, cells: int) -> list[Row]:
    """The log's lines for so many cells."""
    return [Row(one.key, _row(one, zone, cells)) for one in story.lines]


def _row(one: StoryLine, zone: ZoneInfo, cells: int) -> Line:
    shape, tone = SIGNS[one.source]
    who = (Span(f"{fit(one.who, WHO_CELLS)} ", "dim"),) if cells >= 56 else ()
    room = cells - 13 - (WHO_CELLS + 1 if who else 0)
    at = f"{one.at.astimezone(zone):%H:%M:%S}"
    return (Span(f" {at} ", "dim"), Span(f"{shape} ", tone), *who, Span(fit(one.text, max(8, room))))


def place_in(story: Story, one: StoryLine) -> str:
    """Where a line stands in the log, and how the contact stood after it."""
    passed = duration((one.at - story.contact.offered_at).total_seconds())
    card = f" · card {one.card}" if one.card else ""
    place = story.lines.index(one) + 1
    return f"{place} of {len(story.lines)} · {passed} after it came · then {one.state}{card}"
