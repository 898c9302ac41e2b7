"""Callbacks in the store: promise one, try it, be done with it. Each is one transaction, and within a write
transaction of the caller a part of that one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from data.callbacks import hours
from data.callbacks.policy import CallbackPolicy
from data.callbacks.rules import CallbackLine, in_order
from data.clock import Clock
from data.customers.phone import as_kept, display, normalise
from data.models.agent import LEADERS
from data.models.base import AgentId, ContactId, CustomerId, TicketId, new_id
from data.models.callback import Callback, CallbackAttempt, CallbackOutcome, CallbackState
from data.models.customer import Phone
from data.models.notice import NoticeRole
from data.models.ticket import TicketEvent, TicketEventKind
from data.notices.notices import notify
from data.store.database import Store
from data.store.save import Change, saving

LONGEST_NUMBER = 60


class CallbackFaultError(ValueError):
    """It cannot be promised or tried as it is; the message says what to do."""


def number_of(typed: str, region: str = "US") -> str:
    """A number to call back, E.164 where it is one, else as it was typed.

    Raises:
        CallbackFaultError: there is no digit in it.
    """
    number = " ".join(typed.split())[:LONGEST_NUMBER]
    if not any(char.isdigit() for char in number):
        raise CallbackFaultError("A callback needs the number to call: type it.")
    e164 = normalise(number, region)
    return e164 or as_kept(number, e164)


@dataclass(frozen=True, slots=True)
class Override:
    """A leader allows a callback outside the hours in which customers may be called."""

    by: AgentId
    why: str


def make(
    store: Store,
    number: str,
    due_at: datetime,
    agent: AgentId,
    clock: Clock,
    *,
    about: str = "",
    until: datetime | None = None,
    for_agent: AgentId | None = None,
    customer_id: CustomerId | None = None,
    contact_id: ContactId | None = None,
    ticket_id: TicketId | None = None,
    region: str = "US",
    more: Sequence[tuple[str, str]] = (),
    works: str = "",
    zone: str = "",
    verified: Sequence[str] = (),
    policy: CallbackPolicy | None = None,
    override: Override | None = None,
) -> Callback:
    """Promise to call a number.

    Args:
        due_at: when, aware; `until`: the end of the window, if there is one.
        for_agent: whose it is; None: anybody's.
        works: when that number works; `more`: further numbers, each with such a note.
        zone: the customer's; the hours of `policy` are hours of it.
        verified: what was confirmed when the message was taken.
        policy: the hours in which customers may be called; None: nobody looks at them.
        override: who allowed it outside those hours. The leaders are told.

    Raises:
        CallbackFaultError: there is no number, the window cannot be, or it is outside the hours and no leader has
            allowed it.
        StoreError: nothing was written.
    """
    if until is not None and until <= due_at:
        raise CallbackFaultError("The window ends before it begins: give a later end.")
    numbers = tuple(
        Phone(raw=kept, e164=normalise(kept, region), note=" ".join(note.split()))
        for typed, note in ((number, works), *more)
        if (kept := number_of(typed, region))
    )
    outside = policy is not None and _outside(policy, due_at, until, zone)
    with saving(store, agent, clock) as change:
        if outside:
            _check_override(store, policy, override, zone)
        callback = Callback(
            id=new_id(),
            customer_id=customer_id,
            contact_id=contact_id,
            ticket_id=ticket_id,
            number=numbers[0].raw,
            numbers=numbers if more or works.strip() else (),
            zone=zone,
            about=about.strip(),
            due_at=due_at,
            until=until,
            for_agent=for_agent,
            made_by=agent,
            made_at=clock.now(),
            verified=tuple(verified),
            flagged=outside,
            override_by=override.by if outside and override is not None else None,
            override_why=" ".join(override.why.split()) if outside and override is not None else "",
        )
        if outside:
            _tell_leaders(store, callback, agent, clock)
        return change.add(callback)


def _outside(policy: CallbackPolicy, due_at: datetime, until: datetime | None, zone: str) -> bool:
    if until is not None and until != hours.window_end(policy, due_at):
        raise CallbackFaultError(f"A window is {policy.window_hours} hours wide: say when it begins.")
    try:
        return not hours.in_hours(policy, due_at, until, ZoneInfo(zone))
    except (ValueError, LookupError, OSError) as error:
        raise CallbackFaultError("The customer's zone is missing: write a city, like Chicago.") from error


def _check_override(store: Store, policy: CallbackPolicy | None, override: Override | None, zone: str) -> None:
    assert policy is not None
    if override is None or not override.why.strip():
        raise CallbackFaultError(
            f"Customers are called from {hours.hours_text(policy)} o'clock of their own clock ({zone}): choose another"
            " time, or give the leader who allows this one, and why."
        )
    role = store.value("SELECT role FROM agent WHERE id = ?", (override.by,))
    if role not in LEADERS:
        raise CallbackFaultError("Only a supervisor or an administrator can allow it: give the name of one.")


def _tell_leaders(store: Store, callback: Callback, agent: AgentId, clock: Clock) -> None:
    if callback.override_by == agent:
        return
    name = store.value("SELECT name FROM agent WHERE id = ?", (callback.override_by,)) or callback.override_by
    notify(
        store,
        NoticeRole.LEADER,
        f"due {hours.their_time(callback.due_at, callback.zone)} of their clock, allowed by {name}:"
        f" {callback.override_why}",
        agent,
        clock,
        kind="callback outside the hours",
        ticket_id=callback.ticket_id,
        contact_id=callback.contact_id,
        customer_id=callback.customer_id,
    )


def hand_over(store: Store, callback_id: str, to_agent: AgentId | None, by: AgentId, clock: Clock) -> CallbackLine:
    """Somebody else is to call, or anybody (None). The list of tries keeps that.

    Raises:
        CallbackFaultError: it is over.
        LookupError: there is no such callback, or nobody of that id.
        StoreError: nothing was written.
    """
    with saving(store, by, clock) as change:
        line = get(store, callback_id)
        if line.callback.state is not CallbackState.DUE:
            raise CallbackFaultError(f"This callback is {line.callback.state} already.")
        if to_agent is not None and to_agent != line.callback.for_agent:
            name = store.value("SELECT name FROM agent WHERE id = ?", (to_agent,))
            if name is None:
                raise LookupError("Nobody of that name is known here.")
        else:
            name = "anybody"
        if to_agent != line.callback.for_agent:
            _log(change, callback_id, CallbackOutcome.HANDED_OVER, by, clock, f"to {name}")
            change.update(Callback, callback_id, for_agent=to_agent)
        return get(store, callback_id)


def attempt(
    store: Store, callback_id: str, outcome: CallbackOutcome, agent: AgentId, clock: Clock, text: str = ""
) -> CallbackLine:
    """Log what came of a call: an answer is the end of the callback, everything else leaves it open.

    Raises:
        CallbackFaultError: it was done or given up before, perhaps by somebody else.
        LookupError: there is no such callback.
        StoreError: nothing was written.
    """
    ends = {CallbackOutcome.ANSWERED: CallbackState.DONE, CallbackOutcome.GIVEN_UP: CallbackState.GIVEN_UP}
    with saving(store, agent, clock) as change:
        line = get(store, callback_id)
        if line.callback.state is not CallbackState.DUE:
            raise CallbackFaultError(f"This callback is {line.callback.state} already.")
        _log(change, callback_id, outcome, agent, clock, text)
        if outcome in ends:
            change.update(Callback, callback_id, state=ends[outcome])
        return get(store, callback_id)


def done(store: Store, callback_id: str, agent: AgentId, clock: Clock, text: str = "") -> CallbackLine:
    """The customer was spoken to. Raises as `attempt` does."""
    return attempt(store, callback_id, CallbackOutcome.ANSWERED, agent, clock, text)


def give_up(store: Store, callback_id: str, agent: AgentId, clock: Clock, why: str = "") -> CallbackLine:
    """Nobody will call any more. Raises as `attempt` does."""
    return attempt(store, callback_id, CallbackOutcome.GIVEN_UP, agent, clock, why)


def _log(
    change: Change, callback_id: str, outcome: CallbackOutcome, agent: AgentId, clock: Clock, text: str
) -> None:
    change.add(
        CallbackAttempt(
            id=new_id(), callback_id=callback_id, at=clock.now(), by=agent, outcome=outcome, text=text.strip()
        )
    )


_LINES = """
    SELECT callback.*, (SELECT name FROM customer WHERE id = callback.customer_id) AS customer,
        (SELECT number FROM ticket WHERE id = callback.ticket_id) AS ticket,
        (SELECT name FROM agent WHERE id = callback.for_agent) AS for_name,
        (SELECT name FROM agent WHERE id = callback.override_by) AS override_name
    FROM callback
"""


def due(store: Store, agent: AgentId | None, now: datetime) -> list[CallbackLine]:
    """The open callbacks of an agent and those that are anybody's (None: everybody's), overdue ones first."""
    whose = "AND (for_agent IS NULL OR for_agent = ?)" if agent is not None else ""
    rows = store.rows(f"{_LINES} WHERE state = 'due' {whose}", (agent,) if agent is not None else ())
    tried: dict[str, list[CallbackAttempt]] = defaultdict(list)
    for one in store.rows(
        "SELECT callback_attempt.* FROM callback JOIN callback_attempt ON callback_id = callback.id"
        " WHERE state = 'due' ORDER BY at, callback_attempt.id"
    ):
        tried[one["callback_id"]].append(CallbackAttempt.from_row(one))
    return in_order((_line(row, tried[row["id"]]) for row in rows), now)


def get(store: Store, callback_id: str) -> CallbackLine:
    """One callback, open or not.

    Raises:
        LookupError: there is none.
    """
    row = store.row(f"{_LINES} WHERE id = ?", (callback_id,))
    if row is None:
        raise LookupError("This callback is no longer there.")
    return _line(row, _attempts(store, callback_id))


def history(store: Store, ticket_id: str) -> list[TicketEvent]:
    """The callbacks about a ticket as lines of its history, with what came of each try."""
    events = []
    for row in store.rows("SELECT * FROM callback WHERE ticket_id = ? ORDER BY made_at, id", (ticket_id,)):
        callback = Callback.from_row(row)
        about = f", {callback.about}" if callback.about else ""
        about += f"; outside the hours, allowed: {callback.override_why}" if callback.flagged else ""
        due_at = callback.due_at.astimezone()
        promised = TicketEvent(
            id=callback.id,
            ticket_id=ticket_id,
            at=callback.made_at,
            actor=callback.made_by,
            kind=TicketEventKind.CALLBACK,
            text=f"callback promised for {due_at:%a} {due_at.day} {due_at:%b %H:%M} to {display(callback.number)}{about}",
        )
        events.append(promised)
        for one in _attempts(store, callback.id):
            text = f"callback {one.outcome}" + (f": {one.text}" if one.text else "")
            fresh = {"id": one.id, "at": one.at, "actor": one.by, "text": text}
            events.append(promised.model_copy(update=fresh))
    return events


def _attempts(store: Store, callback_id: str) -> list[CallbackAttempt]:
    found = store.rows("SELECT * FROM callback_attempt WHERE callback_id = ? ORDER BY at, id", (callback_id,))
    return [CallbackAttempt.from_row(row) for row in found]


def _line(row: dict[str, Any], attempts: list[CallbackAttempt]) -> CallbackLine:
    return CallbackLine(
        callback=Callback.from_row(row),
        attempts=tuple(attempts),
        customer=row["customer"] or "",
        ticket=row["ticket"] or "",
        for_name=row["for_name"] or "",
        allowed_by=row["override_name"] or "",
    )
