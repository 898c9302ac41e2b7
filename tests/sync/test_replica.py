"""The bookkeeping of one seat: what is pushed together, and what a page may do."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.floor.pace import LeapClock
from data.models import Ticket
from data.models.base import new_id
from data.store.database import Store
from data.store.errors import StoreError
from data.store.save import saving
from data.sync.contract import Enrolment, HubRow, HubUnreachable, NumberBlock, Op, OpOutcome, OpResult, Page
from data.sync.replica import MAX_BYTES, MAX_OPS, Replica, StalePage, take_ticket_number
from data.sync.sending_again import hold_what_depends
from tests.stores import new_store
from tests.sync.writers import ME, ticket


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path / "seat.db") as opened:
        yield opened


@pytest.fixture
def replica(store: Store, clock: LeapClock) -> Replica:
    return Replica(store, clock)


def save(store: Store, clock: LeapClock, *sizes: int, letters: int = 1) -> None:
    """One transaction a size, of so many tickets."""
    for size in sizes:
        with saving(store, ME, clock) as change:
            for _ in range(size):
                change.add(ticket("x", details="x" * letters))


def batches(store: Store, replica: Replica, most: int = MAX_OPS) -> list[list[str]]:
    """What goes out push by push: the transactions of each op."""
    found = []
    while ops := replica.next_ops(most):
        found.append([op.txn_id for op in ops])
        store.execute("UPDATE outbox SET state = 'sent' WHERE seq <= ?", (ops[-1].replica_seq,))
    return found


@pytest.mark.parametrize(
    ("sizes", "most", "pushed"),
    [
        ((), 500, []),
        ((1, 1, 1), 500, [3]),
        ((3, 3, 3), 7, [6, 3]),
        ((3, 4), 7, [7]),
        ((9, 1), 7, [9, 1]),
        ((1, 9, 1), 7, [1, 9, 1]),
        ((7, 7), 7, [7, 7]),
        ((1200, 2), 500, [1200, 2]),
    ],
)
def test_a_transaction_is_never_parted(
    store: Store, replica: Replica, clock: LeapClock, sizes: tuple[int, ...], most: int, pushed: list[int]
) -> None:
    save(store, clock, *sizes)
    found = batches(store, replica, most)
    assert [len(one) for one in found] == pushed
    for before, after in itertools.pairwise(found):
        assert before[-1] != after[0]


def test_a_push_is_about_a_megabyte_at_most(store: Store, replica: Replica, clock: LeapClock) -> None:
    save(store, clock, *[1] * 10, letters=MAX_BYTES // 4)
    assert [len(one) for one in batches(store, replica)] == [3, 3, 3, 1]


def test_ops_go_out_in_the_order_in_which_they_were_made(store: Store, replica: Replica, clock: LeapClock) -> None:
    save(store, clock, 2, 3, 1)
    seqs = [op.replica_seq for op in replica.next_ops()]
    assert seqs == sorted(seqs) == [1, 2, 3, 4, 5, 6]


def test_a_number_of_the_outbox_is_never_used_again(store: Store, replica: Replica, clock: LeapClock) -> None:
    save(store, clock, 2)
    store.execute("DELETE FROM outbox")
    save(store, clock, 1)
    assert [op.replica_seq for op in replica.next_ops()] == [3]


def page(start: int, end: int, *rows: HubRow, more: bool = False) -> Page:
    return Page(start=start, end=end, epoch="e", rows=rows, more=more)


def row(one: Ticket, ver: int, hub_seq: int, **fields: object) -> HubRow:
    body = {**one.model_dump(mode="json"), **fields}
    return HubRow(hub_seq=hub_seq, entity="ticket", entity_id=one.id, ver=ver, body=body)


def title(store: Store) -> str:
    return str(store.value("SELECT title FROM ticket"))


def test_a_page_that_does_not_follow_is_dropped_whole(store: Store, replica: Replica) -> None:
    one = ticket("first")
    assert replica.apply(page(0, 5, row(one, 1, 5))) == {"ticket"}
    assert replica.cursor == 5
    for start in (0, 4, 6):
        with pytest.raises(StalePage):
            replica.apply(page(start, 9, row(one, 2, 9, title="stale")))
    assert (title(store), replica.cursor) == ("first", 5)


def test_a_version_only_goes_up(store: Store, replica: Replica) -> None:
    one = ticket("first")
    replica.apply(page(0, 5, row(one, 3, 5, title="third")))
    assert replica.apply(page(5, 6, row(one, 2, 6, title="second"))) == set()
    assert title(store) == "third"


def test_a_page_that_cannot_be_written_changes_nothing(store: Store, replica: Replica) -> None:
    store.execute(
        "CREATE TEMP TRIGGER refuse BEFORE INSERT ON main.ticket BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    )
    with pytest.raises(StoreError, match="full"):
        replica.apply(page(0, 5, row(ticket(), 1, 5)))
    assert replica.cursor == 0
    assert store.value("SELECT count(*) FROM row_meta") == 0


def test_what_still_waits_is_replayed_over_what_comes_in(store: Store, replica: Replica, clock: LeapClock) -> None:
    one = ticket("as it was", details="as it was")
    replica.apply(page(0, 1, row(one, 1, 1)))
    with saving(store, ME, clock) as change:
        change.update(Ticket, one.id, title="ours")
    replica.apply(page(1, 2, row(one, 2, 2, title="theirs", details="theirs")))
    assert store.row("SELECT title, details FROM ticket") == {"title": "ours", "details": "theirs"}
    [op] = replica.next_ops()
    assert op.base_ver == 1
    replica.acknowledge([OpResult(op_id=op.op_id, outcome=OpOutcome.CONFLICT, hub_seq=3)])
    assert title(store) == "ours", "until the row comes back"
    replica.apply(page(2, 3, row(one, 3, 3, title="theirs", details="theirs")))
    assert title(store) == "theirs"
    assert store.value("SELECT count(*) FROM outbox") == 0
    assert store.value("SELECT count(*) FROM shadow") == 0


def test_an_op_that_was_pulled_before_its_answer_came_leaves_the_replay_with_the_answer(
    store: Store, replica: Replica, clock: LeapClock
) -> None:
    """The answer of the first try was lost; meanwhile others have changed the same field again."""
    one = ticket("as it was")
    replica.apply(page(0, 1, row(one, 1, 1)))
    with saving(store, ME, clock) as change:
        change.update(Ticket, one.id, title="ours")
    [op] = replica.next_ops()
    replica.apply(page(1, 3, row(one, 3, 3, title="theirs, later")))
    assert title(store) == "ours"
    replica.acknowledge([OpResult(op_id=op.op_id, outcome=OpOutcome.APPLIED, hub_seq=2)])
    assert title(store) == "theirs, later"
    assert store.value("SELECT count(*) FROM outbox") == 0
    assert store.value("SELECT count(*) FROM shadow") == 0


def test_what_is_pushed_is_shown_until_its_row_comes(store: Store, replica: Replica, clock: LeapClock) -> None:
    """Others changed the row again, so it is further back in the backlog than our own change was."""
    one = ticket("as it was")
    replica.apply(page(0, 1, row(one, 1, 1)))
    with saving(store, ME, clock) as change:
        change.update(Ticket, one.id, title="ours")
    replica.apply(page(1, 2, row(one, 2, 2, details="theirs")))
    [op] = replica.next_ops()
    replica.acknowledge([OpResult(op_id=op.op_id, outcome=OpOutcome.APPLIED, hub_seq=3, ver=3)])
    for end in (3, 4, 5):
        replica.apply(page(end - 1, end, row(ticket(), 1, end)))
        assert store.value("SELECT title FROM ticket WHERE id = ?", (one.id,)) == "ours"
    replica.apply(page(5, 6, row(one, 4, 6, title="ours", details="theirs again")))
    assert store.row("SELECT title, details FROM ticket WHERE id = ?", (one.id,)) == {
        "title": "ours",
        "details": "theirs again",
    }
    assert store.value("SELECT count(*) FROM shadow") == 0


def test_an_answer_tells_what_is_shown_differently_since(store: Store, replica: Replica, clock: LeapClock) -> None:
    """The console reads again what it is told of: the row of others, once ours is known to be under it."""
    one = ticket("as it was")
    replica.apply(page(0, 1, row(one, 1, 1)))
    for value in ("ours", "ours again"):
        with saving(store, ME, clock) as change:
            change.update(Ticket, one.id, title=value)
    first, second = replica.next_ops()
    replica.apply(page(1, 3, row(one, 3, 3, title="theirs, later")))
    assert replica.acknowledge([OpResult(op_id=first.op_id, outcome=OpOutcome.APPLIED, hub_seq=2)]) == {"ticket"}
    assert replica.acknowledge([OpResult(op_id=second.op_id, outcome=OpOutcome.APPLIED, hub_seq=4)]) == set()
    assert title(store) == "ours again"


def test_what_waits_behind_a_change_has_seen_the_version_that_it_made(
    store: Store, replica: Replica, clock: LeapClock
) -> None:
    """But not one that somebody else made between the two."""
    one = ticket("as it was")
    replica.apply(page(0, 1, row(one, 1, 1)))
    for value in ("first", "second", "third"):
        with saving(store, ME, clock) as change:
            change.update(Ticket, one.id, title=value)
    first, second, _third = replica.next_ops()

    def applied(op: Op, ver: int) -> None:
        replica.acknowledge([OpResult(op_id=op.op_id, outcome=OpOutcome.APPLIED, hub_seq=9 + ver, ver=ver)])

    applied(first, 2)
    assert [op.base_ver for op in replica.next_ops()] == [2, 2]
    applied(second, 4)
    assert [op.base_ver for op in replica.next_ops()] == [2]


def test_what_makes_a_record_is_not_held_back_for_it(store: Store, replica: Replica, clock: LeapClock) -> None:
    """Nobody else would send it: also when a change of it stands before it in the queue."""
    one = ticket("one")
    for value in ("as it was made", "changed"):
        with saving(store, ME, clock) as change:
            if value == "changed":
                change.update(Ticket, one.id, title=value)
            else:
                change.add(one)
    store.execute("UPDATE outbox SET seq = seq + 10, base_ver = 0 WHERE seq = 1")
    store.execute("UPDATE outbox SET base_ver = 1 WHERE seq = 2")
    with store.write() as connection:
        assert hold_what_depends(connection, clock.now()) == 1
    [op] = replica.next_ops()
    assert op.patch["id"] == one.id


def test_answers_to_what_nobody_asked_are_nothing(store: Store, replica: Replica) -> None:
    replica.acknowledge([OpResult(op_id=new_id(), outcome=OpOutcome.REFUSED, hub_seq=0, why="x")])
    assert replica.counts() == (0, 0, 0)


def test_a_seat_keeps_to_its_hub_and_notices_that_it_is_a_copy(
    store: Store, replica: Replica, clock: LeapClock
) -> None:
    first = replica.identity()
    assert replica.identity() == first
    enrolment = Enrolment(replica_id=first, number=4, epoch="e1", last_replica_seq=0)
    replica.enrolled(enrolment)
    replica.add_block(NumberBlock(first=10, last=12))
    assert not replica.is_copy(enrolment)
    save(store, clock, 3)
    assert not replica.is_copy(enrolment.model_copy(update={"last_replica_seq": 3}))
    assert replica.is_copy(enrolment.model_copy(update={"last_replica_seq": 4}))
    with pytest.raises(HubUnreachable, match="not the hub"):
        replica.enrolled(enrolment.model_copy(update={"epoch": "e2"}))
    assert replica.renew() != first
    assert replica.numbers_left() == 0, "those numbers are the other one's"
    assert replica.queued() == 3, "what was saved is kept"
    with store.write() as connection:
        assert not take_ticket_number(connection).startswith("S4-")
