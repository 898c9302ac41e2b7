"""Backups that come by themselves: every hour, in a thread of the worker, a bounded number of them (SYNC rule 18)."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from data.backup import shelf
from data.backup.making import back_up
from data.backup.shelf import BackupError, Reason, Shelved
from data.clock import Clock
from data.store import driver
from data.store.database import Store
from data.store.errors import StoreError
from data.store.key import Key
from data.store.users import User

FIRST_LOOK_S, LOOK_S, AGAIN_S = 60.0, 30.0, 600.0
"""After the start (it is busy then), between two looks at the clock, and after a backup that failed."""
DAYS = 7
"""Of so many days the last backup stays, beside the newest ones."""
SPARE_BYTES = 500_000_000
"""Less than this left on the disk after a backup: it is left out."""
NICENESS = 15


class Rounds:
    """Makes the backups of one store. `look` costs nothing; the work is done in a thread of its own."""

    def __init__(
        self,
        store: Path,
        hours: float,
        keep: int,
        clock: Clock,
        say: Callable[[str], None],
        key: Key | None = None,
    ) -> None:
        """
        Args:
            store: the store's file.
            hours: time from one backup to the next; 0: none are made.
            keep: how many of the newest stay.
            clock: for both.
            say: told why a backup could not be made.
            key: of an encrypted store.
        """
        self._store = store
        self._every = timedelta(hours=hours)
        self._keep = keep
        self._clock = clock
        self._say = say
        self._key = key
        self._look_at = clock.monotonic() + min(FIRST_LOOK_S, self._every.total_seconds())
        self._thread: threading.Thread | None = None
        self._connection: driver.Connection | None = None
        self._copied = 0.0
        """When the store had been written to, as of the last backup made here."""

    def look(self) -> None:
        """Begin a backup when one is due and none is being made."""
        now = self._clock.monotonic()
        if not self._every or now < self._look_at or (self._thread is not None and self._thread.is_alive()):
            return
        self._look_at = now + LOOK_S
        if self._due(self._clock.now()):
            self._look_at = now + AGAIN_S
            self._thread = threading.Thread(target=self._make, name="backup", daemon=True)
            self._thread.start()

    def _due(self, now: datetime) -> bool:
        """Whether the newest is old enough, and the store has been written since."""
        newest = next((one for one in shelf.shelved(self._store) if one.made_at <= now), None)
        if newest is None:
            return True
        return now - newest.made_at >= self._every and _written_at(self._store) != self._copied

    def _make(self) -> None:
        _step_back()
        copied = _written_at(self._store)
        try:
            with Store(self._store, create=False, user=User.WORKER, key=self._key) as store:
                self._connection = store.connection
                back_up(
                    store.connection,
                    self._store,
                    Reason.HOURLY,
                    self._clock.now(),
                    key=self._key,
                    spare_bytes=SPARE_BYTES,
                )
            self._connection, self._copied = None, copied
            for old in too_many(shelf.shelved(self._store), self._keep):
                shelf.remove(old)
        except (BackupError, StoreError) as error:
            self._say(str(error))
        except OSError as error:
            self._say(f"An old backup could not be taken away: {error}.")

    def close(self) -> None:
        """The seat ends: a backup that is being made is left off, and swept away by the next one."""
        connection = self._connection
        if connection is not None:
            with suppress(driver.Error):
                connection.interrupt()


def too_many(backups: list[Shelved], keep: int) -> list[Path]:
    """The backups that go: of those made by themselves all but the newest `keep` and the last one of each of the
    last seven days that have one. Backups of another kind always stay."""
    ours = [one for one in backups if one.reason is Reason.HOURLY]
    last_of_day: dict[object, Path] = {}
    for one in ours:
        last_of_day.setdefault(one.made_at.astimezone().date(), one.path)
    stay = {one.path for one in ours[:keep]} | set(list(last_of_day.values())[:DAYS])
    return [one.path for one in ours if one.path not in stay]


def _written_at(store: Path) -> float:
    found = 0.0
    for file in (store, store.with_name(f"{store.name}-wal")):
        with suppress(OSError):
            found = max(found, file.stat().st_mtime)
    return found


def _step_back() -> None:
    """Let everything else go first; on Linux a thread may have a niceness of its own."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
