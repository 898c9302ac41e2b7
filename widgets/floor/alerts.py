"""Alerts, and where supervisors stepped in."""

from __future__ import annotations

from datetime import datetime

from data.supervision.snapshot import Alert, FloorSnapshot, Passed
from data.supervision.steps import StepLine
from widgets.floor.table import Table
from widgets.floor.words import TONES, sign
from widgets.lines import Row
from widgets.safe_text import Line, Span, fit
from widgets.times import since

ONE_FIGURE = len("service level 59 %, target 80 %")
"""So many cells the words about a figure take."""


def alert_table(snap: FloorSnapshot, now: datetime, cells: int, *, past: bool = False) -> Table:
    """What a supervisor should see to, what nobody has seen yet first; with room for it also what to do. `past`: below
    it what is over, with when it was."""
    text = max(14, min(44, cells - 30, max(ONE_FIGURE, (cells - 10) // 2)))
    about = max(4, cells - text - 10)
    rows = [Row(one.key, _alert_line(snap, one, now, text, about)) for one in snap.alerts]
    if past:
        rows += [Row(past_key(one), _past_line(snap, one, text, about)) for one in snap.past]
    return Table((), tuple(rows))


OVER = "over:"
"""How the keys of rows begin that are over."""


def past_key(one: Passed) -> str:
    """The key of its row."""
    return f"{OVER}{one.key}:{one.since.timestamp()}"


def _past_line(snap: FloorSnapshot, one: Passed, text: int, about: int) -> Line:
    begun, over = (at.astimezone(snap.zone) for at in (one.since, one.until))
    when = f"{begun:%H:%M}–{over:%H:%M}"
    seen = f"seen by {one.seen_by}" if one.seen_by else ""
    told = " · ".join(part for part in (one.about, seen) if part)
    # as wide as `■ 13:05 text`, so that what is about whom stands in one column
    return (
        Span(
            f" ✓ {when} {fit(one.text, max(8, text - 6))} {fit(f'{told} · over' if told else 'over', about)}", "dim"
        ),
    )


def _alert_line(snap: FloorSnapshot, one: Alert, now: datetime, text: int, about: int) -> Line:
    at = f"{one.since.astimezone(snap.zone):%H:%M}" if one.since is not None else "now"
    if not one.open:
        seen = " · ".join(part for part in (one.about, f"seen by {one.seen_by}" if one.seen_by else "seen") if part)
        return (Span(f" · {at:<5} {fit(one.text, text)} {fit(seen, about)}", "dim"),)
    ago = f"{since(one.since, now)} ago" if one.since is not None else ""
    told = " · ".join(part for part in (one.about, ago) if part)
    if len(told) + len(one.todo) + 5 <= about:
        told = f"{told}   → {one.todo}"
    tone = TONES[one.level]
    return (
        Span(" "),
        sign(one.level),
        Span(f" {at:<5}", tone),
        Span(f" {fit(one.text, text)} "),
        Span(fit(told, about), "dim"),
    )


def step_table(snap: FloorSnapshot, cells: int) -> Table:
    """Where supervisors stepped in, the newest first: who, what, whom, why, and what came of it."""
    room = max(8, cells - 70)
    head = (
        Span(
            f" {fit('at', 7)}{fit('by', 15)}{fit('what', 11)}{fit('agent', 15)}{fit('what came of it', 20)} why",
            "dim",
        ),
    )
    return Table(head, tuple(Row(one.step.id, _step_line(snap, one, room)) for one in snap.steps))


def _step_line(snap: FloorSnapshot, one: StepLine, room: int) -> Line:
    step = one.step
    shape, tone = {"asked": ("…", "warn"), "done": ("✓", "good"), "refused": ("✗", "bad")}[one.came]
    came = one.why or ("read" if one.read_at is not None else one.came)
    wished = " · ".join(part for part in (str(step.state or ""), step.text, one.caller, step.reason) if part)
    return (
        Span(f" {step.at.astimezone(snap.zone):%H:%M}  ", "dim"),
        Span(f"{fit(one.by, 14)} "),
        Span(fit(step.kind, 11), "bright"),
        Span(f"{fit(one.agent, 14)} "),
        Span(f"{shape} ", tone),
        Span(f"{fit(came, 18)} ", tone),
        Span(fit(wished, room), "dim"),
    )
