"""What a hub has in its books, whichever hub it is: read once, at rest, for the checker."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import tuple_row

from data.store import driver
from data.sync.contract import HubRow


class BookedOp(NamedTuple):
    op_id: str
    replica_id: str
    replica_seq: int
    entity: str
    entity_id: str
    base_ver: int
    patch: dict[str, Any]
    hub_seq: int
    """0: refused."""
    told: frozenset[str]
    """The fields that the hub's answer says are in conflict."""


class BookedClaim(NamedTuple):
    contact_id: str
    fence: int
    agent: str
    finished: bool


@dataclass(frozen=True)
class Books:
    """Everything that the invariants are about."""

    ops: list[BookedOp]
    """In the order in which they came, as far as the hub remembers it."""
    rows: list[HubRow]
    claims: list[BookedClaim]
    """By contact and fence."""
    given: list[tuple[str, str, int]]
    """(request, contact, fence) of every request that was given a contact."""
    top: int
    """The highest number of the hub's order."""
    put_back: bool = False
    """It was put back from a backup at some time: what it refused since then it does not know any more."""
    faults: list[str] = field(default_factory=list)
    """What the hub's own store finds wrong with itself."""


def books(hub: Path | str) -> Books:
    """The books of the hub at an address.

    Raises:
        driver.Error: an embedded hub cannot be read.
    """
    return embedded(hub) if isinstance(hub, Path) else in_postgres(hub)


def unsound(connection: driver.Connection) -> list[str]:
    """What SQLite finds wrong with a file, and rows without the one they belong to."""
    integrity = [row[0] for row in connection.execute("PRAGMA integrity_check").fetchall() if row[0] != "ok"]
    return integrity + [f"foreign key {tuple(row)}" for row in connection.execute("PRAGMA foreign_key_check")]


def embedded(path: Path) -> Books:
    """The books of an embedded hub."""
    hub = driver.connect(path, create=False)
    try:
        read: Callable[[str], list[Any]] = lambda sql: hub.execute(sql).fetchall()  # noqa: E731
        answers = [json.loads(row[0]) for row in read("SELECT answer FROM claim_request")]
        return Books(
            ops=[
                BookedOp(
                    *row[:6],
                    json.loads(row["patch"]),
                    row["hub_seq"],
                    frozenset(conflict["field"] for conflict in json.loads(row["result"])["conflicts"]),
                )
                for row in read(
                    "SELECT op_id, replica_id, replica_seq, entity, entity_id, base_ver, patch, hub_seq, result"
                    " FROM ops ORDER BY rowid"
                )
            ],
            rows=[
                HubRow.model_validate({**dict(row), "body": json.loads(row["body"])})
                for row in read("SELECT hub_seq, entity, entity_id, ver, body, deleted FROM row")
            ],
            claims=[
                BookedClaim(*row)
                for row in read("SELECT contact_id, fence, agent, finished FROM claim ORDER BY contact_id, fence")
            ],
            given=[
                (answer["request_id"], answer["contact_id"], answer["fence"])
                for answer in answers
                if answer["contact_id"] is not None
            ],
            top=read("SELECT v FROM hub_clock")[0][0],
            put_back=len(set(read("SELECT value FROM hub_info WHERE key IN ('epoch', 'hub_id')"))) > 1,
            faults=unsound(hub),
        )
    finally:
        hub.close()


def in_postgres(dsn: str) -> Books:
    """The books of a PostgreSQL hub, as its administrator sees them. Which refused op came when is not remembered: they
    stand last."""
    with psycopg.connect(dsn, row_factory=tuple_row) as hub:
        read: Callable[[str], list[Any]] = lambda sql: hub.execute(sql).fetchall()  # noqa: E731
        hub.execute("SET search_path = agent_console")
        return Books(
            ops=[
                BookedOp(*row[:8], frozenset(conflict["field"] for conflict in row[8]))
                for row in read(
                    "SELECT op_id, replica_id, replica_seq, entity, entity_id, base_ver, patch, hub_seq,"
                    " result->'conflicts' FROM ops ORDER BY hub_seq = 0, hub_seq, replica_id, replica_seq"
                )
            ],
            rows=[
                HubRow(hub_seq=row[0], entity=row[1], entity_id=row[2], ver=row[3], body=row[4], deleted=row[5])
                for row in read("SELECT hub_seq, entity, entity_id, ver, body, deleted FROM entity_row")
            ],
            claims=[
                BookedClaim(*row)
                for row in read("SELECT contact_id, fence, agent, finished FROM claim ORDER BY contact_id, fence")
            ],
            given=read(
                "SELECT request_id, answer->>'contact_id', (answer->>'fence')::int FROM claim_request"
                " WHERE answer->>'contact_id' IS NOT NULL"
            ),
            top=read("SELECT v FROM hub_clock")[0][0],
            put_back=len(set(read("SELECT value FROM hub_info WHERE key IN ('epoch', 'hub_id')"))) > 1,
        )
