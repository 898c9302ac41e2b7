"""What happened in a contact, from everything that tells of it, in order of time: for reading it again step by step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from data.conduct.conduct import NOT_REFUSED
from data.identity.names import agent_names
from data.models.card_step import CardStep
from data.models.conduct import Conduct
from data.models.contact import Contact, ContactEvent, ContactState, EventKind
from data.models.ticket import TicketEvent, TicketEventKind
from data.store.database import Store

Source = Literal["contact", "card", "ticket", "conduct"]
_AFTER: dict[EventKind, ContactState] = {
    EventKind.OFFERED: ContactState.WAITING,
    EventKind.RING: ContactState.RINGING,
    EventKind.MISSED: ContactState.WAITING,
    EventKind.REJECTED: ContactState.WAITING,
    EventKind.ANSWERED: ContactState.TALKING,
    EventKind.HOLD: ContactState.HELD,
    EventKind.CONSULT: ContactState.HELD,
    EventKind.RESUME: ContactState.TALKING,
    EventKind.CONSULT_CANCELLED: ContactState.TALKING,
    EventKind.TRANSFERRED: ContactState.ENDED,
    EventKind.VOICE_MAIL: ContactState.ENDED,
    EventKind.ENDED: ContactState.ENDED,
    EventKind.ABANDONED: ContactState.ABANDONED,
    EventKind.LEFT: ContactState.ABANDONED,
    EventKind.DISPOSED: ContactState.DONE,
}
_ORDER: dict[Source, int] = {"contact": 0, "card": 1, "conduct": 2, "ticket": 3}


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One thing that happened. `text` is from outside as often as not."""

    key: str
    at: datetime
    source: Source
    who: str
    text: str
    state: ContactState
    """Of the contact, after it."""
    card: str = ""
    """The script's card then, of those that were left."""


@dataclass(frozen=True, slots=True)
class Story:
    """A contact's log. `about` is what is known of it now."""

    contact: Contact
    caller: str
    ticket: str
    queue: str
    lines: tuple[StoryLine, ...]


@dataclass(frozen=True, slots=True)
class Trail:
    """Everything that tells of a contact."""

    contact: Contact
    events: Sequence[ContactEvent] = ()
    steps: Sequence[CardStep] = ()
    conduct: Sequence[Conduct] = ()
    notes: Sequence[TicketEvent] = ()
    """Of its tickets, since it came."""


def story_lines(
    events: Iterable[ContactEvent],
    steps: Iterable[CardStep],
    notes: Iterable[TicketEvent],
    conduct: Iterable[Conduct],
    names: Mapping[str, str],
) -> tuple[StoryLine, ...]:
    """Everything in order of time; what happened in one instant in the order in which it must have."""

    def name(who: str | None) -> str:
        return names.get(who or "", who or "")

    told: list[tuple[datetime, Source, str, str, str, ContactState | None, str]] = []
    for event in events:
        told.append((event.at, "contact", event.id, name(event.agent), _event(event), _AFTER.get(event.kind), ""))
    for step in steps:
        told.append((step.left_at, "card", step.id, name(step.agent), _step(step), None, step.card))
    for one in conduct:
        told.append((one.at, "conduct", one.id, name(one.by), _conduct(one), None, ""))
    for note in notes:
        told.append((note.at, "ticket", note.id, name(note.actor), _note(note), None, ""))
    told.sort(key=lambda one: (one[0], _ORDER[one[1]], one[2]))
    lines: list[StoryLine] = []
    state, card = ContactState.WAITING, ""
    for at, source, key, who, text, after, at_card in told:
        state, card = after or state, at_card or card
        lines.append(StoryLine(f"{source}:{key}", at, source, who, text, state, card))
    return tuple(lines)


def _event(event: ContactEvent) -> str:
    figures = [
        f"{word} {seconds:.0f} s"
        for word, seconds in (("waited", event.wait_s), ("talked", event.talk_s), ("held", event.hold_s))
        if seconds is not None
    ]
    where = f"in {event.queue}" if event.kind is EventKind.OFFERED else ""
    return " · ".join(part for part in (" ".join((event.kind.value, where)).strip(), *figures, event.text) if part)


def _step(step: CardStep) -> str:
    answer = f"answer {step.answer}" if step.answer else ""
    to = f"→ {step.to}" if step.to else ""
    parts = (f"{step.playbook} {step.card}", answer, step.outcome, step.because, *step.done, to)
    return " · ".join(part for part in parts if part)


def _conduct(one: Conduct) -> str:
    amount = str(one.amount) if one.amount is not None else ""
    return " · ".join(part for part in (one.kind.value, amount, one.reason, one.text) if part)


def _note(note: TicketEvent) -> str:
    if note.kind is TicketEventKind.CHANGED:
        return f"ticket: {note.field} {note.old or '–'} → {note.new or '–'}"
    return " · ".join(part for part in (f"ticket: {note.kind.value}", note.new, note.text) if part)


def read_story(store: Store, contact_id: str) -> Story | None:
    """The log of a contact; None when there is no such contact here.

    Raises:
        StoreError: the store could not be read.
    """
    with store.reading():
        trail = read_trail(store, contact_id)
        return story_of(store, trail) if trail is not None else None


def read_trail(store: Store, contact_id: str) -> Trail | None:
    """What tells of a contact; None when there is no such contact here. Within a reading of the caller.

    Raises:
        StoreError: the store could not be read.
    """
    row = store.row("SELECT * FROM contact WHERE id = ?", (contact_id,))
    if row is None:
        return None
    contact = Contact.from_row(row)
    of_contact = (contact_id,)
    events = store.rows("SELECT * FROM contact_event WHERE contact_id = ? ORDER BY at, id", of_contact)
    steps = store.rows("SELECT * FROM card_step WHERE contact_id = ?", of_contact)
    conduct = store.rows(f"SELECT * FROM conduct WHERE contact_id = ? AND {NOT_REFUSED}", of_contact)  # noqa: S608
    tickets = {contact.ticket_id, *(one["ticket_id"] for one in (*steps, *conduct))} - {None}
    notes = [
        TicketEvent.from_row(note)
        for ticket in sorted(tickets)
        for note in store.rows("SELECT * FROM ticket_event WHERE ticket_id = ?", (ticket,))
    ]
    return Trail(
        contact,
        [ContactEvent.from_row(one) for one in events],
        [CardStep.from_row(one) for one in steps],
        [Conduct.from_row(one) for one in conduct],
        [one for one in notes if one.at >= contact.offered_at],
    )


def story_of(store: Store, trail: Trail) -> Story:
    """A trail as a log."""
    contact = trail.contact
    names = agent_names(store)
    queue = store.value("SELECT name FROM queue WHERE id = ?", (contact.queue,))
    customer = store.value("SELECT name FROM customer WHERE id = ?", (contact.customer_id,))
    ticket = store.value("SELECT number FROM ticket WHERE id = ?", (contact.ticket_id,))
    lines = story_lines(trail.events, trail.steps, trail.notes, trail.conduct, names)
    who = customer or contact.caller_name or contact.caller_number or "number withheld"
    return Story(contact, who, ticket or "", queue or contact.queue, lines)
