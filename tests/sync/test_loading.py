"""An import on one seat reaches the hub and all others, beside the outbox."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from data.customers import records
from data.customers.importing import import_customers
from data.floor.pace import LeapClock
from data.models.customer import Customer
from data.store.database import Store
from data.store.save import saving
from data.sync.contract import HubUnreachable, Op, OpResult
from data.sync.embedded import EmbeddedHub
from data.sync.loading import PAGE
from data.sync.wire import SyncStatus
from tests.sync.checker import Site, check
from tests.sync.put_back import Backup
from tests.sync.stepped import Stepped
from tests.sync.writers import ME, Writer


@pytest.fixture
def hub_path(tmp_path: Path) -> Path:
    return tmp_path / "hub.db"


def bring_in(seat: Stepped, rows: Sequence[str], name: str = "people.csv") -> None:
    """Import a file of these lines, as the import's own process does."""
    file = seat.path.with_name(name)
    file.write_text("id,name,phone,notes\n" + "".join(f"{row}\n" for row in rows))
    with Store(seat.path) as store:
        import_customers(store, file)
    seat._clock.leap(6)  # so often it is looked for


def lines(many: int, notes: str = "") -> list[str]:
    return [f"c{place},Customer {place},+1 212 555 01{place % 100:02d},{notes}" for place in range(many)]


def names(seat: Stepped) -> dict[str, str]:
    return {row["id"]: row["name"] for row in seat.store.rows("SELECT id, name FROM customer")}


class Cut:
    """A hub whose line is cut before every third push, and after the next one."""

    def __init__(self, path: Path, clock: LeapClock, pushes: Iterator[int]) -> None:
        self._hub = EmbeddedHub(path, clock)
        self._pushes = pushes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hub, name)

    def push_v1(self, replica_id: str, ops: Sequence[Op]) -> list[OpResult]:
        place = next(self._pushes) % 3
        if place == 0:
            raise HubUnreachable("The line was cut before the call.")
        results = self._hub.push_v1(replica_id, ops)
        if place == 1:
            raise HubUnreachable("The line was cut before the answer.")
        return results


def test_an_import_reaches_the_hub_and_the_other_seats(tmp_path: Path, hub_path: Path, clock: LeapClock) -> None:
    seat, other = (Stepped(tmp_path / name / "seat.db", hub_path, clock) for name in ("a", "b"))
    seat.sync()
    bring_in(seat, lines(3 * PAGE + 7))
    seat.sync()
    other.sync()
    assert seat.value("SELECT count(*) FROM outbox") == 0, "not through the outbox"
    assert names(other) == names(seat)
    assert len(names(other)) == 3 * PAGE + 7
    assert other.value("SELECT count(*) FROM conflict") == seat.value("SELECT count(*) FROM conflict") == 0
    told = [told.load for told in seat.told if isinstance(told, SyncStatus) and told.load.total]
    assert {progress.total for progress in told} <= {3 * PAGE + 7}
    assert seat.status.load.total == 0, "done"
    assert check(Site(hub_path, [seat.path, other.path])) == []
    seat.close()
    other.close()


def test_cut_and_killed_at_any_page_each_row_is_there_once(
    tmp_path: Path, hub_path: Path, clock: LeapClock
) -> None:
    seat = Stepped(tmp_path / "seat.db", hub_path, clock)
    seat.sync()
    pushes = count()
    seat._connect = lambda: Cut(hub_path, clock, pushes)  # type: ignore[assignment,return-value]
    seat.kill()
    bring_in(seat, lines(4 * PAGE))
    for place in range(400):
        seat.worker._retry_at = 0.0
        seat.step()
        clock.leap(6)
        if place % 7 == 0:
            seat.kill()
    seat._connect = lambda: EmbeddedHub(hub_path, clock)
    seat.kill()
    seat.sync()
    writer = Writer(EmbeddedHub(hub_path, clock))
    assert {row.ver for row in writer.rows()} == {1}
    assert len(writer.rows()) == 4 * PAGE
    assert check(Site(hub_path, [seat.path])) == []
    seat.close()


def test_the_same_file_on_two_seats_is_no_conflict(tmp_path: Path, hub_path: Path, clock: LeapClock) -> None:
    seat, other = (Stepped(tmp_path / name / "seat.db", hub_path, clock) for name in ("a", "b"))
    bring_in(seat, lines(30, "from a"))
    bring_in(other, lines(40, "from b"))
    for one in (seat, other, seat, other):
        one.sync()
    assert len(names(seat)) == len(names(other)) == 40
    assert seat.value("SELECT count(*) FROM conflict") == other.value("SELECT count(*) FROM conflict") == 0
    assert seat.value("SELECT count(*) FROM customer WHERE notes = 'from a'") == 30, "the first one holds"
    seat.close()
    other.close()


def test_what_is_edited_before_it_is_loaded_is_neither_refused_nor_in_conflict(
    tmp_path: Path, hub_path: Path, clock: LeapClock
) -> None:
    seat = Stepped(tmp_path / "seat.db", hub_path, clock)
    bring_in(seat, lines(3))
    shown = records.opened(seat.store, "c1")
    records.change(seat.store, shown, {"name": "Customer 1", "notes": "edited before"}, "US", ME, clock)
    sent = seat.worker._loading._sent

    def edited_while_it_is_sent(load: Any, ops: Any, results: Any) -> None:
        with saving(seat.store, ME, clock) as change:
            change.update(Customer, "c2", notes="edited meanwhile")
        sent(load, ops, results)

    seat.worker._loading._sent = edited_while_it_is_sent  # type: ignore[method-assign]
    seat.sync()
    hub = Writer(EmbeddedHub(hub_path, clock))
    notes = {row.entity_id: row.body["notes"] for row in hub.rows()}
    assert notes == {"c0": "", "c1": "edited before", "c2": "edited meanwhile"}
    assert (seat.status.refused, seat.status.conflicts) == (0, 0)
    assert check(Site(hub_path, [seat.path])) == []
    seat.close()


def test_an_import_again_sends_what_it_changed(tmp_path: Path, hub_path: Path, clock: LeapClock) -> None:
    seat, other = (Stepped(tmp_path / name / "seat.db", hub_path, clock) for name in ("a", "b"))
    bring_in(seat, lines(10))
    seat.sync()
    other.sync()
    with saving(other.store, ME, clock) as change:
        change.update(Customer, "c3", notes="by b")
        change.update(Customer, "c4", city="Springfield")
    other.sync()
    bring_in(seat, lines(10, "from the file"), "again.csv")
    for one in (seat, other, seat):
        one.sync()
    notes = {row["id"]: row["notes"] for row in other.store.rows("SELECT id, notes FROM customer")}
    assert notes == {f"c{place}": "by b" if place == 3 else "from the file" for place in range(10)}
    assert other.value("SELECT city FROM customer WHERE id = 'c4'") == "Springfield"
    told = seat.store.rows("SELECT entity_id, field, mine, theirs FROM conflict WHERE field = 'notes'")
    assert told == [{"entity_id": "c3", "field": "notes", "mine": '"from the file"', "theirs": '"by b"'}]
    assert check(Site(hub_path, [seat.path, other.path])) == []
    seat.close()
    other.close()


def test_an_import_that_a_hub_lost_is_loaded_again_and_what_it_kept_comes_back(
    tmp_path: Path, hub_path: Path, clock: LeapClock
) -> None:
    """The backup is of the middle of the load; what it has was changed by another seat before and after it."""
    seat, other = (Stepped(tmp_path / name / "seat.db", hub_path, clock) for name in ("a", "b"))
    for one in (seat, other):
        one.sync()
    bring_in(seat, lines(3 * PAGE))
    while seat.value("SELECT coalesce(max(done), 0) FROM hub_load") < PAGE:
        seat.step()
        clock.leap(0.01)
    other.sync()
    first = sorted(names(other))[0]
    with saving(other.store, ME, clock) as change:
        change.update(Customer, first, notes="by b, in the backup")
    other.sync()
    backup = Backup(hub_path)
    seat.sync()
    other.sync()
    with saving(other.store, ME, clock) as change:
        change.update(Customer, first, city="by b, after the backup")
    for one in (other, seat):
        one.sync()
        one.cut()
    backup.restore()
    for one in [seat, other] * 3:
        one.online = True
        clock.leap(6)
        one.sync()
    assert len(names(seat)) == len(names(other)) == 3 * PAGE
    row = seat.store.row("SELECT notes, city FROM customer WHERE id = ?", (first,))
    assert row == {"notes": "by b, in the backup", "city": "by b, after the backup"}
    assert seat.value("SELECT count(*) FROM conflict") == other.value("SELECT count(*) FROM conflict") == 0
    assert check(Site(hub_path, [seat.path, other.path], seat.saved | other.saved)) == []
    seat.close()
    other.close()


def test_a_lost_answer_leaves_no_row_behind(tmp_path: Path, hub_path: Path, clock: LeapClock) -> None:
    """The hub has merged the page with what it had; the seat hears of it only by asking again."""
    seat = Stepped(tmp_path / "seat.db", hub_path, clock)
    feed = Writer(EmbeddedHub(hub_path, clock))
    feed.add(Customer(id="c1", name="as the hub has it"))
    bring_in(seat, lines(3))
    pushes = count()
    seat._connect = lambda: Cut(hub_path, clock, pushes)  # type: ignore[assignment,return-value]
    seat.kill()
    for _ in range(60):
        seat.worker._retry_at = 0.0
        seat.step()
        clock.leap(3)
    assert next(pushes) == 3, "lost before, lost after, and heard"
    seat._connect = lambda: EmbeddedHub(hub_path, clock)
    seat.kill()
    seat.sync()
    assert names(seat)["c1"] == "as the hub has it"
    assert check(Site(hub_path, [seat.path])) == []
    seat.close()
