"""An outage in words: the banner before the greeting, and a line of the board."""

from __future__ import annotations

from datetime import datetime

from data.models.outage import Outage
from data.outages.rules import late
from widgets.safe_text import Line, Span, fit, line, wrap
from widgets.times import duration, moment

SAYABLE = "We know of it, and it is being worked on."
"""What agents may say where nobody wrote anything."""
TEXT_LINES = 3


def place(outage: Outage) -> str:
    """`RP-14, Ridgeport`."""
    return ", ".join(part for part in (outage.node, outage.city) if part)


def until(outage: Outage, now: datetime) -> str:
    """What is known of its end, in words."""
    if outage.over is not None:
        return f"up since {moment(outage.over, now)}"
    if outage.expected is None:
        return "end not known"
    if late(outage, now):
        return f"was expected by {moment(outage.expected, now)}"
    return f"expected by {moment(outage.expected, now)}"


def lasting(outage: Outage, now: datetime) -> str:
    """For how long it has been, or was, down: `2:10:00`."""
    return duration(((outage.over or now) - outage.since).total_seconds())


def banner(outage: Outage | None, now: datetime, cells: int) -> list[Line]:
    """What stands above the greeting of a customer on a node that is down; nothing for others."""
    if outage is None:
        return []
    head = f" ▲ OUTAGE  {place(outage)} · down since {moment(outage.since, now)} · {until(outage, now)} "
    said = wrap(outage.text or SAYABLE, max(10, cells - 9))[:TEXT_LINES]
    lines = [line((part, "band")) for part in _banded(head, cells)]
    lines += [
        line((" say:    " if at == 0 else "         ", "dim"), (part, "bright")) for at, part in enumerate(said)
    ]
    return [*lines, ()]


def _banded(text: str, cells: int) -> list[str]:
    """A text as whole lines of a band."""
    return [fit(f" {part}", max(10, cells - 1)) for part in wrap(text, max(10, cells - 3))]


def row(outage: Outage, now: datetime, cells: int) -> Line:
    """A line of the board."""
    down = outage.over is None
    shape, tone = ("▲", "warn") if down else ("✓", "dim")
    if down and late(outage, now):
        shape, tone = "■", "bad"
    word, node, since, long = 6, 14, 13, 10
    room = max(8, cells - 3 - word - node - since - long)
    city = max(6, room * 2 // 5)
    return (
        Span(f" {shape} ", tone),
        Span(fit("down" if down else "up", word), tone),
        Span(fit(outage.node, node - 1) + " ", "bright" if down else "dim"),
        Span(fit(outage.city, city - 1) + " ", "" if down else "dim"),
        Span(fit(moment(outage.since, now), since), "dim"),
        Span(fit(lasting(outage, now), long), "" if down else "dim"),
        Span(fit(until(outage, now), room - city), "dim"),
    )


def counted(down: int) -> str:
    """`1 node down`, `3 nodes down`."""
    return f"{down} node{'s' if down != 1 else ''} down"
