"""Contacts that are over, with what they left behind: the script's cards, conduct, a note on the ticket."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from data.models.base import AgentId, ContactId, CustomerId, Entity, QueueId, TicketId
from data.models.card_step import CardStep
from data.models.conduct import Conduct, ConductKind
from data.models.contact import Contact, ContactState, EventKind
from data.models.customer import Customer
from data.models.ticket import Ticket, TicketEvent, TicketEventKind
from tests.data.supervision.floors import event

DANA, GRACE = AgentId("agent-0"), AgentId("agent-1")
HELPED, CHARGED, OLDER = ContactId("over-1"), ContactId("over-2"), ContactId("over-3")
CARDS = (
    ("greeting", "1", "verify", ()),
    ("verify", "1", "problem", ("verified the name", "verified the phone")),
    ("problem", "1", "number", ()),
    ("number", "1", "close", ()),
    ("close", "2", "offer", ()),
    ("offer", "2", "wrap-up", ("another computer: declined",)),
)
"""A plain call: card, answer, the card that follows, what was done."""


def finished(now: datetime) -> Iterator[Entity]:
    """Three contacts: one by the book, one that was charged without a word, and one of yesterday without a trail."""
    yield Customer(id="k-1", account="k-1", name="Maria Alvarez")
    at = now - timedelta(minutes=40)
    yield Ticket(
        id="t-1", number="10429", title="Printer", created_at=at, created_by=DANA, updated_at=at, customer_id=CustomerId("k-1")
    )  # fmt: skip
    yield from a_contact(HELPED, DANA, at, "Solved in this contact", verified=("name", "phone"))
    for place, (card, answer, to, done) in enumerate(CARDS):
        begins = at + timedelta(seconds=30 + 30 * place)
        yield CardStep(
            id=f"step-{place}", run_id="run-1", contact_id=HELPED, ticket_id=TicketId("t-1"), playbook="plain", version=1,
            card=card, at=begins, left_at=begins + timedelta(seconds=30), answer=answer, to=to, done=done, agent=DANA,
        )  # fmt: skip
    said = {"contact_id": HELPED, "at": at + timedelta(seconds=200), "by": DANA}
    yield Conduct(id="offer", kind=ConductKind.OFFER, reason="declined", text="another computer", **said)
    yield Conduct(id="no", kind=ConductKind.REFUSED, reason="our rules", **said)
    yield TicketEvent(
        id="note", ticket_id="t-1", at=at + timedelta(seconds=190), actor=DANA, kind=TicketEventKind.NOTE,
        text="The driver was reinstalled; a test page came out.",
    )  # fmt: skip
    at = now - timedelta(minutes=90)
    yield from a_contact(CHARGED, GRACE, at, "Ticket open, we get back", who="[b]Lee[/b] & Sons")
    yield CardStep(
        id="charged", run_id="run-2", contact_id=CHARGED, playbook="leads", version=1, card="D2-8", at=at,
        left_at=at + timedelta(seconds=60), answer="1", outcome="paid", to="D2-9", agent=GRACE,
    )  # fmt: skip
    yield from a_contact(OLDER, DANA, now - timedelta(days=1), "Wrong number", who="")


def a_contact(
    contact_id: ContactId,
    agent: AgentId,
    at: datetime,
    disposition: str,
    who: str = "Maria Alvarez",
    verified: tuple[str, ...] = (),
) -> Iterator[Entity]:
    """A call of five minutes that was wrapped up."""
    answered, ended = at + timedelta(seconds=20), at + timedelta(seconds=320)
    helped = contact_id == HELPED
    yield Contact(
        id=contact_id, feed="test", queue=QueueId("support"), state=ContactState.DONE, agent=agent, offered_at=at,
        queued_at=at, answered_at=answered, ended_at=ended, end_reason="caller", caller_name=who, verified=verified,
        disposition=disposition, disposed_at=ended + timedelta(seconds=40),
        customer_id=CustomerId("k-1") if helped else None, ticket_id=TicketId("t-1") if helped else None,
    )  # fmt: skip
    yield event(contact_id, at, EventKind.OFFERED, "support")
    yield event(contact_id, answered, EventKind.ANSWERED, "support", agent, wait_s=20)
    yield event(contact_id, ended, EventKind.ENDED, "support", agent, talk_s=300)
    yield event(contact_id, ended + timedelta(seconds=40), EventKind.DISPOSED, "support", agent)
