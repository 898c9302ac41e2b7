"""The one module that knows which SQLite this is.

The interpreter's own SQLite lies in the range with the WAL-reset corruption (3.7.0 to 3.51.2), which two
processes writing one WAL file can meet. `sqlcipher3` carries a newer one, and encryption for shared seats."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

Connection = dbapi2.Connection
Cursor = dbapi2.Cursor
SqlRow = dbapi2.Row
Error = dbapi2.Error
OperationalError = dbapi2.OperationalError
DatabaseError = dbapi2.DatabaseError
IntegrityError = dbapi2.IntegrityError
SQLITE_VERSION: str = dbapi2.sqlite_version

BUSY_TIMEOUT_S = 10.0


def connect(path: Path, *, create: bool = True, same_thread: bool = True) -> Any:
    """A connection with the house's settings: WAL, every commit on disk, manual transactions.

    Args:
        path: the database file; made with mode 0600 when it is not there.
        create: False raises when the file is missing.
        same_thread: the driver refuses use from another thread (one connection per thread).

    Raises:
        Error: the file cannot be opened, or is not a database.
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
    connection.row_factory = dbapi2.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection
