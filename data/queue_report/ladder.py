"""The fallback ladder of the queue report: every rung that is stepped on is recorded, and management hears of a failure.

While the store takes nothing, what is to be recorded is kept in a small file and written as soon as it does."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from threading import Lock
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from data.clock import Clock
from data.models import SYNCED
from data.models.base import AgentId, Entity, instant_text, new_id
from data.models.mail import Mail
from data.models.notice import Notice, NoticeRole
from data.models.queue_report import QueueReport, ReportRung, Rung, RungOutcome
from data.queue_report.policy import ReportPolicy
from data.queue_report.reports import mark
from data.store.database import Store
from data.store.masking import masked_body
from data.store.save import saving

LADDER_FILE = "report-ladder.jsonl"
ALARM = "alarm"


def next_rung(failed: Collection[Rung]) -> Rung | None:
    """The first rung that has not failed; None: all of them have."""
    return next((rung for rung in Rung if rung not in failed), None)


def rungs(store: Store, slot: datetime, reporter: AgentId) -> list[ReportRung]:
    """What was tried for a slot, in its order."""
    rows = store.rows(
        "SELECT * FROM report_rung WHERE reporter = ? AND slot = ? ORDER BY at, id", (reporter, instant_text(slot))
    )
    return [ReportRung.from_row(row) for row in rows]


def step_of(
    slot: datetime, reporter: AgentId, rung: Rung, outcome: RungOutcome, why: str, agent: AgentId, at: datetime
) -> ReportRung:
    """A rung that was stepped on, as it is kept."""
    return ReportRung(
        id=new_id(), slot=slot, reporter=reporter, by=agent, at=at, rung=rung, outcome=outcome, why=why
    )


def stepped(
    store: Store,
    slot: datetime,
    reporter: AgentId,
    rung: Rung,
    outcome: RungOutcome,
    why: str,
    agent: AgentId,
    clock: Clock,
) -> ReportRung:
    """Record a rung. Within a write transaction of the caller it is a part of that one.

    Raises:
        StoreError: nothing was written.
    """
    with saving(store, agent, clock) as change:
        return change.add(step_of(slot, reporter, rung, outcome, why, agent, clock.now()))


def alarms(failed: ReportRung, name: str, policy: ReportPolicy, zone: ZoneInfo) -> tuple[Notice, *tuple[Mail, ...]]:
    """What management is told when a rung fails: a notice, and a mail to the managers who have an address. Once for a
    slot, its reporter and the rung."""
    key = f"{failed.reporter}/{failed.rung}"
    slot = failed.slot.astimezone(zone)
    about = f"{slot:%H:%M}, {name}, {failed.rung}: {failed.why}"
    notice = Notice(
        id=mark("failed", failed.slot, key),
        to_role=NoticeRole.LEADER,
        kind="queue report failed",
        about=about,
        by=failed.by,
        at=failed.at,
    )
    to = tuple(dict.fromkeys(manager.mail for manager in policy.managers if manager.mail))
    mail = Mail(
        id=mark("alarm", failed.slot, key),
        kind=ALARM,
        to=to,
        subject=f"Queue report {slot:%Y-%m-%d %H:%M} failed: {failed.rung}",
        text=f"The queue report of {about}\nThe next way to give it is being tried.\n",
        made_by=failed.by,
        made_at=failed.at,
    )
    return (notice, mail) if to else (notice,)


class Pending:
    """Rows that wait for the store: in memory, and in a file of its folder so that nothing is lost over a restart. Any
    thread may call it; `add` and `flush` wait for the disc."""

    def __init__(self, folder: Path | None) -> None:
        """`folder`: None keeps no file; where nothing readable is to stay on a seat."""
        self._path = folder / LADDER_FILE if folder is not None else None
        self._rows: list[Entity] = _read(self._path) if self._path is not None else []
        self._changing = Lock()

    def __bool__(self) -> bool:
        return bool(self._rows)

    @property
    def reports(self) -> list[QueueReport]:
        """Reports that were given another way and are not in the store yet."""
        return [row for row in self._rows if isinstance(row, QueueReport)]

    @property
    def steps(self) -> list[ReportRung]:
        """Rungs that are not in the store yet."""
        return [row for row in self._rows if isinstance(row, ReportRung)]

    def add(self, *rows: Entity) -> None:
        """Keep rows until the store takes them. Card numbers are masked before the file has them."""
        clean = [type(row).model_validate(masked_body(type(row), row.model_dump(mode="json"))[0]) for row in rows]
        with self._changing:
            self._rows += clean
            self._keep()

    def flush(self, store: Store, agent: AgentId, clock: Clock) -> int:
        """Write what waits, each row once however often this is tried; returns how many were written.

        Raises:
            StoreError: nothing was written, all of it waits on.
        """
        waiting = list(self._rows)
        if not waiting:
            return 0
        with saving(store, agent, clock) as change:
            fresh = [row for row in waiting if not _there(store, row)]
            for row in fresh:
                change.add(row)
        with self._changing:
            self._rows = self._rows[len(waiting) :]
            self._keep()
        return len(fresh)

    def _keep(self) -> None:
        """Write the file anew; where that cannot be, memory has it."""
        if self._path is None:
            return
        try:
            if not self._rows:
                self._path.unlink(missing_ok=True)
                return
            beside = self._path.with_suffix(".new")
            with os.fdopen(
                os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8"
            ) as file:
                for row in self._rows:
                    file.write(json.dumps({"entity": row.entity, "row": row.model_dump(mode="json")}) + "\n")
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
        except OSError:
            return


def _there(store: Store, row: Entity) -> bool:
    return store.value(f'SELECT 1 FROM "{row.entity}" WHERE id = ?', (row.id,)) is not None  # noqa: S608


def _read(path: Path) -> list[Entity]:
    """What an earlier console left; a line that cannot be read is left out."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return []
    found: list[Entity] = []
    for line in lines:
        try:
            kept = json.loads(line)
            found.append(SYNCED[kept["entity"]].model_validate(kept["row"]))
        except (ValueError, KeyError, TypeError, ValidationError):
            continue
    return found
