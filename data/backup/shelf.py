"""Where backups lie and what they are called.

A backup is a folder of three files: the copy of the store, the changes that the hub did not have yet as JSON
lines (readable without any database; left out where the store is encrypted), and a manifest that says what both
must be. A folder, because the store is
then written once, straight into its place, and each file can be looked at by itself. It gets its name only when
it is whole."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import ValidationError

from data.models.base import Instant, Value

M = TypeVar("M", bound=Value)

SHELF = "backups"
"""The folder beside a store in which its backups lie."""
MANIFEST, COPY, OUTBOX = "manifest.json", "seat.db", "outbox.jsonl"
HUB_COPY = "hub.db"
"""The copy in the backup of a hub."""
FORMAT = 1
_STAMP = "%Y%m%dT%H%M%SZ"
_PART = re.compile(r"\.part-(\d+)$")


class Reason(StrEnum):
    """Why a backup was made; the end of its name."""

    HOURLY = "hourly"
    BY_HAND = "by-hand"
    BEFORE_UPDATE = "before-update"
    BEFORE_RESTORE = "before-restore"


class BackupError(Exception):
    """A backup that could not be made or cannot be used; the message is one sentence for a person."""


class FileMark(Value):
    """What a file of a backup must be."""

    bytes: int
    sha256: str


class Manifest(Value):
    """What a backup says of itself."""

    format: int
    program: str
    """Version of agent-console that made it."""
    sqlite: str
    made_at: Instant
    reason: Reason
    schema_version: int
    replica_id: str | None
    epoch: str | None
    cursor: int
    files: Mapping[str, FileMark]
    rows: Mapping[str, int]
    """Rows of each table that counts."""
    queued: int
    refused: int
    encrypted: bool = False
    """The copy has the key of the store; there are no JSON lines beside it."""


class Shelved(NamedTuple):
    """A backup on the shelf, told by its name alone."""

    path: Path
    made_at: datetime
    reason: Reason


def shelf_of(store: Path) -> Path:
    """The folder for the backups of a store."""
    return store.parent / SHELF


def new_place(store: Path, reason: Reason, now: datetime, folder: Path | None = None) -> Path:
    """A name that is still free, on the shelf or in another folder."""
    folder = folder or shelf_of(store)
    name = f"{store.stem}-{now.astimezone(UTC):{_STAMP}}-{reason}"
    place = folder / name
    count = 1
    while place.exists():
        count += 1
        place = folder / f"{name}-{count}"
    return place


def shelved(store: Path) -> list[Shelved]:
    """The backups of a store, newest first; nothing of them is opened."""
    pattern = re.compile(rf"{re.escape(store.stem)}-(\d{{8}}T\d{{6}}Z)-({'|'.join(Reason)})(?:-\d+)?")
    found = []
    try:
        there = sorted(shelf_of(store).iterdir(), reverse=True)
    except OSError:
        return []
    for path in there:
        if fitting := pattern.fullmatch(path.name):
            made_at = datetime.strptime(fitting[1], _STAMP).replace(tzinfo=UTC)
            found.append(Shelved(path, made_at, Reason(fitting[2])))
    return found


def is_backup(folder: Path) -> bool:
    """Whether a folder looks like a backup, whole or not."""
    return (folder / MANIFEST).is_file()


def read_manifest(kind: type[M], folder: Path, *, missing: str, other: str, instead: str) -> M:
    """The manifest of a backup, as it is written.

    Args:
        missing: what is told where there is none.
        other: the file by which a backup of the other kind is known, and `instead` what is told of one.

    Raises:
        BackupError: it is not there, cannot be read, or is damaged.
    """
    file = folder / MANIFEST
    try:
        return kind.model_validate_json(file.read_bytes())
    except FileNotFoundError as error:
        raise BackupError(missing) from error
    except OSError as error:
        raise BackupError(
            f"The backup {folder} cannot be read ({error.strerror}): give this user the right to read it, or take"
            " another."
        ) from error
    except ValidationError as error:
        if (folder / other).exists():
            raise BackupError(instead) from error
        raise BackupError(f"{file} is damaged, so the backup cannot be trusted: take another one.") from error


def manifest_of(folder: Path) -> Manifest:
    """What a backup says of itself; nothing of it is checked.

    Raises:
        BackupError: it is no backup, cannot be read, or was made by a newer agent-console.
    """
    manifest = read_manifest(
        Manifest,
        folder,
        missing=f"{folder} is no backup: name a folder that `agent-console backup` made (it has a {MANIFEST}).",
        other=HUB_COPY,
        instead=f"{folder} is the backup of a hub: `agent-console hub restore` puts it back.",
    )
    if manifest.format > FORMAT:
        raise BackupError(
            f"The backup {folder} was made by a newer agent-console: update this seat, then restore it."
        )
    return manifest


def part_of(place: Path) -> Path:
    """What a backup is called while this process makes it."""
    return place.with_name(f".{place.name}.part-{os.getpid()}")


def sweep(shelf: Path) -> None:
    """Take away what processes left that died while they made or removed a backup."""
    try:
        there = list(shelf.iterdir())
    except OSError:
        return
    for path in there:
        left = _PART.search(path.name)
        if left and int(left[1]) != os.getpid() and not _runs(int(left[1])):
            shutil.rmtree(path, ignore_errors=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def remove(folder: Path) -> None:
    """Take a backup away: at once no longer a backup, then gone.

    Raises:
        OSError: it cannot be.
    """
    part = part_of(folder.with_name(f"{folder.name}.old"))
    folder.rename(part)
    shutil.rmtree(part)
