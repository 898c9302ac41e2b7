"""How many agents more it takes."""

from __future__ import annotations

from dataclasses import dataclass

from data.queue import erlang
from data.queue.figures import FigureRow
from data.supervision.snapshot import AVAILABLE, FloorSnapshot, slot_start
from widgets.floor.words import half_later, percent
from widgets.safe_text import Line, Span, fit, width
from widgets.times import duration


@dataclass(frozen=True, slots=True)
class Staffing:
    """What Erlang C says of the last whole half hour."""

    row: FigureRow
    agents: int
    """Who takes contacts now."""
    needed: erlang.Staffing
    aht_s: float

    @property
    def more(self) -> int:
        return self.needed.agents - self.agents


def staffing(snap: FloorSnapshot) -> Staffing | None:
    """How many agents the last whole half hour would take for the floor's target; None where there is none."""
    whole = [row for row in snap.slots if (snap.at - slot_start(row)).total_seconds() >= 1800]
    row = whole[-1] if whole else None
    if row is None or (snap.at - slot_start(row)).total_seconds() >= 3600 or not row.offered:
        return None
    aht = row.aht_s or snap.total.aht_s
    if not aht:
        return None
    agents = sum(1 for one in snap.agents if one.state in AVAILABLE)
    try:
        needed = erlang.agents_needed(row.offered, 1800, aht, snap.policy.threshold_s, snap.policy.target)
    except ValueError:
        return None
    return Staffing(row, agents, needed, aht)


def staffing_line(snap: FloorSnapshot, cells: int) -> Line:
    """`▲ 2 more agents → 89 %   Erlang C · 62 offered 13:00–13:30, AHT 6:40`."""
    found = staffing(snap)
    if found is None:
        return (Span(" Erlang C tells how many agents it takes once a half hour is over.", "dim"),)
    start = slot_start(found.row)
    share = percent(found.needed.service_level)
    if found.more > 0:
        head = Span(f" ▲ {found.more} more agent{'s' if found.more > 1 else ''} → {share}", "warn")
    else:
        head = Span(f" ● {found.agents} agents, {found.needed.agents} needed → {share}", "good")
    told = (
        f"   Erlang C · {found.row.offered} offered {start:%H:%M}–{half_later(start)}, AHT {duration(found.aht_s)}"
    )
    return (head, Span(fit(told, max(0, cells - width([head]))), "dim"))
