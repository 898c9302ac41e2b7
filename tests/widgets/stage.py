"""Panes in a small application of their own: what they draw and what they say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import PurePath
from typing import ClassVar, TypeVar

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget

import themes

M = TypeVar("M", bound=Message)

FORBIDDEN = frozenset(
    {
        *map(chr, range(0x20)),
        *map(chr, range(0x7F, 0xA0)),
        *map(chr, (0x061C, 0x200E, 0x200F, 0xFEFF)),
        *map(chr, range(0x202A, 0x202F)),
        *map(chr, range(0x2066, 0x206A)),
        *map(chr, range(0xD800, 0xE000)),
        "\u2028",
        "\u2029",
    }
)
"""What must never reach a terminal inside a drawn line: controls, what turns the direction, halves of pairs."""


class Stage(App[None]):
    """One widget, dressed as in the console."""

    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = list(themes.STYLE_SHEETS)

    def __init__(self, make: Callable[[], Widget]) -> None:
        super().__init__()
        self._make = make
        self.heard: list[Message] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.NIGHT.variables

    def compose(self) -> ComposeResult:
        yield self._make()


@asynccontextmanager
async def on_stage(
    make: Callable[[], Widget], size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Stage, Pilot[None]]]:
    """Run a widget; every message that anybody says is kept in `heard`."""
    stage = Stage(make)
    async with stage.run_test(size=size, message_hook=stage.heard.append) as pilot:
        await pilot.pause()
        yield stage, pilot


def said(stage: Stage, kind: type[M]) -> list[M]:
    """The messages of one kind, each once, in the order in which they were said."""
    found: list[M] = []
    for message in stage.heard:
        if isinstance(message, kind) and not any(message is known for known in found):
            found.append(message)
    return found


def parts(widget: Widget) -> Iterator[Widget]:
    """The widget and everything in it that draws text and can be seen."""
    for part in (widget, *widget.walk_children(Widget)):
        if not part.is_container and all(part.size) and all(one.display for one in (part, *part.ancestors)):
            yield part


def text_of(widget: Widget) -> str:
    """What a widget draws, as lines of plain text."""
    lines = widget.render_lines(Region(0, 0, widget.size.width, widget.size.height))
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in lines)


def faults(widget: Widget) -> list[str]:
    """What is wrong with anything drawn: characters that must not be there, control segments, lines that are
    longer than their widget."""
    found = []
    for part in parts(widget):
        for strip in part.render_lines(Region(0, 0, part.size.width, part.size.height)):
            if bad := FORBIDDEN & set(strip.text):
                found.append(f"{part!r} draws {sorted(bad)!r}")
            if any(segment.control for segment in strip):
                found.append(f"{part!r} draws a control segment")
            if sum(segment.cell_length for segment in strip) > part.size.width:
                found.append(f"{part!r} draws too long a line: {strip.text[:60]!r}")
    return found
