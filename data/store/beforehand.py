"""A new store, made by a process of its own before the console opens it.

What its steps are written with takes 4 MB, which would stay in the console for the shift. A store that is there and lacks
steps is left to whoever opens it, behind the first screen: it may take its time."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from data.store.migrations import STORE_FILE


def begin(folder: Path) -> int:
    """Begin to make the store of a data folder that has none; returns what `finish` waits for. Only for a process of one
    thread. What goes wrong goes wrong again for whoever opens the store next, and is told there."""
    path = folder / STORE_FILE
    if path.exists():
        return 0
    try:
        child = os.fork()
    except OSError:
        return 0
    if child == 0:
        _open_and_leave(path)
    return child


def finish(child: int) -> None:
    """Wait until that is done."""
    if child:
        with suppress(ChildProcessError):  # whoever started the console has nobody's end told
            os.waitpid(child, 0)


def _open_and_leave(path: Path) -> NoReturn:
    try:
        from data.store.database import Store

        Store(path).close()
    finally:
        os._exit(0)
