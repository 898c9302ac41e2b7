"""The checker fires: each invariant has a planted bug, done to a site that is sound otherwise."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from data.floor.pace import LeapClock
from data.store import driver
from data.store.database import Store
from data.sync.contract import Op, OpOutcome
from data.sync.embedded import EmbeddedHub
from data.sync.wire import Wake
from data.sync.worker import Worker
from tests.sync.books import books
from tests.sync.checker import Site, check
from tests.sync.saver import open_saver, save_one
from tests.sync.writers import Writer, contact


@pytest.fixture(scope="module")
def sound_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub, two seats that saved and pulled everything, refused ops and a conflict among it."""
    folder = tmp_path_factory.mktemp("site")
    chance, clock = random.Random(11), LeapClock()
    stores = [open_saver(folder / name) for name in ("a.db", "b.db")]
    workers = [
        Worker(store, lambda: EmbeddedHub(folder / "hub.db", clock), lambda _told: None, clock, chance)
        for store in stores
    ]
    saved = []
    for place in range(120):
        saved += save_one(stores[place % 2], chance, clock)
        clock.leap(1.0)
        if chance.random() < 0.3:
            workers[chance.randrange(2)].step()
    for _ in range(4):
        for worker in workers:
            worker.hear(Wake())
            clock.leap(1.0)
            while worker.step() < 0.05:
                pass
    hub = books(folder / "hub.db")
    assert any(not op.hub_seq for op in hub.ops) and any(op.told for op in hub.ops)
    for worker, store in zip(workers, stores, strict=True):
        worker.close()
        store.close()
    (folder / "saved").write_text("\n".join(saved))
    return folder


@pytest.fixture
def site(sound_site: Path, tmp_path: Path) -> Site:
    folder = tmp_path / "copy"
    shutil.copytree(sound_site, folder)
    saved = set((folder / "saved").read_text().split())
    return Site(folder / "hub.db", [folder / "a.db", folder / "b.db"], saved)


def test_a_sound_site_has_nothing_wrong(site: Site) -> None:
    assert len(site.saved) > 100
    assert check(site) == []


def hub_sql(sql: str) -> Callable[[Site], None]:
    def plant(site: Site) -> None:
        with driver.connect(site.hub) as connection:
            assert connection.execute(sql).rowcount != 0

    return plant


def seat_sql(*statements: str) -> Callable[[Site], None]:
    def plant(site: Site) -> None:
        check(site)
        with Store(site.stores[0]) as store:
            for sql in statements:
                assert store.execute(sql).rowcount != 0

    return plant


def an_op_that_is_lost(site: Site) -> None:
    """Marked as pushed before it was: it never arrives."""
    site.saved.add("01a00000-0000-7000-8000-000000000000")


def an_op_applied_twice(site: Site) -> None:
    """No dedupe: a push whose answer was lost is applied again."""
    with driver.connect(site.hub) as connection:
        known = connection.execute(
            "SELECT * FROM ops WHERE hub_seq > 0 AND entity = 'ticket' ORDER BY hub_seq DESC LIMIT 1"
        ).fetchone()
        replica = known["replica_id"]
        connection.execute("CREATE TEMP TABLE kept AS SELECT * FROM ops WHERE op_id = ?", (known["op_id"],))
        connection.execute("DELETE FROM ops WHERE op_id = ?", (known["op_id"],))
    hub = EmbeddedHub(site.hub)
    again = Op(
        op_id=known["op_id"],
        replica_seq=known["replica_seq"],
        txn_id=known["txn_id"],
        entity=known["entity"],
        entity_id=known["entity_id"],
        kind="put",
        base_ver=known["base_ver"],
        patch={},
        actor=known["actor"],
        schema_v=1,
    )
    assert hub.push_v1(replica, [again])[0].outcome is OpOutcome.APPLIED
    hub.close()


def two_open_fences(site: Site) -> None:
    """No fencing: a second claim under the number of the first."""
    hub = Writer(EmbeddedHub(site.hub))
    one = contact()
    hub.add(one)
    hub.claim(one.id)
    hub.hub.close()
    with driver.connect(site.hub) as connection:
        connection.execute("UPDATE claim SET fence = 2")


def a_fence_that_was_given_twice(site: Site) -> None:
    """No fencing: two requests were told that they have a contact under one fence."""
    hub = Writer(EmbeddedHub(site.hub))
    one = contact()
    hub.add(one)
    hub.claim(one.id)
    hub.hub.close()
    with driver.connect(site.hub) as connection:
        connection.execute(
            "INSERT INTO claim_request (request_id, answer) SELECT 'again', answer FROM claim_request"
        )


def money_that_was_only_told(site: Site) -> None:
    """The agent was told another amount than what was written."""
    saved = min(one for one in site.saved if "+payment=" in one)
    site.saved.remove(saved)
    site.saved.add(f"{saved}0")


PLANTED: dict[str, tuple[str, Callable[[Site], None]]] = {
    "an op is lost": ("I1", an_op_that_is_lost),
    "an op is applied twice": ("I1", an_op_applied_twice),
    "money is told that is not there": ("I2", money_that_was_only_told),
    "money changes at the hub": (
        "I2",
        hub_sql("UPDATE row SET body = json_set(body, '$.quantity', 9) WHERE entity = 'charge'"),
    ),
    "money is missing at a seat": (
        "I2",
        seat_sql("DELETE FROM payment WHERE rowid = (SELECT min(rowid) FROM payment)"),
    ),
    "money is doubled at a seat": (
        "I2",
        seat_sql("UPDATE charge SET quantity = quantity * 2"),
    ),
    "a row differs": ("I3", seat_sql("UPDATE ticket SET title = 'other' WHERE pk = 1")),
    "a row is missing": ("I3", seat_sql("DELETE FROM ticket_event WHERE pk = 1")),
    "a row is the seat's alone": (
        "I3",
        seat_sql(
            "INSERT INTO ticket_event (id, ticket_id, at, actor, kind, field, old, new, text)"
            " VALUES ('x', 'x', '2026-01-05T12:00:00.000Z', 'x', 'note', '', '', '', '')"
        ),
    ),
    "two fences": ("I4", two_open_fences),
    "one fence for two": (
        "I4",
        a_fence_that_was_given_twice,
    ),
    "last write wins": (
        "I5",
        hub_sql("UPDATE row SET body = json_set(body, '$.title', 'other') WHERE entity = 'ticket'"),
    ),
    "a conflict is dropped": (
        "I5",
        hub_sql(
            "UPDATE ops SET result = json_set(result, '$.conflicts', json('[]')) WHERE result LIKE '%conflict\"%'"
        ),
    ),
    "a conflict is made up": (
        "I5",
        hub_sql(
            "UPDATE ops SET result = json_set(result, '$.conflicts',"
            ' json(\'[{"field":"title","mine":1,"theirs":2}]\'))'
            " WHERE hub_seq = (SELECT min(hub_seq) FROM ops WHERE hub_seq > 0)"
        ),
    ),
    "an op overtakes another": (
        "I6",
        hub_sql("UPDATE ops SET replica_seq = replica_seq + 1000 WHERE rowid = (SELECT min(rowid) FROM ops)"),
    ),
    "a number is left out": ("I8", hub_sql("UPDATE hub_clock SET v = v + 1")),
    "a number is above the clock": ("I8", hub_sql("UPDATE hub_clock SET v = v - 1")),
    "a save is not shown": (
        "I7",
        seat_sql(
            "INSERT INTO outbox (op_id, txn_id, entity, entity_id, kind, base_ver, patch, state)"
            " SELECT 'x', 'x', 'ticket', id, 'put', 1, '{\"title\":\"other\"}', 'queued' FROM ticket WHERE pk = 1"
        ),
    ),
    "a version goes back": ("I7", seat_sql("UPDATE row_meta SET ver = ver - 1 WHERE entity = 'ticket'")),
    "a note is gone again": ("I7", seat_sql("DELETE FROM ticket_event WHERE pk = 1")),
    "a cursor goes back": ("I8", seat_sql("UPDATE sync_state SET value = '3' WHERE key = 'cursor'")),
    "an op waits for ever": (
        "I9",
        seat_sql(
            "UPDATE outbox SET state = 'sent', hub_seq = 1 WHERE seq = (SELECT min(seq) FROM outbox)",
        ),
    ),
    "a hub row is kept back for nothing": ("I9", seat_sql("INSERT INTO shadow VALUES ('ticket', 'x', '{}')")),
    "the index of tickets is stale": (
        "I10",
        seat_sql("DROP TRIGGER ticket_au", "UPDATE ticket SET title = 'unheard of' WHERE pk = 1"),
    ),
    "a refused op is empty": (
        "I11",
        seat_sql("UPDATE outbox SET patch = '' WHERE state = 'refused'"),
    ),
    "a refused op does not say why": (
        "I11",
        seat_sql("UPDATE outbox SET last_error = NULL WHERE state = 'refused'"),
    ),
    "a refused op is forgotten": ("I11", seat_sql("DELETE FROM outbox WHERE state = 'refused'")),
}


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(site: Site, bug: str) -> None:
    invariant, plant = PLANTED[bug]
    plant(site)
    found = check(site)
    assert any(line.startswith(f"{invariant}:") for line in found), found


def test_a_damaged_file_is_found(site: Site) -> None:
    """I10: a page of the hub that was never written (a disk that lies about fsync)."""
    with driver.connect(site.hub) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'row_by_seq'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    with site.hub.open("r+b") as file:
        file.seek((page - 1) * size + 8)
        file.write(b"\x00" * 200)
    found = check(site)
    assert any(line.startswith("I10:") for line in found), found
