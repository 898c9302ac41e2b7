"""The clocks of a ticket, worked out from its history whenever they are asked for; nothing of them is stored (TICK-6).

What counts as a response: a live contact (the call or chat in which the ticket is opened, or a later one), and a text
to the customer. An internal note does not, and neither does a message of the customer's. Solving ends every clock.
The next response is owed from a message of the customer's on, and from when a ticket leaves pending or solved.

Pending pauses, at most until its reminder: then it is the desk's turn again. On hold pauses. Time when the desk is
closed is no pause; it is not counted. The target is the one of the priority and type that the ticket has when the
clock ends, or has now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from data.models.contact import ContactKind
from data.models.customer import Plan
from data.models.ticket import Priority, Ticket, TicketEvent, TicketEventKind, TicketState
from data.service.policies import Promise, Service

LIVE_KINDS = frozenset(ContactKind) - {ContactKind.MESSAGE}
DONE = frozenset({TicketState.SOLVED, TicketState.CLOSED})
THEIR_TURN = DONE | {TicketState.PENDING}
"""States in which the customer, not the desk, has to do something."""


class PauseReason(StrEnum):
    """Why a clock stands still, as it is told."""

    PENDING = "pending (waiting for the customer)"
    ON_HOLD = "on hold (waiting for a part or for others)"
    SOLVED = "solved, before it came back"


class EndedBy(StrEnum):
    """What ended a clock, as it is told."""

    OPENED_LIVE = "in the contact in which it was opened"
    TALKED = "in a contact with the customer"
    TOLD = "by telling the customer"
    SOLVED = "by solving it"


class Standing(StrEnum):
    """How a clock stands."""

    RUNNING = "due"
    PAUSED = "paused"
    OVERDUE = "overdue"
    MET = "met"
    MISSED = "missed"


PAUSES: dict[TicketState, PauseReason] = {
    TicketState.PENDING: PauseReason.PENDING,
    TicketState.ON_HOLD: PauseReason.ON_HOLD,
    TicketState.SOLVED: PauseReason.SOLVED,
    TicketState.CLOSED: PauseReason.SOLVED,
}


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which a clock stands still. `end` may lie ahead (a reminder), and is None while nobody knows it."""

    start: datetime
    end: datetime | None
    reason: PauseReason
    counted: timedelta = timedelta()
    """The open time of it until now."""

    def holds(self, at: datetime) -> bool:
        """Whether it is on at a moment."""
        return self.start <= at and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True)
class ServiceClock:
    """One promise of a ticket. Durations are open time."""

    promise: Promise
    started: datetime
    target: timedelta
    pauses: tuple[Pause, ...]
    spent: timedelta
    """Until now, or until it ended; pauses are left out."""
    due_at: datetime | None
    """None while a pause without a known end holds it."""
    ended: datetime | None = None
    ended_by: EndedBy | None = None

    @property
    def left(self) -> timedelta:
        """What remains of the target; below zero when it is over."""
        return self.target - self.spent

    def paused(self, at: datetime) -> Pause | None:
        """The pause that holds it at a moment."""
        return next((one for one in self.pauses if one.holds(at)), None) if self.ended is None else None

    def standing(self, at: datetime) -> Standing:
        """How it stands at a moment that is not before the one at which it was worked out."""
        late = self.due_at is not None and (self.ended or at) > self.due_at
        if self.ended is not None:
            return Standing.MISSED if late else Standing.MET
        if late:
            return Standing.OVERDUE
        return Standing.PAUSED if self.paused(at) is not None else Standing.RUNNING


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A time in which state, priority, type and reminder stayed as they were."""

    start: datetime
    end: datetime | None
    state: TicketState
    priority: Priority
    type: Plan
    remind_at: datetime | None
    since: datetime
    """Since when the ticket has this state."""


def clocks(
    ticket: Ticket, history: Sequence[TicketEvent], service: Service, now: datetime
) -> tuple[ServiceClock, ...]:
    """Every clock of a ticket, in the order in which they started; none while its first event is not here yet.

    An event of another seat whose time is ahead of ours moves `now` on to it."""
    events = sorted(history, key=lambda event: event.at)
    created = next((event for event in events if event.kind is TicketEventKind.CREATED), None)
    if created is None:
        return ()
    events = [event for event in events if event.at >= created.at]
    now = max(now, events[-1].at)
    stretches = _stretches(ticket, created.at, events)
    found = []
    for promise, start, end, by in _promises(created, events, stretches):
        clock = _clock(promise, start, end, by, stretches, service, now)
        if clock is not None:
            found.append(clock)
    return tuple(sorted(found, key=lambda clock: (clock.started, list(Promise).index(clock.promise))))


def next_due(found: Sequence[ServiceClock], at: datetime) -> ServiceClock | None:
    """The clock to look at first: the one that is due first, else one that is paused; None when all have ended."""
    running = [one for one in found if one.ended is None]
    due = [one for one in running if one.due_at is not None and one.paused(at) is None]
    return min(due, key=lambda one: one.due_at or at, default=running[0] if running else None)


# what happened


def _stretches(ticket: Ticket, created: datetime, events: Sequence[TicketEvent]) -> list[_Stretch]:
    changes = [event for event in events if event.kind is TicketEventKind.CHANGED]
    first = {name: next((one.old for one in changes if one.field == name), None) for name in _WATCHED}
    now = _Stretch(
        created,
        None,
        ticket.state if first["state"] is None else TicketState(first["state"]),
        ticket.priority if first["priority"] is None else Priority(first["priority"]),
        ticket.type if first["type"] is None else Plan(int(first["type"])),
        ticket.remind_at if first["remind_at"] is None else _instant(first["remind_at"]),
        created,
    )
    found = []
    for event in changes:
        if event.field in _WATCHED:
            found.append(replace(now, end=event.at))
            now = _changed(now, event)
    return [one for one in found if one.end is None or one.end > one.start] + [now]


def _changed(before: _Stretch, event: TicketEvent) -> _Stretch:
    now = replace(before, start=event.at)
    if event.field == "state":
        return replace(now, state=TicketState(event.new), since=event.at)
    if event.field == "priority":
        return replace(now, priority=Priority(event.new))
    if event.field == "type":
        return replace(now, type=Plan(int(event.new)))
    return replace(now, remind_at=_instant(event.new))


_WATCHED = ("state", "priority", "type", "remind_at")


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


_Promised = tuple[Promise, datetime, datetime | None, EndedBy | None]


def _promises(
    created: TicketEvent, events: Sequence[TicketEvent], stretches: Sequence[_Stretch]
) -> Iterator[_Promised]:
    """What was promised when, until when it ran, and what ended it."""
    answers = [(event.at, by) for event in events if (by := _answered(event)) is not None]
    solved = [
        (after.start, EndedBy.SOLVED)
        for before, after in zip((None, *stretches), stretches, strict=False)
        if after.state in DONE and (before is None or before.state not in DONE)
    ]
    ends = sorted(answers + solved, key=lambda end: end[0])
    first = next(iter(ends), None)
    yield (Promise.FIRST_RESPONSE, created.at, *(first or (None, None)))
    if first is not None:
        yield from _turns([at for at in _asked(events, stretches) if at >= first[0]], ends)
    done = solved[-1] if stretches[-1].state in DONE else (None, None)
    yield (Promise.RESOLUTION, created.at, *done)


def _answered(event: TicketEvent) -> EndedBy | None:
    """How an event answers the customer, if it does."""
    live = event.new in LIVE_KINDS
    if event.kind is TicketEventKind.REPLY:
        return EndedBy.TOLD
    if event.kind is TicketEventKind.CREATED and live:
        return EndedBy.OPENED_LIVE
    return EndedBy.TALKED if event.kind is TicketEventKind.CONTACT and live else None


def _asked(events: Sequence[TicketEvent], stretches: Sequence[_Stretch]) -> list[datetime]:
    """When it became the desk's turn."""
    messages = [one.at for one in events if one.kind is TicketEventKind.CONTACT and one.new == ContactKind.MESSAGE]
    back = [
        after.start
        for before, after in pairwise(stretches)
        if before.state in THEIR_TURN and after.state not in THEIR_TURN
    ]
    return sorted(messages + back)


def _turns(asked: Sequence[datetime], ends: Sequence[tuple[datetime, EndedBy]]) -> Iterator[_Promised]:
    """One clock from the first unanswered message to the answer; what is asked meanwhile starts no other one."""
    free_from: datetime | None = None
    for start in asked:
        if free_from is not None and start < free_from:
            continue
        end, by = next(((at, by) for at, by in ends if at >= start), (None, None))
        if end != start:  # asked and answered in one go
            yield Promise.NEXT_RESPONSE, start, end, by
        if end is None:
            return
        free_from = end


# counting


def _clock(
    promise: Promise,
    start: datetime,
    end: datetime | None,
    by: EndedBy | None,
    stretches: Sequence[_Stretch],
    service: Service,
    now: datetime,
) -> ServiceClock | None:
    """One clock; None where the ticket's policy promises nothing."""
    holding = next(one for one in reversed(stretches) if end is None or one.start < end or one.start == start)
    target = service.policy(holding.priority, holding.type).target(promise)
    if target is None:
        return None
    pauses = tuple(
        replace(one, counted=service.between(one.start, min(one.end or now, now)))
        for one in _pauses(start, end, stretches)
    )
    spent, due = timedelta(), None
    for begin, stop in _active(start, end, pauses):
        counted = service.between(begin, stop or now)
        if due is None and (stop is None or counted >= target - spent):
            due = service.after(begin, target - spent)
        spent += counted
    if due is None and end is not None:
        due = service.after(end, target - spent)
    return ServiceClock(promise, start, target, pauses, spent, due, end, by)


def _pauses(start: datetime, end: datetime | None, stretches: Sequence[_Stretch]) -> list[Pause]:
    """The pauses of a clock, in order and apart from each other."""
    found: list[Pause] = []
    for one in stretches:
        reason = PAUSES.get(one.state)
        begin = max(one.start, start)
        stop = _earlier(one.end, end)
        if one.state is TicketState.PENDING and one.remind_at is not None and one.remind_at > one.since:
            stop = _earlier(stop, one.remind_at)
        if reason is None or (stop is not None and stop <= begin) or (end is not None and begin >= end):
            continue
        if found and found[-1].end == begin and found[-1].reason is reason:
            found[-1] = replace(found[-1], end=stop)
        else:
            found.append(Pause(begin, stop, reason))
    return found


def _active(
    start: datetime, end: datetime | None, pauses: Sequence[Pause]
) -> Iterator[tuple[datetime, datetime | None]]:
    """The time between the pauses."""
    begin: datetime | None = start
    for pause in pauses:
        assert begin is not None, "no pause follows one without an end"
        if pause.start > begin:
            yield begin, pause.start
        begin = pause.end
    if begin is not None and (end is None or begin < end):
        yield begin, end


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one is not None and other is not None else one or other
