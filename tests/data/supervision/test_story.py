"""A contact's log: everything that tells of it, in order of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from data.models.agent import Agent
from data.models.base import AgentId, ContactId, QueueId, TicketId
from data.models.card_step import CardStep
from data.models.conduct import Conduct, ConductKind
from data.models.contact import Contact, ContactState, EventKind
from data.models.ticket import Ticket, TicketEvent, TicketEventKind
from data.store.database import Store
from data.supervision.story import read_story
from tests.data.supervision.floors import event
from tests.data.supervision.test_watch import save

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DANA = AgentId("dana")


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_everything_in_order_of_time(store: Store) -> None:
    contact, ticket = ContactId("c"), TicketId("t")
    step = CardStep(
        id="s", run_id="r", contact_id=contact, ticket_id=ticket, playbook="leads", version=1, card="D2-1",
        at=at(30), left_at=at(50), answer="1", to="D2-5", done=("verified the name",), agent=DANA,
    )  # fmt: skip
    save(
        store,
        [
            Agent(id="dana", name="Dana Reyes"),
            Contact(
                id=contact, feed="x", queue=QueueId("support"), offered_at=NOON, queued_at=NOON, caller_name="Lee",
                state=ContactState.DONE, ticket_id=ticket,
            ),
            event("c", at(400), EventKind.DISPOSED, "support", "dana"),
            event("c", NOON, EventKind.OFFERED, "support"),
            event("c", at(30), EventKind.ANSWERED, "support", "dana", wait_s=30),
            event("c", at(300), EventKind.ENDED, "support", "dana", talk_s=270),
            step,
            Conduct(id="x", kind=ConductKind.ABUSE, at=at(100), by=DANA, contact_id=contact, reason="shouting"),
            Ticket(id=ticket, number="10429", title="Printer", created_at=at(-9), created_by=DANA, updated_at=at(60)),
            TicketEvent(id="old", ticket_id=ticket, at=at(-9), actor=DANA, kind=TicketEventKind.NOTE, text="of before"),
            TicketEvent(id="new", ticket_id=ticket, at=at(60), actor=DANA, kind=TicketEventKind.NOTE, text="restarted"),
        ],
    )  # fmt: skip
    story = read_story(store, contact)
    assert story is not None
    assert (story.caller, story.ticket, story.queue) == ("Lee", "10429", "support")
    told = [((one.at - NOON).total_seconds(), one.source, one.who, one.state, one.card) for one in story.lines]
    waiting, talking, ended, done = (
        ContactState.WAITING, ContactState.TALKING, ContactState.ENDED, ContactState.DONE,
    )  # fmt: skip
    dana = "Dana Reyes"
    assert told == [
        (0, "contact", "", waiting, ""),
        (30, "contact", dana, talking, ""),
        (50, "card", dana, talking, "D2-1"),
        (60, "ticket", dana, talking, "D2-1"),
        (100, "conduct", dana, talking, "D2-1"),
        (300, "contact", dana, ended, "D2-1"),
        (400, "contact", dana, done, "D2-1"),
    ]
    texts = [one.text for one in story.lines]
    assert texts[1] == "answered · waited 30 s" and "verified the name" in texts[2] and "restarted" in texts[3]


def test_there_is_no_log_of_a_contact_that_is_not_here(store: Store) -> None:
    assert read_story(store, "nobody") is None
