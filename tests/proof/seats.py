"""How long after a change every other seat has it, with so many seats on one PostgreSQL.

The seats are light: each is a connection that listens, asks for the version and pulls, as the worker does, but writes
no store; so many of them share one process. Server, seats and the one who saves share this machine."""

from __future__ import annotations

import multiprocessing
import random
import selectors
import threading
import time
from dataclasses import dataclass
from typing import Any

from data.models.base import new_id
from data.sync.postgres import notifier
from data.sync.postgres.hub import PostgresHub
from tests.bench.table import quantile
from tests.sync.writers import Writer, ticket

PROCESSES = 2
A_SECOND = 3.0
"""Changes: what five hundred agents save."""
SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Reach:
    seats: int
    changes: int
    missed: int
    """Pairs of a change and a seat that did not get it within ten seconds of the last one."""
    p50_ms: float
    p99_ms: float
    worst_ms: float


def reach(dsn: str, seats: int, seconds: float) -> Reach:
    """Save for so long, and see when each seat has what was saved."""
    changes = int(seconds * A_SECOND)
    shares = [seats // PROCESSES + (place < seats % PROCESSES) for place in range(PROCESSES)]
    pipes, processes = [], []
    for share in shares:
        ours, theirs = SPAWN.Pipe()
        process = SPAWN.Process(target=_listen, args=(dsn, share, changes, theirs))
        process.start()
        pipes.append(ours)
        processes.append(process)
    for pipe in pipes:
        assert pipe.recv() == "ready"
    over = threading.Event()
    teller = threading.Thread(target=notifier.run, args=(dsn, over))
    teller.start()
    writer = Writer(PostgresHub(dsn), "writer")
    chance = random.Random(seats)
    for _ in range(changes):
        time.sleep(chance.expovariate(A_SECOND))
        writer.add(ticket(repr(time.monotonic())))
    took = [one for pipe in pipes for one in pipe.recv()]
    over.set()
    teller.join()
    writer.hub.close()
    for process in processes:
        process.join()
    return Reach(
        seats,
        changes,
        seats * changes - len(took),
        quantile(took, 0.5),
        quantile(took, 0.99),
        max(took, default=0.0),
    )


def _listen(dsn: str, count: int, changes: int, pipe: Any) -> None:
    """So many seats; tells for each change how many milliseconds it took to each of them."""
    selector = selectors.DefaultSelector()
    for _ in range(count):
        hub, replica = PostgresHub(dsn), new_id()
        hub.enrol_v1(replica, "seat")
        cursor = hub.pull_v1(replica, 0).end
        hub.version()
        selector.register(hub._line.fileno(), selectors.EVENT_READ, [hub, replica, cursor])
    pipe.send("ready")
    took: list[float] = []
    until = float("inf")
    while len(took) < count * changes and time.monotonic() < until:
        for key, _ in selector.select(0.5):
            hub, replica, cursor = key.data
            if hub.version() != cursor:
                page = hub.pull_v1(replica, cursor)
                now = time.monotonic()
                took += [(now - float(row.body["title"])) * 1000 for row in page.rows]
                key.data[2] = page.end
                until = now + 10
    pipe.send(took)
