"""Putting a backup in the place of a store, so that nothing is lost, nothing is doubled, and it can be undone.

The new store is made ready beside the old one. The old one is kept first; then one rename puts the new one there.
Whatever stops it before that rename, the old store is as it was."""

from __future__ import annotations

import os
import shutil
from contextlib import closing, nullcontext, suppress
from datetime import datetime
from pathlib import Path

from data.backup import shelf
from data.backup.making import SPARE_BYTES, back_up, check, put_on_disk
from data.backup.shelf import COPY, BackupError, Manifest, Reason
from data.models.base import Value
from data.store import driver
from data.store.database import bring_up_to_date
from data.store.errors import StoreError, explain
from data.store.key import Key
from data.store.migrations import SCHEMA_VERSION
from data.store.users import alone
from data.sync.carrying import Carried, succeed

_BESIDE = ("", "-wal", "-shm")
"""What belongs to an open database: itself, its log, the log's index."""


class Restored(Value):
    """What a restore did."""

    backup: Path
    made_at: datetime
    kept: Path | None
    """Where the store lies that was there before; None: there was none."""
    undo: bool
    """Whether `kept` is a backup that can be restored; else it is the damaged files themselves."""
    changes: int
    conflicts: int
    drafts: int
    """What was only in the store before and was taken over."""
    queued: int
    """Changes that now wait for the hub."""
    unread: tuple[str, ...]
    """What could not be read in the store before."""
    imports: tuple[str, ...]
    """Imports that are in the store before only: they never were at the hub."""


def restore(store: Path, backup: Path, now: datetime, key: Key | None = None) -> Restored:
    """Put `backup` in the place of the store at `store`, which is kept. `key`: of an encrypted store.

    Raises:
        StoreInUse: a console, worker, import or command has the store open.
        BackupError: the backup cannot be used, or there is no room. In both cases nothing was changed.
    """
    try:
        store.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone(store):
            manifest = check(backup, key)
            if manifest.encrypted is not (key is not None):
                raise BackupError(
                    f"The backup {backup} is not one of this store (the one is encrypted, the other is not): take another."
                )
            if manifest.schema_version > SCHEMA_VERSION:
                raise BackupError(
                    f"The backup {backup} was made by a newer agent-console (shape {manifest.schema_version}, this one"
                    f" knows {SCHEMA_VERSION}): update this seat, then restore it; nothing was changed."
                )
            return _replace(store, backup, manifest, now, key)
    except OSError as error:
        raise BackupError(
            f"The store {store} cannot be put in place ({error.strerror}): free some space and check the rights of its"
            " folder; nothing was changed."
        ) from error


def _replace(store: Path, backup: Path, manifest: Manifest, now: datetime, key: Key | None) -> Restored:
    fresh = store.with_name(f"{store.name}.restoring")
    _away(fresh)
    try:
        old = _opened(store, key)
        with closing(old) if old is not None else nullcontext():
            carried, imports, queued = _prepare(fresh, backup, old, key)
        kept, undo = _keep(store, now, key) if store.exists() else (None, False)
        for end in reversed(_BESIDE[1:]):
            store.with_name(store.name + end).unlink(missing_ok=True)
        fresh.replace(store)
        put_on_disk(store.parent)
    except driver.Error as error:
        raise BackupError(explain(error, fresh)) from error
    except StoreError as error:
        raise BackupError(str(error)) from error
    finally:
        _away(fresh)
    return Restored(
        backup=backup,
        made_at=manifest.made_at,
        kept=kept,
        undo=undo,
        changes=carried.changes,
        conflicts=carried.conflicts,
        drafts=carried.drafts,
        queued=queued,
        unread=carried.unread if old is not None or not kept else ("anything",),
        imports=imports,
    )


def _opened(store: Path, key: Key | None) -> driver.Connection | None:
    """The store that is there, to be read; None when there is none that can be opened."""
    try:
        found = driver.connect_to_read(store, key=key)
    except driver.Error:
        return None
    try:
        found.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except driver.Error:
        found.close()
        return None
    return found


def _prepare(
    fresh: Path, backup: Path, old: driver.Connection | None, key: Key | None
) -> tuple[Carried, tuple[str, ...], int]:
    """Make the new store beside the old one: the copy, brought up to date, with what only the old one has."""
    size = (backup / COPY).stat().st_size
    if shutil.disk_usage(fresh.parent).free < 2 * size + SPARE_BYTES:
        raise BackupError(
            f"The disk that holds {fresh.parent} needs {(2 * size + SPARE_BYTES) // 1_000_000 + 1} MB free for a"
            " restore: free some space; nothing was changed."
        )
    fresh.touch(mode=0o600, exist_ok=False)
    shutil.copyfile(backup / COPY, fresh)
    with closing(driver.connect(fresh, create=False, key=key)) as new:
        bring_up_to_date(new, fresh, backup=False)
        imports = _imports_missing(new, old)
        driver.begin_write(new)
        try:
            carried = succeed(new, old)
        except BaseException:
            new.execute("ROLLBACK")
            raise
        new.execute("COMMIT")
        queued = int(new.execute("SELECT count(*) FROM outbox WHERE state IN ('queued', 'held')").fetchone()[0])
        new.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    put_on_disk(fresh)
    return carried, imports, queued


def _imports_missing(new: driver.Connection, old: driver.Connection | None) -> tuple[str, ...]:
    sql = "SELECT started_at, source FROM customer_import WHERE state = 'done' ORDER BY id"
    known = {row[0] for row in new.execute(sql).fetchall()}
    try:
        theirs = old.execute(sql).fetchall() if old is not None else []
    except driver.Error:
        return ()
    return tuple(str(row[1]) for row in theirs if row[0] not in known)


def _keep(store: Path, now: datetime, key: Key | None) -> tuple[Path, bool]:
    """Keep the store that is there: as a backup, or, when none can be made of it, its files as they are.

    Afterwards nothing that counts is in its log any more, or the log is kept as well."""
    try:
        with closing(driver.connect(store, create=False, key=key)) as old:
            kept = back_up(old, store, Reason.BEFORE_RESTORE, now, key=key)
            old.execute("PRAGMA journal_mode = DELETE")  # all of the log is in the file now, and the log is gone
            return kept, True
    except (driver.Error, BackupError):
        kept = shelf.new_place(store, Reason.BEFORE_RESTORE, now)
        kept = kept.with_name(f"{kept.name}-as-it-was")
        kept.mkdir(mode=0o700, parents=True)
        for end in _BESIDE:
            file = store.with_name(store.name + end)
            if file.exists():
                _second_name(file, kept / file.name)
        put_on_disk(kept)
        put_on_disk(kept.parent)
        return kept, False


def _second_name(file: Path, place: Path) -> None:
    """The file under a second name, without reading it (its disk may be failing); where that cannot be, a copy."""
    try:
        os.link(file, place)
    except OSError:
        shutil.copy2(file, place)


def _away(fresh: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            fresh.with_name(fresh.name + end).unlink()
