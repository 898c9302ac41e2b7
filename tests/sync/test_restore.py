"""A seat that is put back from a backup: nothing lost, nothing doubled, whatever was pushed before or since."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from data.backup import making
from data.backup.restoring import restore
from data.backup.shelf import Reason, shelved
from data.clock import SYSTEM_CLOCK
from data.desk import journal
from data.models.base import AgentId
from data.store.database import Store
from data.store.users import StoreInUse, User, in_use
from data.sync.contract import WHOLE
from data.sync.facts import keep_place
from data.sync.snapshots import begin
from data.tickets import tickets
from tests.sync.checker import Site, check
from tests.sync.put_back import Backup
from tests.sync.restorable import StartSeat, faults
from tests.sync.saver import open_saver, save_one
from tests.sync.seat_process import SeatProcess
from tests.sync.writers import ME


@pytest.mark.parametrize("seed", range(3))
def test_save_back_up_save_push_some_restore_and_sync(start_seat: StartSeat, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    seat, other = start_seat("seat"), start_seat("other")
    seat.save(15, chance)
    if chance.random() < 0.7:
        seat.sync()
    seat.save(chance.randrange(10), chance)
    backup = seat.back_up()
    seat.save(10, chance)
    if chance.random() < 0.5:
        seat.sync()
    other.sync()
    other.save(10, chance)
    other.sync()
    seat.save(10, chance)
    seat.push_some(chance.randrange(1, 20))
    seat.save(5, chance)
    waiting = seat.value("SELECT count(*) FROM outbox WHERE state = 'queued'")
    before = seat.value("SELECT value FROM sync_state WHERE key = 'replica_id'")
    done = seat.restore(backup)
    assert done.queued >= int(str(waiting)), "what waited waits still"
    assert seat.value("SELECT value FROM sync_state WHERE key = 'replica_id'") != before
    seat.save(10, chance)
    for one in (seat, other, seat):
        one.sync()
    assert faults([seat, other], tmp_path / "hub.db") == []


def test_a_restore_is_undone_by_restoring_what_was_kept(start_seat: StartSeat, tmp_path: Path) -> None:
    chance = random.Random(5)
    seat = start_seat("seat")
    seat.save(10, chance)
    backup = seat.back_up()
    seat.save(10, chance)
    seat.push_some(6)
    seat.save(4, chance)
    first = seat.restore(backup)
    assert first.kept is not None and first.undo
    seat.save(5, chance)
    second = seat.restore(first.kept)
    assert second.changes >= 5
    seat.save(5, chance)
    seat.sync()
    assert faults([seat], tmp_path / "hub.db") == []


def test_a_restore_after_a_restore_before_the_hub_was_heard_shows_nothing_old(
    start_seat: StartSeat, tmp_path: Path
) -> None:
    """The first backup had the ticket before it went to the hub, the second one has it as it was changed since."""
    seat = start_seat("seat")
    one = tickets.create(seat.store, {"title": "one"}, "S-1", ME, SYSTEM_CLOCK).ticket
    older = seat.back_up()
    seat.sync()
    seat.edit(one.id, title="two")
    seat.sync()
    newer = seat.back_up()
    seat.restore(older)
    assert seat.restore(newer).changes == 0, "what the newer one has from the hub does not wait"
    assert tickets.get(seat.store, one.id) == seat.now_is(one.id, title="two")
    seat.sync()
    assert faults([seat], tmp_path / "hub.db") == []


def test_what_was_saved_between_two_restores_is_shown_over_the_newer_row(
    start_seat: StartSeat, tmp_path: Path
) -> None:
    seat = start_seat("seat")
    one = tickets.create(seat.store, {"title": "one"}, "S-1", ME, SYSTEM_CLOCK).ticket
    seat.sync()
    older = seat.back_up()
    seat.edit(one.id, title="two")
    seat.sync()
    newer = seat.back_up()
    seat.restore(older)
    seat.edit(one.id, details="the tray is empty")
    seat.restore(newer)
    shown = tickets.get(seat.store, one.id)
    assert shown is not None and (shown.title, shown.details) == ("two", "the tray is empty")
    seat.sync()
    assert faults([seat], tmp_path / "hub.db") == []


def test_a_choice_between_two_values_is_not_asked_again_after_a_restore(start_seat: StartSeat) -> None:
    """The backup has the conflict open; the store before has it chosen, and the change is at the hub in both."""
    seat = start_seat("seat")
    one = tickets.create(seat.store, {"title": "one"}, "S-1", ME, SYSTEM_CLOCK).ticket
    seat.sync()
    (done,) = seat.store.rows("SELECT op_id FROM op_done WHERE entity = 'ticket'")
    with seat.store.write() as connection:
        connection.execute(
            "INSERT INTO conflict VALUES ('c-1', 'ticket', ?, 'title', '\"a\"', '\"b\"', ?, 'open', '2026-01-01')",
            (one.id, done["op_id"]),
        )
    backup = seat.back_up()
    with seat.store.write() as connection:
        connection.execute("UPDATE conflict SET state = 'chosen'")
    seat.restore(backup)
    assert [row["state"] for row in seat.store.rows("SELECT state FROM conflict")] == ["chosen"]


@pytest.mark.parametrize(("state", "put_back"), [("queued", True), ("held", False)])
def test_what_a_hub_that_was_put_back_lacks_is_taken_over_though_the_backup_has_it_as_done(
    start_seat: StartSeat, state: str, put_back: bool
) -> None:
    """The store before sends it again: it is in its queue, in the midst of the snapshot of that hub, or held."""
    seat = start_seat("seat")
    tickets.create(seat.store, {"title": "one"}, "S-1", ME, SYSTEM_CLOCK)
    seat.sync()
    (done,) = seat.store.rows("SELECT op_id FROM op_done WHERE entity = 'ticket'")
    backup = seat.back_up()
    columns = "op_id, txn_id, entity, entity_id, kind, base_ver, patch, actor, local_at, schema_v"
    with seat.store.write() as connection:
        connection.execute(
            f"INSERT INTO outbox ({columns}, state, tries) SELECT {columns}, ?, 0 FROM op_done WHERE op_id = ?",
            (state, done["op_id"]),
        )
        connection.execute("DELETE FROM op_done WHERE op_id = ?", (done["op_id"],))
        begin(connection, WHOLE, put_back=True)
        if not put_back:
            keep_place(connection, None)
    seat.restore(backup)
    waits = seat.store.rows("SELECT state FROM outbox WHERE op_id = ?", (done["op_id"],))
    assert waits == [{"state": state}]
    assert not seat.store.rows("SELECT 1 FROM op_done WHERE op_id = ?", (done["op_id"],))


def test_versions_of_two_epochs_are_not_compared(start_seat: StartSeat) -> None:
    """The hub was put back between two backups, and counts its versions anew."""
    seat = start_seat("seat")
    one = tickets.create(seat.store, {"title": "one"}, "S-1", ME, SYSTEM_CLOCK).ticket
    for title in ("two", "three"):
        seat.sync()
        seat.edit(one.id, title=title)
    seat.sync()
    before = seat.back_up()
    with seat.store.write() as connection:  # as a hub that was put back left it
        connection.execute("UPDATE sync_state SET value = 'another' WHERE key = 'epoch'")
        connection.execute("UPDATE row_meta SET ver = 1 WHERE entity_id = ?", (one.id,))
    after = seat.back_up()
    seat.restore(before)
    seat.online = False
    seat.edit(one.id, details="the tray is empty")
    seat.restore(after)
    assert seat.value(f"SELECT ver FROM row_meta WHERE entity_id = '{one.id}'") == 1
    assert seat.value("SELECT max(base_ver) FROM outbox WHERE entity = 'ticket' AND state = 'queued'") == 1
    shown = tickets.get(seat.store, one.id)
    assert shown is not None and (shown.title, shown.details) == ("three", "the tray is empty")


def test_a_backup_from_before_the_first_word_with_a_hub_that_was_put_back_too(
    start_seat: StartSeat, tmp_path: Path
) -> None:
    """What the hub had confirmed and lacks again goes out once more, though the store knows no hub."""
    seat, other = start_seat("seat"), start_seat("other")
    seat_backup = seat.back_up()
    other.sync()
    hub_backup = Backup(tmp_path / "hub.db")
    made = tickets.create(seat.store, {"title": "one"}, "S-1", ME, SYSTEM_CLOCK).ticket
    seat.sync()
    assert seat.value("SELECT count(*) FROM outbox") == 0
    for one in (seat, other):
        one.go_offline()
    hub_backup.restore()
    seat.restore(seat_backup)
    other.online = True
    for one in (seat, other, seat):
        one.sync()
    assert tickets.get(other.store, made.id) is not None
    assert faults([seat, other], tmp_path / "hub.db") == []


def test_a_hub_that_was_put_back_without_a_word_lacks_what_a_restored_store_had_sent(
    start_seat: StartSeat, tmp_path: Path
) -> None:
    """The store has a new id since, under which it never sent anything."""
    seat = start_seat("seat")
    seat.sync()
    hub_backup = Backup(tmp_path / "hub.db")
    made = tickets.create(seat.store, {"title": "one"}, "S-1", ME, SYSTEM_CLOCK).ticket
    seat.sync()
    seat.restore(seat.back_up())
    seat.go_offline()
    hub_backup.restore(said=False)
    seat.online = True
    seat.sync()
    assert tickets.get(seat.store, made.id) is not None
    assert faults([seat], tmp_path / "hub.db") == []


def test_what_makes_a_record_goes_out_before_what_changes_it(start_seat: StartSeat, tmp_path: Path) -> None:
    """The hub has lost the ticket, and the backup has it as sent and the edit as waiting."""
    seat = start_seat("seat")
    seat.sync()
    hub_backup = Backup(tmp_path / "hub.db")
    made = tickets.create(seat.store, {"title": "one"}, "S-1", ME, SYSTEM_CLOCK).ticket
    seat.sync()
    seat.go_offline()
    seat.online = False
    seat.edit(made.id, title="two")
    seat_backup = seat.back_up()
    hub_backup.restore()
    seat.online = True
    seat.only_enrol()
    seat.restore(seat_backup)
    order = seat.store.rows(
        "SELECT json_extract(patch, '$.title') AS title FROM outbox WHERE entity = 'ticket' ORDER BY seq"
    )
    assert [op["title"] for op in order] == ["one", "two"]
    seat.sync()
    shown = tickets.get(seat.store, made.id)
    assert shown is not None and shown.title == "two"
    assert faults([seat], tmp_path / "hub.db") == []


def test_an_edit_after_the_restore_is_not_in_conflict_with_what_waited_before_it(
    start_seat: StartSeat, tmp_path: Path
) -> None:
    """The ticket goes out under the id under which it was made, the edit under the new one."""
    seat = start_seat("seat")
    seat.sync()
    seat.go_offline()
    seat.online = False
    made = tickets.create(seat.store, {"title": "one"}, "S-1", ME, SYSTEM_CLOCK).ticket
    seat.edit(made.id, title="two")
    seat.restore(seat.back_up())
    seat.online = False
    seat.edit(made.id, title="three")
    seat.online = True
    seat.sync()
    shown = tickets.get(seat.store, made.id)
    assert shown is not None and shown.title == "three"
    assert seat.value("SELECT count(*) FROM conflict") == 0
    assert faults([seat], tmp_path / "hub.db") == []


@pytest.mark.parametrize("seed", [14, 21, 26, 38])  # in which something old was shown once
def test_restored_at_any_moment_to_any_backup(start_seat: StartSeat, tmp_path: Path, seed: int) -> None:
    any_restores(start_seat, tmp_path, seed, steps=60)


def any_restores(start_seat: StartSeat, folder: Path, seed: int, steps: int) -> None:
    """Two seats on one hub that save, sync, push a little, are backed up and put back, in any order."""
    chance = random.Random(seed)
    seats = [start_seat(f"seat-{place}") for place in range(2)]
    for _ in range(steps):
        seat = chance.choice(seats)
        match chance.choice(("save", "save", "sync", "push", "back up", "restore")):
            case "save":
                seat.save(chance.randrange(1, 6), chance)
            case "sync":
                seat.sync()
            case "push" if seat.value("SELECT 1 FROM outbox WHERE state = 'queued'"):
                seat.push_some(chance.randrange(1, 12))
            case "back up":
                seat.back_up()
            case "restore" if backups := shelved(seat.path):
                seat.restore(chance.choice(backups).path)
    for seat in seats * 2:
        seat.sync()
    assert faults(seats, folder / "hub.db") == []


def test_own_changes_before_and_after_the_restore_are_not_in_conflict(
    start_seat: StartSeat, tmp_path: Path
) -> None:
    """Two edits of one field, the first pushed and the second not: the second one saw the first."""
    seat = start_seat("seat")
    one = tickets.create(seat.store, {"title": "one"}, "S-1", ME, SYSTEM_CLOCK).ticket
    seat.sync()
    backup = seat.back_up()
    seat.edit(one.id, title="two")
    seat.push_some(2)
    seat.edit(one.id, title="three")
    seat.restore(backup)
    seat.sync()
    shown = tickets.get(seat.store, one.id)
    assert shown is not None and shown.title == "three"
    assert seat.value("SELECT count(*) FROM conflict") == 0
    assert faults([seat], tmp_path / "hub.db") == []


def test_an_edit_that_has_not_seen_a_later_one_does_not_overwrite_it(start_seat: StartSeat, tmp_path: Path) -> None:
    """After the restore the agent looks at an old title; the newer one is at the hub, written by this very seat."""
    seat = start_seat("seat")
    one = tickets.create(seat.store, {"title": "one"}, "S-1", ME, SYSTEM_CLOCK).ticket
    seat.sync()
    backup = seat.back_up()
    seat.edit(one.id, title="two")
    seat.sync()
    seat.restore(backup)
    seat.online = False
    seat.edit(one.id, title="other")
    seat.online = True
    seat.sync()
    shown = tickets.get(seat.store, one.id)
    assert shown is not None and shown.title == "two"
    assert json.loads(str(seat.value("SELECT mine FROM conflict"))) == "other"
    assert faults([seat], tmp_path / "hub.db") == []


def test_one_backup_restored_at_two_places_makes_two_seats(start_seat: StartSeat, tmp_path: Path) -> None:
    chance = random.Random(9)
    seat = start_seat("seat")
    seat.save(10, chance)
    backup = seat.back_up()
    seat.save(5, chance)
    twin = start_seat("twin")
    twin.restore(backup)
    for one in (twin, seat, twin, seat):
        one.save(5, chance)
        one.sync()
    twin.sync()
    assert faults([seat, twin], tmp_path / "hub.db") == []


def test_refused_changes_and_drafts_of_the_store_before_are_taken_over(
    start_seat: StartSeat, tmp_path: Path
) -> None:
    seat = start_seat("seat")
    one = tickets.create(seat.store, {"title": "as it was"}, "S-1", ME, SYSTEM_CLOCK).ticket
    seat.sync()
    backup = seat.back_up()
    tickets.update(seat.store, one, {"title": "x", "details": "long work"}, ME, SYSTEM_CLOCK)
    seat.store.execute(
        "UPDATE outbox SET patch = json_set(patch, '$.priority', 'sky-high') WHERE entity = 'ticket'"
    )
    seat.sync()
    item = journal.put_on_top(seat.store, "contact-1", AgentId("dana"), SYSTEM_CLOCK)
    kept = journal.keep(seat.store, item.model_copy(update={"fields": {"title": "half typed"}}), SYSTEM_CLOCK)
    done = seat.restore(backup)
    assert (done.drafts, done.unread) == (1, ())
    assert [one.fields for one in journal.items(seat.store, AgentId("dana"))] == [kept.fields]
    left = seat.store.rows("SELECT patch, last_error FROM outbox WHERE state = 'refused'")
    assert any(json.loads(row["patch"]).get("details") == "long work" for row in left)
    seat.sync()
    assert check(Site(tmp_path / "hub.db", [seat.path], set())) == []


def test_changes_that_wait_for_another_seats_are_taken_over(start_seat: StartSeat, tmp_path: Path) -> None:
    """The hub was put back, and the ticket that they are about is only at the seat that made it."""
    seat, other = start_seat("seat"), start_seat("other")
    for one in (seat, other):
        one.sync()
    seat_backup, hub_backup = seat.back_up(), Backup(tmp_path / "hub.db")
    made = tickets.create(other.store, {"title": "theirs"}, "S-1", ME, SYSTEM_CLOCK).ticket
    for one in (other, seat):
        one.sync()
    seat.edit(made.id, details="ours")
    seat.sync()
    for one in (seat, other):
        one.go_offline()
    hub_backup.restore()
    seat.online = True
    seat.sync()
    held = seat.value("SELECT count(*) FROM outbox WHERE state = 'held'")
    assert int(str(held)) > 0
    seat.restore(seat_backup)
    seat.sync()
    assert seat.value("SELECT count(*) FROM outbox WHERE state = 'refused'") == 0
    assert seat.value("SELECT count(*) FROM outbox WHERE state = 'held'") == held
    assert seat.value("SELECT value FROM sync_state WHERE key = 'held_since'")
    other.online = True
    for one in (other, seat) * 3:
        one.sync()
    for one in (seat, other):
        shown = tickets.get(one.store, made.id)
        assert shown is not None and shown.details == "ours"
    assert faults([seat, other], tmp_path / "hub.db") == []


def test_what_the_hub_confirmed_and_lost_again_is_taken_over(start_seat: StartSeat, tmp_path: Path) -> None:
    """The answer was there and the page not yet; then seat and hub were both put back."""
    seat = start_seat("seat")
    seat.sync()
    seat_backup, hub_backup = seat.back_up(), Backup(tmp_path / "hub.db")
    made = tickets.create(seat.store, {"title": "on its way"}, "S-1", ME, SYSTEM_CLOCK).ticket
    seat.push_some(9)
    assert seat.value("SELECT count(*) FROM outbox WHERE state = 'sent'") != 0
    seat.go_offline()
    hub_backup.restore()
    seat.restore(seat_backup)
    seat.sync()
    assert tickets.get(seat.store, made.id) is not None
    assert faults([seat], tmp_path / "hub.db") == []


def test_of_a_damaged_store_everything_that_can_be_read_is_taken_over(
    start_seat: StartSeat, tmp_path: Path
) -> None:
    chance = random.Random(2)
    seat = start_seat("seat")
    seat.save(10, chance)
    seat.sync()
    backup = seat.back_up()
    seat.save(10, chance)
    seat.store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    page = int(str(seat.value("SELECT rootpage FROM sqlite_schema WHERE name = 'ticket_event'")))
    size = int(str(seat.value("PRAGMA page_size")))
    seat.close()
    data = bytearray(seat.path.read_bytes())
    data[(page - 1) * size : page * size] = b"\xee" * size
    seat.path.write_bytes(data)
    done = restore(seat.path, backup, SYSTEM_CLOCK.now())
    assert done.kept is not None and not done.undo
    assert (done.kept / "seat.db").read_bytes() == bytes(data), "the damaged file is kept as it is"
    assert done.unread
    seat.online = True
    seat.open()
    seat.sync()
    assert faults([seat], tmp_path / "hub.db") == []


def test_a_store_that_is_no_database_is_kept_and_replaced(start_seat: StartSeat, tmp_path: Path) -> None:
    seat = start_seat("seat")
    seat.save(5, random.Random(1))
    backup = seat.back_up()
    seat.close()
    seat.path.write_bytes(b"\xff" * 9000)
    done = restore(seat.path, backup, SYSTEM_CLOCK.now())
    assert done.kept is not None and (done.kept / "seat.db").read_bytes() == b"\xff" * 9000
    assert done.unread == ("anything",)
    seat.online = True
    seat.open()
    seat.sync()
    assert faults([seat], tmp_path / "hub.db") == []


def test_a_draft_that_was_saved_since_does_not_become_a_second_ticket_of_its_number(
    start_seat: StartSeat, tmp_path: Path
) -> None:
    seat = start_seat("seat")
    seat.sync()
    item = journal.put_on_top(seat.store, "contact-1", ME, SYSTEM_CLOCK)
    item = journal.keep(seat.store, item.model_copy(update={"fields": {"title": "Printer"}}), SYSTEM_CLOCK)
    backup = seat.back_up()
    tickets.create(seat.store, item.fields, item.number, ME, SYSTEM_CLOCK)
    seat.sync()
    seat.close()
    seat.path.write_bytes(b"\xff" * 9000)
    restore(seat.path, backup, SYSTEM_CLOCK.now())
    seat.online = True
    seat.open()
    assert journal.free_number(seat.store, item.number) == item.number, "nobody here knows better yet"
    seat.sync()
    [draft] = journal.items(seat.store, ME)
    assert draft.number == item.number
    assert journal.free_number(seat.store, draft.number) not in ("", item.number)


@pytest.mark.parametrize("user", [User.CONSOLE, User.WORKER, User.COMMAND])
def test_it_refuses_while_somebody_has_the_store(start_seat: StartSeat, user: User) -> None:
    seat = start_seat("seat")
    backup = seat.back_up()
    seat.close()
    before = seat.path.read_bytes()
    with Store(seat.path, user=user), pytest.raises(StoreInUse) as told:
        restore(seat.path, backup, SYSTEM_CLOCK.now())
    assert str(user) in str(told.value) and "nothing was changed" in str(told.value)
    assert seat.path.read_bytes() == before
    seat.open()


def test_the_worker_makes_backups_by_itself(tmp_path: Path) -> None:
    path, hub = tmp_path / "seat.db", tmp_path / "hub.db"
    with open_saver(path) as store, SeatProcess(path, hub, "seat", "--backup-hours", "0.0001") as worker:
        save_one(store, random.Random(1))
        worker.wake()
        worker.wait_until(lambda: bool(shelved(path)), 20)
        assert shelved(path)[0].reason is Reason.HOURLY
        assert making.check(shelved(path)[0].path).rows["ticket"] == 1
        assert in_use(path) == [User.WORKER, User.COMMAND]
