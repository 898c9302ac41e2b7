"""The line on top (what I am, how the queue and the hub do) and the line below (the keys that work now)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from data.models.agent import AgentState, AgentStatus
from widgets.lines import Lines
from widgets.room import Part, Rank, laid_out
from widgets.safe_text import Line, Span, fit, spread, width
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

    def show_parts(self, left: Sequence[Part], right: Sequence[Part]) -> None:
        """Lay two groups of parts out over the line."""
        self.set_lines([laid_out(left, right, self.size.width)])


def state_parts(
    status: AgentStatus, now: datetime, wrap_up_s: int = 0, consult: str = "", answered: datetime | None = None
) -> list[Part]:
    """`● ON CALL 3:02`, with the reason when not ready and what was asked for after this call. `wrap_up_s`:
    how long wrap-up should take; after it the time says so (0: no limit). `consult`: whom the agent talks to
    while the caller is held. `answered`: when the call in hand began; a hold has a time of its own beside it."""
    shape, tone = SHAPES[status.state]
    begun = answered if status.state is AgentState.ON_CALL and answered is not None else status.since
    parts = [
        Part(
            (
                Span(f" {shape} ", tone),
                Span(status.state.upper(), "bright"),
                Span(f" {since(begun, now)}", "dim"),
            )
        )
    ]
    if status.state is AgentState.ON_HOLD and answered is not None:
        parts.append(Part((), ((Rank.BESIDES, (Span(f" · call {since(answered, now)}", "dim"),)),)))
    over = (now - status.since).total_seconds() - wrap_up_s
    if status.state is AgentState.WRAP_UP and wrap_up_s and over > 0:
        parts.append(_shortened(f" ▲ {duration(over)} over", f" {duration(wrap_up_s)}", tone="bad"))
    if consult:
        first, _, rest = consult.partition(" ")
        parts.append(_shortened(f" · talking to {first}", f" {rest}" if rest else "", tone="info"))
    if status.reason:
        parts.append(_shortened(f" {status.reason}"))
    if status.after_call:
        asked = (Span(f" · then {fit(status.after_call, ASKED_CELLS).rstrip()}", "warn"),)
        whole = (Span(f" · then not ready: {status.after_call}", "warn"),)
        parts.append(Part((), ((Rank.STATE, asked), (Rank.BESIDES, whole))))
    return parts


SHORT_CELLS, ASKED_CELLS, NAME_CELLS = 22, 14, 12
"""So much of a reason, of what was asked for after the call and of a first name is enough to know it by."""


def _shortened(text: str, more: str = "", tone: str = "") -> Part:
    """Something about the state: cut when it is long, and whole where there is room."""
    cut = (Span(fit(text, SHORT_CELLS).rstrip(), tone),)
    return Part((), ((Rank.STATE, cut), (Rank.BESIDES, (Span(text + more, tone),))))


def name_part(name: str) -> Part:
    """Who I am: the whole name, else the first one, else as much of that as tells it."""
    first = name.split()[0] if name.split() else ""
    cut = (Span(f"   {fit(first, NAME_CELLS).rstrip()}"),)
    return Part((), ((Rank.NAME, cut), (Rank.BESIDES, (Span(f"   {name}"),))))


def clock_part(now: datetime) -> Part:
    """The time of day."""
    return Part((), ((Rank.CLOCK, (Span(f"{time_of_day(now)} ", "bright"),)),))


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
