"""Making a backup while others go on writing, and checking one."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TextIO

from data.backup import shelf
from data.backup.shelf import COPY, MANIFEST, OUTBOX, BackupError, FileMark, Manifest, Reason
from data.store import driver
from data.store.errors import explain
from data.store.key import Key

BESIDE = ("conflict", "desk", "draft", "outbox")
"""Tables of the seat alone whose rows a backup tells, beside those that travel."""
SPARE_BYTES = 16_000_000
"""Room that must be left on the disk beside the copy: the store itself has to go on."""


def back_up(
    connection: driver.Connection,
    store: Path,
    reason: Reason,
    now: datetime,
    place: Path | None = None,
    *,
    force: bool = False,
    key: Key | None = None,
    spare_bytes: int = SPARE_BYTES,
) -> Path:
    """Write a backup of an open store, check it, and only then give it its name.

    The copy is one moment of the store (`VACUUM INTO`), whoever else writes meanwhile; it may be of an older shape.

    Args:
        connection: one of the store, with no transaction open.
        store: the store's file.
        reason: why; written in its name and manifest.
        now: the time that it tells.
        place: the folder to be made; None: a new one on the store's shelf.
        force: a backup that lies at `place` is replaced. Whatever is no backup never is.
        key: the store is encrypted under it; so is the copy, and nothing is written beside it that can be read.
        spare_bytes: the least that must be free on the disk afterwards.

    Returns the folder.

    Raises:
        BackupError: it could not be made; what was there before is as it was.
    """
    try:
        return make(
            place,
            lambda: shelf.new_place(store, reason, now),
            lambda part: _write(connection, part, reason, now, key),
            lambda part: check(part, key),
            room=lambda folder: make_room(connection, store, folder, spare_bytes),
            force=force,
        )
    except driver.Error as error:
        # A damaged store is the store's trouble; a full disk is that of the disk that the backup goes to.
        full = "full" in str(error).lower() or "disk i/o" in str(error).lower()
        raise BackupError(explain(error, place or shelf.shelf_of(store) if full else store)) from error


def make(
    named: Path | None,
    new_place: Callable[[], Path],
    write: Callable[[Path], None],
    check: Callable[[Path], object],
    *,
    room: Callable[[Path], None],
    force: bool = False,
) -> Path:
    """Make a backup of whatever `write` puts into a folder: it gets its name when it is whole and checked.

    Args:
        named: the folder to be made; None: the one that `new_place` names, as often as another process takes the name.
        write: fills a folder.
        check: reads it through; raises BackupError.
        room: looks whether the folder's disk has room; raises BackupError.
        force: a backup that lies at `named` is replaced. Whatever is no backup never is.

    Returns the folder.

    Raises:
        BackupError: it could not be made; what was there before is as it was.
    """
    place = named or new_place()
    part = shelf.part_of(place)
    try:
        if named and place.exists() and not (force and shelf.is_backup(place)):
            raise BackupError(_taken(place))
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        room(place.parent)
        shelf.sweep(place.parent)
        part.mkdir(mode=0o700)
        try:
            write(part)
            check(part)
            if named and place.exists():
                shelf.remove(place)  # only now: the new one is whole
            while not _renamed(part, place):
                if named:
                    raise BackupError(_taken(place))
                place = new_place()
            put_on_disk(place.parent)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        raise BackupError(
            f"The backup {place} cannot be written ({error.strerror}): free some space or name another place."
        ) from error
    return place


def _taken(place: Path) -> str:
    if shelf.is_backup(place):
        return f"There is a backup at {place} already: name another place, or replace it with --force."
    return f"{place} is there already and is no backup: name another place; it was not touched."


def make_room(connection: driver.Connection, store: Path, folder: Path, spare_bytes: int = SPARE_BYTES) -> None:
    """See that the disk of `folder` has room for a copy.

    Raises:
        BackupError: it has not.
    """
    pages, free, size = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])  # of an encrypted store one of them is text
        for name in ("page_count", "freelist_count", "page_size")
    )
    needed = (pages - free) * size
    there = shutil.disk_usage(folder).free
    if there < needed + spare_bytes:
        raise BackupError(
            f"The disk that holds {folder} has {there // 1_000_000} MB free and a backup of {store} needs"
            f" {(needed + spare_bytes) // 1_000_000 + 1} MB: free some space or name another place."
        )


def _write(connection: driver.Connection, part: Path, reason: Reason, now: datetime, key: Key | None) -> None:
    copy = part / COPY
    copy.touch(mode=0o600, exist_ok=False)
    connection.execute("VACUUM INTO ?", (str(copy),))
    with closing(driver.connect_to_read(copy, at_rest=True, key=key)) as taken:
        if key is None:
            _write_outbox(taken, part / OUTBOX)
        states = dict(taken.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())
        facts = dict(taken.execute("SELECT key, value FROM sync_state").fetchall())
        schema = taken.execute("PRAGMA user_version").fetchone()[0]
        rows = _count(taken)
    put_on_disk(copy)
    manifest = Manifest(
        format=shelf.FORMAT,
        program=program_version(),
        sqlite=driver.SQLITE_VERSION,
        made_at=now,
        reason=reason,
        schema_version=schema,
        replica_id=facts.get("replica_id"),
        epoch=facts.get("epoch"),
        cursor=int(facts.get("cursor") or 0),
        files={name: mark_of(part / name) for name in ((COPY, OUTBOX) if key is None else (COPY,))},
        encrypted=key is not None,
        rows=rows,
        queued=states.get("queued", 0),
        refused=states.get("refused", 0),
    )
    write_file(part / MANIFEST, manifest.model_dump_json(indent=2) + "\n")
    put_on_disk(part)


def _write_outbox(taken: driver.Connection, file: Path) -> None:
    """The outbox of a copy as JSON lines."""
    with _new(file) as lines:
        for row in taken.execute("SELECT * FROM outbox ORDER BY seq"):
            lines.write(json.dumps(dict(row), ensure_ascii=False) + "\n")
        lines.flush()
        os.fsync(lines.fileno())


def _new(file: Path) -> TextIO:
    """A file that was not there, for this user alone."""
    file.touch(mode=0o600, exist_ok=False)
    return file.open("w", encoding="utf-8")


def write_file(file: Path, text: str) -> None:
    """A new file that only this user can read, on the disk."""
    with _new(file) as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


def _renamed(part: Path, place: Path) -> bool:
    """Give a whole backup its name; False: something has it."""
    try:
        part.rename(place)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            return False
        raise
    return True


def put_on_disk(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def mark_of(file: Path) -> FileMark:
    """Size and sum of a file."""
    with file.open("rb") as data:
        return FileMark(bytes=file.stat().st_size, sha256=hashlib.file_digest(data, "sha256").hexdigest())


def _counted() -> list[str]:
    from data.models import SYNCED

    return sorted([*("customer_row" if name == "customer" else name for name in SYNCED), *BESIDE])


def _count(connection: driver.Connection) -> dict[str, int]:
    there = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    return {
        name: int(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608
        for name in _counted()
        if name in there
    }


def program_version() -> str:
    """The version of agent-console that runs."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("agent-console")
    except PackageNotFoundError:
        return "unknown"


def check(folder: Path, key: Key | None = None) -> Manifest:
    """Read a backup through and compare it with its manifest: sizes, sums, the copy's integrity, rows, the outbox.

    Raises:
        BackupError: it is not what it says; the message says how.
    """
    manifest = shelf.manifest_of(folder)
    if manifest.encrypted and key is None:
        raise BackupError(
            f"The backup {folder} is encrypted, and only the sign-in of the agent whose it is opens it: name them with"
            " `agent-console --as NAME`."
        )
    try:
        for name in (COPY,) if manifest.encrypted else (COPY, OUTBOX):
            if manifest.files.get(name) != mark_of(folder / name):
                raise BackupError(spoilt(folder, f"{name} was changed or damaged after it was written"))
        with closing(
            driver.connect_to_read(folder / COPY, at_rest=True, key=key if manifest.encrypted else None)
        ) as copy:
            _check_copy(copy, folder, manifest)
    except driver.Error as error:
        raise BackupError(spoilt(folder, str(error))) from error
    except OSError as error:
        raise BackupError(spoilt(folder, f"{error.filename}: {error.strerror}")) from error
    return manifest


def _check_copy(copy: driver.Connection, folder: Path, manifest: Manifest) -> None:
    found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise BackupError(spoilt(folder, str(found)))
    if copy.execute("PRAGMA user_version").fetchone()[0] != manifest.schema_version:
        raise BackupError(spoilt(folder, "the copy has another shape"))
    if _count(copy) != dict(manifest.rows):
        raise BackupError(spoilt(folder, "the copy has another number of rows"))
    if manifest.encrypted:
        return
    ops = [row[0] for row in copy.execute("SELECT op_id FROM outbox ORDER BY seq")]
    with (folder / OUTBOX).open(encoding="utf-8") as lines:
        if [json.loads(line)["op_id"] for line in lines] != ops:
            raise BackupError(spoilt(folder, f"{OUTBOX} does not hold the changes of the copy"))


def spoilt(folder: Path, why: str) -> str:
    """That a backup is not what it says."""
    return f"The backup {folder} cannot be trusted ({why}): take another one."
