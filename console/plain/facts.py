"""What is known of the floor, the desk and the agent, one fact a line, the most important word first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from console.messages import StateChanged
from console.plain import wording as say
from console.under_way import percent
from data.customers.phone import display
from data.models.agent import AgentState
from data.models.contact import Contact, ContactKind, ContactState, Direction
from data.models.customer import Plan
from data.sync.wire import SyncStatus
from data.views import DeskLine, Found, QueueFigures, QueueView, Today, Waiting

MOST_WAITING = 10
"""So many of the queue are read out when not all are asked for."""
_PLANS = {plan.short: plan.label for plan in Plan}


def number_of(contact: Contact) -> str:
    """The number of a contact as it is read out."""
    number = display(contact.caller_e164) if contact.caller_e164 else contact.caller_number
    return say.brief(number) or "number withheld"


def who(contact: Contact) -> str:
    """A contact's name and number."""
    return ", ".join(part for part in (say.brief(contact.caller_name), number_of(contact)) if part)


# the queue


def queue(view: QueueView, now: datetime, most: int = MOST_WAITING) -> Iterator[str]:
    """Who waits, in serving order, each with the number that takes it."""
    if not view.waiting:
        yield "Nobody is waiting."
        return
    longest = say.since(min(one.contact.queued_at for one in view.waiting), now)
    count = max(len(view.waiting), sum(one.waiting for one in view.figures))
    yield f"{count} waiting, the longest for {longest}."
    for place, one in enumerate(view.waiting[:most], 1):
        yield f"{place}: {_waiting(one, view, now)}"
    if len(view.waiting) > most:
        yield f"And {len(view.waiting) - most} more: type queue all."


def _waiting(one: Waiting, view: QueueView, now: datetime) -> str:
    contact = one.contact
    known = one.customer if one.matches == 1 else contact.caller_name or one.customer
    rings = ""
    if contact.state is ContactState.RINGING:
        rings = "ringing here" if contact.ringing_agent == view.agent.id else "ringing at another desk"
    return say.sentence(
        say.brief(known) or number_of(contact),
        say.since(contact.queued_at, now),
        "" if contact.kind is ContactKind.CALL else str(contact.kind),
        rings,
        contact.queue,
        _PLANS.get(one.plan, ""),
        number_of(contact) if known else "",
        f"{one.matches} customers have this number" if one.matches > 1 else "",
        "served before others" if contact.priority > 0 else "",
        f"about: {say.brief(contact.about)}" if contact.about else "",
    )


def ringing(contact: Contact, waiting: Sequence[Waiting], word: str) -> str:
    """The one line that must be heard: who calls. `word`: how commands are begun at the moment."""
    if contact.direction is Direction.OUTBOUND:
        return f"Calling: {who(contact)}."
    known = next((one.customer for one in waiting if one.contact.id == contact.id and one.matches == 1), "")
    name = say.brief(known or contact.caller_name)
    kind = "" if contact.kind is ContactKind.CALL else f"{contact.kind}, "
    about = f", about: {say.brief(contact.about)}" if contact.about else ""
    caller = ", ".join(part for part in (name, number_of(contact)) if part)
    return f"Ringing: {kind}{caller}, {contact.queue}{about}. Type {word}answer or {word}reject."


# the agent


def state(told: StateChanged, now: datetime, consulted: str) -> str:
    """What the agent is doing, for how long, and with whom."""
    status = told.status
    contact = f"with {who(told.contact)}" if told.contact is not None else ""
    doing = str(status.state)
    if status.state is AgentState.RINGING and told.contact is not None:
        doing = "calling" if told.contact.direction is Direction.OUTBOUND else doing
    over = (now - status.since).total_seconds() - told.wrap_up_s
    late = status.state is AgentState.WRAP_UP and told.wrap_up_s and over > 0
    return say.sentence(
        f"{doing.capitalize()}: {say.brief(status.reason)}" if status.reason else doing.capitalize(),
        f"for {say.since(status.since, now)}",
        contact,
        f"talking to {consulted}" if consulted else "",
        f"{say.duration(over)} longer than planned" if late else "",
        f"then not ready: {status.after_call}" if status.after_call else "",
    )


def hub(sync: SyncStatus) -> Iterator[str]:
    """How the hub does."""
    since = f" since {say.time_of_day(sync.since)}" if sync.since is not None and not sync.online else ""
    yield f"Hub {'online' if sync.online else 'offline'}{since}."
    if sync.problem:
        yield f"Problem: {say.told(sync.problem)}."
    if sync.snapshot.total:
        far = f"{percent(sync.snapshot)} percent; {sync.snapshot.done} of about {sync.snapshot.total} records"
        yield f"{'Fetching' if sync.online else 'Fetched so far'}: {far}."
    if sync.load.total:
        far = f"{percent(sync.load)} percent; {sync.load.done} of {sync.load.total} customers"
        yield f"{'Sending import' if sync.online else 'Import sent so far'}: {far}."
    if sync.put_backs:
        yield f"The hub was put back from a backup: {say.count(sync.put_backs, 'time')}."
    if sync.stalls:
        yield f"Connected anew because nothing moved: {say.count(sync.stalls, 'time')}."
    if sync.queued:
        yield f"Waiting to be sent: {say.count(sync.queued, 'change')}."
    yield from trouble(sync)


def trouble(sync: SyncStatus) -> Iterator[str]:
    """What needs somebody's look."""
    if sync.conflicts:
        yield f"Conflicts: {sync.conflicts}; the same field was changed elsewhere. Type conflicts."
    if sync.refused:
        yield f"Refused: {say.count(sync.refused, 'change')} of yours; kept here. Type sync."


# the desk and the day


def desk(lines: Sequence[DeskLine], now: datetime) -> Iterator[str]:
    """What is in hand, each with the number that goes on with it."""
    if not lines:
        yield "Nothing is on your desk."
    for place, one in enumerate(lines, 1):
        when = ""
        if one.since is not None:
            when = f"kept {say.day(one.since, now)}" if one.state == "draft" else f"for {say.since(one.since, now)}"
        here = "in hand" if one.current else ""
        yield f"{place}: " + say.sentence(f"{one.kind} {say.brief(one.who)}", one.state, when, here)


def figures(today: Today, queues: Sequence[QueueFigures]) -> Iterator[str]:
    """The agent's day, and each queue's."""
    handled = f"average handling time {say.duration(today.aht_s)}" if today.aht_s is not None else ""
    yield say.sentence(f"You today: {today.handled} handled", handled)
    for one in queues:
        yield say.sentence(
            f"{one.name}: {one.waiting} waiting",
            _service(one),
            f"abandoned {say.percent(one.abandonment)}" if one.abandonment is not None else "",
        )


def _service(one: QueueFigures) -> str:
    if one.service_level is None:
        return ""
    below = f", below the target of {say.percent(one.target)}" if one.service_level < one.target else ""
    return f"service level {say.percent(one.service_level)}{below}"


# what was found


def found(hits: Sequence[Found]) -> Iterator[str]:
    """Numbered hits, best first."""
    for place, hit in enumerate(hits, 1):
        head = f"ticket {hit.head[2:]}" if hit.key.startswith("ticket:") else say.brief(hit.head)
        yield f"{place}: " + say.sentence(head, say.told(say.brief(hit.detail)), say.told(hit.why))
