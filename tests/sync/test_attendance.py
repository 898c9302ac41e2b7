"""A real worker process for an agent who signed in by password, a real encrypted replica, and a real hub."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from data.clock import SYSTEM_CLOCK
from data.customers.importing import import_customers
from data.identity.agents import WIPE
from data.models.agent import AgentState, Role
from data.models.base import AgentId
from data.queue import people as desk
from data.queue.agent_state import Move
from data.store import driver
from data.store.database import Store
from data.store.key import Key
from data.store.save import saving
from data.sync.contract import Member
from data.sync.embedded import EmbeddedHub
from data.sync.hub_people import People
from data.sync.wire import AskClaim, Begin, Claimed, Expelled, Leaving, LetIn, SignOut, SyncStatus, TurnedAway
from tests.sync.seat_process import SeatProcess
from tests.sync.writers import ticket

PASSWORD = "correct horse 1"


class Site:
    """A hub with one person, and their replica on a seat."""

    def __init__(self, folder: Path) -> None:
        self.hub, self.store, self.key = folder / "hub.db", folder / "dana" / "seat.db", Key.fresh()
        with People(self.hub, SYSTEM_CLOCK) as people:
            self.dana: Member = people.add("Dana Reyes", Role.AGENT, PASSWORD)
        self.save("Printer")

    def save(self, title: str) -> None:
        with Store(self.store, key=self.key) as store, saving(store, AgentId(self.dana.id), SYSTEM_CLOCK) as change:
            change.add(ticket(title, created_by=self.dana.id))

    def value(self, sql: str) -> object:
        with Store(self.store, key=self.key) as store:
            return store.value(sql)

    def titles(self) -> set[str]:
        """The tickets at the hub."""
        hub = EmbeddedHub(self.hub)
        try:
            return {row.body["title"] for row in hub._file.rows("entity = 'ticket'", ())}
        finally:
            hub.close()

    def revoke(self) -> None:
        with People(self.hub, SYSTEM_CLOCK) as people:
            people.revoke("Dana Reyes")

    def begin(self, password: str = PASSWORD) -> Begin:
        return Begin(key=SecretStr(self.key.hex), person=self.dana.id, password=SecretStr(password))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def worker(site: Site) -> Iterator[SeatProcess]:
    with SeatProcess(site.store, site.hub, "seat", "--sign-in") as process:
        yield process


def test_the_key_comes_over_the_pipe_and_stands_nowhere(site: Site, worker: SeatProcess) -> None:
    worker.say(site.begin())
    let_in = worker.wait_for(lambda told: told if isinstance(told, LetIn) else None)
    assert let_in.member == site.dana
    worker.wait_until(lambda: site.titles() == {"Printer"})
    running = psutil.Process(worker.process.pid)
    told = " ".join([*running.cmdline(), *running.environ().values()])
    assert site.key.hex not in told and PASSWORD not in told
    assert site.value("SELECT value FROM sync_state WHERE key = 'verified_at'")
    worker.close()
    for file in site.store.parent.rglob("*"):
        assert file.is_dir() or b"Printer" not in file.read_bytes(), file


def test_nothing_of_the_first_line_is_repeated(site: Site, worker: SeatProcess) -> None:
    assert worker.process.stdin is not None and worker.process.stderr is not None
    worker.process.stdin.write(b'{"say": "begin", "key": "secret-key", "password": ["secret-word"]}\n')
    worker.process.stdin.flush()
    assert worker.process.wait(20) == 0
    assert b"secret" not in worker.process.stderr.read()


def test_a_password_that_holds_no_longer(site: Site, worker: SeatProcess) -> None:
    worker.say(site.begin("battery staple 2"))
    worker.wait_for(lambda told: told if isinstance(told, TurnedAway) else None)
    assert not site.value("SELECT value FROM sync_state WHERE key = 'verified_at'")
    assert site.titles() == set() and site.value("SELECT count(*) FROM outbox WHERE state = 'queued'") == 1


def test_who_left_a_locked_screen_is_signed_out_by_the_worker(site: Site, worker: SeatProcess) -> None:
    with Store(site.store, key=site.key) as store:
        _, status = desk.sign_on(store, "Dana Reyes", SYSTEM_CLOCK)
        desk.move(store, status, Move.READY, SYSTEM_CLOCK)
        me = AgentId(status.id)
    worker.say(site.begin())
    worker.say(SignOut(agent=me))
    worker.wait_until(lambda: site.value("SELECT state FROM agent_status") == AgentState.SIGNED_OUT)
    worker.close()
    hub = EmbeddedHub(site.hub)
    assert [row.body["state"] for row in hub._file.rows("entity = 'agent_status'", ())] == ["signed out"]
    hub.close()


def expelled(worker: SeatProcess, *, over: bool) -> Expelled:
    return worker.wait_for(lambda told: told if isinstance(told, Expelled) and told.over is over else None)


def test_who_is_revoked_at_work_sends_what_waits_and_then_goes(site: Site, worker: SeatProcess) -> None:
    worker.say(site.begin())
    worker.wait_until(lambda: site.titles() == {"Printer"})
    site.revoke()
    expelled(worker, over=False)
    site.save("The last one")
    worker.wake()
    worker.wait_until(lambda: site.titles() == {"Printer", "The last one"})
    assert not (site.store.parent / WIPE).exists(), "the console has not left yet"
    worker.say(Leaving())
    expelled(worker, over=True)
    assert (site.store.parent / WIPE).exists()


def test_nothing_is_given_up_while_the_hub_lacks_something(site: Site, worker: SeatProcess, tmp_path: Path) -> None:
    site.revoke()
    worker.say(site.begin())
    expelled(worker, over=False)
    worker.wait_until(lambda: site.titles() == {"Printer"})
    away = tmp_path / "away.db"
    shutil.move(site.hub, away)
    worker.wait_status(lambda told: not told.online)
    site.save("While it was away")
    mark = worker.mark()
    worker.say(Leaving())
    worker.wait_for(lambda told: told if isinstance(told, Expelled) and told.queued == 1 else None, mark)
    assert not (site.store.parent / WIPE).exists()
    shutil.move(away, site.hub)
    expelled(worker, over=True)
    assert site.titles() == {"Printer", "While it was away"} and (site.store.parent / WIPE).exists()


def test_nothing_is_given_up_while_the_hub_lacks_part_of_an_import(
    site: Site, worker: SeatProcess, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("id,name,phone\n" + "".join(f"c{place},Customer {place},\n" for place in range(450)))
    site.revoke()
    with Store(site.store, key=site.key) as store:
        import_customers(store, file)
    worker.say(site.begin())
    worker.say(Leaving())
    assert expelled(worker, over=False).queued >= 200
    expelled(worker, over=True)
    hub = EmbeddedHub(site.hub)
    assert sum(1 for _ in hub._file.rows("entity = 'customer'", ())) == 450
    hub.close()


class Holding:
    """Somebody who writes into the store without an end, so that nobody else can. Use it as a context manager."""

    def __init__(self, site: Site) -> None:
        self._connection = driver.connect(site.store, key=site.key)

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, *_exc: object) -> None:
        self._connection.execute("ROLLBACK")
        self._connection.close()


def busy(worker: SeatProcess, after: int = 0) -> None:
    worker.wait_for(lambda told: isinstance(told, SyncStatus) and "busy" in told.problem, after, 30)


def test_a_store_that_cannot_be_written_for_a_while_does_not_end_the_worker(
    site: Site, worker: SeatProcess
) -> None:
    """On a locked screen nobody could start another: only this one has the key."""
    with Store(site.store, key=site.key) as store:
        _, status = desk.sign_on(store, "Dana Reyes", SYSTEM_CLOCK)
        desk.move(store, status, Move.READY, SYSTEM_CLOCK)
    worker.say(site.begin())
    worker.wait_until(lambda: site.titles() == {"Printer"})
    with Holding(site):
        mark = worker.mark()
        worker.say(SignOut(agent=AgentId(status.id)))
        busy(worker, mark)
        mark = worker.mark()
        worker.say(AskClaim(request_id="r1", agent=AgentId(status.id)))
        told = worker.wait_for(lambda told: told if isinstance(told, Claimed) else None, mark, 40)
        assert told.refused and "store" in told.claim.why
    worker.wait_until(lambda: site.value("SELECT state FROM agent_status") == AgentState.SIGNED_OUT)
    worker.wait_status(lambda told: told.online and not told.problem, mark)


def test_a_wipe_that_cannot_be_marked_is_tried_again(site: Site, worker: SeatProcess) -> None:
    worker.say(site.begin())
    worker.wait_until(lambda: site.titles() == {"Printer"})
    in_the_way = site.store.parent / WIPE
    in_the_way.symlink_to(site.store.parent / "nowhere" / "at-all")
    site.revoke()
    worker.say(Leaving())
    worker.wait_for(lambda told: isinstance(told, SyncStatus) and "cannot be used" in told.problem)
    in_the_way.unlink()
    expelled(worker, over=True)
    assert in_the_way.is_file()
