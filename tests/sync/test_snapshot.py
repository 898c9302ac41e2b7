"""A seat that starts from nothing: page by page, told, killed at any place, while calls and saves go on."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from data.floor.pace import LeapClock
from data.models import SYNCED
from data.models.base import AgentId
from data.store.database import Store
from data.sync import incoming
from data.sync.contract import Scope
from data.sync.wire import AskClaim, Claimed, Pulled, SyncStatus
from tests.sync.checker import Site, check
from tests.sync.seat_process import SeatProcess
from tests.sync.stepped import MakeSeat, WorkerDied
from tests.sync.writers import Writer, contact, note, people, ticket

SMALL = Scope(directory=False, days=90)


def fill(feed: Writer, count: int) -> None:
    feed.push(*(feed.new(one) for one in people(count)))


def test_a_seat_takes_all_there_is_and_tells_how_far_it_is(
    feed: Writer, seat: MakeSeat, hub_path: Path, clock: LeapClock
) -> None:
    fill(feed, 2500)
    feed.add(*(ticket(f"ticket {place}") for place in range(20)))
    one = seat()
    one.sync()
    assert one.value("SELECT count(*) FROM customer") == 2500
    told = [told.snapshot for told in one.told if isinstance(told, SyncStatus) and told.snapshot.total]
    assert {progress.total for progress in told} == {2520}
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
    assert one.status.snapshot.total == 0, "nothing is under way any more"
    assert one.value("SELECT count(*) FROM seen") == 0
    assert check(Site(hub_path, [one.path])) == []


def test_killed_at_any_place_it_goes_on_where_it_was(
    feed: Writer, seat: MakeSeat, hub_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "SNAPSHOT_PAGE", 40)
    fill(feed, 700)
    chance = random.Random(3)
    one = seat()
    kills = 0
    left = chance.randrange(1, 9)

    def mortal(take: Callable[..., set[str]]) -> Callable[..., set[str]]:
        def taken(*args: object, **named: object) -> set[str]:
            nonlocal left, kills
            left -= 1
            if left == 0:
                kills, left = kills + 1, chance.randrange(1, 9)
                if chance.random() < 0.5:
                    take(*args, **named)
                raise WorkerDied
            return take(*args, **named)

        return taken

    one.worker._snapshots.take = mortal(one.worker._snapshots.take)  # type: ignore[method-assign]
    reached = 0
    while one.value("SELECT count(*) FROM customer") < 700:
        try:
            one.step()
        except WorkerDied:
            one.kill()
            one.worker._snapshots.take = mortal(one.worker._snapshots.take)  # type: ignore[method-assign]
            now = one.value("SELECT count(*) FROM customer")
            assert now >= reached, "nothing is begun anew"
            reached = now
            if chance.random() < 0.3:
                one.save(1, chance)
                feed.add(*people(1))
    one.sync()
    assert kills > 3
    assert check(Site(hub_path, [one.path], one.saved)) == []


def enough(store: Store, least: int) -> bool:
    return int(store.value("SELECT count(*) FROM customer")) >= least


def test_a_worker_that_is_killed_again_and_again_brings_all_of_it_in(
    feed: Writer, hub_path: Path, tmp_path: Path
) -> None:
    """The real process and kill -9."""
    fill(feed, 2500)
    Store(tmp_path / "killed.db").close()
    with Store(tmp_path / "killed.db") as store, SeatProcess(store.path, hub_path) as seat:
        for least in (1, 500, 1000, 1500):
            seat.wait_until(partial(enough, store, least))
            seat.kill()
            assert enough(store, least), "nothing is begun anew"
        seat.wait_status(lambda told: told.online and told.cursor > 0 and not told.snapshot.total, limit=60)
        assert store.value("SELECT count(*) FROM customer") == 2500
        assert seat.close() < 3
        assert check(Site(hub_path, [store.path])) == []


def test_calls_are_claimed_and_saves_go_out_while_a_snapshot_is_taken(
    feed: Writer, seat: MakeSeat, hub_path: Path
) -> None:
    fill(feed, 3000)
    waiting = contact(kind="chat")
    feed.add(waiting)
    one = seat()
    made = one.ticket("made before the hub was known")
    one.step()
    assert one.value("SELECT count(*) FROM customer") < 3000
    one.say(AskClaim(request_id="r1", agent=AgentId("ana")))
    claimed = next(told for told in reversed(one.told) if isinstance(told, Claimed))
    assert claimed.claim.contact_id == waiting.id
    assert one.value("SELECT state FROM contact") == "ringing", "it is here before it is told"
    assert one.value("SELECT count(*) FROM customer") < 3000
    one.step()
    assert feed.hub.enrol_v1(
        one.value("SELECT value FROM sync_state WHERE key = 'replica_id'"), ""
    ).last_replica_seq
    one.sync()
    assert made in {row.entity_id for row in feed.rows() if row.entity == "ticket"}
    assert check(Site(hub_path, [one.path], one.saved)) == []


def test_what_changes_while_it_is_taken_is_not_missed(feed: Writer, seat: MakeSeat, hub_path: Path) -> None:
    everybody = people(1200)
    feed.push(*(feed.new(one) for one in everybody))
    one = seat()
    one.step()
    for place, person in enumerate(everybody[::100]):
        feed.edit(person, 1, notes=f"changed {place}")
    gone = feed.op("customer", everybody[-1].id, {}, base=1, kind="delete")
    feed.push(gone)
    one.sync()
    assert one.value("SELECT count(*) FROM customer WHERE notes LIKE 'changed%'") == 12
    assert one.value("SELECT count(*) FROM customer") == 1199
    assert check(Site(hub_path, [one.path])) == []


def test_a_program_that_is_updated_meanwhile_brings_in_what_the_old_one_could_not_read(
    feed: Writer, seat: MakeSeat, hub_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(feed, 3000)
    one = seat()
    with monkeypatch.context() as old_program:
        old_program.delitem(SYNCED, "customer")
        one.step()
        at = one.worker._snapshots.place
        assert at is not None and 0 < at.done < at.total
        one._let_go()
    one.kill()
    one.sync()
    assert one.value("SELECT count(*) FROM customer") == 3000
    assert check(Site(hub_path, [one.path])) == []


def test_without_the_directory_a_seat_has_the_customers_of_its_work(feed: Writer, seat: MakeSeat) -> None:
    fill(feed, 500)
    known, late = people(2)
    feed.add(known, late, contact(customer_id=known.id))
    one = seat(scope=SMALL)
    one.sync()
    assert one.value("SELECT group_concat(id) FROM customer") == known.id
    feed.add(ticket(customer_id=late.id))
    one.sync()
    assert one.value("SELECT count(*) FROM customer") == 2
    feed.edit(late, 1, notes="changed")
    one.sync()
    assert one.value("SELECT notes FROM customer WHERE id = '" + late.id + "'") == "changed"


def test_what_was_taken_away_at_the_hub_goes_from_the_seat(feed: Writer, seat: MakeSeat, hub_path: Path) -> None:
    ana, bo = people(2)
    feed.add(ana, bo)
    one = seat()
    one.sync()
    feed.push(feed.op("customer", ana.id, {}, base=1, kind="delete"))
    one.sync()
    assert one.value("SELECT group_concat(id) FROM customer") == bo.id
    assert check(Site(hub_path, [one.path])) == []


def test_a_row_that_is_known_already_is_not_written_and_not_told_again(feed: Writer, seat: MakeSeat) -> None:
    """Of a seat without the directory: a customer comes with each change of a contact."""
    ana = people(1)[0]
    call = contact(customer_id=ana.id)
    feed.add(ana, call, note("x"))
    one = seat(scope=SMALL)
    one.sync()
    one.told.clear()
    feed.edit(call, 1, about="printer")
    one.sync()
    assert [told.entities for told in one.told if isinstance(told, Pulled)] == [("contact",)]
