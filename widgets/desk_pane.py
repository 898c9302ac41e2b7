"""What is on the agent's desk (the contact stack, CALL-7) and how the day goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget

from data.views import DeskLine, Today
from widgets.lines import Lines, Row
from widgets.pane import KeyOf, Pane
from widgets.safe_text import Line, Span, fit, line
from widgets.times import duration, since, time_of_day

BARS = "▁▂▃▄▅▆▇█"


class DeskPane(Pane):
    """The contact stack: the top one is in hand, the others wait as they were left."""

    go_action = "go_desk"
    pane_name = "Desk"
    help_text = (
        "Everything you have in hand: the contact you are with, and what it interrupted. "
        "Enter goes back to one exactly as you left it: text, cursor, script card. "
        "Nothing leaves this list until it is wrapped up or saved."
    )

    @dataclass
    class Switch(Message):
        """The agent wants to go on with another thing on the desk."""

        item_id: str

    def __init__(self, *, id: str, key_of: KeyOf = str) -> None:
        super().__init__(id=id, key_of=key_of)
        self._lines: tuple[DeskLine, ...] = ()
        self._today = Today()
        self._now: datetime | None = None

    def compose_body(self) -> ComposeResult:
        yield Lines(id="desk-list", focusable=True)
        yield Lines(id="desk-today")

    def focus_target(self) -> Widget:
        return self.query_one("#desk-list", Lines)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        self.post_message(self.Switch(event.key))

    def show(self, lines: tuple[DeskLine, ...], today: Today, now: datetime) -> None:
        """Show the desk and the day."""
        self._lines, self._today = lines, today
        self.tick(now)

    def on_resize(self) -> None:
        if self._now is not None:
            self.tick(self._now)

    def tick(self, now: datetime) -> None:
        """Show the times as of now."""
        self._now = now
        cells = self.size.width
        self.query_one("#desk-list", Lines).set_rows([Row(one.id, _row(one, now, cells)) for one in self._lines])
        self.query_one("#desk-today", Lines).set_lines(_today(self._today, bool(self._lines)))
        self.set_heading(str(len(self._lines)) if self._lines else "nothing in hand")


def _row(one: DeskLine, now: datetime, cells: int) -> Line:
    when = ""
    if one.since is not None:
        when = time_of_day(one.since) if one.state == "draft" else since(one.since, now)
    tail = f"{one.state} {when}".strip()
    head = Span("▶ " if one.current else "║ ", "accent" if one.current else "dim")
    room = max(4, cells - 12 - len(tail))
    return (
        head,
        Span(fit(one.kind, 8), "bright" if one.current else "dim"),
        Span(fit(one.who, room), "" if one.current else "dim"),
        Span(" "),
        Span(tail, "good" if one.state == "talking" else "warn" if one.state in ("on hold", "wrap-up") else "dim"),
    )


def _today(today: Today, in_hand: bool) -> list[Line]:
    lines: list[Line] = []
    if not in_hand:
        lines.append(line((" What you work on stands here.", "dim")))
    aht = duration(today.aht_s) if today.aht_s is not None else "–"
    lines += [
        (),
        line((" today    ", "dim"), "handled ", (str(today.handled), "bright"), "   AHT ", (aht, "bright")),
    ]
    if any(today.by_half_hour):
        most = max(today.by_half_hour)
        bars = "".join(BARS[round(count / most * 7)] if count else "_" for count in today.by_half_hour[-20:])
        lines.append(line((" " + bars, "good"), (" by half-hour", "dim")))
    return lines
