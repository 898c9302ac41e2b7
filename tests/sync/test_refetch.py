"""A new snapshot beside what was there: another scope, a seat that was away too long, a hub that was put back."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from data.floor.pace import LeapClock
from data.models import Customer
from data.store import driver
from data.store.save import saving
from data.sync.contract import TOMBSTONE_DAYS, WHOLE, Scope
from data.sync.embedded import EmbeddedHub
from data.sync.wire import SyncStatus
from data.tickets import tickets
from tests.sync.checker import Site, check, without
from tests.sync.put_back import Backup
from tests.sync.stepped import MakeSeat, Stepped, WorkerDied
from tests.sync.writers import ME, Writer, contact, people, ticket

SMALL = Scope(directory=False, days=30)
DAY_S = timedelta(days=1).total_seconds()


# scope


def test_a_smaller_scope_takes_away_what_is_not_in_it_and_a_larger_one_brings_it_back(
    feed: Writer, seat: MakeSeat, clock: LeapClock
) -> None:
    old = ticket("old", state="closed")
    known, other = people(2)
    feed.add(old, known, other, contact(customer_id=known.id))
    clock.leap(60 * DAY_S)
    feed.add(ticket("new", customer_id=known.id))
    one = seat()
    one.sync()
    assert one.value("SELECT count(*) FROM customer") == 2
    assert one.titles() == {"old", "new"}
    one.again(SMALL)
    one.sync()
    assert one.value("SELECT group_concat(id) FROM customer") == known.id
    assert one.titles() == {"new"}
    assert one.value("SELECT count(*) FROM row_meta WHERE entity = 'ticket'") == 1
    one.again(WHOLE)
    one.sync()
    assert one.value("SELECT count(*) FROM customer") == 2
    assert one.titles() == {"old", "new"}


def test_what_only_this_seat_has_is_never_taken_away(
    feed: Writer, seat: MakeSeat, clock: LeapClock, hub_path: Path
) -> None:
    one = seat()
    one.sync()
    with saving(one.store, ME, clock) as change:
        mine = change.add(people(1)[0])
        change._queue(Customer, "refused", "put", {"name": 7}, 0)
        one.store.execute(
            "INSERT INTO contact_event (id, contact_id, at, kind, queue, source) VALUES ('log-1', 'x',"
            " '2026-01-05T12:00:00.000Z', 'offered', 'support', 'log')"
        )
    one.cut()
    waiting = one.ticket("made while the hub was away")
    one.online = True
    one.again(SMALL)
    one.sync()
    assert one.value("SELECT count(*) FROM customer") == 1, mine.id
    assert one.titles() == {"made while the hub was away"}
    assert one.value("SELECT count(*) FROM contact_event") == 1 + one.value(
        "SELECT count(*) FROM contact_event WHERE source <> 'log'"
    )
    assert one.status.refused == 1
    assert waiting in {row.entity_id for row in feed.rows()}


def test_edits_that_wait_are_replayed_over_the_new_snapshot(feed: Writer, seat: MakeSeat, clock: LeapClock) -> None:
    shared = ticket("as it was", details="as it was")
    feed.add(shared)
    one = seat()
    one.sync()
    one.cut()
    one.edit(shared.id, title="ours")
    feed.edit(shared, 1, details="theirs")
    one.online = True
    one.again(SMALL)
    one.worker._next_ops = lambda _now: []  # type: ignore[method-assign]
    one.sync()
    assert one.store.row("SELECT title, details FROM ticket") == {"title": "ours", "details": "theirs"}
    one.kill()
    one.sync()
    assert one.value("SELECT count(*) FROM outbox") == 0
    assert one.value("SELECT count(*) FROM conflict") == 0


# away too long


def test_a_seat_that_was_away_too_long_loses_what_was_deleted_meanwhile(
    feed: Writer, seat: MakeSeat, clock: LeapClock, hub_path: Path
) -> None:
    ana, bo, cy = people(3)
    feed.add(ana, bo, cy)
    one = seat()
    one.sync()
    one.cut()
    one.ticket("written while away")
    feed.push(feed.op("customer", ana.id, {}, base=1, kind="delete"))
    clock.leap((TOMBSTONE_DAYS + 1) * DAY_S)
    feed.hub.enrol_v1(feed.replica, "seat")
    feed.edit(bo, 1, notes="changed")
    one.online = True
    one.sync()
    assert {row["id"] for row in one.store.rows("SELECT id FROM customer")} == {bo.id, cy.id}
    assert check(Site(hub_path, [one.path], one.saved)) == []


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_place_a_new_snapshot_ends_the_same(
    feed: Writer, seat: MakeSeat, clock: LeapClock, hub_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    everybody = people(300)
    feed.push(*(feed.new(person) for person in everybody))
    one = seat()
    one.save(10, chance)
    one.sync()
    one.cut()
    one.save(5, chance)
    for person in everybody[::3]:
        feed.push(feed.op("customer", person.id, {}, base=1, kind="delete"))
    clock.leap((TOMBSTONE_DAYS + 1) * DAY_S)
    feed.hub.enrol_v1(feed.replica, "seat")
    one.online = True
    kills = 0

    def mortal() -> None:
        snapshots = one.worker._snapshots

        def wrap(work: Callable[..., object]) -> Callable[..., object]:
            def worked(*args: object, **named: object) -> object:
                nonlocal kills
                if kills < 40 and chance.random() < 0.4:
                    kills += 1
                    raise WorkerDied
                result = work(*args, **named)
                if kills < 40 and chance.random() < 0.2:
                    kills += 1
                    raise WorkerDied
                return result

            return worked

        for name in ("take", "sweep", "first_page"):
            setattr(snapshots, name, wrap(getattr(snapshots, name)))

    mortal()
    for _ in range(300):
        try:
            one.worker._retry_at = 0.0
            one.step()
            clock.leap(0.6)
        except WorkerDied:
            one.kill()
            mortal()
            if chance.random() < 0.2:
                one.save(1, chance)
    one.sync()
    assert kills > 3
    assert one.value("SELECT count(*) FROM customer") == 200
    assert check(Site(hub_path, [one.path], one.saved)) == []


# a hub that was put back


def cut(*seats: Stepped) -> None:
    for one in seats:
        one.cut()


def back(*seats: Stepped) -> None:
    """Everybody comes back, and again: what one sends another may have waited for."""
    for one in seats:
        one.online = True
    for one in seats * 3:
        one.sync()


def test_what_was_confirmed_after_the_backup_is_sent_again(seat: MakeSeat, hub_path: Path) -> None:
    chance = random.Random(1)
    one = seat()
    one.save(10, chance)
    one.sync()
    backup = Backup(hub_path)
    one.save(10, chance)
    one.sync()
    assert one.value("SELECT count(*) FROM outbox WHERE state <> 'refused'") == 0, "all of it is confirmed"
    cut(one)
    backup.restore()
    one.save(3, chance)
    shown = one.store.rows("SELECT id, title, details FROM ticket ORDER BY id")
    back(one)
    assert one.store.rows("SELECT id, title, details FROM ticket ORDER BY id")[: len(shown)] == shown
    refused = {row["op_id"] for row in one.store.rows("SELECT op_id FROM outbox WHERE state = 'refused'")}
    assert check(Site(hub_path, [one.path], without(one.saved, refused))) == []


@pytest.mark.parametrize("seed", range(6))
def test_nothing_confirmed_is_lost_by_several_seats(
    seat: MakeSeat, hub_path: Path, clock: LeapClock, seed: int
) -> None:
    chance = random.Random(seed)
    seats = [seat(f"seat-{place}") for place in range(3)]

    def work(rounds: int) -> None:
        for _ in range(rounds):
            one = chance.choice(seats)
            one.save(chance.randrange(1, 4), chance)
            if chance.random() < 0.6:
                one.sync()

    work(10)
    backup = Backup(hub_path)
    work(15)
    cut(*seats)
    backup.restore()
    for one in seats:
        one.save(chance.randrange(3), chance)
    chance.shuffle(seats)
    back(*seats)
    for one in seats:
        assert one.store.rows("SELECT * FROM outbox WHERE state <> 'refused'") == [], one.path.name
    refused = {
        row["op_id"] for one in seats for row in one.store.rows("SELECT op_id FROM outbox WHERE state = 'refused'")
    }
    saved = {op for one in seats for op in one.saved}
    hub = driver.connect(hub_path)
    there = {row[0] for row in hub.execute("SELECT op_id FROM ops")}
    hub.close()
    assert {one.partition("+")[0] for one in without(saved, refused)} <= there
    for one in seats:
        for row in one.store.rows("SELECT last_error FROM outbox WHERE state = 'refused'"):
            assert any(word in row["last_error"] for word in ("number", "priority", "depends_on")), (
                "only what was refused before"
            )
    assert check(Site(hub_path, [one.path for one in seats], without(saved, refused))) == []


def test_a_change_of_another_seats_ticket_waits_until_that_seat_has_sent_it_again(
    seat: MakeSeat, hub_path: Path
) -> None:
    a, b = seat("a"), seat("b")
    a.sync()
    b.sync()
    backup = Backup(hub_path)
    made = a.ticket("made after the backup")
    a.sync()
    b.sync()
    b.edit(made, details="b looked at it")
    after = b.ticket("made by b afterwards")
    b.sync()
    cut(a, b)
    backup.restore()
    b.online = True
    b.sync()
    assert b.status.queued > 0, "it waits, and says so"
    assert b.value("SELECT count(*) FROM outbox WHERE state = 'refused'") == 0
    assert tickets.get(b.store, made) is not None, "what waits is still to be seen"
    with EmbeddedHub(hub_path)._file.reading() as db:
        there = {row[0] for row in db.execute("SELECT entity_id FROM row")}
    assert after in there and made not in there
    b.kill()
    b.sync()
    back(a, b)
    assert b.status.queued == 0
    shown = tickets.get(a.store, made)
    assert shown is not None and shown.details == "b looked at it"
    assert check(Site(hub_path, [a.path, b.path], a.saved | b.saved)) == []


def test_two_seats_that_send_again_overwrite_nothing_in_silence(seat: MakeSeat, hub_path: Path) -> None:
    a, b = seat("a"), seat("b")
    shared = a.ticket("as it was")
    a.sync()
    b.sync()
    backup = Backup(hub_path)
    a.edit(shared, title="first, by a")
    a.sync()
    b.sync()
    b.edit(shared, title="second, by b")
    b.sync()
    a.sync()
    cut(a, b)
    backup.restore()
    back(b, a)
    shown = tickets.get(a.store, shared)
    assert shown is not None
    told = [json.loads(row["mine"]) for one in (a, b) for row in one.store.rows("SELECT mine FROM conflict")]
    assert {shown.title, *told} == {"first, by a", "second, by b"}, "both are kept"
    assert check(Site(hub_path, [a.path, b.path], a.saved | b.saved)) == []


def test_a_revoked_seat_does_not_overwrite_what_others_wrote_at_a_hub_that_was_put_back(
    seat: MakeSeat, hub_path: Path, clock: LeapClock
) -> None:
    a, b = seat("a"), seat("b")
    a.sync()
    shared = b.ticket("as it was")
    b.sync()
    backup = Backup(hub_path)
    for title in ("one", "two", "three"):
        b.edit(shared, title=title)
        b.sync()
    a.sync()
    cut(a, b)
    a.edit(shared, title="a, who has seen three")
    backup.restore()
    other = Writer(hub := EmbeddedHub(hub_path, clock))
    [row] = [row for row in other.rows() if row.entity_id == shared]
    other.push(other.op("ticket", shared, {"title": "since then"}, base=row.ver))
    hub.revoke(a.value("SELECT value FROM sync_state WHERE key = 'replica_id'"))
    a.online = True
    a.sync()
    [row] = [row for row in other.rows() if row.entity_id == shared]
    assert row.body["title"] == "since then"
    assert json.loads(a.value("SELECT mine FROM conflict")) == "a, who has seen three"


def b_holds_a_change(seat: MakeSeat, hub_path: Path) -> Stepped:
    """Seat b, back at a hub that was put back, with a change of the ticket that only seat a can send again."""
    a, b = seat("a"), seat("b")
    a.sync()
    b.sync()
    backup = Backup(hub_path)
    made = a.ticket("made after the backup")
    a.sync()
    b.sync()
    b.edit(made, details="b looked at it")
    b.sync()
    cut(a, b)
    backup.restore()
    b.online = True
    b.sync()
    return b


def test_what_a_revoked_seat_holds_for_others_is_judged_at_once(
    seat: MakeSeat, hub_path: Path, clock: LeapClock
) -> None:
    b = b_holds_a_change(seat, hub_path)
    assert b.value("SELECT count(*) FROM outbox WHERE state = 'held'") > 0
    b.cut()
    hub = EmbeddedHub(hub_path, clock)
    hub.revoke(b.value("SELECT value FROM sync_state WHERE key = 'replica_id'"))
    b.online = True
    b.sync()
    assert b.value("SELECT count(*) FROM outbox WHERE state IN ('held', 'queued')") == 0
    with hub._file.reading() as db:
        book = [json.loads(row[0]) for row in db.execute("SELECT patch FROM ops")]
    assert any(patch.get("details") == "b looked at it" for patch in book), "the hub keeps what it refused"


def test_what_waits_for_a_seat_that_never_comes_back_is_judged_after_a_week(
    seat: MakeSeat, hub_path: Path, clock: LeapClock
) -> None:
    b = b_holds_a_change(seat, hub_path)
    assert b.status.refused == 0
    clock.leap(8 * DAY_S)
    b.sync()
    clock.leap(2)
    b.sync()
    assert b.value("SELECT count(*) FROM outbox WHERE state = 'refused'") > 0
    kept = [json.loads(row["patch"]) for row in b.store.rows("SELECT patch FROM outbox WHERE state = 'refused'")]
    assert any(patch.get("details") == "b looked at it" for patch in kept), "readable for ever"


def test_a_hub_that_was_put_back_without_a_word_is_noticed_by_who_had_sent_more(
    seat: MakeSeat, hub_path: Path
) -> None:
    chance = random.Random(1)
    one = seat()
    one.save(5, chance)
    one.sync()
    backup = Backup(hub_path)
    one.save(5, chance)
    one.sync()
    cut(one)
    backup.restore(said=False)
    back(one)
    refused = {row["op_id"] for row in one.store.rows("SELECT op_id FROM outbox WHERE state = 'refused'")}
    assert [
        fault for fault in check(Site(hub_path, [one.path], without(one.saved, refused))) if "I8" not in fault
    ] == []


def test_what_was_confirmed_is_kept_for_a_week_only(seat: MakeSeat, clock: LeapClock) -> None:
    one = seat()
    one.ticket("one")
    one.sync()
    kept = one.value("SELECT count(*) FROM op_done")
    assert kept == one.value("SELECT max(seq) FROM op_done") > 0
    clock.leap(6 * DAY_S)
    one.sync()
    assert one.value("SELECT count(*) FROM op_done") == kept
    clock.leap(2 * DAY_S)
    one.sync()
    assert one.value("SELECT count(*) FROM op_done") == 0


def test_the_agent_sees_that_a_snapshot_is_taken(feed: Writer, seat: MakeSeat) -> None:
    feed.push(*(feed.new(person) for person in people(400)))
    one = seat()
    one.sync()
    one.told.clear()
    one.again(SMALL)
    one.sync()
    assert any(told.snapshot.total for told in one.told if isinstance(told, SyncStatus))
    assert one.value("SELECT count(*) FROM customer") == 0
