"""The worker as a real process beside a real store and hub: what is saved arrives, whatever happens meanwhile."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data.clock import SYSTEM_CLOCK
from data.models import Customer, Ticket
from data.models.base import new_id
from data.store import driver
from data.store.database import Store
from data.store.save import saving
from data.sync.embedded import EmbeddedHub
from data.sync.replica import take_ticket_number
from data.tickets import tickets
from tests.sync.checker import Site, check
from tests.sync.saver import open_saver, save_one
from tests.sync.seat_process import SeatProcess
from tests.sync.writers import ME, Writer, contact, note, ticket

StartSeat = Callable[[str], SeatProcess]


@pytest.fixture
def hub_path(tmp_path: Path) -> Path:
    return tmp_path / "hub.db"


@pytest.fixture
def start(tmp_path: Path, hub_path: Path) -> Iterator[StartSeat]:
    """Starts the worker of the seat whose store has this name."""
    started: list[SeatProcess] = []

    def starter(name: str = "seat") -> SeatProcess:
        started.append(SeatProcess(tmp_path / f"{name}.db", hub_path, name))
        return started[-1]

    yield starter
    for one in started:
        one.__exit__()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_saver(tmp_path / "seat.db") as opened:
        yield opened


def drained(seat: SeatProcess, after: int = 0) -> None:
    seat.wait_status(lambda told: told.online and told.queued == 0 and told.cursor > 0, after)


def settle(seat: SeatProcess, store: Store, hub: Writer, limit: float = 20.0) -> None:
    """Wait until everything is pushed and pulled, as the files themselves tell."""

    def at_rest() -> bool:
        waiting = store.value("SELECT count(*) FROM outbox WHERE state <> 'refused'")
        cursor = int(store.value("SELECT value FROM sync_state WHERE key = 'cursor'") or 0)
        return not waiting and cursor == hub.hub.snapshot_v1(hub.replica, None, 1).start

    seat.wake()
    seat.wait_until(at_rest, limit)


def test_saves_reach_the_hub(store: Store, start: StartSeat, hub_path: Path) -> None:
    saved = tickets.create(store, {"title": "Printer"}, "S-1", ME, SYSTEM_CLOCK).ticket
    seat = start("seat")
    drained(seat)
    later = tickets.create(store, {"title": "Router"}, "S-2", ME, SYSTEM_CLOCK).ticket
    tickets.note(store, later.id, "called back", ME, SYSTEM_CLOCK)
    seat.wake()
    hub = Writer(EmbeddedHub(hub_path))
    settle(seat, store, hub)
    assert Ticket.model_validate(hub.row(saved).body) == saved
    assert Ticket.model_validate(hub.row(later).body) == later
    assert [row.body["text"] for row in hub.rows() if row.body.get("kind") == "note"] == ["called back"]
    assert store.value("SELECT count(*) FROM outbox") == 0


def test_rows_of_other_seats_reach_the_store_and_are_told(store: Store, start: StartSeat, hub_path: Path) -> None:
    seat = start("seat")
    drained_once = seat.wait_status(lambda told: told.online)
    assert drained_once.problem == ""
    mark = seat.mark()
    other = Writer(EmbeddedHub(hub_path))
    one, event = ticket("from another seat"), note("x")
    customer = Customer(id=new_id(), name="Ana Silva")
    other.add(one, event, customer, contact())
    told = seat.wait_pulled("ticket", mark)
    assert set(told.entities) == {"ticket", "ticket_event", "customer", "contact"}
    assert tickets.get(store, one.id) == one
    assert store.value("SELECT name FROM customer WHERE id = ?", (customer.id,)) == "Ana Silva"


def test_a_worker_that_starts_again_tells_all_since_it_may_have_died_before_telling(
    store: Store, start: StartSeat, hub_path: Path
) -> None:
    seat = start("seat")
    Writer(EmbeddedHub(hub_path)).add(ticket())
    seat.wait_pulled("ticket")
    seat.kill()
    seat.wait_pulled("ticket")


def test_killed_again_and_again_every_save_arrives_once(
    store: Store, start: StartSeat, hub_path: Path, tmp_path: Path
) -> None:
    chance = random.Random(7)
    site = Site(hub_path, [store.path])
    seat = start("seat")
    kills = 0
    for _ in range(300):
        site.saved |= set(save_one(store, chance))
        if chance.random() < 0.5:
            seat.wake()
        if chance.random() < 0.04:
            if chance.random() < 0.5:
                seat.wait_status(lambda told: told.online)
            seat.kill()
            kills += 1
    hub = Writer(EmbeddedHub(hub_path))
    settle(seat, store, hub)
    assert kills >= 5
    assert len(site.saved) >= 300
    assert check(site) == []
    refused = store.value("SELECT count(*) FROM outbox WHERE state = 'refused'")
    seat.wait_status(lambda told: told.refused == refused > 0)


def test_a_refused_change_shows_the_hubs_row_again_and_stays_readable(
    store: Store, start: StartSeat, hub_path: Path
) -> None:
    one = tickets.create(store, {"title": "as it was"}, "S-1", ME, SYSTEM_CLOCK).ticket
    seat = start("seat")
    hub = Writer(EmbeddedHub(hub_path))
    settle(seat, store, hub)
    seat.close()
    tickets.update(store, one, {"title": "typed here", "details": "long work"}, ME, SYSTEM_CLOCK)
    store.execute("UPDATE outbox SET patch = json_set(patch, '$.priority', 'sky-high') WHERE entity = 'ticket'")
    again = start("seat")
    told = again.wait_status(lambda told: told.refused > 0 and told.queued == 0)
    assert told.online
    shown = tickets.get(store, one.id)
    assert shown is not None
    assert (shown.title, shown.details) == ("as it was", "")
    left = store.rows("SELECT patch, last_error FROM outbox WHERE state = 'refused'")
    assert [json.loads(row["patch"])["details"] for row in left] == ["long work"]
    assert "priority" in left[0]["last_error"]
    assert check(Site(hub_path, [store.path])) == []


def test_a_change_of_two_seats_is_kept_as_a_conflict_with_both_sides(
    store: Store, start: StartSeat, hub_path: Path
) -> None:
    one = tickets.create(store, {"title": "as it was"}, "S-1", ME, SYSTEM_CLOCK).ticket
    seat = start("seat")
    hub = Writer(EmbeddedHub(hub_path))
    settle(seat, store, hub)
    seat.close()
    tickets.update(store, one, {"title": "ours", "details": "only ours"}, ME, SYSTEM_CLOCK)
    hub.edit(one, hub.row(one).ver, title="theirs", worksheet="only theirs")
    again = start("seat")
    again.wait_status(lambda told: told.conflicts == 1 and told.queued == 0)
    settle(again, store, hub)
    shown = tickets.get(store, one.id)
    assert shown is not None
    assert (shown.title, shown.details, shown.worksheet) == ("theirs", "only ours", "only theirs")
    kept = store.rows("SELECT entity, entity_id, field, mine, theirs, state FROM conflict")
    assert kept == [
        {
            "entity": "ticket",
            "entity_id": one.id,
            "field": "title",
            "mine": '"ours"',
            "theirs": '"theirs"',
            "state": "open",
        }
    ]
    assert check(Site(hub_path, [store.path])) == []


def test_the_hub_goes_away_and_comes_back(store: Store, start: StartSeat, hub_path: Path, tmp_path: Path) -> None:
    seat = start("seat")
    seat.wait_status(lambda told: told.online)
    site = Site(hub_path, [store.path])
    chance = random.Random(3)
    site.saved |= {op for _ in range(10) for op in save_one(store, chance)}
    seat.wake()
    drained(seat)

    mark = seat.mark()
    away = tmp_path / "away.db"
    hub_path.rename(away)
    hub_path.mkdir()
    told = seat.wait_status(lambda told: not told.online, mark)
    assert str(hub_path) in told.problem
    assert told.problem.endswith(".")
    site.saved |= {op for _ in range(10) for op in save_one(store, chance)}
    refused = seat.claim("ana")
    assert refused.contact_id is None
    assert "hub does not answer" in refused.why
    told = seat.wait_status(lambda told: told.queued >= 10, mark)
    assert not told.online

    mark = seat.mark()
    hub_path.rmdir()
    away.rename(hub_path)
    seat.wake()
    seat.wait_status(lambda told: told.online and told.problem == "" and told.queued == 0, mark)
    hub = Writer(EmbeddedHub(hub_path))
    settle(seat, store, hub)
    assert check(site) == []


def test_a_hub_that_is_gone_is_not_made_anew(
    store: Store, start: StartSeat, hub_path: Path, tmp_path: Path
) -> None:
    seat = start("seat")
    drained_at = seat.wait_status(lambda told: told.online)
    assert drained_at.online
    seat.close()
    hub_path.rename(tmp_path / "away.db")
    again = start("seat")
    told = again.wait_status(lambda told: bool(told.problem))
    assert "not there" in told.problem
    assert not hub_path.exists()


def test_another_hub_is_not_mixed_with_the_one_that_was_known(
    store: Store, start: StartSeat, hub_path: Path, tmp_path: Path
) -> None:
    one = tickets.create(store, {"title": "ours"}, "S-1", ME, SYSTEM_CLOCK).ticket
    seat = start("seat")
    drained(seat)
    seat.close()
    hub_path.rename(tmp_path / "away.db")
    other = Writer(EmbeddedHub(hub_path))
    other.add(ticket("of somewhere else"))
    tickets.update(store, one, {"title": "changed"}, ME, SYSTEM_CLOCK)
    again = start("seat")
    told = again.wait_status(lambda told: bool(told.problem))
    assert "not the hub that this seat has worked with" in told.problem
    assert told.queued == 2
    again.close()
    assert [row.body["title"] for row in other.rows()] == ["of somewhere else"]
    assert store.value("SELECT count(*) FROM ticket") == 1


def test_the_worker_ends_with_the_console_after_a_last_push(store: Store, start: StartSeat, hub_path: Path) -> None:
    seat = start("seat")
    drained_at = seat.wait_status(lambda told: told.online)
    assert drained_at.queued == 0
    site = Site(hub_path, [store.path])
    one = tickets.create(store, {"title": "the last one"}, "S-1", ME, SYSTEM_CLOCK).ticket
    took = seat.close()
    assert took < 1.5
    assert seat.process.returncode == 0
    hub = Writer(EmbeddedHub(hub_path))
    assert hub.row(one).body["title"] == "the last one"
    again = start("seat")
    settle(again, store, hub)
    assert check(site) == []


def test_the_worker_ends_in_time_however_much_is_left(store: Store, start: StartSeat, hub_path: Path) -> None:
    seat = start("seat")
    seat.wait_status(lambda told: told.online)
    with saving(store, ME, SYSTEM_CLOCK) as change:
        for place in range(4000):
            change.add(ticket(f"ticket {place}"))
        store.execute("UPDATE outbox SET txn_id = op_id")  # as many transactions as there are tickets
    assert seat.close() < 3, "the rest waits for the next start"
    assert store.value("SELECT count(*) FROM outbox WHERE state = 'queued'") > 0
    hub = Writer(EmbeddedHub(hub_path))
    again = start("seat")
    settle(again, store, hub, limit=60)
    assert check(Site(hub_path, [store.path])) == []


def test_the_worker_ends_in_time_without_a_hub(store: Store, start: StartSeat, hub_path: Path) -> None:
    hub_path.mkdir()
    seat = start("seat")
    seat.wait_status(lambda told: bool(told.problem))
    assert seat.close() < 1.5


def test_nonsense_on_the_pipe_is_survived(store: Store, start: StartSeat) -> None:
    seat = start("seat")
    seat.wait_status(lambda told: told.online)
    assert seat.process.stdin is not None
    seat.process.stdin.write(b"\xff\xfe\n{}\n[1,2\n" + b"x" * 200_000 + b'\n{"say":"wake"}\n')
    seat.process.stdin.flush()
    assert seat.claim("ana").why == "nobody is waiting"


def test_a_store_that_cannot_be_opened_is_told_and_ends_the_worker(tmp_path: Path, hub_path: Path) -> None:
    path = tmp_path / "seat.db"
    path.write_text("not a database, but long enough to be looked at " * 50)
    with SeatProcess(path, hub_path) as seat:
        assert seat.process.wait(20) == 1
        assert seat.process.stderr is not None
        told = seat.process.stderr.read().decode()
    assert told.count("\n") == 1, "a sentence, no traceback"
    assert str(path) in told


def test_a_claim_survives_the_worker_that_made_it(store: Store, start: StartSeat, hub_path: Path) -> None:
    hub = Writer(EmbeddedHub(hub_path))
    one = contact(kind="chat")
    hub.add(one)
    seat = start("seat")
    claim = seat.claim("ana")
    assert claim.contact_id == one.id
    assert store.value("SELECT state FROM contact WHERE id = ?", (one.id,)) == "ringing", "pulled before it is told"
    with driver.connect(hub_path) as connection:
        connection.execute("UPDATE claim SET lease_until = '2020-01-01T00:00:00.000Z'")

        def renewed() -> bool:
            return bool(connection.execute("SELECT lease_until > '2021' FROM claim").fetchone()[0])

        seat.kill()
        seat.wait_until(renewed)


def test_what_a_newer_hub_has_does_not_break_the_pull(store: Store, start: StartSeat, hub_path: Path) -> None:
    hub = Writer(EmbeddedHub(hub_path))
    first, strange, last = ticket("first"), ticket("strange"), ticket("last")
    hub.add(first, strange)
    connection = driver.connect(hub_path)
    connection.execute(
        "INSERT INTO row (entity, entity_id, ver, hub_seq, body, field_ver) VALUES ('spaceship', 'x', 1, 3, '{}', '{}')"
    )
    connection.execute("UPDATE hub_clock SET v = 3")
    connection.execute(
        "UPDATE row SET body = json_set(body, '$.state', 'teleported') WHERE entity_id = ?", (strange.id,)
    )
    hub.add(last)
    seat = start("seat")
    settle(seat, store, hub)
    assert {row["title"] for row in store.rows("SELECT title FROM ticket")} == {"first", "last"}

    # the program is updated: what it could not read is looked at again
    seat.close()
    connection.execute("UPDATE row SET body = json_set(body, '$.state', 'open') WHERE entity_id = ?", (strange.id,))
    connection.close()
    store.execute("UPDATE sync_state SET value = 'an older program' WHERE key = 'passed_over_by'")
    again = start("seat")
    again.wait_until(lambda: store.value("SELECT count(*) FROM ticket") == 3)
    settle(again, store, hub)
    assert {row["title"] for row in store.rows("SELECT title FROM ticket")} == {"first", "last", "strange"}


def test_a_copied_seat_goes_on_under_a_number_of_its_own(
    store: Store, start: StartSeat, hub_path: Path, tmp_path: Path
) -> None:
    tickets.create(store, {"title": "before"}, "S-1", ME, SYSTEM_CLOCK)
    seat = start("seat")
    hub = Writer(EmbeddedHub(hub_path))
    settle(seat, store, hub)
    seat.wait_status(lambda told: told.online)
    seat.close()
    for path in tmp_path.glob("seat.db*"):
        shutil.copy(path, tmp_path / path.name.replace("seat", "copy"))
    with open_saver(tmp_path / "copy.db") as copy:
        site = Site(hub_path, [store.path, copy.path])
        chance = random.Random(5)
        for _ in range(5):
            site.saved |= set(save_one(store, chance)) | set(save_one(copy, chance))
        original, second = start("seat"), start("copy")
        settle(original, store, hub)
        settle(second, copy, hub)
        settle(original, store, hub)
        for one in (store, copy):
            site.saved |= set(save_one(one, chance))
        settle(original, store, hub)
        settle(second, copy, hub)
        settle(original, store, hub)
        assert check(site) == []
        names = {one.value("SELECT value FROM sync_state WHERE key = 'number'") for one in (store, copy)}
        assert len(names) == 2


def test_numbers_come_from_leased_blocks_and_are_never_used_twice(
    store: Store, start: StartSeat, hub_path: Path, tmp_path: Path
) -> None:
    given: list[str] = []

    def take(at: Store, count: int) -> list[str]:
        taken = []
        for _ in range(count):
            with at.write() as connection:
                taken.append(take_ticket_number(connection))
        given.extend(taken)
        return taken

    assert all(number.startswith("S") for number in take(store, 3)), "a seat that never met a hub has numbers too"
    with Store(tmp_path / "other.db") as other:
        seats = [start("seat"), start("other")]
        for seat in seats:
            seat.wait_status(lambda told: told.online)
        for round_ in range(4):
            for one, seat in zip((store, other), seats, strict=True):
                _wait_for_block(one, seat)
                assert all(number.isdigit() for number in take(one, 7 + round_))
        for seat in seats:
            seat.close()
        offline = take(store, 40) + take(other, 40)
        assert {number[0] for number in offline} >= {"S"}, "used up offline: the prefix of the seat"
        assert any(number.isdigit() for number in offline)
    assert len(given) == len(set(given))


def _wait_for_block(store: Store, seat: SeatProcess) -> None:
    seat.wake()
    seat.wait_until(lambda: store.value("SELECT coalesce(sum(last - next + 1), 0) FROM number_block") > 10)
