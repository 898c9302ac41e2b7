"""Who uses a store: locks beside it that the system lets go when a process ends, however it ends.

Everybody who opens a store holds a shared one for what they are; whoever puts another file in its place must
have them all alone."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path


class User(StrEnum):
    """What a process is to the store that it has open."""

    CONSOLE = "console"
    WORKER = "worker"
    IMPORT = "import"
    COMMAND = "command"


_WORDS = {
    User.CONSOLE: "a console is open on it: close that (^q)",
    User.WORKER: "its sync worker is still at work: wait a moment, it ends by itself after its console",
    User.IMPORT: "an import is running: wait until it has finished",
    User.COMMAND: "another agent-console command is running on it: wait until it has finished",
}


_LOOKS_S = (0.01, 0.05, 0.1)
"""Pauses after which a lock is tried again: `in_use` has it for a moment only."""


class StoreInUse(Exception):
    """Somebody else has the store open; the message is one sentence that says who."""


def lock(store: Path, user: User, *, alone: bool) -> int:
    """Take a lock without waiting; closing the returned file lets it go.

    Raises:
        BlockingIOError: somebody has it.
        OSError: the lock's file cannot be made.
    """
    handle = os.open(store.with_name(f"{store.name}.{user}"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


class Using:
    """One user of a store, until `close`. Where no lock can be made (a disk that is full or may only be read)
    there is none: nothing can be put in the place of such a store either."""

    def __init__(self, store: Path, user: User) -> None:
        """
        Raises:
            StoreInUse: a restore is putting another file in its place.
        """
        self._handle = -1
        for pause in (*_LOOKS_S, None):
            try:
                self._handle = lock(store, user, alone=False)
            except BlockingIOError as error:
                if pause is None:
                    raise StoreInUse(
                        f"The store {store} is just being restored: wait until that has finished, then try again."
                    ) from error
                time.sleep(pause)
            except OSError:
                return
            else:
                return

    def close(self) -> None:
        """Let go; a second call does nothing."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)


def in_use(store: Path) -> list[User]:
    """Who has the store open now."""
    found = []
    for user in User:
        try:
            os.close(lock(store, user, alone=True))
        except BlockingIOError:
            found.append(user)
        except OSError:
            continue
    return found


@contextmanager
def alone(store: Path) -> Iterator[None]:
    """Nobody else has the store, and nobody can open it meanwhile.

    Raises:
        StoreInUse: somebody has it.
        OSError: the folder cannot be written.
    """
    held: list[int] = []
    try:
        for user in User:
            try:
                held.append(lock(store, user, alone=True))
            except BlockingIOError as error:
                raise StoreInUse(f"The store {store} is in use, {_WORDS[user]}; nothing was changed.") from error
        yield
    finally:
        for handle in held:
            os.close(handle)
