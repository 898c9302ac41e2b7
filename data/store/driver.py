"""The one module that knows which SQLite this is.

The interpreter's own SQLite lies in the range with the WAL-reset corruption (3.7.0 to 3.51.2), which two
processes writing one WAL file can meet. `sqlcipher3` carries a newer one, and encryption for shared seats."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from data.store.key import Key

Connection = dbapi2.Connection
Cursor = dbapi2.Cursor
SqlRow = dbapi2.Row
Error = dbapi2.Error
OperationalError = dbapi2.OperationalError
DatabaseError = dbapi2.DatabaseError
IntegrityError = dbapi2.IntegrityError
SQLITE_VERSION: str = dbapi2.sqlite_version

AT_MOST = "LIMIT ? + 0"
"""A limit that is bound. SQLite looks at the value of a bare `LIMIT ?` to plan with it, and so plans the statement
anew at every execution: 10 µs of each, where an index probe takes 2."""

BUSY_TIMEOUT_S = 10.0
FIRST_WAIT_S, LAST_WAIT_S = 0.0003, 0.005


def connect(path: Path, *, create: bool = True, same_thread: bool = True, key: Key | None = None) -> Any:
    """A connection with the house's settings: WAL, every commit on disk, manual transactions.

    Args:
        path: the database file; made with mode 0600 when it is not there.
        create: False raises when the file is missing.
        same_thread: the driver refuses use from another thread (one connection per thread).
        key: the file is encrypted under it.

    Raises:
        Error: the file cannot be opened, or is not a database (nor is one that has another key).
    """
    if not path.exists():
        if not create:
            raise OperationalError(f"no store at {path}")
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = dbapi2.connect(
        str(path),
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=same_thread,
        cached_statements=256,
    )
    try:
        connection.row_factory = dbapi2.Row
        _unlock(connection, key)
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_read(path: Path, *, at_rest: bool = False, key: Key | None = None) -> Any:
    """A connection that can change nothing, not even the shape of an old store.

    Args:
        path: the database file.
        at_rest: nobody has the file open and nobody may (a copy, a disk that may only be read): it is read as it
            lies there, without a log beside it.
        key: the file is encrypted under it.

    Raises:
        Error: the file is missing, cannot be opened, or is not a database.
    """
    if not path.is_file():
        raise OperationalError(f"no store at {path}")
    options = "?mode=ro&immutable=1" if at_rest else "?mode=ro"
    connection = dbapi2.connect(
        f"{path.absolute().as_uri()}{options}",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.row_factory = dbapi2.Row
    _unlock(connection, key)
    return connection


def _unlock(connection: Any, key: Key | None) -> None:
    """Give the key, raw: it is 32 random bytes, and 250,000 rounds of hashing would make them no better."""
    if key is not None:
        connection.execute("PRAGMA cipher_log_level = NONE")  # a wrong key is told by an error, not on the screen
        connection.execute(f"PRAGMA key = \"x'{key.hex}'\"")


def _write_ahead(connection: Any) -> None:
    """Turn the write-ahead log on. Two that turn it on at the same moment are told "locked" at once, without the
    busy timeout; for the second the log is on by then."""
    give_up = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
        time.sleep(0.005)


def begin_write(connection: Any) -> None:
    """`BEGIN IMMEDIATE`, waiting for other writers up to the busy timeout.

    Immediate, because a deferred transaction that turns to writing fails at once when another process writes,
    whatever the timeout. Waiting is done here: the engine's own waits are 1, 2, 5, 10, 25 ms and longer, while a
    write of ours takes half a millisecond, so most of that would be spent asleep.

    Raises:
        OperationalError: others wrote all the time.
    """
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        give_up = time.monotonic() + BUSY_TIMEOUT_S
        pause = FIRST_WAIT_S
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > give_up:
                    raise
            time.sleep(pause * (0.5 + random.random()))
            pause = min(pause * 1.5, LAST_WAIT_S)
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000:.0f}")
