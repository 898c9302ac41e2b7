"""The calls of a queue_log as stories with times, for playing the log through the live queue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from data.models.contact import EventKind
from data.queue.log_file import check_readable, pages
from data.queue.offers import Happening, Offer, Outcome, offers
from data.queue.queue_log import Fact, read_line


@dataclass(frozen=True, slots=True)
class CallStory:
    """One stay of a call in a queue, as it was. A call that joined a second queue has a story for each, with the
    same `call_id`. Offsets are seconds from `started_at`."""

    call_id: str
    queue: str
    caller_number: str
    """Empty when withheld."""
    caller_name: str
    entered_s: float
    outcome: Outcome
    """`open`: the log ends before the call's end."""
    wait_s: float | None
    """Until answered, given up or left; None while open."""
    agent: str | None
    """The log's name for who answered."""
    talk_s: float | None
    """None where there was no talk, or the log does not tell its end."""
    transferred: bool
    missed_by: tuple[tuple[float, str], ...]
    """At whom it rang in vain: (offset at which the ringing ended, the log's name)."""
    started_at: datetime
    """The time of the log's first line or, of one day, of its first call. UTC."""


def read_timeline(path: Path, day: date | None = None, tz: str = "UTC") -> list[CallStory]:
    """The stories of a queue_log (plain, .gz or .xz), by the time at which they entered.

    Lines that cannot be read are left out; `data.queue.history` tells which they are.

    Args:
        day: only calls that entered on this day in the zone `tz`. The end of such a call may lie after it.

    Raises:
        QueueLogError: the file cannot be read.
    """
    check_readable([path])
    callers: dict[tuple[str, str, int], tuple[str, str]] = {}
    began: list[int] = []
    found = offers(_happenings(path, _chosen(day, tz), callers, began))
    if not began:
        return []
    started = began[0] / 1000
    started_at = datetime.fromtimestamp(started, UTC)
    stories = [_story(offer, started, started_at, callers) for offer in found if day is None or not offer.implied]
    stories.sort(key=lambda story: (story.entered_s, story.call_id))
    return stories


def _chosen(day: date | None, tz: str) -> Callable[[int], bool] | None:
    """Whether milliseconds since 1970 lie on the day; None when every day is wanted."""
    if day is None:
        return None
    zone = ZoneInfo(tz)
    begins = int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)
    after = date.fromordinal(day.toordinal() + 1)
    ends = int(datetime(after.year, after.month, after.day, tzinfo=zone).timestamp() * 1000)
    return lambda at_ms: begins <= at_ms < ends


def _happenings(
    path: Path,
    chosen: Callable[[int], bool] | None,
    callers: dict[tuple[str, str, int], tuple[str, str]],
    began: list[int],
) -> Iterator[Happening]:
    """What happened to the chosen calls. Fills `callers` and, with the time from which offsets count, `began`."""
    calls: set[str] = set()
    for fact in _facts(path):
        here = chosen is None or chosen(fact.at_ms)
        if not began and here and (chosen is None or fact.kind is EventKind.OFFERED):
            began.append(fact.at_ms)
        if fact.kind is EventKind.OTHER:
            continue
        if fact.kind is EventKind.OFFERED and here:
            calls.add(fact.call_id)
            if fact.caller_number or fact.caller_name:
                callers[fact.call_id, fact.queue, fact.at_ms] = (fact.caller_number, fact.caller_name)
        elif chosen is not None and (fact.kind is EventKind.OFFERED or fact.call_id not in calls):
            continue
        yield Happening(
            fact.call_id,
            fact.at_ms / 1000,
            fact.kind.value,
            fact.queue,
            fact.agent or None,
            fact.wait_s,
            fact.talk_s,
            None,
        )


def _facts(path: Path) -> Iterator[Fact]:
    for page in pages(path):
        for raw in page.lines:
            if raw is not None:
                said = read_line(raw)
                if isinstance(said, Fact):
                    yield said
        if page.tail:
            said = read_line(page.tail, torn=True)
            if isinstance(said, Fact):
                yield said


def _story(
    offer: Offer, started: float, started_at: datetime, callers: dict[tuple[str, str, int], tuple[str, str]]
) -> CallStory:
    number, name = callers.get((offer.contact_id, offer.queue, round(offer.offered_at * 1000)), ("", ""))
    return CallStory(
        call_id=offer.contact_id,
        queue=offer.queue,
        caller_number=number,
        caller_name=name,
        entered_s=round(offer.offered_at - started, 3),
        outcome=offer.outcome,
        wait_s=offer.wait_s,
        agent=offer.agent,
        talk_s=offer.talk_s,
        transferred=offer.transferred,
        missed_by=tuple((round(at - started, 3), agent) for at, agent in offer.missed),
        started_at=started_at,
    )
