"""Two seats change one field, and one of them chooses; what a hub refused is read, sent again, or let go."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.floor.pace import LeapClock
from data.models.base import AgentId, TicketId
from data.models.customer import Customer
from data.models.ticket import Begun, Ticket, TicketEventKind
from data.store.database import Store
from data.store.save import saving
from data.sync.contract import OpOutcome, OpResult
from data.tickets import tickets
from data.tickets.tickets import TicketFaultError
from data.unsettled.reading import conflicts, unsettled
from data.unsettled.rules import Choice, ConflictLine
from data.unsettled.settling import choose, let_go, send_again, take_back
from tests.data.seats import ANA, BO, Seat, Seats

FORM = {"title": "Printer broken", "type": "2", "priority": "normal", "state": "new", "details": "It is on fire."}


@pytest.fixture
def pair(pair: tuple[Seat, Seat], seats: Seats, clock: LeapClock) -> tuple[Seat, Seat]:
    """The two seats, with one ticket."""
    one, other = pair
    tickets.create(one.store, FORM, "10042", ANA, clock, ticket_id="t-1")
    seats.sync()
    return one, other


def ticket_of(seat: Seat) -> Ticket:
    ticket = tickets.get(seat.store, TicketId("t-1"))
    assert ticket is not None
    return ticket


def edit(seat: Seat, agent: AgentId, clock: LeapClock, **fields: str) -> None:
    ticket = ticket_of(seat)
    begun: Begun = tickets.begun(seat.store, ticket)
    tickets.update(seat.store, ticket, {**tickets.form_of(ticket), **fields}, agent, clock, begun=begun)


def clash(
    seats: Seats, pair: tuple[Seat, Seat], clock: LeapClock, mine: str, theirs: str, field: str
) -> ConflictLine:
    """Bo's value is at the hub first; Ana's seat has the conflict."""
    one, other = pair
    edit(other, BO, clock, **{field: theirs})
    edit(one, ANA, clock, **{field: mine})
    other.replica.acknowledge(seats._hub.push_v1(other.replica.identity(), other.replica.next_ops()))
    seats.sync()
    [found] = conflicts(one.store)
    return found


def same_everywhere(pair: tuple[Seat, Seat], field: str) -> object:
    values = {str(getattr(ticket_of(seat), field)) for seat in pair}
    assert len(values) == 1, values
    return values.pop()


def test_a_conflict_is_read_in_words_with_who_and_when(
    seats: Seats, pair: tuple[Seat, Seat], clock: LeapClock
) -> None:
    found = clash(seats, pair, clock, "pending", "solved", "state")
    assert (found.mine, found.theirs, found.now, found.about) == (
        "pending",
        "solved",
        "solved",
        "10042 Printer broken",
    )
    assert (found.by, found.ticket_id, found.choices) == ("Bo Lindgren", "t-1", (Choice.MINE, Choice.THEIRS))
    assert pair[0].replica.counts() == (0, 0, 1)
    assert conflicts(pair[0].store, "ticket", "other") == ()
    assert conflicts(pair[1].store) == (), "only the seat that wrote it second is asked"


@pytest.mark.parametrize(
    ("choice", "details"),
    [
        (Choice.MINE, "Ana's words"),
        (Choice.THEIRS, "Bo's words"),
        (Choice.BOTH, "Bo's words\nAna's words"),
    ],
)
def test_a_choice_holds_everywhere_and_can_be_taken_back(
    seats: Seats, pair: tuple[Seat, Seat], clock: LeapClock, choice: Choice, details: str
) -> None:
    one, _other = pair
    found = clash(seats, pair, clock, "Ana's words", "Bo's words", "details")
    chosen = choose(one.store, found, choice, ANA, clock)
    seats.sync()
    assert same_everywhere(pair, "details") == details
    assert conflicts(one.store) == () and seats.conflicts() == 0
    assert one.store.value("SELECT state FROM conflict") == "chosen", "the row with both values is kept"
    last = tickets.history(one.store, "t-1")[-1]
    assert (last.kind, last.new) == (TicketEventKind.CHANGED, details if choice is not Choice.THEIRS else last.new)
    with pytest.raises(LookupError):
        choose(one.store, found, choice, ANA, clock)
    take_back(one.store, chosen, ANA, clock)
    seats.sync()
    assert same_everywhere(pair, "details") == "Bo's words"
    [again] = conflicts(one.store)
    assert (again.by, again.by_at) == ("Bo Lindgren", found.by_at), "whoever took it back wrote nothing of theirs"


def test_what_somebody_changed_since_it_was_shown_is_not_overwritten(
    seats: Seats, pair: tuple[Seat, Seat], clock: LeapClock
) -> None:
    one, other = pair
    found = clash(seats, pair, clock, "low", "high", "priority")
    edit(other, BO, clock, priority="urgent")
    seats.sync()
    choose(one.store, found, Choice.MINE, ANA, clock)
    seats.sync()
    assert same_everywhere(pair, "priority") == "urgent"
    [again] = conflicts(one.store)
    assert (again.mine, again.theirs) == ("low", "urgent")


def test_a_field_that_was_changed_twice_is_one_conflict(
    seats: Seats, pair: tuple[Seat, Seat], clock: LeapClock
) -> None:
    one, other = pair
    edit(other, BO, clock, title="Bo's title")
    edit(one, ANA, clock, title="First")
    clock.leap(5)
    edit(one, ANA, clock, title="Second")
    other.replica.acknowledge(seats._hub.push_v1(other.replica.identity(), other.replica.next_ops()))
    seats.sync()
    [found] = conflicts(one.store)
    assert (found.mine, one.replica.counts()) == ("Second", (0, 0, 1))
    choose(one.store, found, Choice.BOTH, ANA, clock)
    seats.sync()
    assert same_everywhere(pair, "title") == "Bo's title / Second" and seats.conflicts() == 0


def test_what_was_kept_is_not_lost_to_a_later_conflict_of_the_same_field(
    seats: Seats, pair: tuple[Seat, Seat], clock: LeapClock
) -> None:
    one, _other = pair
    clash(seats, pair, clock, "Ana's first words", "Bo's words", "details")
    edit(one, ANA, clock, details="Bo's words, and Ana's")
    seats.sync()
    edit(pair[1], BO, clock, details="Bo's words, and Ana's, and Bo's")
    edit(one, ANA, clock, details="Bo's words, and Ana's, and once more")
    pair[1].replica.acknowledge(seats._hub.push_v1(pair[1].replica.identity(), pair[1].replica.next_ops()))
    seats.sync()
    later, first = conflicts(one.store)
    assert (later.mine, first.mine) == ("Bo's words, and Ana's, and once more", "Ana's first words")
    assert one.replica.counts() == (0, 0, 2)
    choose(one.store, later, Choice.THEIRS, ANA, clock)
    [left] = conflicts(one.store)
    assert (left.id, left.mine, left.now) == (first.id, first.mine, "Bo's words, and Ana's, and Bo's")
    choose(one.store, left, Choice.MINE, ANA, clock)
    seats.sync()
    assert same_everywhere(pair, "details") == "Ana's first words" and seats.conflicts() == 0


def test_a_state_that_cannot_follow_is_refused_with_a_sentence(
    seats: Seats, pair: tuple[Seat, Seat], clock: LeapClock
) -> None:
    edit(pair[0], ANA, clock, state="solved")
    seats.sync()
    found = clash(seats, pair, clock, "open", "closed", "state")
    with pytest.raises(TicketFaultError, match="closed cannot become open"):
        choose(pair[0].store, found, Choice.MINE, ANA, clock)
    assert len(conflicts(pair[0].store)) == 1, "nothing was closed"


def two_notes(seats: Seats, pair: tuple[Seat, Seat], clock: LeapClock) -> ConflictLine:
    """Ana's notes of a customer are in conflict with Bo's, which are at the hub."""
    one, other = pair
    with saving(one.store, ANA, clock) as change:
        change.add(Customer(id="c-1", name="Kim Example", notes="first"))
    seats.sync()
    for seat, agent, notes in ((other, BO, "Bo's"), (one, ANA, "Ana's")):
        with saving(seat.store, agent, clock) as change:
            change.update(Customer, "c-1", notes=notes)
    other.replica.acknowledge(seats._hub.push_v1(other.replica.identity(), other.replica.next_ops()))
    seats.sync()
    [found] = conflicts(one.store)
    return found


def test_a_customers_field(seats: Seats, pair: tuple[Seat, Seat], clock: LeapClock) -> None:
    one, _ = pair
    found = two_notes(seats, pair, clock)
    assert (found.about, found.by, found.ticket_id) == ("Kim Example", "", None)
    choose(one.store, found, Choice.BOTH, ANA, clock)
    seats.sync()
    notes = {seat.store.value("SELECT notes FROM customer") for seat in pair}
    assert notes == {"Bo's / Ana's"}


def test_a_value_cannot_be_put_into_a_record_that_is_not_here(
    seats: Seats, pair: tuple[Seat, Seat], clock: LeapClock
) -> None:
    """It was deleted, or is no longer among what this seat holds: what was typed is not lost in silence."""
    one, _ = pair
    found = two_notes(seats, pair, clock)
    with one.store.write() as connection:
        connection.execute("DELETE FROM customer_row WHERE id = 'c-1'")
    for choice in (Choice.MINE, Choice.BOTH):
        with pytest.raises(LookupError, match="no longer on this seat"):
            choose(one.store, found, choice, ANA, clock)
    assert [line.mine for line in conflicts(one.store)] == ["Ana's"], "it can still be read and copied"
    done = choose(one.store, found, Choice.THEIRS, ANA, clock)
    assert not done.put and conflicts(one.store) == () and one.replica.counts() == (0, 0, 0)
    take_back(one.store, done, ANA, clock)
    assert len(conflicts(one.store)) == 1


# refused


def refuse(seat: Seat, why: str = "not allowed") -> None:
    """A hub that refuses everything."""
    ops = seat.replica.next_ops()
    seat.replica.acknowledge(
        [OpResult(op_id=op.op_id, outcome=OpOutcome.REFUSED, hub_seq=0, why=why) for op in ops]
    )


def test_a_refused_change_is_readable_and_can_be_sent_again(
    seats: Seats, pair: tuple[Seat, Seat], clock: LeapClock
) -> None:
    one, _other = pair
    edit(one, ANA, clock, details="What Ana typed")
    assert [line.about for line in unsettled(one.store).queued] == ["10042 Printer broken"] * 2
    refuse(one)
    assert ticket_of(one).details == "It is on fire.", "the hub's row is in place again"
    refused = unsettled(one.store).refused
    change = next(line for line in refused if line.entity == "ticket")
    assert (change.values["details"], change.why, change.new) == ("What Ana typed", "not allowed", False)
    assert change.texts == {"details": "What Ana typed"}
    assert send_again(one.store, change.op_id, ANA, clock) == 1
    seats.sync()
    assert same_everywhere(pair, "details") == "What Ana typed"
    with pytest.raises(LookupError):
        send_again(one.store, change.op_id, ANA, clock)


def test_a_record_is_sent_again_with_what_was_changed_in_it(
    seats: Seats, pair: tuple[Seat, Seat], clock: LeapClock
) -> None:
    one, other = pair
    tickets.create(one.store, FORM, "10043", ANA, clock, ticket_id="t-2")
    refuse(one)
    made = tickets.get(one.store, TicketId("t-2"))
    assert made is not None, "only this seat has it, and it is not taken away"
    tickets.update(one.store, made, {**FORM, "title": "Later"}, ANA, clock)
    refuse(one, "depends on a refused one")
    later = next(line for line in unsettled(one.store).refused if line.values.get("title") == "Later")
    assert send_again(one.store, later.op_id, ANA, clock) == 2
    seats.sync()
    there = tickets.get(other.store, TicketId("t-2"))
    assert there is not None and there.title == "Later"


def test_what_is_let_go_is_kept_and_listed_no_longer(
    seats: Seats, pair: tuple[Seat, Seat], clock: LeapClock
) -> None:
    one, _other = pair
    edit(one, ANA, clock, details="What Ana typed")
    refuse(one)
    for line in unsettled(one.store).refused:
        let_go(one.store, line.op_id)
    assert unsettled(one.store).refused == () and one.replica.counts() == (0, 0, 0)
    assert one.store.value("SELECT count(*) FROM outbox WHERE state = 'let go'") == 2
    seats.sync()
    assert same_everywhere(pair, "details") == "It is on fire."


def test_an_entity_that_is_not_known_is_listed_all_the_same(tmp_path: Path) -> None:
    with Store(tmp_path / "seat.db") as store:
        with store.write() as connection:
            connection.execute(
                "INSERT INTO outbox (op_id, txn_id, entity, entity_id, kind, patch, state, last_error)"
                " VALUES ('o', 't', 'from tomorrow', 'x', 'put', '{\"name\": \"N\"}', 'refused', 'update the hub')"
            )
        [line] = unsettled(store).refused
        assert (line.about, line.why) == ("N", "update the hub")
        with pytest.raises(LookupError, match="update agent-console"):
            send_again(store, "o", ANA, LeapClock())
