"""The doctor: each check has a fault that makes it speak, and every repair is told and works."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.backup.making import back_up
from data.backup.shelf import MANIFEST, Reason
from data.clock import SYSTEM_CLOCK
from data.customers.index import write_customers
from data.doctor import books, place
from data.doctor.finding import Finding, Repair, State
from data.doctor.hub import hub
from data.doctor.repair import repair
from data.models.base import AgentId
from data.models.customer import Customer, Phone
from data.store import driver
from data.store.database import Store
from data.store.migrations import SCHEMA_VERSION
from data.store.users import User
from data.sync.embedded import EmbeddedHub
from data.tickets import tickets
from tests.faults import damage, read_only

ME = AgentId("agent-1")
NOW = datetime.now(UTC)


@pytest.fixture
def seat(tmp_path: Path) -> Path:
    """A seat that is well: a store with tickets and customers, a backup, rights as they are to be."""
    folder = tmp_path / "home"
    with Store(folder / "seat.db") as store:
        for number in range(5):
            tickets.create(store, {"title": f"Printer {number}"}, f"S-{number}", ME, SYSTEM_CLOCK)
        people = [
            Customer(
                id=f"c-{number}", name=f"Ann Lee{number}", phones=(Phone(raw="", e164=f"+120255501{number:02}"),)
            )
            for number in range(30)
        ]
        with store.write() as connection:
            write_customers(connection, [one.to_row() for one in people])
        back_up(store.connection, store.path, Reason.BY_HAND, NOW)
    return folder / "seat.db"


def looked(seat: Path, *, deep: bool = False) -> list[Finding]:
    found = [*place.folder(seat.parent), *place.disk(seat.parent), *place.engine()]
    found += books.store(seat, NOW, deep=deep)
    return [*found, *place.backups(seat, NOW, 1, deep=deep), *place.logs(seat.parent, NOW)]


def ill(found: list[Finding]) -> dict[str, State]:
    """What is not well; each says so in words and says what to do."""
    for one in found:
        assert (one.do == "") == (one.state is State.OK), one
        assert one.says and "\n" not in one.says + one.do, one
    return {one.check: one.state for one in found if one.state is not State.OK}


def sql(seat: Path, *statements: str) -> None:
    with closing(driver.connect(seat)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize("deep", [False, True])
def test_a_seat_that_is_well(seat: Path, deep: bool) -> None:
    before = {path: path.read_bytes() for path in seat.parent.glob("seat.db")}
    assert ill(looked(seat, deep=deep)) == {}
    assert {path: path.read_bytes() for path in seat.parent.glob("seat.db")} == before


def test_who_has_it_open_is_said(seat: Path) -> None:
    with Store(seat, user=User.CONSOLE):
        said = next(one.says for one in books.store(seat, NOW, deep=False) if one.check == "store")
    assert said.endswith("in use: console")


def lose_a_word(seat: Path) -> None:
    sql(seat, "INSERT INTO ticket_fts (ticket_fts, rowid, title, details) VALUES ('delete', 1, 'Printer 0', '')")


def lose_a_number(seat: Path) -> None:
    sql(seat, "DELETE FROM customer_number WHERE rank = (SELECT min(rank) FROM customer_row)")


def lose_a_name(seat: Path) -> None:
    with closing(driver.connect(seat)) as connection:
        rank, words = connection.execute("SELECT rank, words FROM customer_row ORDER BY rank LIMIT 1").fetchone()
        connection.execute(
            "INSERT INTO customer_names (customer_names, rowid, words) VALUES ('delete', ?, ?)", (rank, words)
        )


def forget_a_name(seat: Path) -> None:
    sql(seat, "DELETE FROM customer_word WHERE kind = 0")


def refuse(seat: Path) -> None:
    sql(seat, "UPDATE outbox SET state = 'refused', last_error = 'no' WHERE seq = 1")


def conflict(seat: Path) -> None:
    sql(seat, "INSERT INTO conflict VALUES ('1', 'ticket', 't', 'title', '1', '2', 'o', 'open', '2026')")


def wait_long(seat: Path) -> None:
    sql(seat, "UPDATE outbox SET local_at = '2026-01-01T09:00:00.000Z' WHERE seq = 1")


def run_ahead(seat: Path) -> None:
    later = (NOW + timedelta(days=2)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    sql(seat, f"UPDATE outbox SET local_at = '{later}' WHERE seq = 1")


def make_newer(seat: Path) -> None:
    sql(seat, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")


def make_older(seat: Path) -> None:
    sql(seat, "PRAGMA user_version = 1")


def grow_log(seat: Path) -> None:
    os.truncate(os.open(seat.with_name("seat.db-wal"), os.O_CREAT | os.O_RDWR, 0o600), books.LONG_LOG)


def log_errors(seat: Path) -> None:
    lines = f"{NOW:%Y-%m-%d} 10:00:00,000 ERROR console: x\n2020-01-01 10:00:00,000 ERROR console: long ago\n"
    seat.with_name("console.log").write_text(lines)
    seat.with_name("console.log").chmod(0o600)


def open_to_all(seat: Path) -> None:
    seat.chmod(0o644)
    seat.parent.chmod(0o755)


def spoil_backup(seat: Path) -> None:
    next(seat.parent.glob(f"backups/*/{MANIFEST}")).write_text("{")


def no_backup(seat: Path) -> None:
    (seat.parent / "backups").rename(seat.parent / "away")


def damage_tickets(seat: Path) -> None:
    damage(seat, "ticket")


def no_database(seat: Path) -> None:
    seat.write_bytes(b"Dear store, " * 1000)


LOOK, FAULT = State.LOOK, State.FAULT


@pytest.mark.parametrize(
    ("spoil", "deep", "says"),
    [
        (lose_a_word, False, {"search index": FAULT}),
        (lose_a_number, False, {"customers": FAULT}),
        (lose_a_name, True, {"customers": FAULT}),
        (forget_a_name, False, {"customers": FAULT}),
        (refuse, False, {"refused": LOOK}),
        (conflict, False, {"conflicts": LOOK}),
        (wait_long, False, {"outbox": LOOK}),
        (run_ahead, False, {"clock": LOOK}),
        (make_newer, False, {"shape": FAULT}),
        (make_older, False, {"shape": LOOK}),
        (grow_log, False, {"log": FAULT}),
        (log_errors, False, {"logs": LOOK}),
        (open_to_all, False, {"rights": FAULT}),
        (spoil_backup, False, {"backup": FAULT}),
        (no_backup, False, {"backup": LOOK}),
        (no_database, False, {"store": FAULT}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_wrong_is_found_and_nothing_else(
    seat: Path, spoil: Callable[[Path], None], deep: bool, says: dict[str, State]
) -> None:
    spoil(seat)
    assert ill(looked(seat, deep=deep)) == says


def test_a_damaged_page_is_found_with_the_backup_that_helps(seat: Path) -> None:
    damage_tickets(seat)
    damaged = seat.read_bytes()
    found = looked(seat)
    assert ill(found)["integrity"] is State.FAULT
    assert any("agent-console restore" in one.do for one in found if one.check == "integrity")
    assert seat.read_bytes() == damaged


def test_a_disk_that_may_only_be_read_does_not_stop_it(seat: Path) -> None:
    with read_only(seat.parent):
        found = looked(seat)
    assert ill(found) == {"folder": FAULT, "search index": LOOK}


def test_little_room_and_an_old_engine(seat: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "SQLITE_VERSION", "3.40.1")
    monkeypatch.setattr(place, "LITTLE_ROOM", 10**18)
    assert ill(looked(seat)) == {"SQLite": FAULT, "disk": LOOK}


def test_an_old_backup(seat: Path) -> None:
    said = list(place.backups(seat, NOW + timedelta(days=5), 0, deep=False))
    assert ill(said) == {"backup": LOOK}
    assert "5 days old" in said[0].says and "backup_hours" in said[0].do


# the hub


@pytest.fixture
def known_hub(seat: Path) -> Iterator[Path]:
    """A hub that the seat has worked with."""
    file = seat.with_name("hub.db")
    one = EmbeddedHub(file)
    sql(seat, f"INSERT INTO sync_state VALUES ('epoch', '{one.enrol_v1('r', 'seat').epoch}')")
    one.close()
    yield file


def test_the_hub_answers_and_is_the_right_one(seat: Path, known_hub: Path) -> None:
    assert ill(list(hub(seat, str(known_hub)))) == {}
    known_hub.rename(known_hub.with_name("away.db"))
    assert ill(list(hub(seat, str(known_hub)))) == {"hub": FAULT}
    EmbeddedHub(known_hub).close()
    told = list(hub(seat, str(known_hub)))
    assert ill(told) == {"hub": FAULT} and "not the hub" in told[0].says


def test_a_seat_without_a_hub_yet(seat: Path) -> None:
    assert ill(list(hub(seat, str(seat.with_name("hub.db"))))) == {"hub": LOOK}
    assert not seat.with_name("hub.db").exists()


# repairs


@pytest.mark.parametrize(
    ("spoil", "repaired", "says"),
    [
        (lose_a_word, Repair.WORDS, "made anew"),
        (lose_a_number, Repair.CUSTOMERS, "made anew"),
        (lose_a_name, Repair.CUSTOMERS, "made anew"),
        (open_to_all, Repair.MODES, "this user's alone"),
        (grow_log, Repair.LOG, "taken into the store"),
    ],
)
def test_repairs(seat: Path, spoil: Callable[[Path], None], repaired: Repair, says: str) -> None:
    spoil(seat)
    found = looked(seat, deep=True)
    assert {one.repair for one in found} == {None, repaired}
    [said] = repair(seat, found)
    assert says in said and said.endswith(".")
    assert ill(looked(seat, deep=True)) == {}


def test_an_index_is_not_made_anew_under_an_open_console(seat: Path) -> None:
    lose_a_word(seat)
    with Store(seat, user=User.CONSOLE):
        [said] = repair(seat, looked(seat))
    assert "a console is open" in said
    assert ill(looked(seat)) == {"search index": FAULT}
