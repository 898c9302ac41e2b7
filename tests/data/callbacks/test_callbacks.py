"""Callbacks: whose they are, which is first, what a try leaves, and that two seats agree."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.callbacks import callbacks
from data.callbacks.callbacks import CallbackFaultError
from data.callbacks.rules import LATE_AFTER, Standing, attempts_left, counts, standing
from data.floor.pace import LeapClock
from data.models.base import AgentId, ContactId, TicketId, new_id
from data.models.callback import Callback, CallbackOutcome, CallbackState
from data.store.database import Store
from data.tickets import tickets
from tests.data.seats import Seats

ANA, BO = AgentId("ana"), AgentId("bo")
NUMBER = "202-555-0142"


def promised(store: Store, clock: LeapClock, minutes: float = 30, **more: object) -> Callback:
    due_at = clock.now() + timedelta(minutes=minutes)
    return callbacks.make(store, NUMBER, due_at, ANA, clock, **more)  # type: ignore[arg-type]


def test_due_overdue_later(store: Store, clock: LeapClock) -> None:
    one = promised(store, clock)
    assert (one.number, one.state) == ("+12025550142", CallbackState.DUE)
    until = clock.now() + timedelta(hours=2)
    two = promised(store, clock, until=until)
    stands = [(standing(one, at), standing(two, at)) for at in (
        clock.now(), one.due_at, one.due_at + LATE_AFTER, until - timedelta(seconds=1), until,
    )]  # fmt: skip
    assert stands == [
        (Standing.LATER, Standing.LATER),
        (Standing.DUE, Standing.DUE),
        (Standing.OVERDUE, Standing.DUE),
        (Standing.OVERDUE, Standing.DUE),
        (Standing.OVERDUE, Standing.OVERDUE),
    ]
    assert counts([one, two], one.due_at) == {Standing.OVERDUE: 0, Standing.DUE: 2, Standing.LATER: 0}


def test_overdue_ones_first_and_whoever_waited_longest(store: Store, clock: LeapClock) -> None:
    later = promised(store, clock, 120)
    first, second = promised(store, clock, 1), promised(store, clock, 2)
    due = promised(store, clock, 59)
    clock.leap(3600)
    assert [line.callback.id for line in callbacks.due(store, ANA, clock.now())] == [
        one.id for one in (first, second, due, later)
    ]
    callbacks.attempt(store, first.id, CallbackOutcome.BUSY, ANA, clock)
    assert [line.callback.id for line in callbacks.due(store, ANA, clock.now())][:2] == [second.id, first.id]


def test_mine_and_anybodys_but_not_somebody_elses(store: Store, clock: LeapClock) -> None:
    anybodys, mine = promised(store, clock), promised(store, clock, 31, for_agent=BO)

    def seen(agent: AgentId | None) -> list[str]:
        return [line.callback.id for line in callbacks.due(store, agent, clock.now())]

    assert seen(BO) == seen(None) == [anybodys.id, mine.id]
    assert seen(ANA) == [anybodys.id]


def test_tries_are_counted_and_an_answer_or_giving_up_ends_it(store: Store, clock: LeapClock) -> None:
    one, two = promised(store, clock), promised(store, clock)
    for outcome, left in (
        (CallbackOutcome.NO_ANSWER, 2),
        (CallbackOutcome.VOICE_MAIL, 1),
        (CallbackOutcome.BUSY, 0),
    ):
        line = callbacks.attempt(store, one.id, outcome, ANA, clock)
        assert (line.callback.state, attempts_left(line.attempts, 3)) == (CallbackState.DUE, left)
    line = callbacks.give_up(store, one.id, ANA, clock, "number is wrong")
    assert line.callback.state is CallbackState.GIVEN_UP
    assert attempts_left(line.attempts, 4) == 1, "giving up is no try"
    assert callbacks.done(store, two.id, BO, clock).callback.state is CallbackState.DONE
    assert callbacks.due(store, None, clock.now()) == []
    for outcome in CallbackOutcome:
        with pytest.raises(CallbackFaultError, match="is done already"):
            callbacks.attempt(store, two.id, outcome, ANA, clock)
    assert len(callbacks.get(store, two.id).attempts) == 1
    with pytest.raises(LookupError):
        callbacks.done(store, "nobody", ANA, clock)


@pytest.mark.parametrize("number", ["", "  ", "no digits"])
def test_a_callback_needs_a_number(store: Store, clock: LeapClock, number: str) -> None:
    with pytest.raises(CallbackFaultError, match="needs the number"):
        callbacks.make(store, number, clock.now(), ANA, clock)
    assert store.value("SELECT count(*) FROM callback") == 0


def test_a_card_is_kept_in_no_field(store: Store, clock: LeapClock) -> None:
    card = "4111 1111 1111 1111"
    one = callbacks.make(store, card, clock.now(), ANA, clock, about=card)
    callbacks.attempt(store, one.id, CallbackOutcome.BUSY, ANA, clock, card)
    everything = str([store.rows(f"SELECT * FROM {name}") for name in ("callback", "callback_attempt", "outbox")])
    assert card not in everything and "4111111111111111" not in everything


def test_a_window_ends_after_it_begins(store: Store, clock: LeapClock) -> None:
    with pytest.raises(CallbackFaultError, match="window"):
        promised(store, clock, until=clock.now())


def test_the_ticket_tells_of_it(store: Store, clock: LeapClock) -> None:
    ticket_id = TicketId(new_id())
    tickets.create(store, {"title": "Printer"}, "1001", ANA, clock, ticket_id=ticket_id)
    one = promised(store, clock, ticket_id=ticket_id, contact_id=ContactId("c-1"), about="the printer")
    callbacks.attempt(store, one.id, CallbackOutcome.VOICE_MAIL, BO, clock, "asked to call us")
    promise, tried = callbacks.history(store, ticket_id)
    assert promise.text.startswith("callback promised for Mon 5 Jan ") and promise.text.endswith(
        "to +1 202 555 0142, the printer"
    )
    assert (tried.actor, tried.text) == (BO, "callback voice mail: asked to call us")
    [line] = callbacks.due(store, ANA, clock.now())
    assert line.ticket == "1001"


def test_two_seats_agree(seats: Seats, clock: LeapClock) -> None:
    """What one promises the other sees; both done at once is done, and no conflict."""
    one, two = seats.open("one"), seats.open("two")
    made = promised(one.store, clock)
    seats.sync()
    [line] = callbacks.due(two.store, BO, clock.now())
    assert line.callback == made
    callbacks.attempt(two.store, made.id, CallbackOutcome.NO_ANSWER, BO, clock)
    seats.sync()
    assert [try_.by for try_ in callbacks.get(one.store, made.id).attempts] == [BO]
    callbacks.done(one.store, made.id, ANA, clock)
    callbacks.done(two.store, made.id, BO, clock)
    seats.sync()
    lines = [callbacks.get(seat.store, made.id) for seat in (one, two)]
    assert lines[0].callback == lines[1].callback
    assert lines[0].callback.state is CallbackState.DONE
    assert {one.id for one in lines[0].attempts} == {one.id for one in lines[1].attempts}
    assert seats.conflicts() == 0
