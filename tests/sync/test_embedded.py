"""The embedded hub as a file: what it makes, what it will not touch, what it notices."""

from __future__ import annotations

import json
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
from tests.sync.writers import Writer, contact, note, ticket


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


SHAPE_2 = """
CREATE TABLE hub_info (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE hub_clock (one INTEGER PRIMARY KEY CHECK (one = 1), v INTEGER NOT NULL);
CREATE TABLE replica (replica_id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, name TEXT NOT NULL,
    enrolled_at TEXT NOT NULL, last_seq INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE ops (op_id TEXT PRIMARY KEY, replica_id TEXT NOT NULL, replica_seq INTEGER NOT NULL, txn_id TEXT NOT NULL,
    actor TEXT NOT NULL, entity TEXT NOT NULL, entity_id TEXT NOT NULL, kind TEXT NOT NULL, patch TEXT NOT NULL,
    base_ver INTEGER NOT NULL, schema_v INTEGER NOT NULL, hub_seq INTEGER NOT NULL, result TEXT NOT NULL,
    received_at TEXT NOT NULL, UNIQUE (replica_id, replica_seq));
CREATE TABLE row (entity TEXT NOT NULL, entity_id TEXT NOT NULL, ver INTEGER NOT NULL, hub_seq INTEGER NOT NULL,
    body TEXT NOT NULL, field_ver TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (entity, entity_id));
CREATE INDEX row_by_seq ON row (hub_seq);
CREATE TABLE claimable (contact_id TEXT PRIMARY KEY, queue TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
    priority INTEGER NOT NULL, queued_at TEXT NOT NULL, ringing_agent TEXT, agent TEXT) WITHOUT ROWID;
CREATE TABLE claim (contact_id TEXT NOT NULL, fence INTEGER NOT NULL, agent TEXT NOT NULL, replica_id TEXT NOT NULL,
    lease_until TEXT NOT NULL, comes_back INTEGER NOT NULL, finished INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (contact_id, fence)) WITHOUT ROWID;
CREATE TABLE claim_request (request_id TEXT PRIMARY KEY, answer TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO hub_info VALUES ('epoch', 'e-1'), ('next_ticket', '10001');
INSERT INTO replica VALUES ('old', 1, 'front desk', '2026-01-01T00:00:00.000Z', 2);
PRAGMA user_version = 2;
"""


def test_a_hub_of_the_shape_before_is_brought_up_to_date_with_all_that_it_has(
    tmp_path: Path, clock: LeapClock
) -> None:
    path = tmp_path / "hub.db"
    known, call = ticket(state="closed", customer_id="c1"), contact()
    with sqlite3.connect(path) as db:
        db.executescript(SHAPE_2)
        for place, one in enumerate((known, call, note(known.id)), 1):
            db.execute(
                "INSERT INTO row VALUES (?, ?, 1, ?, ?, '{}', 0)",
                (one.entity, one.id, place, json.dumps(one.model_dump(mode="json"))),
            )
        db.execute("INSERT INTO hub_clock VALUES (1, 3)")
    hub, beside = EmbeddedHub(path, clock), EmbeddedHub(path, clock)
    enrolment = beside.enrol_v1("old", "front desk")
    assert (enrolment.epoch, enrolment.hub_id, enrolment.last_replica_seq, enrolment.refetch) == (
        "e-1",
        "e-1",
        2,
        False,
    )
    old = Writer(hub, replica_id="old")
    assert len(old.rows()) == 3
    clock.leap(91 * 86400)
    assert [row.entity_id for row in old.rows()] == [call.id], "what was closed goes by the day of the update"


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
