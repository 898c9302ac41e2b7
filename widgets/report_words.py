"""Queue reports in words: the status line, what stands beside the fields, the list of slots. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from data.models.outage import Outage
from data.models.queue_report import NodeDown, ReportRung, Rung, RungOutcome
from data.queue_report.nodes import nodes_text
from data.queue_report.policy import ReportPolicy
from data.queue_report.standing import DueSlot, LiveQueue, ReportState, SlotLine, Standing, late_from, minutes_late
from widgets.room import Part, Rank
from widgets.safe_text import Line, Span, fit, line
from widgets.times import duration, moment, time_of_day

SHAPES: dict[Standing, tuple[str, str]] = {
    Standing.REPORTED: ("●", "good"),
    Standing.REPORTED_LATE: ("●", "warn"),
    Standing.DUE: ("◆", "accent"),
    Standing.LATE: ("▲", "warn"),
    Standing.MISSED: ("■", "bad"),
}
"""A shape and a tone for each standing; the word stands beside them."""
WAYS: dict[Rung, str] = {
    Rung.MODAL: "the form",
    Rung.COMMAND: "the same form by command",
    Rung.OTHER_SEAT: "another seat",
    Rung.MAIL: "an e-mail to the report mailbox",
    Rung.MANAGER: "call a manager",
    Rung.EMERGENCY: "the emergency procedure",
}


def status_part(state: ReportState, now: datetime, policy: ReportPolicy) -> Part:
    """`◆ report due`, `▲ report late 6 min`, `next report 10:30`; the last one only where there is room."""
    present = state.present
    if present is not None and present.at <= now < present.ends:
        standing = present.standing(now, policy)
        shape, tone = SHAPES[standing]
        late = standing is Standing.LATE
        told = f"{shape} report {f'late {minutes_late(present.at, now)} min' if late else 'due'}  "
        least = f"{shape} {'late' if late else 'due'}  "
        return Part((Span(least, tone),), ((Rank.REPORT, (Span(told, tone),)),))
    if state.next is None or state.next <= now:
        return Part(())
    return Part((), ((Rank.BESIDES, (Span("next report ", "dim"), Span(f"{time_of_day(state.next)}  "))),))


def due_spans(slot: DueSlot, now: datetime, policy: ReportPolicy) -> list[Span]:
    """`late in 4:40`, or `▲ late 6 min`."""
    if slot.standing(now, policy) is Standing.DUE:
        return [Span("late in ", "dim"), Span(duration((late_from(slot.at, policy) - now).total_seconds()))]
    return [Span(f"▲ late {minutes_late(slot.at, now)} min", "warn")]


def calls_beside(queue: LiveQueue) -> str:
    """`live: Support 3, Billing 1`."""
    return "live: " + (", ".join(f"{name} {calls}" for name, calls in queue.queues) or "nobody waits")


def wait_beside(queue: LiveQueue) -> str:
    """`live: Maria Alvarez, 2:10`."""
    return f"live: {queue.longest}, {duration(queue.wait_s)}" if queue.calls else ""


def board_beside(outages: Sequence[Outage], now: datetime) -> str:
    """Where the nodes come from."""
    if not outages:
        return "the outage board has no node down"
    return f"from the outage board, since {moment(min(one.since for one in outages), now)}"


def board_nodes(outages: Sequence[Outage]) -> str:
    """The nodes of the outage board, as they stand in the field."""
    return nodes_text(NodeDown(node=one.node, city=one.city) for one in outages)


def slot_lines(lines: Sequence[SlotLine], now: datetime, cells: int) -> list[Line]:
    """The slots of the last hours, one a line."""
    return [_slot_line(one, now, cells) for one in lines]


def told(one: SlotLine) -> str:
    """A slot in one text: `14:30 ● reported · 4 calls, 2 min`."""
    text = f"{time_of_day(one.slot)} {SHAPES[one.standing][0]} {one.standing}"
    return " · ".join(part for part in (text, _given(one)) if part)


def _given(one: SlotLine) -> str:
    """What a report says, in short."""
    report, text = one.report, ""
    if report is not None:
        nodes = f"{len(report.nodes)} node{'s' if len(report.nodes) != 1 else ''} down" if report.nodes else ""
        given = f"at {time_of_day(report.at)}" if one.standing is Standing.REPORTED_LATE else ""
        by = f"by {one.by_name}" if one.by_name else ""
        how = f"by {report.rung}" if report.rung is not Rung.MODAL else ""
        figures = f"{report.calls} call{'s' if report.calls != 1 else ''}, {report.wait_min} min"
        text = " · ".join(part for part in (figures, nodes, given, by, how) if part)
    return text


def _slot_line(one: SlotLine, now: datetime, cells: int) -> Line:
    shape, tone = SHAPES[one.standing]
    text = _given(one)
    when, word, who = 12, 15, 20
    return (
        Span(f" {fit(moment(one.slot, now), when)}"),
        Span(f"{shape} {fit(str(one.standing), word)}", tone),
        Span(fit(one.name, who)),
        Span(fit(text, max(0, cells - when - word - who - 4)).rstrip(), "dim"),
    )


def rung_lines(steps: Sequence[ReportRung], at: Rung) -> list[Line]:
    """The ladder: what was tried, where one stands, what comes."""
    outcomes = {step.rung: step for step in steps}
    lines: list[Line] = []
    for place, rung in enumerate(Rung, 1):
        step = outcomes.get(rung)
        if step is not None and step.outcome is RungOutcome.FAILED and rung is not at:
            mark, tone, word = "✗", "warn", f"failed {time_of_day(step.at)}"
        elif rung is at:
            mark, tone, word = "▶", "accent", ""
        else:
            mark, tone, word = " ", "dim", ""
        lines.append(
            line(
                (f" {mark} ", tone),
                (f"{place}  {WAYS[rung]}", "bright" if rung is at else "dim"),
                (f"  {word}", "dim"),
            )
        )
    return lines
