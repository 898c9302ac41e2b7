"""Which row of a report an offer belongs to: a part of time, a thing, or one within the other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from data.queue.offers import Offer

Time = Literal["quarter", "half-hour", "day", "week"]
Thing = Literal["queue", "agent", "disposition", "playbook"]
By = Literal[Time, Thing]
KEY_NAMES: Final[dict[By, str]] = {
    "quarter": "slot",
    "half-hour": "slot",
    "day": "day",
    "week": "week",
    "queue": "queue",
    "agent": "agent",
    "disposition": "disposition",
    "playbook": "playbook",
}
"""What a row is called in JSON, by how rows are grouped."""

QUARTER_S: Final = 900
Key = tuple[str | None, str | None]
"""A row's part of time and its thing; None where rows are not grouped so, or where nothing tells."""
Playbooks = Mapping[tuple[str, str], str]
"""The playbook of a contact, by contact and agent."""


class FiguresError(ValueError):
    """The figures asked for do not exist; the message is one sentence for a person."""


class Grouping(NamedTuple):
    """How rows are made; nothing: one row for everything."""

    time: Time | None = None
    thing: Thing | None = None

    def named(self, key: Key) -> tuple[tuple[By, str | None], ...]:
        """What a key says, by its names."""
        named: list[tuple[By, str | None]] = []
        if self.time is not None:
            named.append((self.time, key[0]))
        if self.thing is not None:
            named.append((self.thing, key[1]))
        return tuple(named)

    @property
    def has_line(self) -> bool:
        """Whether the contacts of a row stand in a line of their own: agents, dispositions and playbooks have none."""
        return self.thing in (None, "queue")


def grouping(by: str | None) -> Grouping:
    """The grouping of a name, or of two with a comma between them: a part of time and a thing, in any order.

    Raises:
        FiguresError: there is no such grouping.
    """
    found = Grouping()
    for name in by.split(",") if by is not None else ():
        name = name.strip()
        time = next((one for one in get_args(Time) if one == name), None)
        thing = next((one for one in get_args(Thing) if one == name), None)
        if time is None and thing is None:
            raise FiguresError(f"Figures can be grouped by {', '.join(KEY_NAMES)}, not by '{name}'.")
        if (time and found.time) or (thing and found.thing):
            raise FiguresError(
                f"'{by}' is no grouping: give one of {', '.join(get_args(Time))}, one of {', '.join(get_args(Thing))},"
                " or one of each."
            )
        found = Grouping(time or found.time, thing or found.thing)
    return found


class Keys:
    """Which row an offer, or a moment, belongs to."""

    def __init__(self, grouping: Grouping, zone: ZoneInfo, playbooks: Playbooks | None = None) -> None:
        self._time, self._thing = grouping
        self._zone = zone
        self._playbooks = playbooks or {}
        self._names: dict[int, str] = {}
        self._spans: dict[str, tuple[float, float]] = {}

    def of(self, offer: Offer) -> Key:
        return self.at(offer.offered_at), self._thing_of(offer)

    def _thing_of(self, offer: Offer) -> str | None:
        if self._thing is None:
            return None
        if self._thing == "queue":
            return offer.queue
        if self._thing == "agent":
            return offer.agent
        if self._thing == "disposition":
            return offer.disposition
        return self._playbooks.get((offer.contact_id, offer.agent)) if offer.agent is not None else None

    def at(self, moment: float) -> str | None:
        """The part of time of a moment: a quarter's or half hour's start (ISO 8601 with zone), the day
        (`1999-02-03`), the week (`1999-W05`, it begins on Monday). None when rows are not parts of time."""
        if self._time is None:
            return None
        quarter = int(moment // QUARTER_S)  # no zone's days or half hours begin between its quarters
        name = self._names.get(quarter)
        if name is None:
            starts, ends = self._around(quarter * QUARTER_S)
            begins = datetime.fromtimestamp(starts, self._zone)
            if self._time == "day":
                name = begins.date().isoformat()
            elif self._time == "week":
                year, week, _ = begins.isocalendar()
                name = f"{year}-W{week:02}"
            else:
                name = begins.isoformat()
            self._names[quarter] = name
            self._spans[name] = starts, ends
        return name

    def _around(self, quarter: int) -> tuple[float, float]:
        """Beginning and end of the part of time that a quarter of an hour lies in."""
        if self._time == "quarter":
            return quarter, quarter + QUARTER_S
        local = datetime.fromtimestamp(quarter, self._zone)
        if self._time == "half-hour":
            starts = quarter - local.minute % 30 * 60
            return starts, starts + 2 * QUARTER_S
        first, days = local.date(), 1
        if self._time == "week":
            first, days = first - timedelta(days=local.weekday()), 7
        return self._midnight(first), self._midnight(first + timedelta(days=days))

    def _midnight(self, day: date) -> float:
        return datetime(day.year, day.month, day.day, tzinfo=self._zone).timestamp()

    def span(self, key: Key, start: float, end: float) -> tuple[float, float]:
        """From when to when a row is that `of` or `at` has given, within a period."""
        if key[0] is None:
            return start, end
        starts, ends = self._spans[key[0]]
        return max(starts, start), min(ends, end)

    def begin(self, at: float, start: float) -> float:
        """The first moment of the row that `at` belongs to, or of the period that begins at `start`."""
        name = self.at(at)
        return max(start, 0.0 if name is None else self._spans[name][0])

    def order(self, key: Key) -> tuple[float, bool, str]:
        """What rows are sorted by: time, then the thing's name, what nothing tells of last."""
        name, thing = key
        return self._spans[name][0] if name is not None else 0.0, thing is None, thing or ""
