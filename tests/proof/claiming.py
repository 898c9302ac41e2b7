"""Fifty claimers on one hub, of whom some are killed and some let their lease run out: no call to two of them."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from data.clock import SYSTEM_CLOCK
from data.models.base import AgentId, ContactId, new_id
from data.models.contact import ContactState
from data.sync.contract import Hub, HubUnreachable
from data.sync.embedded import EmbeddedHub
from data.sync.hub_claims import LEASE
from data.sync.postgres.hub import PostgresHub
from tests.postgres import Server, set_clock
from tests.sync.books import books
from tests.sync.checker import Site, fences
from tests.sync.writers import Writer, contact

FORK = multiprocessing.get_context("fork")


@dataclass
class Race:
    """What came of it."""

    calls: int
    seconds: float = 0.0
    kills: int = 0
    expiries: int = 0
    """How often all leases ran out."""
    told: Counter[tuple[str, int]] = field(default_factory=Counter)
    """(contact, fence) → how many claimers were told that they have it."""
    found: list[str] = field(default_factory=list)

    @property
    def again(self) -> int:
        """Claims of a contact that somebody had had before."""
        return sum(fence > 1 for _, fence in self.told)


@dataclass(frozen=True)
class Place:
    """A hub whose clock can be put forward."""

    address: Path | str
    connect: Callable[[], Hub]
    """Called in each claimer's own process."""
    put_forward: Callable[[timedelta], None]


class Ahead:
    """The machine's clock, put forward for all processes at once."""

    def __init__(self) -> None:
        self.seconds: Any = FORK.Value("d", 0.0, lock=False)
        """Without a lock: whoever is killed would keep it for ever."""

    def now(self) -> datetime:
        return SYSTEM_CLOCK.now() + timedelta(seconds=self.seconds.value)

    def monotonic(self) -> float:
        return SYSTEM_CLOCK.monotonic()

    def put_forward(self, by: timedelta) -> None:
        self.seconds.value += by.total_seconds()


def embedded_place(folder: Path) -> Place:
    """An embedded hub whose clock can be put forward."""
    clock = Ahead()
    return Place(folder / "hub.db", lambda: EmbeddedHub(folder / "hub.db", clock), clock.put_forward)


def postgres_place(server: Server) -> Place:
    """The same in PostgreSQL."""
    dsn = server.emptied_hub(SYSTEM_CLOCK.now())
    clock = Ahead()

    def put_forward(by: timedelta) -> None:
        clock.put_forward(by)
        set_clock(dsn, clock.now())

    return Place(dsn, lambda: PostgresHub(dsn), put_forward)


def race(folder: Path, place: Place, calls: int, claimers: int, seed: int, *, every_s: float = 0.1) -> Race:
    """So many waiting contacts, half of them calls and half chats, which come back when their claimer is gone. A claimer
    is killed every `every_s` on average, and now and then all leases run out."""
    chance = random.Random(seed)
    hub = place.connect()
    feed = Writer(hub, "feed")
    kinds = ["call", "chat"]
    waiting = [contact(kind=kinds[number % 2], priority=number % 3) for number in range(calls)]
    for start in range(0, calls, 500):
        feed.add(*waiting[start : start + 500])
    done = Race(calls)
    over: Any = FORK.Value(
        "b", 0, lock=False
    )  # an Event has a lock, which dies with whoever is killed while asking it
    running: list[BaseProcess] = []
    logs = 0

    def start_one() -> BaseProcess:
        nonlocal logs
        logs += 1
        log = folder / f"claims-{logs}"
        process = FORK.Process(target=_claim, args=(place.connect, over, log, chance.randrange(1 << 30)))
        process.start()
        return process

    running = [start_one() for _ in range(claimers)]
    began = time.monotonic()
    cursor = 0
    states: dict[str, str] = {}
    while len(states) < calls or ContactState.WAITING in states.values():
        time.sleep(chance.uniform(0, 2 * every_s))
        victim = chance.randrange(claimers)
        pid = running[victim].pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
            running[victim].join()
            running[victim] = start_one()
            done.kills += 1
        if chance.random() < 0.05:
            place.put_forward(LEASE * 2)
            done.expiries += 1
        rows = [row for row in feed.rows(cursor, 500) if row.entity == "contact"]
        states |= {row.entity_id: row.body["state"] for row in rows}
        cursor = max([cursor, *(row.hub_seq for row in rows)])
    done.seconds = time.monotonic() - began
    over.value = 1
    for process in running:
        process.join()
    hub.close()
    for log in folder.glob("claims-*"):
        for line in log.read_text().splitlines():
            contact_id, fence, end = line.split()
            if end == ".":  # the last line of a killed one may be cut
                done.told[contact_id, int(fence)] += 1
    done.found = _judge(place, waiting_ids={one.id for one in waiting}, told=done.told)
    return done


def _claim(connect: Callable[[], Hub], over: Any, log: Path, seed: int) -> None:
    """One claimer: of what it gets it gives most back, and keeps some till the lease runs out."""
    chance = random.Random(seed)
    hub = connect()
    replica, agent = new_id(), AgentId(f"agent-{os.getpid()}")
    hub.enrol_v1(replica, agent)
    held: list[tuple[ContactId, int]] = []
    with log.open("a") as out:
        while not over.value:
            try:
                claim = hub.claim_v1(replica, new_id(), agent, (), None)
                if claim.contact_id is None:
                    time.sleep(0.02)
                    continue
                out.write(f"{claim.contact_id} {claim.fence} .\n")
                out.flush()
                held.append((claim.contact_id, claim.fence))
                if chance.random() < 0.8:
                    hub.finish_v1(replica, *held.pop(chance.randrange(len(held))))
                elif chance.random() < 0.5:
                    hub.heartbeat_v1(replica, *chance.choice(held))
            except HubUnreachable:
                time.sleep(0.05)
    hub.close()


def _judge(place: Place, waiting_ids: set[str], told: Counter[tuple[str, int]]) -> list[str]:
    found = [f"I4: {one} was told to {times} claimers" for one, times in told.items() if times > 1]
    hub = books(place.address)
    found += fences(hub, Site(place.address, []))
    claimed = {claim.contact_id: claim for claim in hub.claims}
    found += [f"I4: nobody got {one}" for one in sorted(waiting_ids - claimed.keys())]
    kinds = {row.entity_id: row.body["kind"] for row in hub.rows if row.entity == "contact"}
    found += [
        f"I4: the call {one} was given {claim.fence} times"
        for one, claim in claimed.items()
        if kinds[one] == "call" and claim.fence > 1
    ]
    given = {(claim.contact_id, claim.fence) for claim in hub.claims}
    found += [f"I4: {one} was told, and is not in the books" for one in sorted(told.keys() - given)]
    return found
