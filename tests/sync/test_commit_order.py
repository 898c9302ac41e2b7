"""Who reads up to a number at a PostgreSQL hub has everything up to it, also when the one who took that number commits
late; and the hub takes nothing while it does not wait for its disk (SYNC rules 3 and 19)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from data.sync.contract import HubUnreachable, Op
from data.sync.postgres.hub import PostgresHub
from tests.postgres import Server
from tests.sync.planted import IN_POSTGRES, planted_in_postgres
from tests.sync.writers import Writer, ticket

CALL = "SELECT agent_console.push_v1(%s, %s)"


@pytest.fixture
def dsn(server: Server) -> Iterator[str]:
    return server.hub()


def push(line: psycopg.Connection[Any], writer: Writer, op: Op) -> None:
    line.execute(CALL, (writer.replica, Jsonb([op.model_dump(mode="json")])))


def missed(dsn: str) -> int:
    """One seat pushes and commits late, another pushes meanwhile, a third pulls before and after. How many changes the
    third one did not get."""
    first, second, reader = (Writer(PostgresHub(dsn), name) for name in ("first", "second", "reader"))
    late, other = ticket("late"), ticket("meanwhile")
    with psycopg.connect(dsn) as line:
        push(line, first, first.new(late))
        meanwhile = threading.Thread(target=lambda: second.add(other))
        meanwhile.start()
        meanwhile.join(0.3)
        page = reader.hub.pull_v1(reader.replica, 0)
        line.commit()
    meanwhile.join()
    seen = {row.entity_id for row in (*page.rows, *reader.rows(page.end))}
    for writer in (first, second, reader):
        writer.hub.close()
    return len({late.id, other.id} - seen)


def off(dsn: str) -> None:
    """Push while the hub does not wait for its disk."""
    writer = Writer(PostgresHub(dsn))
    writer.hub._line.execute("SET synchronous_commit = off")  # type: ignore[attr-defined]
    try:
        writer.add(ticket())
    finally:
        writer.hub.close()


def test_a_late_commit_is_not_passed_over(dsn: str) -> None:
    assert missed(dsn) == 0


def test_an_identity_cursor_would_pass_it_over(dsn: str) -> None:
    with planted_in_postgres(dsn, IN_POSTGRES["identity cursor"]):
        assert missed(dsn) == 1


def test_a_hub_that_does_not_wait_for_its_disk_takes_nothing(dsn: str) -> None:
    with pytest.raises(HubUnreachable, match="synchronous_commit"):
        off(dsn)


def test_without_that_rule_it_would(dsn: str) -> None:
    with planted_in_postgres(dsn, IN_POSTGRES["synchronous_commit=off"]):
        off(dsn)
