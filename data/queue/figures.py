"""The figures of call centres, from contact events alone, whatever their source. Formulas: GLOSSARY.

Every figure is counted where the contact was offered: a call offered at 10:29 and answered at 10:31 belongs to
the half hour of 10:00 with its wait, its outcome and its talk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from data.models.contact import ContactEvent
from data.queue.groupings import KEY_NAMES, By, FiguresError, Grouping, Key, Keys, Playbooks, grouping
from data.queue.offers import Happening, Offer, happening, offers

OPEN_FOR_S: Final = 7_200.0
"""An offer without an end counts as waiting when it is at most this old at the last event; an older one lost its
end (the PBX was restarted) and would make the queue longer for ever."""


class Counts(NamedTuple):
    """What a service level is made of: answered, abandoned, both within the threshold, abandoned after it, and
    abandoned within the short-abandon limit."""

    answered: int
    abandoned: int
    answered_within: int
    abandoned_within: int
    abandoned_after: int
    abandoned_short: int


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


SERVICE_LEVELS: Final[dict[str, Callable[[Counts], float | None]]] = {
    "SL1": lambda n: _share(n.answered_within + n.abandoned_within, n.answered + n.abandoned),
    "SL2": lambda n: _share(n.answered_within, n.answered),
    "SL3": lambda n: _share(n.answered_within, n.answered + n.abandoned),
    "SL4": lambda n: _share(n.answered_within, n.answered + n.abandoned_after),
    "SL5": lambda n: _share(n.answered_within + n.abandoned_short, n.answered + n.abandoned),
    "SL6": lambda n: _share(n.answered_within, n.answered + n.abandoned - n.abandoned_short),
}
"""Formulas of service levels, as fractions 0 to 1; None for 0/0."""


FIGURES: Final = (
    "offered",
    "answered",
    "abandoned",
    "abandonment_rate",
    "asa_s",
    "service_level",
    "service_level_formula",
    "threshold_s",
    "aht_s",
    "longest_wait_s",
    "max_queue",
    "max_queue_at",
)
"""What a report shows of a row, in this order."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """The figures of one row of a report. Durations in seconds, rates as fractions 0 to 1, None for 0/0."""

    of: tuple[tuple[By, str | None], ...]
    """What it is a row of: (`day`, `1999-02-03`), (`queue`, `support`) …; empty for the whole period. A key is None
    for the agent, disposition or playbook of contacts that have none."""
    starts: datetime | None
    ends: datetime | None
    """Contacts offered from the one (inclusive) to the other (exclusive), in the zone that was asked for; None: as far
    as anything is known."""
    offered: int
    """Offers: a contact that joins a second queue is offered twice."""
    answered: int
    abandoned: int
    abandonment_rate: float | None
    asa_s: float | None
    service_level: float | None
    service_level_formula: str
    threshold_s: float
    aht_s: float | None
    """Talk, hold, and wrap-up where it is known, of the calls whose end was seen."""
    longest_wait_s: float | None
    max_queue: int | None
    """Most contacts waiting at once; None by agent, disposition and playbook, since nobody stands in their line."""
    max_queue_at: datetime | None
    """When it was so long for the first time; None when nobody had to wait."""
    counts: Counts
    """What the service level is made of."""
    waited_s: float
    """In the queue, all that were answered."""
    handled: int
    """Answered contacts whose end was seen."""
    handling_s: float
    """Their talk, hold and wrap-up."""

    @property
    def key(self) -> str | None:
        """The key of a row with one; the part of time of a row that has a thing too."""
        return self.of[0][1] if self.of else None

    def key_of(self, by: By) -> str | None:
        """The key by one of the names that rows are grouped by."""
        return dict(self.of).get(by)

    def as_json(self) -> dict[str, str | int | float | None]:
        """The shape of `stats --json`."""
        row: dict[str, str | int | float | None] = {KEY_NAMES[by]: key for by, key in self.of}
        for name in FIGURES:
            value = getattr(self, name)
            row[name] = value.isoformat() if isinstance(value, datetime) else value
        return row


MICRO: Final = 1_000_000
"""Sums are kept in whole microseconds: what is added and taken out again leaves nothing behind."""


class Tally:
    """The sums behind one row."""

    __slots__ = (
        "abandoned",
        "abandoned_short",
        "abandoned_within",
        "answered",
        "answered_within",
        "handled",
        "handling",
        "longest",
        "offered",
        "waited",
    )

    def __init__(self) -> None:
        self.offered = self.answered = self.abandoned = 0
        self.answered_within = self.abandoned_within = self.abandoned_short = self.handled = 0
        self.waited = self.handling = 0
        """In microseconds."""
        self.longest: float | None = None

    def add(self, offer: Offer, threshold_s: float, short_s: float) -> None:
        """Count an offer in."""
        wait = offer.wait_s
        if wait is not None and (self.longest is None or wait > self.longest):
            self.longest = wait
        self.count(offer, threshold_s, short_s, 1)

    def count(self, offer: Offer, threshold_s: float, short_s: float, by: int) -> None:
        """Add an offer to all sums, or with -1 take it out of them."""
        self.offered += by
        wait = offer.wait_s or 0.0
        if offer.outcome == "answered":
            self.answered += by
            self.waited += by * round(wait * MICRO)
            self.answered_within += by * (wait <= threshold_s)
            if offer.talk_s is not None:
                self.handled += by
                self.handling += by * round((offer.talk_s + offer.hold_s + (offer.wrap_s or 0.0)) * MICRO)
        elif offer.outcome == "abandoned":
            self.abandoned += by
            self.abandoned_within += by * (wait <= threshold_s)
            self.abandoned_short += by * (wait <= short_s)

    def counts(self) -> Counts:
        """What a service level is made of."""
        return Counts(
            self.answered,
            self.abandoned,
            self.answered_within,
            self.abandoned_within,
            self.abandoned - self.abandoned_within,
            self.abandoned_short,
        )


def _level_steps(found: Sequence[Offer]) -> list[tuple[float, int]]:
    """+1 when a contact joins, −1 when it leaves; in one instant leavings come before joinings."""
    last = max((offer.queue_left_at or offer.offered_at for offer in found), default=0.0)
    steps = []
    for offer in found:
        left = offer.queue_left_at
        if left is None:
            if last - offer.offered_at > OPEN_FOR_S:
                continue
        elif left <= offer.offered_at:  # answered at once: sees the line, never stands in it
            steps.append((offer.offered_at, 0))
            continue
        else:
            steps.append((left, -1))
        steps.append((offer.offered_at, 1))
    steps.sort()
    return steps


def _longest_queues(
    found: Sequence[Offer], keys: Keys, grouping: Grouping, start: float, end: float
) -> dict[Key, tuple[int, float]]:
    """The longest queue of each row and when it was first reached; rows without anybody waiting are missing."""
    longest: dict[Key, tuple[int, float]] = {}
    groups: dict[str | None, list[Offer]] = {}
    if grouping.thing == "queue":
        for offer in found:
            groups.setdefault(offer.queue, []).append(offer)
    elif grouping.has_line:
        groups[None] = list(found)
    for queue, members in groups.items():
        level = 0
        here: Key | None = None
        for at, step in _level_steps(members):
            if at >= end:
                break
            if at >= start:
                key = keys.at(at), queue
                if key != here:
                    # who stood in line when the row began still does
                    here = key
                    if level > longest.get(here, (0, 0.0))[0]:
                        longest[here] = (level, keys.begin(at, start))
            level += step
            if here is not None and level > longest.get(here, (0, 0.0))[0]:
                longest[here] = (level, at)
    return longest


def figures(
    events: Iterable[ContactEvent | Happening],
    *,
    by: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    formula: str = "SL4",
    threshold_s: float = 20,
    short_s: float = 5,
    tz: str = "UTC",
    playbooks: Playbooks | None = None,
) -> list[FigureRow]:
    """Figures of the contacts offered from `start` (inclusive) to `end` (exclusive).

    Args:
        events: of any source, in any order; what happened to a contact outside the period may be among them.
        by: how rows are grouped (`groupings.grouping`): those that have any contact; None for a single row.
        formula: the service level, `SL1` to `SL6`; `threshold_s` and `short_s` are its limits, inclusive.
        tz: the zone in which the parts of time begin.
        playbooks: which playbook each contact counts under.

    Returns:
        rows in the order of time, then of their things' names, what nothing tells of last; a single row when `by` is
        None.

    Raises:
        FiguresError: no such formula, grouping or zone.
    """
    asked = asked_for(by, formula, tz, threshold_s, start, end)
    happened = (one if isinstance(one, Happening) else happening(one) for one in events)
    found = offers(happened)
    keys = Keys(asked.grouping, asked.zone, playbooks)
    tallies: dict[Key, Tally] = {} if any(asked.grouping) else {(None, None): Tally()}
    for offer in found:
        if asked.start <= offer.offered_at < asked.end:
            key = keys.of(offer)
            tally = tallies.get(key)
            if tally is None:
                tally = tallies[key] = Tally()
            tally.add(offer, threshold_s, short_s)
    longest = _longest_queues(found, keys, asked.grouping, asked.start, asked.end)
    return figure_rows(asked, keys, tallies, longest)


class Asked(NamedTuple):
    """What figures are asked for."""

    grouping: Grouping
    formula: str
    level: Callable[[Counts], float | None]
    threshold_s: float
    zone: ZoneInfo
    start: float
    end: float


def asked_for(
    by: str | None, formula: str, tz: str, threshold_s: float, start: datetime | None, end: datetime | None
) -> Asked:
    """What figures are asked for by these names.

    Raises:
        FiguresError: no such formula, grouping or zone.
    """
    grouped = grouping(by)
    if formula not in SERVICE_LEVELS:
        raise FiguresError(f"There is no service level {formula!r}: use one of {', '.join(SERVICE_LEVELS)}.")
    try:
        zone = ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise FiguresError(f"There is no time zone {tz!r}: give one like Europe/Berlin or UTC.") from error
    starts = start.timestamp() if start is not None else float("-inf")
    ends = end.timestamp() if end is not None else float("inf")
    return Asked(grouped, formula, SERVICE_LEVELS[formula], threshold_s, zone, starts, ends)


def figure_rows(
    asked: Asked,
    keys: Keys,
    tallies: Mapping[Key, Tally],
    longest: Mapping[Key, tuple[int, float]],
    made: dict[Key, tuple[tuple[int, float], FigureRow]] | None = None,
) -> list[FigureRow]:
    """The rows of some sums, in their order.

    Args:
        longest: the longest queue and when it was first so long.
        made: rows of an earlier time, beside their longest queue: they are taken where they still hold, and those that
            are made are kept there. Whoever gives it takes out the rows whose sums have changed.
    """
    rows = []
    for key in sorted(tallies, key=keys.order):
        line = longest.get(key, (0, 0.0))
        there = made.get(key) if made is not None else None
        if there is not None and there[0] == line:
            rows.append(there[1])
            continue
        row = _figure_row(asked, key, keys.span(key, asked.start, asked.end), tallies[key], line)
        if made is not None:
            made[key] = (line, row)
        rows.append(row)
    return rows


def _figure_row(
    asked: Asked, key: Key, span: tuple[float, float], tally: Tally, longest: tuple[int, float]
) -> FigureRow:
    length, at = longest
    counts = tally.counts()
    return FigureRow(
        of=asked.grouping.named(key),
        starts=_moment(span[0], asked.zone),
        ends=_moment(span[1], asked.zone),
        offered=tally.offered,
        answered=tally.answered,
        abandoned=tally.abandoned,
        abandonment_rate=_share(tally.abandoned, tally.answered + tally.abandoned),
        asa_s=_share(tally.waited / MICRO, tally.answered),
        service_level=asked.level(counts),
        service_level_formula=asked.formula,
        threshold_s=asked.threshold_s,
        aht_s=_share(tally.handling / MICRO, tally.handled),
        longest_wait_s=tally.longest,
        max_queue=length if asked.grouping.has_line else None,
        max_queue_at=datetime.fromtimestamp(at, asked.zone) if length else None,
        counts=counts,
        waited_s=tally.waited / MICRO,
        handled=tally.handled,
        handling_s=tally.handling / MICRO,
    )


def _moment(at: float, zone: ZoneInfo) -> datetime | None:
    return datetime.fromtimestamp(at, zone) if isfinite(at) else None
