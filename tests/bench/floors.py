"""The smallest programs that could do what the console does: the floors that it is measured against.

`python -m tests.bench.floors blank|input|rows|clock`"""

from __future__ import annotations

import os
import sys
from datetime import datetime

os.environ.setdefault("TEXTUAL_FPS", "240")

from textual.app import App, ComposeResult
from textual.widgets import Input, Static

from widgets.lines import Lines, Row
from widgets.safe_text import Span

READY = "READY"
ROWS = 30


class Blank(App[None]):
    """One word and nothing that ever changes."""

    def compose(self) -> ComposeResult:
        yield Static(READY)


class OneInput(App[None]):
    """A field to type in."""

    def compose(self) -> ComposeResult:
        yield Static(READY)
        field = Input()
        field.cursor_blink = False
        yield field


class RowsAsYouType(OneInput):
    """A field, and thirty rows that are all others after each key."""

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield Lines(id="rows")

    def on_input_changed(self, event: Input.Changed) -> None:
        self.query_one(Lines).set_rows(
            [Row(str(row), (Span(f"{row:>3} {event.value[-8:]} found {row * 7:>5} times"),)) for row in range(ROWS)]
        )


class Clock(App[None]):
    """The time of day, once a second."""

    def compose(self) -> ComposeResult:
        yield Static(READY)
        yield Static(id="clock")

    def on_mount(self) -> None:
        self.set_interval(1, self._tick)

    def _tick(self) -> None:
        self.query_one("#clock", Static).update(f"{datetime.now().astimezone():%H:%M:%S}")


FLOORS: dict[str, type[App[None]]] = {"blank": Blank, "input": OneInput, "rows": RowsAsYouType, "clock": Clock}


def command(name: str) -> list[str]:
    """The command line that starts a floor."""
    return [sys.executable, "-m", "tests.bench.floors", name]


if __name__ == "__main__":
    FLOORS[sys.argv[1]]().run()
