"""Where a hub is served: one owner a file, one socket that only this user can open."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from data.sync.status import Served

SOCKET = "hub.sock"
"""The socket's name beside the hub, unless another is chosen."""
LONGEST_PATH = 100
"""Bytes of a socket's path that every system takes."""
WAITING = 128
"""Clients that may wait to be let in."""
_LOOKS_S = (0.02, 0.05, 0.1, 0.2)
"""Pauses after which the lock is tried again: `served_by` has it for a moment only."""


class CannotServe(Exception):
    """The hub cannot be served here; the message is one sentence that says what to do."""


def _owner_file(hub: Path) -> Path:
    hub = hub.resolve()  # however the file is named, it has one owner
    return hub.with_name(f"{hub.name}.served")


@contextmanager
def owning(hub: Path, path: Path, now: datetime) -> Iterator[None]:
    """Be the one that serves the hub in this file; the system ends it when the process ends, however that is.

    Raises:
        CannotServe: another process does, or the folder cannot be written.
    """
    file = _owner_file(hub)
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotServe(
            f"The folder {hub.parent} cannot be written ({error.strerror}): give this user the right to, then serve again."
        ) from error
    try:
        if not _locked(handle):
            other = served_by(hub)
            by = f" by process {other.pid} on {other.socket}" if other is not None else ""
            raise CannotServe(f"The hub {hub} is served already{by}: use that one, or end it first.")
        told = Served(socket=str(path), pid=os.getpid(), since=now).model_dump_json().encode()
        os.ftruncate(handle, 0)
        os.pwrite(handle, told, 0)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    for pause in (*_LOOKS_S, None):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if pause is not None:
                time.sleep(pause)
        else:
            return True
    return False


def served_by(hub: Path) -> Served | None:
    """Who serves the hub in this file now; None: nobody does."""
    try:
        handle = os.open(_owner_file(hub), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        with suppress(ValidationError):
            return Served.model_validate_json(os.pread(handle, 10_000, 0))
        return None
    finally:
        os.close(handle)
    return None


def listening(path: Path) -> socket.socket:
    """A socket at `path` that only this user can open. One that a dead owner left is replaced.

    Raises:
        CannotServe: a living process listens there, or the place is no place for it.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _fit(path)
        return _bound(path)
    except OSError as error:
        why = error.strerror or str(error)
        raise CannotServe(f"The socket {path} cannot be made ({why}): name another with --socket.") from error


def _fit(path: Path) -> None:
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise CannotServe(f"The path {path} is too long for a socket: name a shorter one with --socket.")
    folder = path.parent.stat()
    if folder.st_uid != os.geteuid() or stat.S_IMODE(folder.st_mode) & 0o077:
        raise CannotServe(
            f"The folder {path.parent} is open to other users, who could put a socket of theirs there:"
            " name one of your own with --socket, or chmod 700 it."
        )
    try:
        there = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(there.st_mode):
        raise CannotServe(f"{path} is there already and is no socket: name another place with --socket.")
    if _alive(path):
        raise CannotServe(
            f"A living process listens on {path} already: use that one, or name another with --socket."
        )


def _alive(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(1.0)
        try:
            one.connect(str(path))
        except OSError as error:
            return error.errno not in (errno.ECONNREFUSED, errno.ENOENT)
    return True


def _bound(path: Path) -> socket.socket:
    """Made beside its place and then put there, so that nobody finds it missing or half made."""
    fresh = path.with_name(f".{os.getpid()}")
    fresh.unlink(missing_ok=True)
    one = socket.socket(socket.AF_UNIX)
    try:
        one.bind(str(fresh))
        fresh.chmod(0o600)
        one.listen(WAITING)
        fresh.replace(path)
    except BaseException:
        one.close()
        fresh.unlink(missing_ok=True)
        raise
    return one
