"""The embedded hub as a file: what it makes, what it will not touch, what it notices."""

from __future__ import annotations

import multiprocessing
import sqlite3
from pathlib import Path

import pytest

from data.floor.pace import LeapClock
from data.store import driver
from data.store.database import Store
from data.sync.contract import HubUnreachable
from data.sync.embedded import EmbeddedHub
from data.sync.hub_claims import LEASE
from tests.sync.writers import Writer, contact, ticket


def _open(path: Path) -> str:
    try:
        hub = EmbeddedHub(path)
        Writer(hub)
    except HubUnreachable as error:
        return str(error)
    return hub.enrol_v1("same", "same").epoch


def test_a_hub_is_made_once_however_many_open_it_first(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(8) as pool:
        for place in range(5):
            epochs = set(pool.map(_open, [tmp_path / f"hub-{place}.db"] * 8))
            assert len(epochs) == 1
            assert " " not in epochs.pop(), "an epoch, not a sentence"


def test_a_missing_hub_is_not_made_when_one_was_known(tmp_path: Path) -> None:
    with pytest.raises(HubUnreachable, match="not there"):
        EmbeddedHub(tmp_path / "hub.db", create=False)
    assert not (tmp_path / "hub.db").exists()


@pytest.mark.parametrize("what", ["text", "directory", "store", "other", "newer"])
def test_what_is_not_a_hub_is_refused_in_words_and_left_alone(tmp_path: Path, what: str) -> None:
    path = tmp_path / "hub.db"
    if what == "directory":
        path.mkdir()
    elif what == "text":
        path.write_text("not a database, but long enough to be looked at " * 50)
    elif what == "store":
        Store(path).close()
    else:
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE hub_clock (v)" if what == "newer" else "CREATE TABLE t (v)")
            db.execute("PRAGMA user_version = 99")
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(HubUnreachable) as told:
        EmbeddedHub(path)
    assert str(path) in str(told.value)
    assert len(str(told.value).split()) > 5
    if path.is_file() and what in ("text", "other", "newer"):
        path.with_name("hub.db-wal").unlink(missing_ok=True)
        assert path.read_bytes()[100:] == before[100:]


def test_a_hub_that_was_moved_away_or_replaced_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    hub = EmbeddedHub(path)
    hub.version()
    path.rename(tmp_path / "elsewhere.db")
    with pytest.raises(HubUnreachable, match="not there any more"):
        hub.version()
    (tmp_path / "elsewhere.db").rename(path)
    hub.version()
    path.rename(tmp_path / "elsewhere.db")
    path.write_bytes(b"")
    with pytest.raises(HubUnreachable, match="replaced"):
        hub.version()


def test_a_full_disk_is_told_and_nothing_is_half_done(tmp_path: Path) -> None:
    hub = EmbeddedHub(tmp_path / "hub.db")
    writer = Writer(hub)
    pages = hub._file.db.execute("PRAGMA page_count").fetchone()[0]
    hub._file.db.execute(f"PRAGMA max_page_count = {pages + 2}")
    ops = [writer.new(ticket("long " * 2000)) for _ in range(5)]
    with pytest.raises(HubUnreachable, match="full"):
        writer.push(*ops)
    assert writer.rows() == []
    hub._file.db.execute("PRAGMA max_page_count = 1000000")
    assert len(writer.push(*ops)) == 5
    assert len(writer.rows()) == 5


def test_the_work_of_a_claim_does_not_grow_with_the_claims_before_it(tmp_path: Path, clock: LeapClock) -> None:
    """Counted in steps of the database, not in time."""
    hub = EmbeddedHub(tmp_path / "hub.db", clock)
    feed = Writer(hub)
    steps = []
    for _ in range(4):
        feed.add(*(contact() for _ in range(250)))
        for _ in range(249):
            feed.claim()
        clock.leap(2 * LEASE.total_seconds())
        count = 0

        def tick() -> int:
            nonlocal count
            count += 1
            return 0

        hub._file.db.set_progress_handler(tick, 10)
        feed.claim()
        hub._file.db.set_progress_handler(None, 0)
        steps.append(count)
    assert steps[-1] < steps[0] * 1.5 + 20, steps


def test_the_driver_is_newer_than_the_corruption_that_two_writers_meet() -> None:
    assert tuple(int(part) for part in driver.SQLITE_VERSION.split(".")) >= (3, 51, 3)
