"""Stores put back between branches: work that was done on an old backup meets a newer one, another seat's, or a hub
that was put back too. Nothing is lost, and no change overwrites in silence what its maker did not see."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from data.backup.restoring import restore
from data.clock import SYSTEM_CLOCK
from data.models.ticket import Ticket
from data.store.save import saving
from data.sync.embedded import EmbeddedHub
from data.sync.sending_again import wait_no_longer
from data.tickets import tickets
from tests.sync.put_back import Backup
from tests.sync.restorable import Seat, StartSeat, faults
from tests.sync.writers import ME

Site = tuple[Seat, Seat, Backup]


def made_at(seat: Seat, title: str = "one", number: str = "S-1") -> Ticket:
    return tickets.create(seat.store, {"title": title}, number, ME, SYSTEM_CLOCK).ticket


def shown_at(seat: Seat, ticket: Ticket) -> Ticket:
    found = tickets.get(seat.store, ticket.id)
    assert found is not None
    return found


def put_back_after_the_disk_broke(seat: Seat, backup: Path) -> None:
    """What was there cannot be read."""
    seat.close()
    seat.path.write_bytes(b"\xff" * 9000)
    restore(seat.path, backup, SYSTEM_CLOCK.now())
    seat.open()


def go_offline(*seats: Seat) -> None:
    for seat in seats:
        seat.go_offline()


def sync(*seats: Seat) -> None:
    for seat in seats:
        seat.online = True
        seat.sync()


def conflicts(seat: Seat, state: str = "open") -> int:
    return int(str(seat.value(f"SELECT count(*) FROM conflict WHERE state = '{state}'")))


def choose(seat: Seat) -> None:
    """Somebody chose between the two values."""
    assert conflicts(seat) == 1
    seat.store.execute("UPDATE conflict SET state = 'chosen'")


# work on an old backup, and then a newer one


@pytest.fixture
def branch(start_seat: StartSeat) -> tuple[Seat, Ticket, Path]:
    """A seat on an old backup, a ticket that it shows, and a newer backup in which it has saved more."""
    seat = start_seat("seat")
    one = made_at(seat)
    seat.sync()
    older = seat.back_up()
    other = made_at(seat, "elsewhere", "S-2")
    seat.edit(other.id, title="changed")
    seat.sync()
    newer = seat.back_up()
    put_back_after_the_disk_broke(seat, older)
    seat.online = False
    return seat, one, newer


def test_edits_whose_numbers_are_taken_keep_their_order(branch: tuple[Seat, Ticket, Path], tmp_path: Path) -> None:
    seat, one, newer = branch
    for count in range(7):
        seat.edit(one.id, title=f"v{count}")
    seat.restore(newer)
    sync(seat)
    assert shown_at(seat, one).title == "v6"
    assert faults([seat], tmp_path / "hub.db") == []


def test_what_makes_a_record_keeps_its_place_before_its_edits(
    branch: tuple[Seat, Ticket, Path], tmp_path: Path
) -> None:
    seat, _, newer = branch
    made = made_at(seat, "made", "S-9")
    for count in range(6):
        seat.edit(made.id, title=f"made, v{count}")
    seat.restore(newer)
    sync(seat)
    assert shown_at(seat, made).title == "made, v5"
    assert seat.value("SELECT count(*) FROM outbox WHERE state = 'refused'") == 0
    assert faults([seat], tmp_path / "hub.db") == []


def test_an_edit_on_an_old_backup_is_in_conflict_with_one_that_it_has_not_seen(start_seat: StartSeat) -> None:
    seat = start_seat("seat")
    one = made_at(seat)
    seat.sync()
    older = seat.back_up()
    go_offline(seat)
    seat.edit(one.id, title="on the newer")
    newer = seat.back_up()
    put_back_after_the_disk_broke(seat, older)
    seat.online = False
    assert shown_at(seat, one).title == "one"
    seat.edit(one.id, title="on the older")
    seat.restore(newer)
    sync(seat)
    assert conflicts(seat) == 1


def test_a_seat_that_gets_another_ones_backup_does_not_overwrite_what_that_one_typed(
    start_seat: StartSeat, tmp_path: Path
) -> None:
    one, other = start_seat("one"), start_seat("other")
    ticket = made_at(one)
    sync(one, other)
    go_offline(one, other)
    one.edit(ticket.id, title="of one")
    taken = one.back_up()
    other.edit(ticket.id, title="of the other")
    other.restore(taken)
    sync(other)
    assert conflicts(other) == 1
    sync(one)
    assert faults([one, other], tmp_path / "hub.db") == []


# a hub that was put back too


@pytest.fixture
def site(start_seat: StartSeat, tmp_path: Path) -> Site:
    """Two seats of one hub, and a backup of it."""
    seat, other = start_seat("seat"), start_seat("other")
    sync(seat, other)
    return seat, other, Backup(tmp_path / "hub.db")


def test_what_was_held_and_let_go_again_is_taken_over(site: Site, tmp_path: Path) -> None:
    """The backup has the change as done, under a number above which the hub has others by now."""
    seat, other, hub_backup = site
    made = made_at(other)
    sync(other, seat)
    seat.edit(made.id, details="ours")
    made_at(seat, "own", "S-3")
    seat.sync()
    seat_backup = seat.back_up()
    go_offline(seat, other)
    hub_backup.restore()
    sync(seat)
    assert seat.value("SELECT count(*) FROM outbox WHERE state = 'held'") != 0
    sync(other)
    hub = EmbeddedHub(tmp_path / "hub.db")
    seat._worker._incoming.pull(hub)  # the row comes, and the line goes down before the push
    hub.close()
    seat.restore(seat_backup)
    sync(seat, other, seat, other)
    assert shown_at(other, made).details == "ours"
    assert faults([seat, other], tmp_path / "hub.db") == []


@pytest.mark.parametrize("released", [False, True])
def test_what_was_sent_before_the_hub_was_put_back_and_waits_since_is_taken_over(
    site: Site, tmp_path: Path, released: bool
) -> None:
    """The backup has the change as sent, and the hub has others above its number by now."""
    seat, other, hub_backup = site
    made = made_at(other)
    sync(other, seat)
    seat.edit(made.id, details="ours")
    seat.push_some(9)
    seat_backup = seat.back_up()
    made_at(seat, "own", "S-3")
    go_offline(seat, other)
    hub_backup.restore()
    sync(seat)
    if released:
        sync(other)
        hub = EmbeddedHub(tmp_path / "hub.db")
        seat._worker._incoming.pull(hub)  # and the line goes down before the push
        hub.close()
    seat.restore(seat_backup)
    sync(seat, other, seat, seat, other)
    assert shown_at(other, made).details == "ours"
    assert faults([seat, other], tmp_path / "hub.db") == []


def test_edits_of_what_its_maker_has_not_sent_again_wait_for_it(site: Site, tmp_path: Path) -> None:
    """Those made before the hub was put back, those while all is fetched anew, and those made later."""
    seat, other, hub_backup = site
    made = made_at(other)
    sync(other, seat)
    seat.edit(made.id, details="before")
    seat.sync()
    go_offline(seat, other)
    hub_backup.restore()
    seat.online = True
    seat.only_enrol()
    seat.edit(made.id, details="meanwhile")
    sync(seat)
    seat.edit(made.id, details="later", title="later")
    sync(seat)
    assert seat.value("SELECT count(*) FROM outbox WHERE state = 'refused'") == 0
    sync(other, seat, seat, other)
    assert (shown_at(other, made).details, shown_at(other, made).title) == ("later", "later")
    assert conflicts(seat) == 0
    assert faults([seat, other], tmp_path / "hub.db") == []


def test_a_transaction_about_two_records_waits_for_the_one_that_is_missing(site: Site, tmp_path: Path) -> None:
    seat, other, hub_backup = site
    own = made_at(seat, "own", "S-9")
    made = made_at(other)
    sync(seat, other, seat)
    with saving(seat.store, ME, SYSTEM_CLOCK) as change:
        change.update(Ticket, made.id, details="both")
        change.update(Ticket, own.id, title="both")
    seat.sync()
    go_offline(seat, other)
    hub_backup.restore()
    sync(seat, seat)
    assert seat.value("SELECT count(*) FROM outbox WHERE state = 'refused'") == 0
    sync(other, seat, seat, other)
    assert (shown_at(other, made).details, shown_at(other, own).title) == ("both", "both")
    assert seat.value("SELECT count(*) FROM sync_state WHERE key = 'held_since'") == 0
    assert faults([seat, other], tmp_path / "hub.db") == []


def test_what_follows_a_held_change_of_the_same_record_waits_behind_it(site: Site) -> None:
    """Also when the record itself is at the hub: the order of one's own saves is kept."""
    seat, other, hub_backup = site
    made = made_at(other)
    sync(other, seat)
    seat.edit(made.id, details="first")
    seat.sync()
    go_offline(seat, other)
    hub_backup.restore()
    sync(seat)
    own = made_at(seat, "own", "S-9")
    sync(seat)
    go_offline(seat)
    with saving(seat.store, ME, SYSTEM_CLOCK) as change:
        change.update(Ticket, made.id, title="early")
        change.update(Ticket, own.id, title="early")
    seat.edit(own.id, title="late")
    sync(seat, other, seat, seat, other)
    assert (shown_at(seat, own).title, shown_at(other, own).title) == ("late", "late")
    assert (shown_at(other, made).title, conflicts(seat)) == ("early", 0)


def test_what_was_refused_after_it_was_sent_again_stays_refused(site: Site) -> None:
    seat, other, hub_backup = site
    made = made_at(other)
    sync(other, seat)
    seat.edit(made.id, details="long work")
    seat.sync()
    made_at(seat, "own", "S-3")
    seat.sync()
    seat_backup = seat.back_up()
    go_offline(seat, other)
    hub_backup.restore()
    sync(seat)
    with seat.store.write() as connection:
        wait_no_longer(connection, None)  # a week later; nobody sent what it waits for
    seat.sync()
    seat.restore(seat_backup)
    sync(seat)
    left = seat.store.rows("SELECT patch FROM outbox WHERE state = 'refused'")
    assert any("long work" in op["patch"] for op in left)


def test_a_conflict_of_what_was_sent_again_is_taken_over(start_seat: StartSeat, tmp_path: Path) -> None:
    """The backup is of a time in which the same change was not in conflict."""
    seat, other = start_seat("seat"), start_seat("other")
    made = made_at(other)
    sync(other, seat)
    hub_backup = Backup(tmp_path / "hub.db")
    other.edit(made.id, title="theirs, first")
    sync(other, seat)
    seat.edit(made.id, title="ours")
    seat.sync()
    seat_backup = seat.back_up()
    go_offline(seat, other)
    hub_backup.restore()
    sync(other)
    other.edit(made.id, title="theirs, anew")
    sync(other, seat)
    assert conflicts(seat) == 1
    seat.restore(seat_backup)
    sync(seat, other)
    assert conflicts(seat) == 1
    assert faults([seat, other], tmp_path / "hub.db") == []


def test_a_choice_is_not_asked_again_by_a_backup_of_before_the_hub_was_put_back(
    start_seat: StartSeat, tmp_path: Path
) -> None:
    seat, other = start_seat("seat"), start_seat("other")
    made = made_at(other)
    sync(other, seat)
    hub_backup = Backup(tmp_path / "hub.db")
    go_offline(seat)
    seat.edit(made.id, title="ours")
    seat_backup = seat.back_up()
    other.edit(made.id, title="theirs")
    go_offline(other)
    hub_backup.restore()
    sync(other, seat)
    choose(seat)
    seat.restore(seat_backup)
    sync(seat)
    assert (conflicts(seat), conflicts(seat, "chosen")) == (0, 1)


def test_a_choice_is_not_asked_again_when_the_answer_comes_twice(start_seat: StartSeat, tmp_path: Path) -> None:
    """The backup was made after the row had come back and before the answer."""
    seat, other = start_seat("seat"), start_seat("other")
    made = made_at(other)
    sync(other, seat)
    go_offline(seat)
    seat.edit(made.id, title="ours")
    other.edit(made.id, title="theirs")
    sync(other)
    hub, replica = EmbeddedHub(tmp_path / "hub.db"), seat._worker._replica
    hub.push_v1(replica.identity(), replica.next_ops())
    seat._worker._incoming.pull(hub)
    hub.close()
    backup = seat.back_up()
    sync(seat)
    choose(seat)
    seat.restore(backup)
    sync(seat, other)
    assert (conflicts(seat), conflicts(seat, "chosen")) == (0, 1)
    assert faults([seat, other], tmp_path / "hub.db") == []


def test_a_backup_of_before_the_hub_was_put_back_without_a_word_gets_all_rows(site: Site, tmp_path: Path) -> None:
    """Its place in the hub's order is of a life in which those numbers were others'."""
    seat, other, hub_backup = site
    made = made_at(seat)
    for count in range(5):
        seat.edit(made.id, title=f"v{count}")
    seat.sync()
    seat_backup = seat.back_up()
    go_offline(seat, other)
    hub_backup.restore(said=False)
    lost = made_at(other, "of the new life", "S-2")
    sync(other, seat)
    for count in range(5):
        seat.edit(made.id, title=f"w{count}")
    sync(seat, other)
    seat.restore(seat_backup)
    sync(seat, other, seat)
    assert shown_at(seat, lost).title == "of the new life"
    assert faults([seat, other], tmp_path / "hub.db") == []


# a copy


def test_a_copy_that_takes_an_id_of_its_own_does_not_say_that_the_hub_was_put_back(start_seat: StartSeat) -> None:
    seat, twin = start_seat("seat"), start_seat("twin")
    seat.sync()
    made_at(seat)
    seat.push_some(9)
    for one in (seat, twin):
        one.close()
    shutil.copyfile(seat.path, twin.path)
    for one in (seat, twin):
        one.online = True
        one.open()
    made_at(seat, "two", "S-2")
    sync(seat, twin)
    assert twin._worker._status.put_backs == 0
