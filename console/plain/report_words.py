"""The command about queue reports."""

from __future__ import annotations

from datetime import datetime

from console.plain import wording as words
from console.plain.front import Front
from console.services.reporting import Reporting
from data.models.queue_report import NodeDown
from data.queue_report.nodes import nodes_of
from data.queue_report.reports import MOST, AlreadyReported, Answers
from widgets import report_words


class ReportWords:
    """Each method does one command; `typed` is what followed it."""

    def __init__(self, front: Front) -> None:
        self._front = front

    async def do_report(self, typed: str) -> None:
        reporting = self._front.session.reporting
        await reporting.read()
        present = reporting.state.present
        if present is None:
            self._next(reporting)
            return
        seen = await reporting.see()
        known = report_words.board_nodes(seen.outages)
        given = typed.split(maxsplit=2)
        if len(given) >= 2 and _fits(given[0]) and _fits(given[1]):
            calls, minutes, comment = int(given[0]), int(given[1]), given[2] if len(given) > 2 else ""
            nodes = nodes_of(known)
        elif given:
            self._front.say("Type report, or report and two numbers: calls in queue, longest wait in minutes.")
            return
        else:
            self._front.say(
                f"Queue report of {words.time_of_day(present.at)}. Enter alone takes what stands in brackets."
            )
            calls = await self._number("Calls in queue", seen.queue.calls)
            minutes = await self._number("Longest wait in minutes", seen.queue.wait_min)
            nodes = await self._nodes(known)
            comment = await self._front.ask("Comment")
        answers = Answers(calls, minutes, nodes, comment, seen.queue.calls, seen.queue.wait_min)
        await self._give(reporting, present.at, answers)

    async def _give(self, reporting: Reporting, slot: datetime, answers: Answers) -> None:
        try:
            await reporting.give(slot, answers)
        except AlreadyReported as error:
            self._front.say(str(error))

    async def _number(self, what: str, offered: int) -> int:
        while True:
            typed = await self._front.ask(f"{what} [{offered}]")
            if not typed or _fits(typed):
                return int(typed) if typed else offered
            self._front.say("A number, please.")

    async def _nodes(self, known: str) -> tuple[NodeDown, ...]:
        typed = await self._front.ask(f"Nodes down, with their cities, or none [{known or 'none'}]")
        return nodes_of("" if typed.casefold() == "none" else typed or known)

    def _next(self, reporting: Reporting) -> None:
        state = reporting.state
        self._front.say(
            f"No queue report is due; the next one is at {words.time_of_day(state.next)}."
            if state.next is not None
            else "No queue report is due, and you have none to give."
        )
        if state.missed:
            self._front.say(f"{words.count(len(state.missed), 'report')} missed in the last day.")


def _fits(typed: str) -> bool:
    """Whether it is a number of calls or minutes."""
    return typed.isdecimal() and len(typed) <= len(str(MOST))
