"""What every hub gives to whom: scopes, what travels with what, tombstones, snapshots anew, revoked seats."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.floor.pace import LeapClock
from data.models import Customer, Ticket
from data.models.base import AgentId, Entity, new_id
from data.models.ticket import TicketState
from data.sync.contract import TOMBSTONE_DAYS, Enrolment, Hub, HubRow, MustRefetch, OpOutcome, Page, Revoked, Scope
from tests.sync.conftest import OpenHub, Revoke
from tests.sync.writers import NOON, Writer, contact, note, ticket

SMALL = Scope(directory=False, days=90)
DAY_S = timedelta(days=1).total_seconds()


def customer(name: str = "Ana Silva") -> Customer:
    return Customer(id=new_id(), name=name)


def narrow(hub: Hub, scope: Scope = SMALL) -> Writer:
    """A replica that keeps only a part."""
    writer = Writer(hub)
    hub.enrol_v1(writer.replica, "seat", scope)
    snapshot(writer)
    return writer


def pages(writer: Writer, limit: int = 3) -> list[Page]:
    found = [writer.hub.snapshot_v1(writer.replica, None, limit)]
    last: tuple[str, str] | None = None
    while found[-1].more:
        if found[-1].rows:
            last = (found[-1].rows[-1].entity, found[-1].rows[-1].entity_id)
        found.append(writer.hub.snapshot_v1(writer.replica, last, limit))
    return found


def snapshot(writer: Writer, limit: int = 3) -> list[HubRow]:
    return [row for page in pages(writer, limit) for row in page.rows]


def ids(rows: list[HubRow]) -> set[str]:
    return {row.entity_id for row in rows}


def named(*entities: Entity) -> set[str]:
    return {entity.id for entity in entities}


def closed(**fields: object) -> Ticket:
    return ticket(state=TicketState.CLOSED, **fields)


# days


def test_what_is_over_is_given_so_many_days_back_and_what_lives_on_whole(hub: Hub, clock: LeapClock) -> None:
    writer = Writer(hub)
    old, live, gone = closed(), ticket(), contact(state="done")
    old_note, live_note = note(old.id), note(live.id)
    writer.add(old, live, gone, old_note, live_note, contact_event(gone.id))
    clock.leap(89 * DAY_S)
    assert len(snapshot(writer)) == 6
    clock.leap(2 * DAY_S)
    fresh = closed()
    fresh_note = note(fresh.id)
    writer.add(fresh, fresh_note)
    kept = named(live, live_note, fresh, fresh_note)
    assert ids(snapshot(writer)) == kept
    assert ids(writer.rows()) == kept, "a pull from nothing gives no more than a snapshot"


def test_days_are_the_replicas_own(hub: Hub, clock: LeapClock) -> None:
    writer = Writer(hub)
    old = closed()
    writer.add(old, note(old.id))
    clock.leap(10 * DAY_S)
    assert ids(snapshot(narrow(hub, Scope(days=7)))) == set()
    assert len(snapshot(narrow(hub, Scope(days=11)))) == 2


def test_what_is_said_late_about_an_old_ticket_brings_its_history_back(hub: Hub, clock: LeapClock) -> None:
    writer = Writer(hub)
    old = closed()
    first, other = note(old.id, "first"), note(old.id, "second")
    writer.add(old, first, other)
    clock.leap(100 * DAY_S)
    late = narrow(hub)
    cursor = late.hub.snapshot_v1(late.replica, None).start
    assert snapshot(late) == []
    third = note(old.id, "third")
    writer.edit(old, 1, details="said late")
    writer.add(third)
    assert ids(late.rows(cursor)) == named(old, first, other, third)
    assert {row.ver for row in late.rows(cursor) if row.entity == "ticket_event"} == {1}, "they did not change"


def test_events_whose_contact_the_hub_never_had_go_by_their_own_age(hub: Hub, clock: LeapClock) -> None:
    writer = Writer(hub)
    one = contact_event("a PBX's own number")
    writer.add(one)
    assert ids(snapshot(writer)) == {one.id}
    clock.leap(91 * DAY_S)
    assert snapshot(writer) == []


# directory


def test_without_the_directory_customers_come_with_what_names_them(hub: Hub) -> None:
    feed = Writer(hub)
    known, unknown, late = customer("known"), customer("unknown"), customer("late")
    feed.add(known, unknown, late)
    about = contact(customer_id=known.id)
    feed.add(about)
    seat = narrow(hub)
    rows = snapshot(seat)
    assert ids(rows) == named(known, about)
    cursor = pages(seat)[0].start
    feed.edit(unknown, 1, notes="changed")
    feed.edit(known, 1, notes="changed too")
    assert ids(seat.rows(cursor)) == named(known)
    cursor = seat.hub.pull_v1(seat.replica, cursor).end
    one = ticket(customer_id=late.id)
    feed.add(one)
    found = seat.rows(cursor)
    assert ids(found) == named(one, late), "a customer comes with the ticket, though it is older than the cursor"
    cursor = seat.hub.pull_v1(seat.replica, cursor).end
    feed.edit(late, 1, notes="and from now on it is kept up to date")
    assert ids(seat.rows(cursor)) == named(late)


def test_a_page_asked_for_again_brings_the_customer_again(hub: Hub) -> None:
    """The first answer may have been lost on its way."""
    feed, seat = Writer(hub), narrow(hub)
    one = customer()
    feed.add(one)
    cursor = seat.hub.pull_v1(seat.replica, 0).end
    feed.add(ticket(customer_id=one.id))
    first = seat.hub.pull_v1(seat.replica, cursor)
    assert one.id in ids(list(first.rows))
    assert seat.hub.pull_v1(seat.replica, cursor) == first


def test_a_contact_that_gets_its_customer_later_brings_it_then(hub: Hub) -> None:
    feed, seat = Writer(hub), narrow(hub)
    one, call = customer(), contact()
    feed.add(one, call)
    cursor = seat.hub.pull_v1(seat.replica, 0).end
    assert one.id not in ids(seat.rows())
    feed.edit(call, 1, customer_id=one.id)
    assert ids(seat.rows(cursor)) == named(one, call)


def test_pages_join_though_most_rows_are_not_for_this_replica(hub: Hub) -> None:
    feed, seat = Writer(hub), narrow(hub)
    feed.push(*(feed.new(customer(f"customer {place}")) for place in range(60)))
    one = ticket()
    feed.add(one)
    feed.push(*(feed.new(customer(f"customer {place}")) for place in range(60)))
    assert ids(seat.rows(limit=3)) == named(one)
    assert ids(snapshot(seat)) == named(one)
    assert pages(seat)[0].total == 1


def test_what_was_looked_up_is_kept_up_to_date_from_then_on(hub: Hub) -> None:
    feed, seat = Writer(hub), narrow(hub)
    one, other = customer("Ana Silva"), customer("Bo Lind")
    feed.add(one, other)
    cursor = seat.hub.pull_v1(seat.replica, 0).end
    assert [row.entity_id for row in seat.hub.lookup_v1(seat.replica, "Silva")] == [one.id]
    assert [row.entity_id for row in seat.hub.lookup_v1(seat.replica, f"id:{one.id}")] == [one.id]
    assert seat.hub.lookup_v1(seat.replica, "id:nobody") == []
    feed.edit(one, 1, notes="changed")
    feed.edit(other, 1, notes="changed")
    assert ids(seat.rows(cursor)) == named(one)
    assert ids(snapshot(seat)) == named(one), "a new snapshot keeps it"
    assert ids(snapshot(narrow(hub))) == set(), "of another replica's interest this one hears nothing"


def test_a_customer_that_a_seat_wrote_itself_is_kept_up_to_date_there(hub: Hub) -> None:
    feed, seat = Writer(hub), narrow(hub)
    one = customer()
    seat.add(one)
    cursor = seat.hub.pull_v1(seat.replica, 0).end
    assert ids(seat.rows()) == {one.id}
    feed.edit(one, 1, notes="changed")
    assert ids(seat.rows(cursor)) == ids(snapshot(seat)) == {one.id}


def test_the_first_page_tells_how_many_rows_there_are(hub: Hub) -> None:
    feed = Writer(hub)
    one = customer()
    feed.add(*(ticket() for _ in range(7)), one, customer(), contact(customer_id=one.id))
    assert pages(feed)[0].total == 10
    assert pages(narrow(hub))[0].total == 9


def test_a_snapshot_by_scope_and_the_pull_after_it_miss_nothing(hub: Hub) -> None:
    feed, seat = Writer(hub), Writer(hub)
    hub.enrol_v1(seat.replica, "seat", SMALL)
    people = [customer(f"customer {place}") for place in range(6)]
    feed.add(*people, *(ticket(customer_id=one.id) for one in people[:3]))
    page = hub.snapshot_v1(seat.replica, None, 2)
    cursor, found = page.start, list(page.rows)
    feed.edit(people[0], 1, notes="changed meanwhile")
    late = [ticket(customer_id=people[4].id), contact(customer_id=people[5].id)]
    feed.add(*late)
    while page.more:
        last = found[-1]
        page = hub.snapshot_v1(seat.replica, (last.entity, last.entity_id), 2)
        found += page.rows
    newest = {(row.entity, row.entity_id): row for row in [*found, *seat.rows(cursor)]}
    assert {key for key in newest if key[0] == "customer"} == {
        ("customer", one.id) for one in [*people[:3], *people[4:]]
    }
    assert newest["customer", people[0].id].body["notes"] == "changed meanwhile"


# must-refetch


def test_another_scope_asks_for_a_snapshot_until_one_was_taken(hub: Hub) -> None:
    feed, seat = Writer(hub), Writer(hub)
    feed.add(*(ticket() for _ in range(5)))
    assert not hub.enrol_v1(seat.replica, "seat").refetch
    assert hub.enrol_v1(seat.replica, "seat", SMALL).refetch
    assert hub.enrol_v1(seat.replica, "seat", SMALL).refetch, "still: there was none yet"
    with pytest.raises(MustRefetch):
        hub.pull_v1(seat.replica, 5)
    first = hub.snapshot_v1(seat.replica, None, 2)
    assert hub.enrol_v1(seat.replica, "seat", SMALL).refetch, "begun is not taken"
    late = ticket()
    feed.add(late)
    assert ids(seat.rows(first.start)) == {late.id}, "calls go on while a snapshot is taken"
    last = first.rows[-1]
    hub.snapshot_v1(seat.replica, (last.entity, last.entity_id), 100)
    assert not hub.enrol_v1(seat.replica, "seat", SMALL).refetch
    assert hub.enrol_v1(seat.replica, "seat").refetch, "back to the first scope"


def test_a_scope_that_changes_during_a_snapshot_asks_for_another_one(hub: Hub) -> None:
    feed, seat = Writer(hub), Writer(hub)
    feed.add(*(ticket() for _ in range(5)))
    hub.enrol_v1(seat.replica, "seat", SMALL)
    first = hub.snapshot_v1(seat.replica, None, 2)
    assert hub.enrol_v1(seat.replica, "seat", Scope(directory=False, days=10)).refetch
    last = first.rows[-1]
    assert not hub.snapshot_v1(seat.replica, (last.entity, last.entity_id), 100).more
    assert hub.enrol_v1(seat.replica, "seat", Scope(directory=False, days=10)).refetch


def test_a_first_enrolment_asks_for_nothing(hub: Hub) -> None:
    Writer(hub).add(ticket())
    assert not hub.enrol_v1(new_id(), "seat", SMALL).refetch


def test_a_cursor_that_the_hub_never_gave_asks_for_a_snapshot(hub: Hub) -> None:
    """The hub's file was put back from a copy, and nobody said so."""
    seat = Writer(hub)
    seat.add(ticket())
    assert hub.pull_v1(seat.replica, 1).end == 1
    with pytest.raises(MustRefetch):
        hub.pull_v1(seat.replica, 2)


def test_the_id_of_a_hub_is_its_first_epoch(hub: Hub) -> None:
    enrolment = hub.enrol_v1(new_id(), "seat")
    assert isinstance(enrolment, Enrolment)
    assert enrolment.hub_id == enrolment.epoch != ""


# taking away


def delete(writer: Writer, one: Entity, base: int) -> OpOutcome:
    return writer.push(writer.op(one.entity, one.id, {}, base=base, kind="delete"))[0].outcome


def test_a_row_that_was_taken_away_is_told_as_such(hub: Hub) -> None:
    a, b = Writer(hub), Writer(hub)
    one = customer()
    a.add(one)
    cursor = hub.pull_v1(b.replica, 0).end
    assert delete(a, one, 1) is OpOutcome.APPLIED
    [told] = b.rows(cursor)
    assert (told.entity_id, told.deleted, told.ver) == (one.id, True, 2)
    assert "Ana" not in str(told.body), "what was taken away is not kept"
    assert snapshot(b) == []
    assert hub.lookup_v1(b.replica, "Ana") == []


def test_what_changes_a_deleted_row_is_refused_unless_it_is_the_whole_row(hub: Hub) -> None:
    a, b = Writer(hub), Writer(hub)
    one = customer()
    a.add(one)
    delete(a, one, 1)
    late = b.edit(one, 1, notes="x")
    assert late.outcome is OpOutcome.REFUSED
    assert "deleted" in late.why
    assert b.push(b.op("customer", one.id, one.model_dump(mode="json"), base=2))[0].outcome is OpOutcome.APPLIED
    row = b.row(one)
    assert (row.deleted, row.ver, row.body["name"]) == (False, 3, "Ana Silva")


def test_a_delete_that_has_not_seen_a_change_of_another_is_a_conflict(hub: Hub) -> None:
    a, b = Writer(hub), Writer(hub)
    one = customer()
    a.add(one)
    b.edit(one, 1, notes="he called again")
    result = a.push(a.op("customer", one.id, {}, base=1, kind="delete"))[0]
    assert result.outcome is OpOutcome.CONFLICT
    assert [(told.field, told.mine, told.theirs) for told in result.conflicts] == [("deleted", True, False)]
    assert not a.row(one).deleted
    assert delete(a, one, a.row(one).ver) is OpOutcome.APPLIED


def test_what_is_not_there_cannot_be_deleted(hub: Hub) -> None:
    writer = Writer(hub)
    assert delete(writer, customer(), 0) is OpOutcome.REFUSED
    assert delete(writer, ticket(), 0) is OpOutcome.REFUSED


def test_tombstones_are_forgotten_after_their_time_and_who_missed_them_starts_anew(
    hub: Hub, clock: LeapClock
) -> None:
    writer, away = Writer(hub), Writer(hub)
    one, other = customer(), customer("Bo Lind")
    writer.add(one, other)
    cursor = hub.pull_v1(away.replica, 0).end
    delete(writer, one, 1)
    after = hub.pull_v1(writer.replica, 0).end
    clock.leap((TOMBSTONE_DAYS - 1) * DAY_S)
    hub.enrol_v1(writer.replica, "seat")
    assert [row.deleted for row in away.rows(cursor)] == [True]
    clock.leap(2 * DAY_S)
    hub.enrol_v1(writer.replica, "seat")
    with pytest.raises(MustRefetch):
        hub.pull_v1(away.replica, cursor)
    assert hub.pull_v1(away.replica, after).rows == (), "who has seen it goes on"
    found = snapshot(away)
    assert ids(found) == {other.id}
    assert hub.pull_v1(away.replica, hub.snapshot_v1(away.replica, None).start).rows == ()


# revoked


def test_a_revoked_seat_may_push_what_waits_and_is_given_nothing(hub: Hub, revoke: Revoke) -> None:
    writer, other = Writer(hub), Writer(hub)
    call = contact(kind="chat")
    other.add(call, customer())
    won = writer.claim(call.id)
    revoke(writer.replica)
    assert hub.enrol_v1(writer.replica, "seat").revoked
    assert not hub.enrol_v1(other.replica, "seat").revoked
    late = ticket()
    assert writer.add(late)[0].outcome is OpOutcome.APPLIED
    assert other.row(late).entity_id == late.id
    with pytest.raises(Revoked):
        hub.pull_v1(writer.replica, 0)
    with pytest.raises(Revoked):
        hub.snapshot_v1(writer.replica, None)
    with pytest.raises(Revoked):
        hub.lookup_v1(writer.replica, "Ana")
    with pytest.raises(Revoked):
        hub.claim_v1(writer.replica, new_id(), AgentId("ana"), (), None)
    with pytest.raises(Revoked):
        hub.heartbeat_v1(writer.replica, call.id, won.fence)
    with pytest.raises(Revoked):
        hub.lease_numbers_v1(writer.replica, 5)
    assert other.claim() is not None


def contact_event(contact_id: str) -> Entity:
    from data.models.contact import ContactEvent, EventKind

    return ContactEvent(
        id=new_id(), contact_id=contact_id, at=NOON, kind=EventKind.ENDED, queue="support", source="test"
    )


def test_nothing_is_open_after_a_call_that_was_refused(hub: Hub, open_hub: OpenHub, revoke: Revoke) -> None:
    writer = Writer(hub)
    revoke(writer.replica)
    for _ in range(3):
        with pytest.raises(Revoked):
            hub.pull_v1(writer.replica, 0)
    assert Writer(open_hub()).add(ticket())[0].outcome is OpOutcome.APPLIED
    assert writer.add(ticket())[0].outcome is OpOutcome.APPLIED
