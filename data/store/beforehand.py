"""The steps that a store lacks, applied by a process of its own before the console opens it.

What they are written with takes 4 MB, which would stay in the console for the shift."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

from data.store.migrations import SCHEMA_VERSION, STORE_FILE

_VERSION = slice(60, 64)
"""Where the head of a SQLite file holds `user_version`, in which the steps are counted (its file format, 1.3)."""


def begin(folder: Path) -> int:
    """Begin to bring the store of a data folder up to date where it is not; returns what `finish` waits for. Only for
    a process of one thread. What goes wrong goes wrong again for whoever opens the store next, and is told there."""
    path = folder / STORE_FILE
    if not _lacks_steps(path):
        return 0
    child = os.fork()
    if child == 0:
        _open_and_leave(path)
    return child


def finish(child: int) -> None:
    """Wait until that is done."""
    if child:
        os.waitpid(child, 0)


def _lacks_steps(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_VERSION.stop)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return int.from_bytes(head[_VERSION], "big") != SCHEMA_VERSION


def _open_and_leave(path: Path) -> NoReturn:
    try:
        from data.store.database import Store

        Store(path).close()
    finally:
        os._exit(0)
