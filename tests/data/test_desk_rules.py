"""Signing on and off, the live queue, and what an agent does with a contact."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.floor.pace import LeapClock
from data.models import Agent, AgentState, AgentStatus, Contact, Queue, Request
from data.models.base import AgentId, ContactId, CustomerId, Entity, QueueId, TicketId, new_id
from data.models.contact import ContactState, Direction, EventKind, RequestAction, RequestState
from data.queue import handling, live, people
from data.queue.agent_state import IllegalMoveError, Move
from data.store.database import Store
from data.store.save import saving
from tests.data.samples import AT
from tests.hostile import HOSTILE

ANA, BO = AgentId("ana"), AgentId("bo")
CARD = "4111 1111 1111 1111"


def put(store: Store, clock: LeapClock, *entities: Entity) -> None:
    with saving(store, ANA, clock) as change:
        for one in entities:
            change.add(one)


def call(contact_id: str, state: ContactState = ContactState.WAITING, waited: int = 0, **fields: object) -> Contact:
    at = AT - timedelta(seconds=waited)
    body = {"feed": "test", "queue": "support", "offered_at": at, "queued_at": at, **fields}
    return Contact(id=contact_id, state=state, **body)


def events(store: Store) -> list[tuple[str, str, str]]:
    return [
        (row["kind"], row["agent"], row["text"])
        for row in store.rows("SELECT kind, agent, text FROM contact_event ORDER BY id")
    ]


# people


def test_a_new_name_is_a_new_person_who_is_not_ready(store: Store, clock: LeapClock) -> None:
    agent, status = people.sign_on(store, "  Ana   Silva ", clock)
    assert agent.name == "Ana Silva"
    assert (status.state, status.reason, status.since) == (AgentState.NOT_READY, "signed on", clock.now())
    assert people.everyone(store) == [agent]


def test_the_same_name_is_the_same_person(store: Store, clock: LeapClock) -> None:
    first, status = people.sign_on(store, "Ana Silva", clock)
    status = people.move(store, status, Move.READY, clock)
    clock.leap(60)
    again, fresh = people.sign_on(store, "ANA silva", clock)
    assert again == first
    assert (fresh.state, fresh.since) == (AgentState.NOT_READY, clock.now()), "also after a crash while ready"
    assert store.value("SELECT count(*) FROM agent") == 1
    assert store.value("SELECT state FROM agent_status") == "not ready"


@pytest.mark.parametrize("name", ["", "   ", "\n\t"])
def test_no_name_no_sign_on(store: Store, clock: LeapClock, name: str) -> None:
    with pytest.raises(ValueError, match="Type your name"):
        people.sign_on(store, name, clock)


@pytest.mark.parametrize("name", [text for text in HOSTILE if text.strip()], ids=lambda name: repr(name)[:20])
def test_odd_names_can_sign_on_twice(store: Store, clock: LeapClock, name: str) -> None:
    first, _ = people.sign_on(store, name, clock)
    again, _ = people.sign_on(store, name, clock)
    assert again == first
    assert first.name == " ".join(name.split())


def test_played_agents_are_nobody_to_sign_on_as(store: Store, clock: LeapClock) -> None:
    put(store, clock, Agent(id="p1", name="Robin", played=True), Agent(id="a1", name="Zoe"))
    assert [one.name for one in people.everyone(store)] == ["Zoe"]
    assert [one.name for one in people.everyone(store, played=True)] == ["Robin", "Zoe"]
    agent, _ = people.sign_on(store, "Robin", clock)
    assert agent.id != "p1"


def test_what_was_in_hand_comes_back(store: Store, clock: LeapClock) -> None:
    agent, status = people.sign_on(store, "Ana", clock)
    put(store, clock, call("c1", ContactState.TALKING, agent=agent.id))
    status = people.move(store, status, Move.ANSWERED, clock, contact_id=ContactId("c1"))
    clock.leap(60)
    _, again = people.sign_on(store, "Ana", clock)
    assert again == status


def test_a_contact_that_this_seat_does_not_know_holds_nobody(store: Store, clock: LeapClock) -> None:
    agent, _ = people.sign_on(store, "Ana", clock)
    gone = {"state": AgentState.ON_CALL, "contact_id": "of another hub"}
    with saving(store, ANA, clock) as change:
        change.update(AgentStatus, agent.id, **gone)
    _, again = people.sign_on(store, "Ana", clock)
    assert (again.state, again.contact_id) == (AgentState.NOT_READY, None)


def test_moves_are_saved_and_refused_ones_are_not(store: Store, clock: LeapClock) -> None:
    _, status = people.sign_on(store, "Ana", clock)
    ready = people.move(store, status, Move.READY, clock)
    assert AgentStatus.from_row(store.row("SELECT * FROM agent_status") or {}) == ready
    with pytest.raises(IllegalMoveError):
        people.move(store, ready, Move.WRAPPED_UP, clock)
    assert AgentStatus.from_row(store.row("SELECT * FROM agent_status") or {}) == ready


def test_a_card_number_is_no_reason(store: Store, clock: LeapClock) -> None:
    _, status = people.sign_on(store, "Ana", clock)
    put(store, clock, call("c1", ContactState.TALKING, agent=status.id))
    assert people.move(store, status, Move.NOT_READY, clock, reason=CARD).reason == "card ••••1111"
    status = people.move(store, status, Move.ANSWERED, clock, contact_id=ContactId("c1"))
    status = people.move(store, status, Move.NOT_READY, clock, reason=CARD)
    assert status.after_call == "card ••••1111"
    assert CARD not in str(store.rows("SELECT * FROM agent_status")) + str(store.rows("SELECT * FROM outbox"))


# the live queue


def test_the_queue_is_in_the_order_of_service(store: Store, clock: LeapClock) -> None:
    put(
        store,
        clock,
        call("late", waited=5),
        call("early", waited=50),
        call("urgent", waited=1, priority=3),
        call("rings", ContactState.RINGING, waited=60, ringing_agent=BO),
        call("sales", waited=70, queue="sales"),
        call("b-same", waited=10),
        call("a-same", waited=10),
        call("talks", ContactState.TALKING, waited=90, agent=BO),
        call("gone", ContactState.ABANDONED, waited=90),
        call("out", ContactState.RINGING, waited=90, direction=Direction.OUTBOUND, agent=BO),
    )
    support = ["urgent", "rings", "early", "a-same", "b-same", "late"]
    assert [one.id for one in live.in_queue(store, [QueueId("support")])] == support
    assert [one.id for one in live.in_queue(store)] == ["urgent", "sales", *support[1:]]
    assert [one.id for one in live.in_queue(store, limit=2)] == ["urgent", "sales"]
    assert live.in_queue(store, [QueueId("nobody's")]) == []
    assert live.waiting_count(store) == {"support": 6, "sales": 1}
    assert live.waiting_count(store, [QueueId("sales")]) == {"sales": 1}


def test_queues_by_name(store: Store, clock: LeapClock) -> None:
    put(store, clock, Queue(id="s", name="Support"), Queue(id="b", name="Billing"))
    assert [one.name for one in live.queues(store)] == ["Billing", "Support"]


def test_what_rings_here_or_was_just_claimed(store: Store, clock: LeapClock) -> None:
    assert live.ringing_at(store, ANA) is None
    put(
        store,
        clock,
        call("waits"),
        call("elsewhere", ContactState.RINGING, ringing_agent=BO),
        call("over", ContactState.ENDED, agent=ANA),
    )
    assert live.ringing_at(store, ANA) is None
    put(store, clock, call("rings", ContactState.RINGING, ringing_agent=ANA))
    assert _id(live.ringing_at(store, ANA)) == "rings"
    put(store, clock, call("mine", ContactState.RINGING, ringing_agent=ANA, agent=ANA, fence=1))
    assert _id(live.ringing_at(store, ANA)) == "mine", "what was claimed goes first"


@pytest.mark.parametrize("state", [ContactState.TALKING, ContactState.HELD])
def test_a_call_that_was_answered_between_two_looks_is_found(
    store: Store, clock: LeapClock, state: ContactState
) -> None:
    put(store, clock, call("mine", state, agent=ANA, fence=1))
    assert _id(live.ringing_at(store, ANA)) == "mine"


def _id(contact: Contact | None) -> str | None:
    return contact.id if contact is not None else None


def test_last_contacts_newest_first(store: Store, clock: LeapClock) -> None:
    put(store, clock, *(call(f"c{n}", ContactState.DONE, waited=n, customer_id="ana") for n in range(8)))
    put(store, clock, call("other", ContactState.DONE, customer_id="bo"))
    assert [one.id for one in live.last_contacts(store, "ana", but="c0")] == ["c1", "c2", "c3", "c4", "c5"]
    assert [one.id for one in live.last_contacts(store, "ana", limit=2)] == ["c0", "c1"]


# handling


@pytest.fixture
def contact(store: Store, clock: LeapClock) -> Contact:
    one = call("c1", ContactState.TALKING, agent=ANA, fence=3)
    put(store, clock, one)
    return one


def test_attaching_a_customer_is_logged_once(store: Store, clock: LeapClock, contact: Contact) -> None:
    attached = handling.attach_customer(store, contact, CustomerId("ana"), ANA, clock)
    assert attached.customer_id == "ana"
    assert live.contact(store, "c1") == attached
    assert handling.attach_customer(store, attached, CustomerId("ana"), ANA, clock) == attached
    assert events(store) == [("attached", ANA, "ana")]


def test_attaching_a_ticket(store: Store, clock: LeapClock, contact: Contact) -> None:
    assert handling.attach_ticket(store, contact, TicketId("t1"), ANA, clock).ticket_id == "t1"
    assert store.value("SELECT ticket_id FROM contact") == "t1"


def test_what_the_caller_confirmed(store: Store, clock: LeapClock, contact: Contact) -> None:
    verified = handling.verify(store, contact, ("name", "phone"), ANA, clock)
    assert verified.verified == ("name", "phone")
    assert events(store) == [("verified", ANA, "name, phone")]
    assert handling.verify(store, verified, ("name",), ANA, clock).verified == ("name",)


def test_asking_the_feed(store: Store, clock: LeapClock, contact: Contact) -> None:
    request = handling.ask(store, contact, RequestAction.TRANSFER, ANA, clock, "queue:sales")
    assert live.requests(store, [request.id]) == [request]
    assert (request.contact_id, request.fence, request.target) == ("c1", 3, "queue:sales")
    assert request.state is RequestState.ASKED
    out = handling.call_out(store, "+12155550101", ANA, clock)
    assert (out.action, out.target) == (RequestAction.CALL_OUT, "+12155550101")
    assert out.contact_id not in ("", "c1")
    assert live.requests(store, []) == []


def test_wrapping_up(store: Store, clock: LeapClock, contact: Contact) -> None:
    with saving(store, ANA, clock) as change:
        change.update(Contact, "c1", state=ContactState.ENDED, ended_at=clock.now())
    clock.leap(20)
    done = handling.dispose(store, contact, "solved", ANA, clock)
    assert (done.state, done.disposition, done.disposed_at) == (ContactState.DONE, "solved", clock.now())
    assert live.contact(store, "c1") == done
    assert events(store) == [("disposed", ANA, "solved")]
    assert handling.dispose(store, done, "other", ANA, clock).disposition == "other", "said again, differently"


@pytest.mark.parametrize(
    "now",
    [
        {"state": ContactState.TALKING, "agent": BO},
        {"state": ContactState.WAITING, "agent": None},
        {"state": ContactState.ENDED, "agent": BO},
        {"state": ContactState.TALKING, "agent": ANA},
    ],
)
def test_a_contact_that_went_on_keeps_its_state_and_what_we_say_is_logged(
    store: Store, clock: LeapClock, contact: Contact, now: dict[str, object]
) -> None:
    with saving(store, BO, clock) as change:
        moved = change.update(Contact, "c1", **now)
    assert handling.dispose(store, contact, "transferred", ANA, clock) == moved
    assert live.contact(store, "c1") == moved
    assert events(store) == [("disposed", ANA, "transferred")]


def test_each_doing_is_one_transaction(store: Store, clock: LeapClock, contact: Contact) -> None:
    before = {row["txn_id"] for row in store.rows("SELECT txn_id FROM outbox")}
    handling.attach_customer(store, contact, CustomerId("ana"), ANA, clock)
    after = store.rows("SELECT txn_id, entity FROM outbox WHERE seq > ?", (len(before),))
    assert [row["entity"] for row in after] == ["contact", "contact_event"]
    assert len({row["txn_id"] for row in after}) == 1


def test_events_of_the_desk_say_where_they_come_from(store: Store, clock: LeapClock, contact: Contact) -> None:
    handling.verify(store, contact, ("name",), ANA, clock)
    assert store.rows("SELECT source, queue, contact_id, kind FROM contact_event") == [
        {"source": "desk", "queue": "support", "contact_id": "c1", "kind": EventKind.VERIFIED.value}
    ]


def test_requests_know_each_other_by_id(store: Store, clock: LeapClock, contact: Contact) -> None:
    made = [handling.ask(store, contact, RequestAction.HOLD, ANA, clock) for _ in range(3)]
    assert len({one.id for one in made}) == 3
    assert {one.id for one in live.requests(store, [one.id for one in made[:2]])} == {one.id for one in made[:2]}
    assert live.requests(store, [new_id()]) == []
    assert isinstance(made[0], Request)
