"""From what happened to what became of each offer: one contact's stay in one queue, with its outcome.

A contact that joins a second queue, or the same one again, is a second offer. Works on events of any source; all
times are seconds since 1970."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Final, Literal, NamedTuple

from data.models.contact import ContactEvent, EventKind

Outcome = Literal["answered", "abandoned", "left", "open"]


class Happening(NamedTuple):
    """What figures need of one contact event, cheap enough for a hundred thousand of them."""

    contact_id: str
    at: float
    kind: str
    queue: str
    agent: str | None
    wait_s: float | None
    talk_s: float | None
    hold_s: float | None
    disposition: str | None = None
    """Of a `disposed`."""


TELLING: Final = tuple(
    kind.value
    for kind in (
        EventKind.OFFERED,
        EventKind.MISSED,
        EventKind.REJECTED,
        EventKind.ANSWERED,
        EventKind.ABANDONED,
        EventKind.LEFT,
        EventKind.VOICE_MAIL,
        EventKind.HOLD,
        EventKind.RESUME,
        EventKind.TRANSFERRED,
        EventKind.ENDED,
        EventKind.DISPOSED,
    )
)
"""The kinds of events that offers are made of."""

_OUTCOMES: Final[dict[str, Outcome]] = {
    "answered": "answered",
    "abandoned": "abandoned",
    "left": "left",
    "voice mail": "left",
}
_ENDS_WAIT = frozenset(_OUTCOMES)
_ENDS_TALK = frozenset({"ended", "transferred", "voice mail"})


def happening(event: ContactEvent) -> Happening:
    """An event as a happening."""
    return Happening(
        event.contact_id,
        event.at.timestamp(),
        event.kind.value,
        event.queue,
        event.agent,
        event.wait_s,
        event.talk_s,
        event.hold_s,
        event.text or None if event.kind is EventKind.DISPOSED else None,
    )


class Offer:
    """One offer. `outcome`: `answered`, `abandoned`, `left`, or `open` while (or if ever) no end was seen."""

    __slots__ = (
        "agent",
        "contact_id",
        "disposition",
        "ended_at",
        "hold_s",
        "implied",
        "missed",
        "offered_at",
        "outcome",
        "queue",
        "queue_left_at",
        "talk_s",
        "transferred",
        "wait_s",
        "wrap_s",
    )

    def __init__(self, contact_id: str, queue: str, offered_at: float, implied: bool = False) -> None:
        self.contact_id = contact_id
        self.queue = queue
        self.offered_at = offered_at
        self.implied = implied
        """No event said that it was offered, but one said how it ended."""
        self.outcome: Outcome = "open"
        self.queue_left_at: float | None = None
        self.wait_s: float | None = None
        """In the queue; None while open."""
        self.agent: str | None = None
        """Who answered."""
        self.ended_at: float | None = None
        self.talk_s: float | None = None
        """Without hold, where hold is known; None while it goes on."""
        self.hold_s = 0.0
        self.wrap_s: float | None = None
        """None where nothing tells."""
        self.disposition: str | None = None
        """As whoever answered wrapped it up; None where nobody did."""
        self.transferred = False
        self.missed: list[tuple[float, str]] = []
        """When it rang in vain, and at whom."""


def offers(happenings: Iterable[Happening]) -> list[Offer]:
    """The offers that these happenings tell of, by contact, each contact's in order of time.

    The order of `happenings` does not matter. What is told twice counts once. An end without an offer counts as
    an offer `wait_s` before it, when nothing else is known of the contact: the caller evidently waited."""
    by_contact: dict[str, list[Happening]] = {}
    for one in happenings:
        found = by_contact.get(one[0])
        if found is None:
            by_contact[one[0]] = [one]
        else:
            found.append(one)
    result: list[Offer] = []
    for events in by_contact.values():
        result += offers_of(events)
    return result


def _in_one_instant(one: Happening) -> tuple[object, ...]:
    return one[2], one[3], one[4] or "", one[5] or 0.0, one[6] or 0.0, one[7] or 0.0, one[8] or ""


def offers_of(events: list[Happening]) -> list[Offer]:
    """The offers of one contact. Logs tell whole seconds, so events of one instant are put in an order that makes
    sense: what is under way ends before the next begins."""
    story = _Story(events[0].contact_id)
    ordered = sorted(set(events), key=itemgetter(1))
    first, count = 0, len(ordered)
    while first < count:
        at = ordered[first][1]
        last = first + 1
        while last < count and ordered[last][1] == at:
            last += 1
        if last - first == 1:
            story.take(ordered[first])
        else:
            same = sorted(ordered[first:last], key=_in_one_instant)
            while same:
                story.take(same.pop(story.next_of(same)))
        first = last
    return story.offers


class _Story:
    """What is known of one contact so far."""

    def __init__(self, contact_id: str) -> None:
        self.contact_id = contact_id
        self.offers: list[Offer] = []
        self._waiting: dict[str, Offer] = {}
        self._talking: Offer | None = None
        self._held_at: float | None = None
        self._wrapping: Offer | None = None

    def next_of(self, same: list[Happening]) -> int:
        """The place of the event to take first among events of one instant."""

        def rank(place: int) -> int:
            one = same[place]
            if one.kind == "offered":
                return 6
            if one.kind in _ENDS_WAIT and one.queue in self._waiting:
                return 5
            if one.kind in _ENDS_TALK and self._talking is not None:
                return 4
            if one.kind in _ENDS_WAIT:
                return 7
            if one.kind in _ENDS_TALK:
                return 8
            if one.kind in ("missed", "rejected"):
                return 1 if one.queue in self._waiting else 7
            if one.kind == "disposed":
                return 0 if self._wrapping is not None else 9
            return 2 if one.kind == "hold" else 3

        return min(range(len(same)), key=rank)

    def take(self, one: Happening) -> None:
        kind = one.kind
        if kind == "offered":
            self._offered(one)
        elif kind in _ENDS_WAIT and (kind != "voice mail" or one.queue in self._waiting):
            self._left_queue(one)
        elif kind in _ENDS_TALK:
            self._ended(one)
        elif kind in ("missed", "rejected"):
            waiting = self._waiting.get(one.queue)
            if waiting is not None and one.agent:
                waiting.missed.append((one.at, one.agent))
        elif kind == "hold":
            if self._talking is not None and self._held_at is None:
                self._held_at = one.at
        elif kind == "resume":
            self._stop_hold(one.at)
        elif kind == "disposed":
            done = self._wrapping
            if done is not None and done.ended_at is not None and one.agent == done.agent:
                done.wrap_s = one.at - done.ended_at
                done.disposition = one.disposition
                self._wrapping = None

    def _offered(self, one: Happening) -> None:
        there = self._waiting.get(one.queue)
        if there is not None and there.offered_at == one.at:
            return
        offer = Offer(self.contact_id, one.queue, one.at)
        self._waiting[one.queue] = offer
        self.offers.append(offer)

    def _left_queue(self, one: Happening) -> None:
        offer = self._waiting.pop(one.queue, None)
        if offer is None:
            if self.offers:
                return
            offer = Offer(self.contact_id, one.queue, one.at - (one.wait_s or 0.0), implied=True)
            self.offers.append(offer)
        offer.outcome = _OUTCOMES[one.kind]
        offer.queue_left_at = one.at
        offer.wait_s = one.wait_s if one.wait_s is not None else max(0.0, one.at - offer.offered_at)
        offer.agent = one.agent if one.kind == "answered" else None
        if one.kind == "answered":
            self._talking, self._held_at = offer, None

    def _stop_hold(self, at: float) -> None:
        if self._talking is not None and self._held_at is not None:
            self._talking.hold_s += at - self._held_at
        self._held_at = None

    def _ended(self, one: Happening) -> None:
        offer = self._talking
        if offer is None or offer.queue_left_at is None:
            return
        self._stop_hold(one.at)
        if one.hold_s is not None:
            offer.hold_s = one.hold_s
        offer.ended_at = one.at
        offer.talk_s = (
            one.talk_s if one.talk_s is not None else max(0.0, one.at - offer.queue_left_at - offer.hold_s)
        )
        offer.transferred = one.kind == "transferred"
        self._talking, self._wrapping = None, offer
