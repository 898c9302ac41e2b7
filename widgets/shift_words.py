"""The shift in words: clock, hours, breaks, the steps of a checklist. Each state is a word and a shape."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from data.models.shift import DutyOutcome, DutyStep, TimeEntry
from data.shift import hours
from data.shift.checklist import StepLine, Turn
from data.shift.policy import Sight
from data.shift.time_clock import Worked
from widgets.safe_text import Line, Span, fit, line
from widgets.times import at_the_site, time_of_day

SHAPES = {Turn.PASSED: ("✓", "good"), Turn.NEXT: ("▸", "accent"), Turn.LATER: ("○", "dim")}
BAR = 20
_LOOKS = {
    Sight.CLOCKED_IN: "enter clocks in",
    Sight.NOT_READY: "seen by itself",
    Sight.READY: "enter: READY",
    Sight.RESTARTED: "seen once restarted",
    Sight.MAIL_READ: "seen once all is read",
}


def clock_line(shift: TimeEntry | None, worked: Worked, now: datetime, zone: ZoneInfo, goal: float) -> list[Line]:
    """Whether the clock runs, and hours today and in this week with what is left of the goal."""
    today, week = worked.today(now, zone), worked.this_week(now, zone)
    clock = (
        [Span(" ● ", "good"), Span("clocked in ", "bright"), Span(f"since {time_of_day(shift.at)}", "dim")]
        if shift is not None
        else [Span(" ○ ", "warn"), Span("not clocked in", "bright")]
    )
    left = goal - week.total_seconds() / 3600
    share = min(1.0, week.total_seconds() / 3600 / goal)
    full = round(share * BAR)
    rest = f"{hours.hours(hours.of_hours(left))} left" if left > 0 else f"{hours.hours(hours.of_hours(-left))} over"
    return [
        (*clock, Span("   today ", "dim"), Span(hours.hours(today), "bright"), Span(at_the_site(now, zone), "dim")),
        (
            Span("   week  ", "dim"),
            Span(hours.hours(week), "bright"),
            Span(f" of {goal:g}:00 h  " if goal == int(goal) else f" of {goal:g} h  ", "dim"),
            Span("█" * full, "accent"),
            Span("░" * (BAR - full), "dim"),
            Span(f"  {rest}", "dim"),
        ),
    ]


def break_lines(worked: Worked, since: datetime | None, now: datetime) -> list[Line]:
    """The breaks of this shift; a forgotten clock-out, if there is one this week."""
    lines: list[Line] = []
    mine = [one for one in worked.breaks if since is not None and (one.end is None or one.end > since)]
    if since is not None:
        told = " · ".join(
            f"{one.reason} {time_of_day(one.start)}–{time_of_day(one.end) if one.end is not None else 'now'}"
            for one in mine
        )
        spent = hours.hours(hours.total(mine, now))
        lines.append(
            line(
                ("   breaks ", "dim"),
                (told or "none yet", "" if told else "dim"),
                (f"   {spent}" if told else "", "dim"),
            )
        )
    for one in worked.forgotten[-1:]:
        at = one.start.astimezone()
        lines.append(
            line(
                (
                    f" ▲ no clock-out on {at:%a} {at.day} {at:%b}: it counts nothing until a supervisor enters it",
                    "warn",
                )
            )
        )
    return lines


def step_line(one: StepLine, cells: int) -> Line:
    """`✓ Clock in   08:02 seen`."""
    shape, tone = SHAPES[one.turn]
    told, quiet = _how(one), "" if one.turn is Turn.NEXT else "dim" if one.turn is Turn.LATER else ""
    room = max(12, cells - 5 - 26)
    return (
        Span(f"  {shape} ", tone),
        Span(fit(one.step.label, room - 1) + " ", "bright" if one.turn is Turn.NEXT else quiet),
        Span(fit(told, 26), "dim"),
    )


def _how(one: StepLine) -> str:
    if one.stamp is not None:
        return f"{time_of_day(one.stamp.at)} {outcome_words(one.stamp)}"
    looks = _LOOKS.get(one.step.seen, "") if one.step.seen is not None else ""
    return f"next {f'· {looks}' if looks else '· enter: done'}" if one.turn is Turn.NEXT else ""


def outcome_words(stamp: DutyStep) -> str:
    """How a step was passed: `seen`, `done`, `waived by Mo`."""
    if stamp.outcome is DutyOutcome.WAIVED:
        return f"waived by {stamp.text}"
    return str(stamp.outcome)
