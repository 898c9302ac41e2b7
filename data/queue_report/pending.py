"""What is to be recorded of queue reports while the store takes nothing: kept in a small database beside it, under the same
key, and written as soon as it does."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from threading import Lock
from typing import Any, TypeVar

from pydantic import ValidationError

from data.clock import Clock
from data.models import SYNCED
from data.models.base import AgentId, Entity
from data.models.queue_report import QueueReport, ReportRung
from data.store import driver
from data.store.database import Store
from data.store.masking import masked_body
from data.store.save import saving

T = TypeVar("T")

LADDER_FILE = "report-ladder.db"
"""In the folder of the store."""


class Pending:
    """Rows that wait for the store: in memory, and in a file so that nothing is lost over a restart. Every console and
    command of the store has the same file. Any thread may call it; `keep` and `flush` wait for the disc."""

    def __init__(self) -> None:
        self._rows: dict[str, Entity] = {}
        self._changing = Lock()

    @property
    def reports(self) -> list[QueueReport]:
        """Reports that were given another way and are not in the store yet."""
        return [row for row in self._rows.values() if isinstance(row, QueueReport)]

    @property
    def steps(self) -> list[ReportRung]:
        """Rungs that are not in the store yet."""
        return [row for row in self._rows.values() if isinstance(row, ReportRung)]

    def add(self, *rows: Entity) -> None:
        """Hold rows until the store takes them; card numbers are masked."""
        clean = [type(row).model_validate(masked_body(type(row), row.model_dump(mode="json"))[0]) for row in rows]
        with self._changing:
            self._rows |= {row.id: row for row in clean}

    def keep(self, store: Store) -> None:
        """Put what is held into the file; where that cannot be, memory has it."""
        with self._changing:
            rows = [
                (row.id, row.entity, json.dumps(row.model_dump(mode="json"))) for row in list(self._rows.values())
            ]
        _in_file(
            store,
            lambda file: file.executemany("INSERT OR IGNORE INTO waiting VALUES (?, ?, ?)", rows),
            create=True,
        )

    def flush(self, store: Store, agent: AgentId, clock: Clock) -> int:
        """Write what waits, here and in the file, each row once however often this is tried; returns how many were
        written.

        Raises:
            StoreError: nothing was written, all of it waits on.
        """
        left = _left(store)
        with self._changing:
            self._rows = left | self._rows
            waiting = dict(self._rows)
        if not waiting:
            return 0
        with saving(store, agent, clock) as change:
            fresh = [row for row in waiting.values() if not _there(store, row)]
            for row in fresh:
                change.add(row)
        with self._changing:
            self._rows = {key: row for key, row in self._rows.items() if key not in waiting}
        if left:
            done = [(key,) for key in left]
            _in_file(store, lambda file: file.executemany("DELETE FROM waiting WHERE id = ?", done))
        return len(fresh)


def _there(store: Store, row: Entity) -> bool:
    return store.value(f'SELECT 1 FROM "{row.entity}" WHERE id = ?', (row.id,)) is not None  # noqa: S608


def _left(store: Store) -> dict[str, Entity]:
    """What the file has; a row that cannot be read is left out."""
    found: dict[str, Entity] = {}
    rows = _in_file(store, lambda file: file.execute("SELECT * FROM waiting ORDER BY rowid").fetchall())
    for key, entity, body in rows or ():
        try:
            found[key] = SYNCED[entity].model_validate_json(body)
        except (KeyError, ValidationError):
            continue
    return found


def _in_file(store: Store, work: Callable[[Any], T], *, create: bool = False) -> T | None:
    """Do something with the file in a transaction; None: there is none, or it does not answer."""
    path = store.path.parent / LADDER_FILE
    try:
        if not create and not path.exists():
            return None
        with closing(driver.connect(path, key=store.key)) as file:
            driver.begin_write(file)
            file.execute("CREATE TABLE IF NOT EXISTS waiting (id TEXT PRIMARY KEY, entity TEXT, row TEXT)")
            outcome = work(file)
            file.execute("COMMIT")
            return outcome
    except (driver.Error, OSError):
        return None
