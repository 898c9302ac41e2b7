"""What `backup` and `restore` of a seat and of a hub have in common: naming a backup, finding one, listing them."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from console.cli.shared import USAGE, fail, say, shown


def place_for(file: Path, now: datetime, named: Path | None) -> Path | None:
    """Where a backup of this file is to be made: a folder that was named gets it inside; None: on its own shelf."""
    from data.backup import shelf

    if named is None:
        return None
    place = named.expanduser().absolute()
    if place.is_dir() and not shelf.is_backup(place):
        return shelf.new_place(file, shelf.Reason.BY_HAND, now, place)
    return place


def undone_by(what: str, *command: str) -> str:
    """How a restore is undone, wherever that is typed. `what` was restored: a hub, or a store."""
    return f"The {what} before is kept, this undoes the restore: {shlex.join(['agent-console', *command])}"


def backup_named(file: Path, named: Path, command: str) -> Path:
    """The backup that is meant: a path, or a name on the file's shelf.

    Raises:
        typer.Exit: it is not there; `command` lists those there are.
    """
    from data.backup.shelf import shelf_of

    chosen = named.expanduser()
    if not chosen.exists() and (shelf_of(file) / named).exists():
        chosen = shelf_of(file) / named
    if not chosen.exists():
        raise fail(f"There is no backup {chosen}: `{command}` lists those there are.", USAGE)
    return chosen


def list_backups(
    file: Path,
    told: Callable[[Path], dict[str, Any]],
    holds: Callable[[dict[str, Any]], str],
    none: str,
    *,
    as_json: bool,
) -> None:
    """List the backups of a file; one that cannot be read is told beside.

    Args:
        told: what is told of a backup; may raise BackupError.
        holds: what it holds, in the list.
        none: the sentence when there is none.
    """
    from data.backup.shelf import BackupError, shelved

    found = []
    for one in shelved(file):
        try:
            found.append(told(one.path))
        except BackupError as error:
            print(shown(str(error)), file=sys.stderr)
    say(
        as_json,
        found,
        lambda: (
            "\n".join(
                f"{one['made_at'][:19]}Z  {one['reason']:<15} {holds(one)}  {shown(one['backup'])}" for one in found
            )
            or none
        ),
    )
