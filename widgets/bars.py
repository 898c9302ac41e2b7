"""The line on top (what I am, how the queue and the hub do) and the line below (the keys that work now)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from data.models.agent import AgentState, AgentStatus
from widgets.lines import Lines
from widgets.safe_text import Line, Span, spread, width
from widgets.times import duration, since, time_of_day

SHAPES: dict[AgentState, tuple[str, str]] = {
    AgentState.SIGNED_OUT: ("○", "dim"),
    AgentState.NOT_READY: ("○", "warn"),
    AgentState.READY: ("●", "good"),
    AgentState.RINGING: ("◆", "accent"),
    AgentState.ON_CALL: ("●", "good"),
    AgentState.ON_HOLD: ("■", "warn"),
    AgentState.WRAP_UP: ("▲", "warn"),
}
"""A shape and a tone for each state; the word stands beside them."""


LEAST_COLUMNS, LEAST_LINES = 80, 24
"""The smallest window that everything has its place in."""


def too_small(columns: int, lines: int) -> str:
    """What to say of a window that is smaller than that, as short as it must be."""
    told = (
        f" This window is {columns}×{lines}: some things are cut off. From {LEAST_COLUMNS}×{LEAST_LINES} on all is there.",
        f" {columns}×{lines} is small; {LEAST_COLUMNS}×{LEAST_LINES} shows all",
        " window too small",
        " small",
    )
    return next((one for one in told if len(one) <= columns), "")


GAP = 4
"""Cells between what I am and how the hub does."""


class StatusBar(Lines):
    """One line: my state and the time in it, who I am, the hub, the clock."""

    def show(self, *, left: Sequence[Span], middle: Sequence[Sequence[Span]], right: Sequence[Span]) -> None:
        """Lay the three groups out; of the middle one there are several lengths, and the first that fits is taken."""
        cells = self.size.width
        room = cells - width(left) - width(right) - GAP
        body = list(left)
        if (fitting := next((one for one in middle if width(one) <= room), None)) is not None:
            body += [Span(" " * GAP), *fitting]
        self.set_lines([spread(body, right, cells)])


def state_spans(
    status: AgentStatus, now: datetime, wrap_up_s: int = 0, consult: str = "", answered: datetime | None = None
) -> list[Span]:
    """`● ON CALL 3:02`, with the reason when not ready and what was asked for after this call. `wrap_up_s`:
    how long wrap-up should take; after it the time says so (0: no limit). `consult`: whom the agent talks to
    while the caller is held. `answered`: when the call in hand began; a hold has a time of its own beside it."""
    shape, tone = SHAPES[status.state]
    begun = answered if status.state is AgentState.ON_CALL and answered is not None else status.since
    spans = [
        Span(f" {shape} ", tone),
        Span(status.state.upper(), "bright"),
        Span(f" {since(begun, now)}", "dim"),
    ]
    if status.state is AgentState.ON_HOLD and answered is not None:
        spans.append(Span(f" · call {since(answered, now)}", "dim"))
    over = (now - status.since).total_seconds() - wrap_up_s
    if status.state is AgentState.WRAP_UP and wrap_up_s and over > 0:
        spans.append(Span(f" ▲ {duration(over)} over {duration(wrap_up_s)}", "bad"))
    if consult:
        spans.append(Span(f" · talking to {consult}", "info"))
    if status.reason:
        spans.append(Span(f" {status.reason}"))
    if status.after_call:
        spans.append(Span(f" · then not ready: {status.after_call}", "warn"))
    return spans


def clock_span(now: datetime) -> Span:
    """The time of day."""
    return Span(f"{time_of_day(now)} ", "bright")


class HintBar(Lines):
    """The keys that work here and now; those that do not are dimmed and stand in brackets."""

    def show(self, hints: Sequence[tuple[str, str, bool]], tail: str = "") -> None:
        """`hints`: (key, label, works now), as many as fit."""
        cells = self.size.width
        spans: list[Span] = []
        for key, label, works in hints:
            shown = f"{label} " if works else f"({label}) "
            more = [Span(f" {key} ", "key" if works else "faint"), Span(shown, "dim" if works else "faint")]
            if width(spans) + width(more) > cells - (width([Span(tail)]) + 1 if tail else 0):
                break
            spans += more
        line: Line = spread(spans, [Span(tail + " ", "dim")], cells) if tail else tuple(spans)
        self.set_lines([line])

    def say(self, sentence: str) -> None:
        """A sentence instead of the keys."""
        self.set_lines([(Span(sentence, "warn"),)])
