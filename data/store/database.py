"""One open store: a connection, its shape brought up to date, and short write transactions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from data.store import driver
from data.store.errors import StoreError, store_error
from data.store.key import Key
from data.store.migrations import SCHEMA_VERSION
from data.store.migrations import STORE_FILE as STORE_FILE
from data.store.users import StoreInUse, User, Using


class Store:
    """A store opened by one thread. Use it as a context manager, or `close()` it."""

    def __init__(
        self,
        path: Path,
        *,
        create: bool = True,
        durable: bool = True,
        user: User = User.COMMAND,
        key: Key | None = None,
    ) -> None:
        """Open the store at `path` and bring its shape up to date.

        Args:
            path: the store's file.
            create: False raises when it is missing.
            durable: False spares the wait for the disk: commits then survive the death of any process, but a
                power cut may take the last ones, all or none of each. For what can be had again.
            user: what this process is to the store; while it is open, nobody can put another file in its place.
            key: the store is encrypted under it.

        Raises:
            StoreError: missing, unreadable, damaged, or made by a newer agent-console.
        """
        self.path = path
        self.key = key
        try:
            if not create and not path.exists():
                raise driver.OperationalError(f"no store at {path}")
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._using = Using(path, user)
            try:
                self.connection = driver.connect(path, create=create, key=key)
                try:
                    bring_up_to_date(self.connection, path, key=key)
                    if not durable:
                        self.connection.execute("PRAGMA synchronous = NORMAL")
                except BaseException:
                    self.connection.close()
                    raise
            except BaseException:
                self._using.close()
                raise
        except driver.Error as error:
            raise store_error(error, path) from error
        except StoreInUse as error:
            raise StoreError(str(error)) from error
        except OSError as error:
            raise StoreError(
                f"The folder of {path} cannot be used ({error.strerror}): choose another with --data-dir."
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        self.connection.close()
        self._using.close()

    def execute(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> driver.Cursor:
        """Run one statement with bound values.

        Raises:
            StoreError: the store did not answer, here as in `rows`, `row` and `value`.
        """
        try:
            return self.connection.execute(sql, values)
        except driver.Error as error:
            raise store_error(error, self.path) from error

    def rows(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
        """Every row of a query, as dicts. The read ends here: no transaction stays open."""
        with self.in_words():
            return [dict(row) for row in self.connection.execute(sql, values).fetchall()]

    def row(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> dict[str, Any] | None:
        """The first row of a query, or None."""
        with self.in_words():
            found = self.connection.execute(sql, values).fetchone()
        return dict(found) if found is not None else None

    def value(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> Any:
        """The first column of the first row, or None."""
        with self.in_words():
            found = self.connection.execute(sql, values).fetchone()
        return found[0] if found is not None else None

    @contextmanager
    def in_words(self) -> Iterator[None]:
        """Errors of the driver become a StoreError, also of work that uses the connection directly."""
        try:
            yield
        except driver.Error as error:
            raise store_error(error, self.path) from error

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Several reads see the store at one moment, and spare each other the opening of it. Within a `write` or
        another `reading` this is part of that one."""
        if self.connection.in_transaction:
            yield
            return
        with self.in_words():
            self.connection.execute("BEGIN")
            try:
                yield
            finally:
                if self.connection.in_transaction:
                    self.connection.execute("COMMIT")

    @contextmanager
    def write(self) -> Iterator[driver.Connection]:
        """A write transaction: all of it or nothing. A block within another is part of that one: an error that
        leaves it must leave the outer one too.

        Raises:
            StoreError: the store could not be written; nothing of the block was kept.
        """
        if self.connection.in_transaction:
            yield self.connection
            return
        try:
            driver.begin_write(self.connection)
            try:
                yield self.connection
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")
        except driver.Error as error:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise store_error(error, self.path) from error


def bring_up_to_date(
    connection: driver.Connection, path: Path, *, backup: bool = True, key: Key | None = None
) -> None:
    """Apply the migration steps that the store lacks; a backup is made first when it holds anything.

    `backup=False`: this is a copy of something that is kept.

    Raises:
        StoreError: the store was made by a newer version, or the backup could not be made.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == SCHEMA_VERSION:
        return
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"The store {path} was made by a newer agent-console (shape {version}, this one knows {SCHEMA_VERSION}): "
            "update agent-console on this seat; the store was not touched."
        )
    import sqlite_utils
    from sqlite_utils.migrations import Migrations

    from data.store.steps import every_step

    if version and backup:
        _back_up_before_update(connection, path, key)
    steps = Migrations("agent-console")
    for step in every_step():
        steps()(step)
    database = sqlite_utils.Database(connection, use_counts_table=False)
    driver.begin_write(connection)
    try:
        steps.apply(database)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION:d}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _back_up_before_update(connection: driver.Connection, path: Path, key: Key | None) -> None:
    from data.backup.making import back_up
    from data.backup.shelf import BackupError, Reason

    try:
        back_up(connection, path, Reason.BEFORE_UPDATE, datetime.now(UTC), key=key)
    except BackupError as error:
        raise StoreError(
            f"The store {path} was not brought up to date, because no backup of it could be made first: {error}"
        ) from error
