"""Backups of an embedded hub while it is worked on, and putting one back.

A hub that was put back has the same id and another epoch: every seat takes a new snapshot and sends again what the
hub lacks (SYNC rule 18)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from data.backup import shelf
from data.backup.hub_carrying import carry
from data.backup.making import (
    SPARE_BYTES,
    make,
    make_room,
    mark_of,
    program_version,
    put_on_disk,
    spoilt,
    write_file,
)
from data.backup.shelf import HUB_COPY, MANIFEST, BackupError, FileMark, Reason
from data.models.base import Instant, Value, new_id
from data.store import driver
from data.store.errors import explain
from data.sync.contract import HubUnreachable
from data.sync.hub_file import HUB_SHAPE, HubFile

_BESIDE = ("", "-wal", "-shm")


class HubManifest(Value):
    """What a backup of a hub says of itself."""

    format: int
    program: str
    """Version of agent-console that made it."""
    sqlite: str
    made_at: Instant
    reason: Reason
    shape: int
    hub_id: str
    epoch: str
    clock: int
    files: Mapping[str, FileMark]
    rows: Mapping[str, int]
    """Rows of each entity."""
    seats: int
    ops: int


class RestoredHub(Value):
    """What a restore did."""

    backup: Path
    made_at: Instant
    epoch: str
    """The new one."""
    kept: Path | None
    """Where the hub lies that was there before; None: there was none."""
    undo: bool
    """Whether `kept` is a backup that can be put back; else it is the damaged files themselves."""
    seats_carried: int
    """Seats that enrolled after the backup and keep their number."""


# making one


def back_up_hub(
    hub: Path, reason: Reason, now: datetime, place: Path | None = None, *, force: bool = False
) -> Path:
    """Write a backup of the embedded hub in the file at `hub`, check it, and only then give it its name.

    The copy is one moment of the hub (`VACUUM INTO`), whoever writes meanwhile.

    Args:
        place: the folder to be made; None: a new one on the shelf beside the hub.
        force: a backup that lies at `place` is replaced. Whatever is no backup never is.

    Returns the folder.

    Raises:
        HubUnreachable: there is no hub at `hub` that can be read.
        BackupError: the backup could not be made; what was there before is as it was.
    """
    file = HubFile(hub, create=False)
    try:
        return make(
            place,
            lambda: shelf.new_place(hub, reason, now),
            lambda part: _write(file.db, part, reason, now),
            check_hub,
            room=lambda folder: make_room(file.db, hub, folder),
            force=force,
        )
    except driver.Error as error:
        raise BackupError(explain(error, hub, "hub")) from error
    finally:
        file.close()


def _write(hub: driver.Connection, part: Path, reason: Reason, now: datetime) -> None:
    copy = part / HUB_COPY
    copy.touch(mode=0o600, exist_ok=False)
    hub.execute("VACUUM INTO ?", (str(copy),))
    put_on_disk(copy)
    with closing(driver.connect_to_read(copy, at_rest=True)) as taken:
        facts = dict(taken.execute("SELECT key, value FROM hub_info").fetchall())
        manifest = HubManifest(
            format=shelf.FORMAT,
            program=program_version(),
            sqlite=driver.SQLITE_VERSION,
            made_at=now,
            reason=reason,
            shape=taken.execute("PRAGMA user_version").fetchone()[0],
            hub_id=facts["hub_id"],
            epoch=facts["epoch"],
            files={HUB_COPY: mark_of(copy)},
            **_counts(taken),
        )
    write_file(part / MANIFEST, manifest.model_dump_json(indent=2) + "\n")
    put_on_disk(part)


def _counts(hub: driver.Connection) -> dict[str, Any]:
    def one(sql: str) -> int:
        return int(hub.execute(sql).fetchone()[0])

    return {
        "clock": one("SELECT v FROM hub_clock"),
        "rows": dict(hub.execute("SELECT entity, count(*) FROM row GROUP BY entity").fetchall()),
        "seats": one("SELECT count(*) FROM replica"),
        "ops": one("SELECT count(*) FROM ops"),
    }


def check_hub(folder: Path) -> HubManifest:
    """Read a backup of a hub through and compare it with its manifest: size, sum, the copy's integrity, rows.

    Raises:
        BackupError: it is not what it says; the message says how.
    """
    manifest = hub_manifest_of(folder)
    copy = folder / HUB_COPY
    try:
        if manifest.files.get(HUB_COPY) != mark_of(copy):
            raise BackupError(spoilt(folder, f"{HUB_COPY} was changed or damaged after it was written"))
        with closing(driver.connect_to_read(copy, at_rest=True)) as taken:
            found = taken.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise BackupError(spoilt(folder, str(found)))
            if taken.execute("PRAGMA user_version").fetchone()[0] != manifest.shape:
                raise BackupError(spoilt(folder, "the copy has another shape"))
            if _counts(taken) != manifest.model_dump(include={"clock", "rows", "seats", "ops"}):
                raise BackupError(spoilt(folder, "the copy has another number of rows"))
    except driver.Error as error:
        raise BackupError(spoilt(folder, str(error))) from error
    except OSError as error:
        raise BackupError(spoilt(folder, f"{error.filename}: {error.strerror}")) from error
    return manifest


def hub_manifest_of(folder: Path) -> HubManifest:
    """What a backup of a hub says of itself; nothing of it is checked.

    Raises:
        BackupError: it is no backup of a hub, cannot be read, or was made by a newer agent-console.
    """
    manifest = shelf.read_manifest(
        HubManifest,
        folder,
        missing=f"{folder} is no backup of a hub: name a folder that `agent-console hub backup` made.",
        other=shelf.COPY,
        instead=f"{folder} is the backup of a seat: `agent-console restore` puts it back.",
    )
    if manifest.format > shelf.FORMAT or manifest.shape > HUB_SHAPE:
        raise BackupError(
            f"The backup {folder} was made by a newer agent-console: update this machine, then restore it;"
            " nothing was changed."
        )
    return manifest


# putting one back


def restore_hub(hub: Path, backup: Path, now: datetime) -> RestoredHub:
    """Put a backup in the place of the embedded hub at `hub`, which is kept. Seats may be at work meanwhile: they find
    the new epoch, enrol again, and send what the hub lacks.

    Raises:
        BackupError: the backup cannot be used, or there is no room; nothing was changed.
    """
    manifest = check_hub(backup)
    fresh = hub.with_name(f"{hub.name}.restoring")
    try:
        hub.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _away(fresh)
        _copy(backup / HUB_COPY, fresh)
        carried = _prepare(fresh, hub)
        kept, undo = _keep(hub, now)
        if undo:
            _write_into(hub, fresh)
        else:
            _put(fresh, hub)
        put_on_disk(hub.parent)
        return RestoredHub(
            backup=backup,
            made_at=manifest.made_at,
            epoch=_epoch_of(fresh),
            kept=kept,
            undo=undo,
            seats_carried=carried,
        )
    except (driver.Error, HubUnreachable) as error:
        raise BackupError(explain(error, hub, "hub") if isinstance(error, driver.Error) else str(error)) from error
    except OSError as error:
        raise BackupError(
            f"The hub {hub} cannot be put in place ({error.strerror}): free some space and check the rights of its folder."
        ) from error
    finally:
        _away(fresh)


def _copy(copy: Path, fresh: Path) -> None:
    size = copy.stat().st_size
    if shutil.disk_usage(fresh.parent).free < 3 * size + SPARE_BYTES:  # the copy, the log, and the undo copy
        raise BackupError(
            f"The disk that holds {fresh.parent} needs {(3 * size + SPARE_BYTES) // 1_000_000 + 1} MB free for a"
            " restore: free some space; nothing was changed."
        )
    fresh.touch(mode=0o600, exist_ok=False)
    shutil.copyfile(copy, fresh)


def _prepare(fresh: Path, hub: Path) -> int:
    """Bring the copy up to date and begin a new epoch, with what must not go back in time; returns how many seats were
    carried over."""
    with closing(HubFile(fresh, create=False)) as new:
        with new.writing() as db:
            carried = carry(new, hub)
            db.execute("UPDATE hub_info SET value = ? WHERE key = 'epoch'", (new_id(),))
        new.db.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    put_on_disk(fresh)
    return carried


def _keep(hub: Path, now: datetime) -> tuple[Path | None, bool]:
    """Keep the hub that is there: as a backup, or, when none can be made of it, its files, which are moved away. Who has
    those open goes on with them and notices."""
    if not hub.exists():
        return None, False
    try:
        return back_up_hub(hub, Reason.BEFORE_RESTORE, now), True
    except (HubUnreachable, BackupError):
        kept = shelf.new_place(hub, Reason.BEFORE_RESTORE, now)
        kept = kept.with_name(f"{kept.name}-as-it-was")
        kept.mkdir(mode=0o700, parents=True)
        for end in _BESIDE:
            with suppress(FileNotFoundError):
                hub.with_name(hub.name + end).rename(kept / (hub.name + end))
        put_on_disk(kept)
        return kept, False


def _write_into(hub: Path, fresh: Path) -> None:
    """The whole of `fresh` into the open hub, as one transaction: whoever has it open sees the one or the other."""
    with (
        closing(driver.connect(hub, create=False)) as into,
        closing(driver.connect_to_read(fresh, at_rest=True)) as out,
    ):
        out.backup(into, sleep=0.02)


def _put(fresh: Path, hub: Path) -> None:
    """`fresh` as the hub, where there is none: not over one that somebody made meanwhile."""
    try:
        os.link(fresh, hub)
    except FileExistsError:
        raise
    except OSError:  # a disk without second names
        fresh.rename(hub)


def _epoch_of(fresh: Path) -> str:
    with closing(driver.connect_to_read(fresh, at_rest=True)) as one:
        return str(one.execute("SELECT value FROM hub_info WHERE key = 'epoch'").fetchone()[0])


def _away(fresh: Path) -> None:
    for end in (*_BESIDE, "-journal"):
        fresh.with_name(fresh.name + end).unlink(missing_ok=True)
