"""What the PostgreSQL hub does, beside the smallest statements that could do it on the same server."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg
from psycopg.types.json import Jsonb

from data.models.base import AgentId, new_id
from data.sync.postgres.hub import PostgresHub
from tests import postgres
from tests.bench.table import Measure
from tests.sync.writers import Writer, contact

BATCH = 500
_PLAIN = """
CREATE TABLE plain_row (id text PRIMARY KEY, body jsonb NOT NULL);
CREATE TABLE plain_queue (id text PRIMARY KEY, taken boolean NOT NULL DEFAULT false);
CREATE INDEX ON plain_queue (id) WHERE NOT taken;
"""
_CLAIM = """
UPDATE plain_queue SET taken = true
WHERE id = (SELECT id FROM plain_queue WHERE NOT taken ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id
"""


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_postgres(count: int) -> list[Measure]:
    """Ops taken in, and calls claimed by one claimer; every commit is on disk."""
    claims = min(count, 1_000)
    with postgres.running(durable=True) as server:
        dsn = server.hub()
        writer = Writer(PostgresHub(dsn), "feed")
        bodies = [contact(priority=place % 3) for place in range(count)]
        pages = [[writer.new(one) for one in bodies[at : at + BATCH]] for at in range(0, count, BATCH)]
        pushed = _seconds(lambda: [writer.push(*page) for page in pages])
        agent = AgentId("dana")
        claimed = _seconds(
            lambda: [writer.hub.claim_v1(writer.replica, new_id(), agent, (), None) for _ in range(claims)]
        )
        writer.hub.close()
        with psycopg.connect(dsn, autocommit=True) as plain:
            plain.execute(_PLAIN)
            rows = [(one.id, Jsonb(one.model_dump(mode="json"))) for one in bodies]

            def insert() -> None:
                for at in range(0, count, BATCH):
                    with plain.transaction(), plain.cursor() as cursor:
                        cursor.executemany("INSERT INTO plain_row VALUES (%s, %s)", rows[at : at + BATCH])

            inserted = _seconds(insert)
            plain.execute("INSERT INTO plain_queue SELECT id FROM plain_row")
            taken = _seconds(lambda: [plain.execute(_CLAIM) for _ in range(claims)])
    return [
        Measure("an op pushed to the PostgreSQL hub", pushed / count * 1e6, "µs", inserted / count * 1e6, note="batches of 500; floor: its JSON inserted"),
        Measure("a call claimed from the PostgreSQL hub, one claimer", claimed / claims * 1e3, "ms", taken / claims * 1e3, note="floor: SKIP LOCKED on two columns"),
    ]  # fmt: skip
