"""Why-lines: a figure explained in one sentence, with its formula, the numbers put in, and from when to when. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import singledispatch
from typing import Final, get_args

from data.queue.erlang import ASSUMPTION
from data.queue.figures import FigureRow
from data.queue.groupings import Time
from data.supervision.adherence import Adherence
from data.supervision.occupancy import Occupancy
from data.supervision.quality import Average, Score
from data.supervision.staffing import StaffingRow

LEVELS: Final[Mapping[str, str]] = {
    "SL1": "({answered_within} + {abandoned_within}) / ({answered} + {abandoned})",
    "SL2": "{answered_within} / {answered}",
    "SL3": "{answered_within} / ({answered} + {abandoned})",
    "SL4": "{answered_within} / ({answered} + {abandoned_after})",
    "SL5": "({answered_within} + {abandoned_short}) / ({answered} + {abandoned})",
    "SL6": "{answered_within} / ({answered} + {abandoned} - {abandoned_short})",
}
"""The formulas of `figures.SERVICE_LEVELS`, to be filled with words or with numbers."""
EXPLAINED: Final = (
    "offered",
    "answered",
    "abandoned",
    "abandonment_rate",
    "asa_s",
    "service_level",
    "aht_s",
    "longest_wait_s",
    "max_queue",
)
"""The figures of a row that can be explained, in the order in which they are shown."""

MOST_NUMBERS: Final = 12
"""So many scores are written out in the sum of an average."""


@singledispatch
def explain(row: object, field: str) -> str:
    """Why a figure of a row is what it is. Rows: FigureRow, Occupancy, Adherence, StaffingRow, Average,
    Score.

    Raises:
        ValueError: there is no such figure; the message is one sentence for a person.
    """
    raise ValueError(f"Nothing can be said about {type(row).__name__}.")


@explain.register
def _figure(row: FigureRow, field: str) -> str:
    about = f"contacts offered {_period(row.starts, row.ends)}{_of(row)}"
    left = row.offered - row.answered - row.abandoned
    ended = row.answered + row.abandoned
    if field == "offered":
        parts = (
            f"{row.answered:,} answered, {row.abandoned:,} abandoned, {left:,} left the queue or no end is known"
        )
        return f"Offered = {row.offered:,}: {parts}; {about}."
    if field == "answered":
        return f"Answered = {row.answered:,} of {row.offered:,} {about}."
    if field == "abandoned":
        return (
            f"Abandoned = {row.abandoned:,} of {row.offered:,} {about};"
            f" {row.counts.abandoned_within:,} of them within {row.threshold_s:g} s."
        )
    if field == "abandonment_rate":
        sums = f"{row.abandoned:,} / ({row.answered:,} + {row.abandoned:,})"
        value = _percent(row.abandonment_rate)
        return f"Abandonment = abandoned / (answered + abandoned) = {sums} = {value}, of {ended:,} {about}."
    if field == "asa_s":
        sums = f"{row.waited_s:,.0f} s / {row.answered:,}"
        return f"ASA = wait of the answered / answered = {sums} = {_seconds(row.asa_s)}, of {about}."
    if field == "service_level":
        return _level(row, about)
    if field == "aht_s":
        sums = f"{row.handling_s:,.0f} s / {row.handled:,}"
        return f"AHT = (talk + hold + wrap-up) / handled = {sums} = {_seconds(row.aht_s)}, of {about}."
    if field == "longest_wait_s":
        return f"Longest wait = {_seconds(row.longest_wait_s)}, of those whose wait is over among {about}."
    if field in ("max_queue", "max_queue_at"):
        when = f", first at {_moment(row.max_queue_at)}" if row.max_queue_at is not None else ""
        value = "–, as nobody stands in a line of its own" if row.max_queue is None else f"{row.max_queue}{when}"
        return (
            f"Longest queue = most contacts waiting at once = {value}; {_period(row.starts, row.ends)}{_of(row)}."
        )
    raise _unknown(field, EXPLAINED)


def _level(row: FigureRow, about: str) -> str:
    threshold = f"{row.threshold_s:g} s"
    words = {
        "answered": "answered",
        "abandoned": "abandoned",
        "answered_within": f"answered within {threshold}",
        "abandoned_within": f"abandoned within {threshold}",
        "abandoned_after": f"abandoned after {threshold}",
        "abandoned_short": "short abandons",
    }
    formula = LEVELS[row.service_level_formula]
    numbers = {name: f"{count:,}" for name, count in row.counts._asdict().items()}
    return (
        f"{row.service_level_formula} = {formula.format_map(words)} = {formula.format_map(numbers)}"
        f" = {_percent(row.service_level)}, of {about}."
    )


@explain.register
def _occupancy(row: Occupancy, field: str) -> str:
    if field != "occupancy":
        raise _unknown(field, ("occupancy",))
    handling, ready = _minutes(row.handling_s), _minutes(row.ready_s)
    return (
        f"Occupancy = handling / (handling + ready) = {handling} / ({handling} + {ready}) ="
        f" {_percent(row.occupancy)}, {_period(row.starts, row.ends)}; {_minutes(row.not_ready_s)} not ready count in"
        " neither."
    )


@explain.register
def _adherence(row: Adherence, field: str) -> str:
    if field not in ("adherence", "lost_s"):
        raise _unknown(field, ("adherence", "lost_s"))
    kept, scheduled = _minutes(row.kept_s), _minutes(row.scheduled_s)
    sentence = (
        f"Adherence = minutes in the scheduled state / scheduled minutes = {kept} / {scheduled} ="
        f" {_percent(row.adherence)}, {_period(row.starts, row.ends)}"
    )
    if not row.deviations:
        return f"{sentence}."
    worst = max(row.deviations, key=lambda one: one.seconds)
    state = f"{worst.state or 'nobody there'}{f' ({worst.reason})' if worst.reason else ''}"
    return (
        f"{sentence}; {_minutes(row.lost_s)} lost, the longest {worst.starts.astimezone(row.starts.tzinfo):%H:%M} to"
        f" {worst.ends.astimezone(row.starts.tzinfo):%H:%M}: {state} instead of {worst.activity}."
    )


@explain.register
def _staffing(row: StaffingRow, field: str) -> str:
    if field not in ("needed", "more", "agents"):
        raise _unknown(field, ("agents", "needed", "more"))
    about = f"{_period(row.starts, row.ends)}, queue {row.queue}"
    there = "it is not known who was there" if row.agents is None else f"{row.agents:.1f} were there"
    if row.needed is None:
        return f"Agents needed = –, as no call was handled or no number of agents would do; {about}. {ASSUMPTION}"
    more = f", so {row.more} more" if row.more is not None else ""
    return (
        f"Agents needed = {row.needed} for {row.offered:,} calls of {row.aht_s or 0:,.0f} s, to answer"
        f" {_percent(row.target)} within {row.threshold_s:g} s; {there}{more}; {about}. {ASSUMPTION}"
    )


@explain.register
def _average(row: Average, field: str) -> str:
    if field != "quality":
        raise _unknown(field, ("quality",))
    numbers = [f"{share * 100:.1f}" for share in row.shares]
    if len(numbers) > MOST_NUMBERS:
        numbers = [*numbers[:MOST_NUMBERS], "…"]
    sums = f"({' + '.join(numbers)}) / {len(row.shares)} = " if row.shares else ""
    failed = f"; {row.failed} of them 0 % for a critical question" if row.failed else ""
    empty = f"; {row.empty} more to which no question applied" if row.empty else ""
    return (
        f"Quality of {row.name} = scores of the contacts / scored contacts = {sums}{_percent(row.share)}, scored"
        f" {_period(row.starts, row.ends)}, each contact by its latest score card{failed}{empty}."
    )


@explain.register
def _score(row: Score, field: str) -> str:
    if field != "score":
        raise _unknown(field, ("score",))
    earned = f"{row.earned:,} / {row.possible:,}"
    if not row.possible:
        return "Score = –, as no question applies."
    if row.failed:
        share = _percent(row.earned / row.possible)
        return f"Score = 0 %, as a critical question is answered with no: {'; '.join(row.failed)}. Else {earned} = {share}."
    return f"Score = weight answered with yes / weight answered with yes or no = {earned} = {_percent(row.share)}."


def _unknown(field: str, known: tuple[str, ...]) -> ValueError:
    return ValueError(f"There is no figure '{field}' to explain: use one of {', '.join(known)}.")


def _of(row: FigureRow) -> str:
    things = [f"{by} {key if key is not None else '–'}" for by, key in row.of if by not in get_args(Time)]
    return f", {things[0]}" if things else ""


def _period(starts: datetime | None, ends: datetime | None) -> str:
    if starts is None and ends is None:
        return "in all the time that is known"
    begin = f"from {_moment(starts)} " if starts is not None else ""
    return f"{begin}{f'to {_moment(ends)}' if ends is not None else 'on'}"


def _moment(at: datetime | None) -> str:
    if at is None:
        return "–"
    seconds = ":%S" if at.second else ""
    return at.strftime(f"%Y-%m-%d %H:%M{seconds} %Z")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}".replace("%", " %")


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f} s"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:,.0f} min"
