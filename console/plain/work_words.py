"""The commands about what waits beside the queue: notices and callbacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from console.plain import wording as words
from console.plain.front import Front
from data.callbacks.rules import CallbackLine, in_order, standing, tries
from data.customers.phone import display
from data.notices.rules import NoticeLine, wanted
from data.views import Found

MOST = 20
"""So many are read out."""


class WorkWords:
    """Each method does one command; `typed` is what followed it."""

    def __init__(self, front: Front) -> None:
        self._front = front

    async def do_notices(self, _typed: str) -> None:
        lines = self._front.session.notices.lines[:MOST]
        self._front.notices_read = tuple(line.notice.id for line in lines)
        self._front.found = [_ticket(line.notice.ticket_id) for line in lines]
        self._front.say_all(_notices(lines, self._front.now))

    async def do_acknowledge(self, typed: str) -> None:
        read = self._front.notices_read
        if not (typed.isdecimal() and 0 < int(typed) <= len(read)):
            self._front.say(f"Nothing was read out as number {words.brief(typed) or 'that'}: type notices first.")
            return
        await self._front.session.notices.acknowledge(read[int(typed) - 1])
        self._front.say(f"Notice {typed} is seen to.")

    async def do_callbacks(self, _typed: str) -> None:
        session, now = self._front.session, self._front.now
        lines = in_order(session.callbacks.lines or (), now)[:MOST]
        self._front.found = [_ticket(line.callback.ticket_id) for line in lines]
        self._front.say_all(_callbacks(lines, now, session.callbacks.most))


def _ticket(ticket_id: str | None) -> Found:
    """What `open` opens for a line that was read out: its ticket or nothing. A customer would become the contact's."""
    return Found(f"ticket:{ticket_id}" if ticket_id is not None else "", "", "", "")


def _notices(lines: Sequence[NoticeLine], now: datetime) -> Iterator[str]:
    if not lines:
        yield "Nobody has asked you to look at anything."
    for place, line in enumerate(lines, 1):
        yield f"{place}: " + words.sentence(
            words.brief(line.sender),
            words.brief(wanted(line.notice)),
            f"ticket {line.ticket}" if line.ticket else "",
            words.day(line.notice.at, now),
            f"seen to by {words.brief(line.seen_by)}" if line.seen is not None else "new",
        )


def _callbacks(lines: Sequence[CallbackLine], now: datetime, most: int) -> Iterator[str]:
    if not lines:
        yield "No callback is promised."
    for place, line in enumerate(lines, 1):
        callback = line.callback
        at = callback.due_at.astimezone()
        yield f"{place}: " + words.sentence(
            str(standing(callback, now)),
            f"{at.day} {at:%B} {at:%H:%M}",
            words.brief(line.customer),
            display(callback.number),
            words.brief(callback.about),
            f"tried {tries(line.attempts)} of {most} times" if line.attempts else "",
        )
