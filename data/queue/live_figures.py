"""Figures that grow with each event, so that a live day costs the same in the evening as in the morning.

`LiveFigures` is told of events in any order, late or twice, and its rows are at every moment those that `figures` would
compute from scratch: what an event changes is one contact's offers, taken out of the sums and put in again as they are
now, and the quarter hours of the queue's length that they stand in."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from datetime import datetime
from math import inf

from data.queue.figures import OPEN_FOR_S, FigureRow, Tally, asked_for, figure_rows
from data.queue.groupings import QUARTER_S, FiguresError, Grouping, Key, Keys, grouping
from data.queue.offers import Happening, Offer, offers_of


class _Quarter:
    """The steps of a queue's length in a quarter of an hour."""

    __slots__ = ("_highest", "_steps", "net")

    def __init__(self) -> None:
        self._steps: list[tuple[float, int]] = []
        self._highest: tuple[int, float] | None = None
        self.net = 0
        """By how much the queue is longer at its end."""

    def add(self, step: tuple[float, int]) -> None:
        insort(self._steps, step)
        self.net += step[1]
        self._highest = None

    def remove(self, step: tuple[float, int]) -> None:
        del self._steps[bisect_left(self._steps, step)]
        self.net -= step[1]
        self._highest = None

    def highest(self) -> tuple[int, float]:
        """The highest point over the length at its beginning, and when it was first reached; (0, 0) when it never
        rises."""
        if self._highest is None:
            self._highest = self.highest_between(0.0, inf)
        return self._highest

    def highest_between(self, since: float, until: float) -> tuple[int, float]:
        """The same where only moments from `since` (inclusive) to `until` (exclusive) count: the highest point after the
        first of them, and 0 for when where it never rises then."""
        level = self.net_before(since)
        best = (level, 0.0)
        for at, step in self._steps:
            if at >= until:
                break
            if at >= since:
                level += step
                if level > best[0]:
                    best = (level, at)
        return best

    def moves(self, since: float, until: float) -> bool:
        """Whether anything happens from `since` (inclusive) to `until` (exclusive)."""
        first = bisect_left(self._steps, (since, -1))
        return first < len(self._steps) and self._steps[first][0] < until

    def net_before(self, moment: float) -> int:
        """By how much the queue is longer at a moment in it."""
        return sum(step for at, step in self._steps if at < moment)

    def __bool__(self) -> bool:
        return bool(self._steps)


class _Line:
    """How long a queue was over time."""

    def __init__(self) -> None:
        self._quarters: dict[int, _Quarter] = {}
        self._marks: list[float] = []
        """When each contact was last heard of in the line, in order."""
        self._open: dict[int, Offer] = {}
        self._standing: set[int] = set()
        """Those of the open ones that count as waiting."""

    def add(self, offer: Offer) -> None:
        left = offer.queue_left_at
        insort(self._marks, left or offer.offered_at)
        if left is None:
            self._open[id(offer)] = offer
            return
        for step in _steps(offer):
            self._put(step)

    def remove(self, offer: Offer) -> None:
        left = offer.queue_left_at
        del self._marks[bisect_left(self._marks, left or offer.offered_at)]
        if left is None:
            del self._open[id(offer)]
            if id(offer) in self._standing:
                self._standing.remove(id(offer))
                self._take((offer.offered_at, 1))
            return
        for step in _steps(offer):
            self._take(step)

    def longest(self, keys: Keys, start: float, end: float) -> dict[str | None, tuple[int, float]]:
        """The longest queue of each row and when it was first reached."""
        self._count_open()
        longest: dict[str | None, tuple[int, float]] = {}
        level = 0
        here: str | None = None
        opened = False
        for number in sorted(self._quarters):
            quarter, begins = self._quarters[number], number * QUARTER_S
            if begins >= end:
                break
            # a period may begin or end amid a quarter; in all others whatever happens counts
            if start <= begins <= end - QUARTER_S:
                over, at = quarter.highest()
            elif quarter.moves(max(begins, start), end):
                over, at = quarter.highest_between(max(begins, start), end)
            else:
                level += quarter.net
                continue
            key = keys.at(begins)
            if not opened or key != here:
                # who stood in line when the row began still does
                here, opened = key, True
                waiting = level + (quarter.net_before(start) if begins < start else 0)
                if waiting > longest.get(here, (0, 0.0))[0]:
                    longest[here] = (waiting, keys.begin(begins, start))
            if at and level + over > longest.get(here, (0, 0.0))[0]:
                longest[here] = (level + over, at)
            level += quarter.net
        return longest

    def _count_open(self) -> None:
        last = self._marks[-1] if self._marks else 0.0
        standing = {one for one, offer in self._open.items() if last - offer.offered_at <= OPEN_FOR_S}
        for one in self._standing - standing:
            self._take((self._open[one].offered_at, 1))
        for one in standing - self._standing:
            self._put((self._open[one].offered_at, 1))
        self._standing = standing

    def _put(self, step: tuple[float, int]) -> None:
        self._quarters.setdefault(int(step[0] // QUARTER_S), _Quarter()).add(step)

    def _take(self, step: tuple[float, int]) -> None:
        number = int(step[0] // QUARTER_S)
        self._quarters[number].remove(step)
        if not self._quarters[number]:
            del self._quarters[number]


def _steps(offer: Offer) -> Iterator[tuple[float, int]]:
    """The steps of an offer whose end is known: it joins and leaves, or passes through at once."""
    left = offer.queue_left_at
    if left is None or left <= offer.offered_at:
        yield offer.offered_at, 0
    else:
        yield left, -1
        yield offer.offered_at, 1


class _Sums(Tally):
    """Sums that offers can be taken out of again."""

    __slots__ = ("_waits",)

    def __init__(self) -> None:
        super().__init__()
        self._waits: list[float] = []

    def change(self, offer: Offer, threshold_s: float, short_s: float, by: int) -> None:
        """Count an offer in (1) or out (-1)."""
        self.count(offer, threshold_s, short_s, by)
        if offer.wait_s is not None:
            if by > 0:
                insort(self._waits, offer.wait_s)
            else:
                del self._waits[bisect_left(self._waits, offer.wait_s)]
            self.longest = self._waits[-1] if self._waits else None


class _Group:
    """The sums of one grouping."""

    def __init__(self, grouping: Grouping, keys: Keys) -> None:
        self.grouping = grouping
        self.keys = keys
        self.sums: dict[Key, _Sums] = {} if any(grouping) else {(None, None): _Sums()}
        self.made: dict[Key, tuple[tuple[int, float], FigureRow]] = {}
        """The rows whose sums have not changed since they were made."""


class LiveFigures:
    """The figures of the contacts offered in a period, as far as events were told."""

    def __init__(
        self,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        formula: str = "SL4",
        threshold_s: float = 20,
        short_s: float = 5,
        tz: str = "UTC",
    ) -> None:
        """The arguments of `figures`. Raises FiguresError: no such formula or zone."""
        self._asked = asked_for(None, formula, tz, threshold_s, start, end)
        self._short_s = short_s
        self._told: dict[str, list[Happening]] = {}
        self._offers: dict[str, list[Offer]] = {}
        self._groups: dict[Grouping, _Group] = {}
        self._line = _Line()
        self._lines: dict[str, _Line] = {}

    def take(self, happenings: Iterable[Happening]) -> int:
        """Be told of events, in any order; what was told before changes nothing. Returns how many contacts they
        changed."""
        changed: set[str] = set()
        for one in happenings:
            told = self._told.setdefault(one.contact_id, [])
            if one not in told:
                told.append(one)
                changed.add(one.contact_id)
        for contact_id in changed:
            for offer in self._offers.get(contact_id, ()):
                self._count(offer, -1)
            self._offers[contact_id] = offers_of(self._told[contact_id])
            for offer in self._offers[contact_id]:
                self._count(offer, 1)
        return len(changed)

    def knows(self, contact_id: str) -> bool:
        """Whether anything was told of a contact."""
        return contact_id in self._told

    def forget(self, contact_id: str) -> None:
        """Take back all that was told of a contact."""
        self._told.pop(contact_id, None)
        for offer in self._offers.pop(contact_id, ()):
            self._count(offer, -1)

    def _count(self, offer: Offer, by: int) -> None:
        for line in (self._line, self._lines.setdefault(offer.queue, _Line())):
            line.add(offer) if by > 0 else line.remove(offer)
        for group in self._groups.values():
            self._count_in(group, offer, by)

    def _count_in(self, group: _Group, offer: Offer, by: int) -> None:
        if not self._asked.start <= offer.offered_at < self._asked.end:
            return
        key = group.keys.of(offer)
        group.made.pop(key, None)
        row = group.sums.setdefault(key, _Sums())
        row.change(offer, self._asked.threshold_s, self._short_s, by)
        if not row.offered and any(group.grouping):
            del group.sums[key]

    def rows(self, by: str | None = None) -> list[FigureRow]:
        """What `figures` would compute from everything that was told: same rows, same order. The first time that rows
        are grouped so they are made from all offers; from then on they grow.

        Raises:
            FiguresError: no such grouping, or by playbook, which these events do not tell.
        """
        grouped = grouping(by)
        group = self._groups.get(grouped) or self._grouped(grouped)
        asked = self._asked._replace(grouping=grouped)
        return figure_rows(asked, group.keys, group.sums, self._longest(grouped, group.keys), group.made)

    def _grouped(self, grouped: Grouping) -> _Group:
        if grouped.thing == "playbook":
            raise FiguresError("Live figures are not grouped by playbook: `stats` does that.")
        group = self._groups[grouped] = _Group(grouped, Keys(grouped, self._asked.zone))
        for offers in self._offers.values():
            for offer in offers:
                self._count_in(group, offer, 1)
        return group

    def _longest(self, grouped: Grouping, keys: Keys) -> dict[Key, tuple[int, float]]:
        if not grouped.has_line:
            return {}
        lines = [(None, self._line)] if grouped.thing is None else self._lines.items()
        return {
            (name, queue): longest
            for queue, line in lines
            for name, longest in line.longest(keys, self._asked.start, self._asked.end).items()
        }
