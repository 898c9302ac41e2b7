"""What waits beside the queue, under it: notices, callbacks and outages, each with the key that opens them."""

from __future__ import annotations

from datetime import datetime

from data.callbacks.rules import Standing, counts
from data.views import Work
from widgets.outage_words import counted
from widgets.pane import KeyOf
from widgets.safe_text import Line, Span

SHAPES = {Standing.OVERDUE: ("■", "bad"), Standing.DUE: ("▲", "warn"), Standing.LATER: ("○", "dim")}
"""Shape and tone of each; the word stands beside them."""


def work_lines(work: Work, now: datetime, key_of: KeyOf) -> list[Line]:
    """A line of notices, one of callbacks and one of outages, where there are any."""
    lines: list[Line] = []
    if work.notices:
        told = f"{work.notices} new notice{'s' if work.notices > 1 else ''}"
        lines.append(_line("notices", [Span("▲ ", "warn"), Span(told)], key_of))
    found = [(one, number) for one, number in counts(work.callbacks, now).items() if number]
    spans: list[Span] = []
    for one, number in found:
        shape, tone = SHAPES[one]
        quiet = "dim" if one is Standing.LATER else ""
        gap = "  " if spans else ""
        spans += [Span(f"{gap}{shape} ", tone), Span(f"{number} {one}", quiet)]
    if spans:
        lines.append(_line("callbacks", spans, key_of))
    if work.outages:
        lines.append(_line("outages", [Span("▲ ", "warn"), Span(counted(work.outages))], key_of))
    return lines


def _line(action: str, spans: list[Span], key_of: KeyOf) -> Line:
    return (Span(f" {key_of(action)} ", "key"), Span(f"{action:<10}", "dim"), *spans)


def alarming(work: Work, now: datetime) -> bool:
    """Whether something waits that should be looked at now."""
    stand = counts(work.callbacks, now)
    return bool(work.notices or stand[Standing.OVERDUE] or stand[Standing.DUE])
