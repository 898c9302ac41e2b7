"""The notices for an agent: who wants what, about which ticket, when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType

from console import actions
from console.screens.listing import ListDialog
from data.notices.rules import NoticeLine, unseen, wanted
from widgets.lines import Row
from widgets.safe_text import Line, Span, fit, line, wrap
from widgets.times import day

DETAIL_LINES = 4
Acknowledge = Callable[[str], Awaitable[Sequence[NoticeLine]]]
"""Acknowledges a notice by its id; returns the notices as they are then."""


class NoticesDialog(ListDialog[NoticeLine]):
    """A list; enter returns the notice that is to be opened, a key says that one has seen to it."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings([actions.ACKNOWLEDGE]))
    empty = "Nobody has asked you to look at anything."

    def __init__(self, lines: Sequence[NoticeLine], now: datetime, acknowledge: Acknowledge) -> None:
        super().__init__("Notices")
        self._notices = {one.notice.id: one for one in lines}
        self._now = now
        self._acknowledge = acknowledge

    def foot(self) -> Sequence[Sequence[tuple[str, str]]]:
        return [[("enter", "open"), (self.key_of("acknowledge"), "I have seen to it"), ("esc", "back")]]

    def show(self, lines: Sequence[NoticeLine], now: datetime) -> None:
        """Show the notices as they are."""
        self._notices, self._now = {one.notice.id: one for one in lines}, now
        self.draw()

    def rows(self, cells: int) -> list[Row]:
        return [Row(key, _row(one, self._now, cells)) for key, one in self._notices.items()]

    def about(self, key: str, cells: int) -> list[Line]:
        one = self._notices[key]
        text = [line(f" {part}") for part in wrap(wanted(one.notice), cells)]
        who = " · ".join(part for part in (one.customer, f"ticket {one.ticket}" if one.ticket else "") if part)
        if one.seen is not None:
            seen = line((f" ✓ seen to by {one.seen_by}, {day(one.seen.at, self._now)}", "dim"))
        else:
            seen = line((" ▲ nobody has seen to it yet", "warn"))
        rest = [line((f" {who}", "dim"))] if who else []
        return [*text[: DETAIL_LINES - 1 - len(rest)], *rest, seen]

    def take(self, key: str) -> None:
        self.dismiss(self._notices[key])

    async def action_acknowledge(self) -> None:
        """Say that one has seen to it; the cursor goes on to the next that nobody has seen."""
        one = self._notices.get(self.listed.key or "")
        if one is not None and one.seen is None:
            place = self.listed.cursor_row
            self.show(await self._acknowledge(one.notice.id), self._now)
            self.listed.move_cursor(min(place, max(0, len(unseen(self._notices.values())) - 1)))


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
