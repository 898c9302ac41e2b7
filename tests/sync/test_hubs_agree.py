"""What hubs of one kind once answered otherwise than those of another, or all of them wrongly."""

from __future__ import annotations

from data.models import Customer
from data.models.base import ContactId, new_id
from data.models.contact import ContactKind, Request, RequestAction
from data.sync.contract import Hub, OpOutcome, Scope
from tests.sync.conftest import SharedClock
from tests.sync.writers import ME, NOON, Writer, contact, ticket

SOON = "2026-01-05T12:01:00.000Z"


def test_nobody_is_asked_to_choose_between_a_ticket_and_none(hub: Hub) -> None:
    desk, kitchen = Writer(hub, "desk"), Writer(hub, "kitchen")
    body = {"id": "agent-1", "agent": "agent-1", "ticket_id": None, "until": SOON}
    desk.push(desk.op("presence", "agent-1", body))
    [said] = kitchen.push(kitchen.op("presence", "agent-1", body | {"ticket_id": "t-1"}))
    assert (said.outcome, said.conflicts) == (OpOutcome.APPLIED, ())
    [said] = desk.push(desk.op("presence", "agent-1", {"ticket_id": None}, base=1))
    assert (said.outcome, said.conflicts) == (OpOutcome.APPLIED, ())


def test_a_field_that_only_newer_seats_know_is_no_conflict(hub: Hub) -> None:
    one, two = Writer(hub, "one"), Writer(hub, "two")
    made = ticket("Printer")
    one.add(made)
    [said] = two.push(two.op("ticket", made.id, made.model_dump(mode="json") | {"brand_new": 1}))
    assert (said.outcome, said.conflicts) == (OpOutcome.APPLIED, ())
    said = one.edit(made, 1, brand_new=2)
    assert (said.outcome, said.conflicts) == (OpOutcome.APPLIED, ()), "the hub kept nothing of the first"


def test_what_an_op_says_of_the_id_is_no_field(hub: Hub) -> None:
    one, two = Writer(hub, "one"), Writer(hub, "two")
    made = ticket("Printer")
    one.add(made)
    said = two.edit(made, 0, id="another", priority="high")
    assert (said.outcome, [conflict.field for conflict in said.conflicts]) == (OpOutcome.CONFLICT, ["priority"])
    assert one.row(made).body["id"] == made.id


def test_the_highest_number_of_a_replica_is_known_in_whatever_order_its_changes_come(hub: Hub) -> None:
    seat = Writer(hub)
    first, second = seat.new(ticket()), seat.new(ticket())
    seat.push(second, first)
    assert hub.enrol_v1(seat.replica, "seat").last_replica_seq == second.replica_seq


def test_what_a_replica_wrote_stays_with_it_when_its_scope_becomes_narrow(hub: Hub) -> None:
    seat = Writer(hub)
    seat.add(made := Customer(id=new_id(), name="Ana"))
    hub.enrol_v1(seat.replica, "seat", Scope(directory=False))
    assert [row.entity_id for row in hub.snapshot_v1(seat.replica, None).rows] == [made.id]


def test_who_wrote_every_field_anew_deletes_what_is_their_own(hub: Hub) -> None:
    other, seat = Writer(hub, "other"), Writer(hub)
    made = Customer(id=new_id(), name="Ana")
    other.add(made)
    whole = made.model_dump(mode="json") | {"name": "Bo"}
    assert seat.edit(made, 1, **whole).outcome is OpOutcome.APPLIED
    [said] = seat.push(seat.op("customer", made.id, {}, kind="delete"))
    assert (said.outcome, said.conflicts) == (OpOutcome.APPLIED, ())


def test_who_deletes_a_customer_in_vain_is_given_it_back_whatever_its_scope(hub: Hub) -> None:
    other, seat = Writer(hub, "other"), Writer(hub)
    hub.enrol_v1(seat.replica, "seat", Scope(directory=False))
    hub.snapshot_v1(seat.replica, None)
    other.add(made := Customer(id=new_id(), name="Ana"))
    [said] = seat.push(seat.op("customer", made.id, {}, kind="delete"))
    assert said.outcome is OpOutcome.CONFLICT
    assert [(row.entity_id, row.deleted) for row in seat.rows()] == [(made.id, False)]


def test_a_customer_stays_for_as_many_days_as_the_scope_says_since_the_last_word_about_them(
    hub: Hub, clock: SharedClock
) -> None:
    seat = Writer(hub)
    hub.enrol_v1(seat.replica, "seat", Scope(directory=False, days=1))
    seat.add(made := Customer(id=new_id(), name="Ana"))
    clock.leap(20 * 3600)
    assert hub.lookup_v1(seat.replica, "Ana")
    clock.leap(20 * 3600)
    assert [row.entity_id for row in hub.snapshot_v1(seat.replica, None).rows] == [made.id]
    clock.leap(3 * 86_400)
    assert hub.snapshot_v1(seat.replica, None).rows == ()


def test_half_a_character_is_looked_up_as_it_was_kept(hub: Hub) -> None:
    seat = Writer(hub)
    seat.add(made := Customer(id=new_id(), name="Ana \ud83d"))
    assert [row.entity_id for row in hub.lookup_v1(seat.replica, "ana \ud83d")] == [made.id]


def test_what_went_with_an_old_contact_comes_again_once_also_what_changes_with_it(
    hub: Hub, clock: SharedClock
) -> None:
    """Rows that changed have numbers of their own; after them, in their former order, come those that only come again."""
    seat = Writer(hub)
    over = contact(state="done")
    first, second = (
        Request(id=new_id(), contact_id=over.id, agent=ME, action=RequestAction.HANG_UP, at=NOON) for _ in "ab"
    )
    seat.add(over, first, second)
    clock.leap(91 * 86_400)
    other = ticket()
    results = seat.push(
        seat.op("contact", over.id, {"about": "a parcel"}, base=1),
        seat.op("request", first.id, {"state": "done"}, base=1),
        seat.new(other),
    )
    assert [(one.outcome, one.hub_seq) for one in results] == [(OpOutcome.APPLIED, number) for number in (4, 5, 6)]
    page = hub.pull_v1(seat.replica, 3)
    assert [(row.hub_seq, row.entity_id) for row in page.rows] == [
        (4, over.id), (5, first.id), (6, other.id), (7, second.id)
    ]  # fmt: skip
    assert page.end == 7


def test_what_vanished_seats_held_waits_again_in_one_order(hub: Hub, clock: SharedClock) -> None:
    feed, seat = Writer(hub, "feed"), Writer(hub)
    chats = [contact(kind=ContactKind.CHAT) for _ in range(4)]
    feed.add(*chats)
    for chat in chats[::-1]:
        assert seat.claim(chat.id).fence == 1
    clock.leap(60)
    assert seat.claim(queues=("nobody's",)).contact_id is None
    assert [row.entity_id for row in feed.rows(8)] == [chat.id for chat in chats]


def test_an_old_claim_that_runs_out_takes_nothing_from_the_next(hub: Hub, clock: SharedClock) -> None:
    feed, ana, bo, cy = (Writer(hub, name) for name in ("feed", "ana", "bo", "cy"))
    chat = contact(kind=ContactKind.CHAT)
    feed.add(chat)
    assert ana.claim(chat.id, agent="ana").fence == 1
    feed.edit(chat, feed.row(chat).ver, state="waiting", agent=None, ringing_agent=None)
    clock.leap(30)
    assert bo.claim(chat.id, agent="bo").fence == 2
    assert not hub.finish_v1(ana.replica, ContactId(chat.id), 1)
    clock.leap(20)
    assert hub.heartbeat_v1(bo.replica, ContactId(chat.id), 2)
    assert cy.claim(agent="cy").contact_id is None, "it is Bo's"
