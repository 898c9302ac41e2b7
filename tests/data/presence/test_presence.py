"""Who is at which ticket: seen at other seats, gone by itself, and never a queue."""

from __future__ import annotations

from data.floor.pace import LeapClock
from data.models.base import AgentId, TicketId
from data.presence.presence import LASTS, ask_again, be_at, others
from data.sync.contract import OpOutcome, OpResult
from data.unsettled.reading import unsettled
from tests.data.seats import ANA, BO, Seat, Seats

T1, T2 = TicketId("t-1"), TicketId("t-2")


def names(seat: Seat, ticket: TicketId, me: AgentId, clock: LeapClock) -> list[str]:
    return [one.name for one in others(seat.store, ticket, me, clock.now())]


def test_it_is_seen_at_the_other_seat_until_it_expires(
    seats: Seats, pair: tuple[Seat, Seat], clock: LeapClock
) -> None:
    one, other = pair
    assert be_at(one.store, ANA, T1, clock)
    seats.sync()
    assert names(other, T1, BO, clock) == ["Ana Silva"] and names(one, T1, ANA, clock) == []
    assert be_at(one.store, ANA, T2, clock)
    seats.sync()
    assert (names(other, T1, BO, clock), names(other, T2, BO, clock)) == ([], ["Ana Silva"])
    clock.leap(LASTS.total_seconds() + 1)
    assert names(other, T2, BO, clock) == []
    assert be_at(one.store, ANA, None, clock)
    seats.sync()
    assert other.store.value("SELECT ticket_id FROM presence") is None


def test_at_most_one_waits_and_it_is_no_work(pair: tuple[Seat, Seat], clock: LeapClock) -> None:
    one, _other = pair
    assert be_at(one.store, ANA, T1, clock)
    for ticket in (T2, None, T1):
        assert not be_at(one.store, ANA, ticket, clock)
    assert one.replica.queued() == 1
    assert one.replica.counts() == (0, 0, 0) and unsettled(one.store).waiting == 0
    assert unsettled(one.store).queued == ()


def test_a_hub_that_does_not_take_it_is_asked_again_at_the_next_sign_on(
    pair: tuple[Seat, Seat], clock: LeapClock
) -> None:
    one, _other = pair
    be_at(one.store, ANA, T1, clock)
    [op] = one.replica.next_ops()
    one.replica.acknowledge([OpResult(op_id=op.op_id, outcome=OpOutcome.REFUSED, hub_seq=0, why="unknown")])
    assert not be_at(one.store, ANA, T2, clock)
    assert one.replica.counts() == (0, 0, 0) and unsettled(one.store).refused == ()
    ask_again(one.store)
    assert be_at(one.store, ANA, T2, clock)


def test_one_agent_at_two_seats_is_no_conflict(seats: Seats, pair: tuple[Seat, Seat], clock: LeapClock) -> None:
    one, other = pair
    be_at(one.store, ANA, T1, clock)
    seats.sync()
    be_at(one.store, ANA, T2, clock)
    clock.leap(1)
    be_at(other.store, ANA, None, clock)
    seats.sync()
    assert seats.conflicts() == 0
    assert len({str(seat.store.row("SELECT * FROM presence")) for seat in pair}) == 1
