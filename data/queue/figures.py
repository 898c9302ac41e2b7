"""The figures of call centres, from contact events alone, whatever their source. Formulas: GLOSSARY.

Every figure is counted where the contact was offered: a call offered at 10:29 and answered at 10:31 belongs to
the half hour of 10:00 with its wait, its outcome and its talk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from data.models.contact import ContactEvent
from data.queue.offers import Happening, Offer, happening, offers

By = Literal["day", "half-hour", "queue", "agent"]
KEY_NAMES: Final[dict[str, str]] = {"day": "day", "half-hour": "slot", "queue": "queue", "agent": "agent"}
"""What a row is called in JSON, by how rows are grouped."""

OPEN_FOR_S: Final = 7_200.0
"""An offer without an end counts as waiting when it is at most this old at the last event; an older one lost its
end (the PBX was restarted) and would make the queue longer for ever."""


class FiguresError(ValueError):
    """The figures asked for do not exist; the message is one sentence for a person."""


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


@dataclass(frozen=True, slots=True)
class FigureRow:
    """The figures of one day, half hour, queue, agent, or of the whole period. Durations in seconds, rates as
    fractions 0 to 1, None for 0/0."""

    by: By | None
    key: str | None
    """The day (`1999-02-03`), the half hour's start (ISO 8601 with zone), the queue or the agent. None for the
    whole period, and for the agent of contacts that nobody answered."""
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
    """Most contacts waiting at once; None by agent, since nobody has a queue of his own."""
    max_queue_at: datetime | None
    """When it was so long for the first time; None when nobody had to wait."""

    def as_json(self) -> dict[str, str | int | float | None]:
        """The shape of `stats --json`."""
        row: dict[str, str | int | float | None] = {}
        if self.by is not None:
            row[KEY_NAMES[self.by]] = self.key
        for field in fields(self)[2:]:
            value = getattr(self, field.name)
            row[field.name] = value.isoformat() if isinstance(value, datetime) else value
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


class Keys:
    """Which row an offer, or a moment, belongs to."""

    def __init__(self, by: By | None, zone: ZoneInfo) -> None:
        self._by = by
        self._zone = zone
        self._names: dict[int, str] = {}

    def of(self, offer: Offer) -> str | None:
        if self._by == "queue":
            return offer.queue
        if self._by == "agent":
            return offer.agent
        return self.at(offer.offered_at)

    def at(self, moment: float) -> str | None:
        """The row of a moment; None when rows are not parts of time."""
        if self._by not in ("day", "half-hour"):
            return None
        quarter = int(moment // 900)  # no zone's days or half hours begin between its quarters
        name = self._names.get(quarter)
        if name is None:
            local = datetime.fromtimestamp(quarter * 900, self._zone)
            if self._by == "day":
                name = local.date().isoformat()
            else:
                start = datetime.fromtimestamp(quarter * 900 - local.minute % 30 * 60, self._zone)
                name = start.isoformat()
            self._names[quarter] = name
        return name

    def begin(self, at: float, start: float) -> float:
        """The first moment of the row that `at` belongs to, or of the period that begins at `start`."""
        begins, key = at // 900 * 900, self.at(at)
        if key is None:
            return max(start, 0.0)
        while self.at(begins - 900) == key:
            begins -= 900
        return max(begins, start)


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
    found: Sequence[Offer], keys: Keys, by: By | None, start: float, end: float
) -> dict[str | None, tuple[int, float]]:
    """The longest queue of each row and when it was first reached; rows without anybody waiting are missing."""
    longest: dict[str | None, tuple[int, float]] = {}
    groups: dict[str | None, list[Offer]] = {}
    if by == "queue":
        for offer in found:
            groups.setdefault(offer.queue, []).append(offer)
    else:
        groups[None] = list(found)
    for queue, members in groups.items():
        level = 0
        here: str | None = None
        opened = False
        for at, step in _level_steps(members):
            if at >= end:
                break
            if at >= start:
                key = queue if by == "queue" else keys.at(at)
                if not opened or key != here:
                    # who stood in line when the day or half hour began still does
                    here, opened = key, True
                    begins = keys.begin(at, start)
                    if level > longest.get(here, (0, 0.0))[0]:
                        longest[here] = (level, begins)
            level += step
            if at >= start and level > longest.get(here, (0, 0.0))[0]:
                longest[here] = (level, at)
    return longest


def figures(
    events: Iterable[ContactEvent | Happening],
    *,
    by: By | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    formula: str = "SL4",
    threshold_s: float = 20,
    short_s: float = 5,
    tz: str = "UTC",
) -> list[FigureRow]:
    """Figures of the contacts offered from `start` (inclusive) to `end` (exclusive).

    Args:
        events: of any source, in any order; what happened to a contact outside the period may be among them.
        by: one row for each day, half hour, queue or agent that has any; None for a single row.
        formula: the service level, `SL1` to `SL6`; `threshold_s` and `short_s` are its limits, inclusive.
        tz: the zone in which days and half hours begin.

    Returns:
        rows in the order of their keys, the one without an agent last; a single row when `by` is None.

    Raises:
        FiguresError: no such formula, grouping or zone.
    """
    level, zone = checked(by, formula, tz)
    happened = (one if isinstance(one, Happening) else happening(one) for one in events)
    found = offers(happened)
    starts = start.timestamp() if start is not None else float("-inf")
    ends = end.timestamp() if end is not None else float("inf")
    keys = Keys(by, zone)
    tallies: dict[str | None, Tally] = {} if by is not None else {None: Tally()}
    for offer in found:
        if starts <= offer.offered_at < ends:
            key = keys.of(offer)
            tally = tallies.get(key)
            if tally is None:
                tally = tallies[key] = Tally()
            tally.add(offer, threshold_s, short_s)
    queues = _longest_queues(found, keys, by, starts, ends) if by != "agent" else {}
    asked = Asked(by, formula, level, threshold_s, zone)
    return [
        figure_row(asked, key, tallies[key], queues.get(key, (0, 0.0)))
        for key in sorted(tallies, key=lambda name: (name is None, name or ""))
    ]


class Asked(NamedTuple):
    """What figures are asked for."""

    by: By | None
    formula: str
    level: Callable[[Counts], float | None]
    threshold_s: float
    zone: ZoneInfo


def figure_row(asked: Asked, key: str | None, tally: Tally, longest: tuple[int, float]) -> FigureRow:
    """The figures of some sums. `longest`: the longest queue and when it was first so long; (0, 0) for none."""
    length, at = longest
    return FigureRow(
        by=asked.by,
        key=key,
        offered=tally.offered,
        answered=tally.answered,
        abandoned=tally.abandoned,
        abandonment_rate=_share(tally.abandoned, tally.answered + tally.abandoned),
        asa_s=_share(tally.waited / MICRO, tally.answered),
        service_level=asked.level(tally.counts()),
        service_level_formula=asked.formula,
        threshold_s=asked.threshold_s,
        aht_s=_share(tally.handling / MICRO, tally.handled),
        longest_wait_s=tally.longest,
        max_queue=None if asked.by == "agent" else length,
        max_queue_at=datetime.fromtimestamp(at, asked.zone) if length else None,
    )


def checked(by: str | None, formula: str, tz: str) -> tuple[Callable[[Counts], float | None], ZoneInfo]:
    """The formula and the zone of these names.

    Raises:
        FiguresError: no such formula, grouping or zone.
    """
    if by is not None and by not in KEY_NAMES:
        raise FiguresError(f"Figures can be grouped by {', '.join(KEY_NAMES)}, not by {by!r}.")
    if formula not in SERVICE_LEVELS:
        raise FiguresError(f"There is no service level {formula!r}: use one of {', '.join(SERVICE_LEVELS)}.")
    try:
        return SERVICE_LEVELS[formula], ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise FiguresError(f"There is no time zone {tz!r}: give one like Europe/Berlin or UTC.") from error
