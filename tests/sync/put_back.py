"""A hub that is put back from a backup."""

from __future__ import annotations

import shutil
from pathlib import Path

from data.models.base import new_id
from data.store import driver


class Backup:
    """A copy of the hub's file, put back as whoever runs the hub does."""

    def __init__(self, hub: Path) -> None:
        self._hub, self._copy = hub, hub.with_name("backup.db")
        with driver.connect(hub) as db:
            db.execute(f"VACUUM INTO '{self._copy}'")

    def restore(self, *, said: bool = True) -> None:
        """`said`: under a new epoch, so that every replica hears of it."""
        for path in self._hub.parent.glob("hub.db*"):
            path.unlink()
        shutil.copy(self._copy, self._hub)
        if said:
            with driver.connect(self._hub) as db:
                db.execute("UPDATE hub_info SET value = ? WHERE key = 'epoch'", (new_id(),))
                db.execute("UPDATE hub_info SET value = value + 1000 WHERE key = 'next_ticket'")
