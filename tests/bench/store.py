"""What the store does: saving, opening, finding, importing, and the embedded hub beside it."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from data.billing.terms import Terms
from data.clock import SYSTEM_CLOCK
from data.customers import lookup
from data.desk import journal, reading
from data.desk.journal import DeskItem
from data.models.base import AgentId, TicketId, new_id
from data.service.policies import load_service
from data.store.database import STORE_FILE, Store
from data.sync.embedded import EmbeddedHub
from data.tickets import tickets
from tests.bench.furnishing import ME, add_tickets, title
from tests.bench.table import Measure, quantile
from tests.sync.writers import Writer, contact

FIELDS = {
    "title": "Printer prints blank pages",
    "details": "Since this morning. " * 5,
    "type": "1",
    "priority": "normal",
}


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that something takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _plain_saves(path: Path, count: int) -> list[float]:
    """The same three rows a save by the interpreter's own sqlite3, every commit on disk."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    for table in ("ticket", "event", "outbox"):
        db.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT, d TEXT, e TEXT, f TEXT)")

    def save() -> None:
        db.execute("BEGIN IMMEDIATE")
        for table in ("ticket", "event", "outbox"):
            values = (new_id(), *(f"{text}" for text in FIELDS.values()), "x")
            db.execute(f"INSERT INTO {table} (a, b, c, d, e, f) VALUES (?, ?, ?, ?, ?, ?)", values)
        db.execute("COMMIT")

    took = [timed(save) for _ in range(count)]
    db.close()
    return took


def saving(folder: Path, count: int) -> list[Measure]:
    """A ticket, its first line of history and their outbox rows in one durable transaction."""
    plain = _plain_saves(folder / "plain.db", count)
    with Store(folder / "saving.db") as store:
        ours = [
            timed(lambda n=place: tickets.create(store, FIELDS, str(n), ME, SYSTEM_CLOCK)) for place in range(count)
        ]
    return [
        Measure("ticket + history + outbox, durable, p50", quantile(ours, 0.5), "ms", quantile(plain, 0.5), times=2.0, note="floor: sqlite3, the same rows"),
        Measure("the same, p99", quantile(ours, 0.99), "ms", quantile(plain, 0.99), times=2.0),
    ]  # fmt: skip


def tickets_at_hand(folder: Path, count: int) -> list[Measure]:
    """Opening and finding one of many tickets."""
    rng, service = random.Random(1), load_service()
    with Store(folder / "many.db", durable=False) as store:
        ids = add_tickets(store, count)
        opened, found = [], []
        for ticket_id in rng.sample(ids, 200):
            item = DeskItem(
                id=f"ticket:{ticket_id}", agent=ME, ticket_id=TicketId(ticket_id), updated_at=SYSTEM_CLOCK.now()
            )
            opened.append(
                timed(
                    lambda one=item: (
                        tickets.get(store, one.ticket_id),
                        reading.ticket_view(store, one, service, Terms(ZoneInfo("UTC")), SYSTEM_CLOCK.now()),
                    )
                )
            )
        for _ in range(200):
            words = " ".join(title(rng).split()[: rng.randint(1, 4)])
            found.append(timed(lambda text=words: tickets.find(store, text)))
    return [
        Measure("opening a ticket, p50", quantile(opened, 0.5), "ms", most=2, note=f"of {count:,}"),
        Measure("opening a ticket, p99", quantile(opened, 0.99), "ms", most=2),
        Measure("finding tickets by words, p50", quantile(found, 0.5), "ms", most=5),
        Measure("finding tickets by words, p99", quantile(found, 0.99), "ms", most=5),
    ]


def looking_up(folder: Path, queries: Sequence[str], customers: int) -> list[Measure]:
    """A lookup as it is done at every key: each beginning of each query, rows included."""
    with Store(folder / STORE_FILE) as store:
        typed = [query[:end] for query in queries for end in range(1, len(query) + 1)]
        for text in typed[:50]:
            lookup.lookup(store, text)
        took = [timed(lambda one=text: lookup.lookup(store, one)) for text in typed]
    note = f"{customers:,} customers"
    return [
        Measure("lookup at each key, p50", quantile(took, 0.5), "ms", most=0.3, note=note),
        Measure("lookup at each key, p99", quantile(took, 0.99), "ms", most=2),
        Measure("lookup at each key, worst", max(took), "ms", most=15),
    ]


def queue_log(folder: Path, corpora: Path) -> list[Measure]:
    """A real month of a telephone exchange: bringing it in, and all of its figures."""
    from data.queue import history, stats

    with Store(folder / "month.db") as store:
        report = history.import_queue_log(store, [corpora / "calls" / "february.queue_log.xz"])
        took = timed(lambda: stats.stats(store))
    return [
        Measure("importing 89,412 lines of queue_log", report.seconds, "s", most=5),
        Measure("all figures of that month", took / 1000, "s", most=1),
    ]


def hub(folder: Path, count: int) -> list[Measure]:
    """The embedded hub: ops taken in, and calls claimed by one claimer."""
    writer = Writer(EmbeddedHub(folder / "bench-hub.db"), "feed")
    pages = [[writer.new(contact(priority=place % 3)) for place in range(500)] for _ in range(count // 500)]
    pushed = timed(lambda: [writer.push(*page) for page in pages])
    replica = new_id()
    writer.hub.enrol_v1(replica, "bench")
    claims = min(count, 1_000)
    claimed = timed(
        lambda: [writer.hub.claim_v1(replica, new_id(), AgentId("dana"), (), None) for _ in range(claims)]
    )
    writer.hub.close()
    return [
        Measure("ops pushed to the embedded hub", count / pushed * 1000, "ops/s", note="batches of 500"),
        Measure("calls claimed from the embedded hub, one claimer", claims / claimed * 1000, "/s"),
    ]


def keeping(folder: Path, count: int) -> list[Measure]:
    """Writing the draft of a ticket, as it is done within half a second of typing."""
    with Store(folder / "drafts.db") as store:
        item = DeskItem(id="c-1", agent=ME, fields=FIELDS, updated_at=SYSTEM_CLOCK.now())
        took = [timed(lambda: journal.keep(store, item, SYSTEM_CLOCK)) for _ in range(count)]
    return [Measure("writing a draft, p99", quantile(took, 0.99), "ms", most=10)]


def corpora() -> Path | None:
    """The folder of real data, when the machine has it."""
    named = os.environ.get("AGENT_CONSOLE_CORPORA")
    return Path(named) if named else None
