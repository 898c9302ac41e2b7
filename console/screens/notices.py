"""The notices for an agent: who wants what, about which ticket, when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from console import actions
from console.screens.modal import Dialog
from data.notices.rules import NoticeLine, unseen, wanted
from widgets.lines import Lines, Row
from widgets.safe_text import Line, Span, fit, line, wrap
from widgets.times import day

DETAIL_LINES = 4
Acknowledge = Callable[[str], Awaitable[Sequence[NoticeLine]]]
"""Acknowledges a notice by its id; returns the notices as they are then."""


class NoticesDialog(Dialog[NoticeLine]):
    """A list; enter returns the notice that is to be opened, a key says that one has seen to it."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings([actions.ACKNOWLEDGE]))

    def __init__(self, lines: Sequence[NoticeLine], now: datetime, acknowledge: Acknowledge) -> None:
        super().__init__("Notices")
        self._notices = list(lines)
        self._now = now
        self._acknowledge = acknowledge

    def compose_body(self) -> ComposeResult:
        yield Lines(id="notice-list", focusable=True)
        yield Lines(id="notice-about")
        yield Lines(id="dialog-foot", classes="foot")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#dialog").add_class("-reading")
        key = self.key_of("acknowledge")
        keys = (("enter", "open"), (key, "I have seen to it"), ("esc", "back"))
        spans = [span for name, label in keys for span in (Span(name, "key"), Span(f" {label}    ", "dim"))]
        self.query_one("#dialog-foot", Lines).set_lines([(Span(" "), *spans)])
        self._listed.focus()

    @property
    def _listed(self) -> Lines:
        return self.query_one("#notice-list", Lines)

    @property
    def chosen(self) -> NoticeLine | None:
        """The notice under the cursor."""
        return next((one for one in self._notices if one.notice.id == self._listed.key), None)

    def show(self, lines: Sequence[NoticeLine], now: datetime) -> None:
        """Show the notices as they are; the cursor stays on its notice."""
        self._notices, self._now = list(lines), now
        self._draw()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        cells = self._listed.size.width
        rows = [Row(one.notice.id, _row(one, self._now, cells)) for one in self._notices]
        self._listed.set_rows(rows)
        self._tell()

    def _tell(self) -> None:
        """Everything about the notice under the cursor."""
        about, one = self.query_one("#notice-about", Lines), self.chosen
        if one is None:
            about.set_lines([line((" Nobody has asked you to look at anything.", "dim"))])
            return
        cells = about.size.width - 2
        text = [line(f" {part}") for part in wrap(wanted(one.notice), cells)]
        who = " · ".join(part for part in (one.customer, f"ticket {one.ticket}" if one.ticket else "") if part)
        if one.seen is not None:
            seen = line((f" ✓ seen to by {one.seen_by}, {day(one.seen.at, self._now)}", "dim"))
        else:
            seen = line((" ▲ nobody has seen to it yet", "warn"))
        rest = [line((f" {who}", "dim"))] if who else []
        about.set_lines([*text[: DETAIL_LINES - 1 - len(rest)], *rest, seen])

    def on_lines_highlighted(self, event: Lines.Highlighted) -> None:
        event.stop()
        self._tell()

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        self.dismiss(self.chosen)

    async def action_acknowledge(self) -> None:
        """Say that one has seen to it; the cursor goes on to the next that nobody has seen."""
        if (one := self.chosen) is not None and one.seen is None:
            place = self._listed.cursor_row
            self.show(await self._acknowledge(one.notice.id), self._now)
            self._listed.move_cursor(min(place, max(0, len(unseen(self._notices)) - 1)))


def _row(one: NoticeLine, now: datetime, cells: int) -> Line:
    new = one.seen is None
    when, who, ticket = 8, 15, 10
    room = max(8, cells - 3 - when - who - ticket)
    return (
        Span(" ▲ ", "warn") if new else Span(" ✓ ", "dim"),
        Span(fit(day(one.notice.at, now), when), "dim"),
        Span(fit(one.sender, who - 1) + " ", "" if new else "dim"),
        Span(fit(wanted(one.notice), room - 1) + " ", "bright" if new else "dim"),
        Span(fit(f"# {one.ticket}" if one.ticket else "", ticket), "dim"),
    )
