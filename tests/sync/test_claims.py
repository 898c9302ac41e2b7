"""Many who claim from one queue: no call twice, none forgotten."""

from __future__ import annotations

import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from data.store import driver
from data.store.database import Store
from data.sync.embedded import EmbeddedHub
from tests.chaos import KINDS
from tests.postgres import Server
from tests.proof.claiming import embedded_place, postgres_place, race
from tests.sync.seat_process import SeatProcess
from tests.sync.writers import Writer, contact

WAITING_FOR_SEATS = 1_500
"""Each of their claims goes through two processes, and each seat pulls what the other one took."""


def fill(path: Path, count: int) -> set[str]:
    """A hub where so many callers wait."""
    feed = Writer(EmbeddedHub(path), "feed")
    waiting = [contact(priority=place % 3) for place in range(count)]
    for start in range(0, count, 500):
        feed.add(*waiting[start : start + 500])
    feed.hub.close()
    return {one.id for one in waiting}


def nobody_twice(path: Path, waiting: set[str], won: dict[str, list[str]]) -> None:
    """Every contact was won exactly once, and the hub says the same of who has it."""
    count = Counter(contact_id for ids in won.values() for contact_id in ids)
    assert count.keys() == waiting
    assert set(count.values()) == {1}
    with driver.connect(path) as connection:
        rows = connection.execute(
            "SELECT entity_id, json_extract(body, '$.agent'), json_extract(body, '$.fence') FROM row"
            " WHERE entity = 'contact'"
        ).fetchall()
        assert {row[0]: (row[1], row[2]) for row in rows} == {
            contact_id: (agent, 1) for agent, ids in won.items() for contact_id in ids
        }
        assert connection.execute("SELECT count(*) FROM claim").fetchone()[0] == len(waiting)


@pytest.mark.parametrize("kind", KINDS)
def test_claimers_that_are_killed_and_leases_that_run_out(tmp_path: Path, kind: str, server: Server) -> None:
    """`python -m tests.proof claims` does the same with fifty claimers and 5,000 calls."""
    place = embedded_place(tmp_path) if kind == "embedded" else postgres_place(server)
    done = race(tmp_path, place, calls=400, claimers=8, seed=3, every_s=0.05)
    print(f"{kind}: {sum(done.told.values()) / done.seconds:.0f} claims/s, {done.kills} killed, {done.again} again")
    assert done.found == []
    assert done.kills


def test_two_seats_with_their_workers(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    waiting = fill(path, WAITING_FOR_SEATS)
    won: dict[str, list[str]] = {"ana": [], "bo": []}

    def play(agent: str) -> None:
        with SeatProcess(tmp_path / f"{agent}.db", path, agent) as seat:
            while (claim := seat.claim(agent)).contact_id is not None:
                won[agent].append(claim.contact_id)
            ends[agent] = claim.why
            with Store(tmp_path / f"{agent}.db") as store:
                seat.wait_until(
                    lambda: store.value("SELECT count(*) FROM contact WHERE state = 'ringing'") == WAITING_FOR_SEATS
                )
                shown[agent] = {row["id"]: row["agent"] for row in store.rows("SELECT id, agent FROM contact")}

    ends: dict[str, str] = {}
    shown: dict[str, dict[str, str]] = {}
    players = [threading.Thread(target=play, args=(agent,)) for agent in won]
    start = time.perf_counter()
    for player in players:
        player.start()
    for player in players:
        player.join()
    took = time.perf_counter() - start
    print(
        f"two seats: {WAITING_FOR_SEATS / took:.0f} claims/s; {', '.join(f'{who} {len(ids)}' for who, ids in won.items())}"
    )
    assert ends == {"ana": "nobody is waiting", "bo": "nobody is waiting"}
    nobody_twice(path, waiting, won)
    truth = {contact_id: agent for agent, ids in won.items() for contact_id in ids}
    assert shown == {"ana": truth, "bo": truth}, "each seat shows who has which call"
    assert min(len(ids) for ids in won.values()) > WAITING_FOR_SEATS / 20, "both had their share"
