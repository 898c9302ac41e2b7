"""What can be mended without a risk: rights, the log, indexes that are made from the rows again."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from data.customers.index import rebuild_index
from data.doctor.books import WORDS
from data.doctor.finding import Finding, Repair
from data.doctor.place import private
from data.store import driver
from data.store.database import Store
from data.store.errors import StoreError, explain
from data.store.users import StoreInUse, alone


def repair(store: Path, findings: Iterable[Finding]) -> list[str]:
    """Mend what was found and can be mended; returns what was done, or why not, a sentence each."""
    wanted = {one.repair for one in findings if one.repair is not None}
    said = []
    for what in Repair:
        if what in wanted:
            try:
                said.append(_MENDERS[what](store))
            except (StoreInUse, StoreError) as error:
                said.append(str(error))
            except driver.Error as error:
                said.append(explain(error, store))
            except OSError as error:
                said.append(
                    f"{error.filename} could not be changed ({error.strerror}): it belongs to another user."
                )
    return said


def _modes(store: Path) -> str:
    changed = 0
    for file in (store.parent, *private(store.parent)):
        mode = 0o700 if file.is_dir() else 0o600
        if file.stat().st_mode & 0o077:
            file.chmod(mode)
            changed += 1
    return f"{changed} files and folders are this user's alone now."


def _log(store: Path) -> str:
    with Store(store, create=False) as opened:
        busy = opened.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        return "The log could not be taken in, a program reads the store: close the console and repair again."
    return "The log was taken into the store."


def _words(store: Path) -> str:
    with alone(store), closing(driver.connect(store, create=False)) as connection:
        driver.begin_write(connection)
        for table in WORDS:
            connection.execute(f"INSERT INTO {table} ({table}) VALUES ('rebuild')")  # noqa: S608
        connection.execute("COMMIT")
    return "The search indexes were made anew from the tickets and notes."


def _customers(store: Path) -> str:
    with alone(store), closing(driver.connect(store, create=False)) as connection:
        driver.begin_write(connection)
        rebuild_index(connection)
        connection.execute("COMMIT")
    return "The indexes of the customers were made anew from their rows."


_MENDERS = {
    Repair.MODES: _modes,
    Repair.LOG: _log,
    Repair.WORDS: _words,
    Repair.CUSTOMERS: _customers,
}
