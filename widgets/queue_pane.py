"""The call queue: who waits, in serving order, and the day's figures of each queue (CALL-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget

from data.models.agent import AgentState
from data.models.contact import ContactKind, ContactState
from data.views import QueueView, Waiting, Work
from widgets.lines import Lines, Row
from widgets.pane import KeyOf, Pane
from widgets.safe_text import Line, Span, fit, line
from widgets.times import since
from widgets.work_lines import alarming, work_lines

SHORT_KINDS = {ContactKind.CHAT: "chat", ContactKind.MESSAGE: "msg", ContactKind.APPOINTMENT: "appt"}
LONG_WAIT_S = 120
"""After this a wait carries a warning sign."""
NARROW = 46


class QueuePane(Pane):
    """Waiting callers, in serving order; enter takes the one under the cursor."""

    go_action = "go_queue"
    pane_name = "Queue"
    help_text = (
        "Everybody who waits in the queues that you serve, the next to be served on top. "
        "{take_next} takes the next caller, enter the one under the cursor; both need you to be ready ({ready}). "
        "A caller whom another agent took first disappears, and you are told. "
        "▲ marks a wait over two minutes, ↑ a caller who is served before the others, ◆ a phone that rings. "
        "Below stands what waits beside the queue: notices of others ({notices}) and callbacks ({callbacks})."
    )

    @dataclass
    class Take(Message):
        """The agent wants this contact, or the next one when `contact_id` is None."""

        contact_id: str | None

    def __init__(self, *, id: str, key_of: KeyOf = str) -> None:
        super().__init__(id=id, key_of=key_of)
        self._view: QueueView | None = None
        self._work = Work()
        self._now: datetime | None = None

    def compose_body(self) -> ComposeResult:
        yield Lines(id="queue-head", classes="one")
        yield Lines(id="queue-list", focusable=True)
        yield Lines(id="queue-work")
        yield Lines(id="queue-figures")

    def focus_target(self) -> Widget:
        return self.query_one("#queue-list", Lines)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        self.post_message(self.Take(event.key))

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """Who is shown, in serving order."""
        return self._view.waiting if self._view is not None else ()

    @property
    def mark(self) -> str:
        view = self._view
        if view is None:
            return ""
        rings = any(
            one.contact.state is ContactState.RINGING and one.contact.ringing_agent == view.agent.id
            for one in view.waiting
        )
        waits = "▲" if self._now is not None and alarming(self._work, self._now) else ""
        return f"{self.count or ''}{'◆' if rings else ''}{waits}"

    @property
    def count(self) -> int:
        """How many wait in the queues that are served here, also those beyond the list."""
        if self._view is None:
            return 0
        return max(len(self._view.waiting), sum(figures.waiting for figures in self._view.figures))

    def name_of(self, agent_id: str) -> str:
        """An agent's name."""
        return self._view.names.get(agent_id, agent_id) if self._view is not None else agent_id

    def show(self, view: QueueView, now: datetime) -> None:
        """Show the queue as it is."""
        self._view = view
        self.tick(now)

    def show_work(self, work: Work, now: datetime) -> None:
        """Show what waits beside the queue."""
        self._work = work
        self._draw_work(now)

    def _draw_work(self, now: datetime) -> None:
        lines = work_lines(self._work, now, self.key_of)
        shown = self.query_one("#queue-work", Lines)
        shown.display = bool(lines)
        shown.set_lines(lines)

    def on_resize(self) -> None:
        if self._now is not None:
            self.tick(self._now)

    def tick(self, now: datetime) -> None:
        """Show the waits as of now."""
        self._now = now
        self._draw_work(now)
        view = self._view
        if view is None:
            return
        wide = self.size.width >= NARROW
        self.query_one("#queue-head", Lines).set_lines([_columns(self.size.width, wide)])
        rows = [Row(one.contact.id, _row(one, view, now, self.size.width, wide)) for one in view.waiting]
        self.query_one("#queue-list", Lines).set_rows(rows)
        self.query_one("#queue-figures", Lines).set_lines(_figures(view, self.size.width, self.key_of))
        if view.waiting:
            longest = since(min(one.contact.queued_at for one in view.waiting), now)
            self.set_heading(f"{self.count} waiting · longest {longest}")
        else:
            self.set_heading("nobody waiting")


def _widths(cells: int, wide: bool) -> tuple[int, int, int]:
    """Columns of queue, caller and plan; marker, wait and gaps take 11."""
    queue, plan = (9, 6) if wide else (8, 5)
    return queue, max(6, cells - queue - plan - 11), plan


def _columns(cells: int, wide: bool) -> Line:
    queue, caller, plan = _widths(cells, wide)
    return line(("  " + fit("queue", queue) + fit("caller", caller) + fit("plan", plan) + "   wait", "dim"))


def _row(one: Waiting, view: QueueView, now: datetime, cells: int, wide: bool) -> Line:
    contact = one.contact
    queue, caller, plan = _widths(cells, wide)
    waited = (now - contact.queued_at).total_seconds()
    who = one.customer or contact.caller_name or contact.caller_number or "number withheld"
    if contact.kind is not ContactKind.CALL:
        who = f"{SHORT_KINDS[contact.kind]} {who}"
    rings_here = contact.state is ContactState.RINGING and contact.ringing_agent == view.agent.id
    rings = contact.state is ContactState.RINGING
    tone = "accent" if rings_here else "dim" if rings else ""
    spans = [
        Span("▌ ", "accent") if rings_here else Span("  "),
        Span(fit(contact.queue, queue), "dim" if rings else ""),
    ]
    if one.matches > 1:
        tail = f" {one.matches} match"
        spans += [Span(fit(contact.caller_name or who, caller - len(tail) - 1), tone), Span(tail + " ", "dim")]
    else:
        spans.append(Span(fit(who, caller - 1) + " ", tone))
    spans.append(Span(fit(one.plan or "–", plan), "" if one.plan else "dim"))
    spans.append(
        Span(fit(since(contact.queued_at, now), 7, "right"), tone or ("warn" if waited > LONG_WAIT_S else ""))
    )
    if rings:
        spans.append(Span(" ◆", "accent" if rings_here else "dim"))
    else:
        long = waited > LONG_WAIT_S
        spans.append(Span("↑" if contact.priority > 0 else " ", "info"))
        spans.append(Span("▲" if long else " ", "warn"))
    return tuple(spans)


def _figures(view: QueueView, cells: int, key_of: KeyOf) -> list[Line]:
    lines: list[Line] = []
    for figures in view.figures:
        spans = [Span(" " + fit(figures.name, 9), "dim"), Span(f"{figures.waiting} waiting", "dim")]
        if figures.service_level is not None:
            low = figures.service_level < figures.target
            spans += [
                Span(f"  {figures.formula} ", "dim"),
                Span(f"{figures.service_level:.0%}".replace("%", " %"), "warn" if low else "dim"),
                Span("▼" if low else " ", "warn"),
            ]
        if figures.abandonment is not None and cells >= 40:
            spans.append(Span(f" abandoned {figures.abandonment:.0%}".replace("%", " %"), "dim"))
        lines.append(tuple(spans))
    lines.append(())
    if not view.waiting:
        lines.append(line((" Nobody is waiting; callers appear here.", "dim")))
    elif view.status.state is AgentState.READY:
        lines.append(
            line(
                "  ",
                (key_of("take_next"), "key"),
                (" take next", "dim"),
                "   ",
                ("enter", "key"),
                (" take this", "dim"),
            )
        )
    elif view.status.state is AgentState.NOT_READY:
        lines.append(line("  ", (key_of("ready"), "key"), (" get ready to take calls", "dim")))
    return lines
