"""`backup` and `restore` of a seat."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.cli.shared import FAULTS, DataDir, Json, fail, folder_of, open_store, say, shown, store_of, whose
from console.cli.shelves import backup_named, list_backups, place_for, undone_by

if TYPE_CHECKING:
    from data.backup.restoring import Restored
    from data.backup.shelf import Manifest


def backup(
    place: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]",
            help="The backup to make, or a folder to put it in; else the folder backups in the data folder.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a backup that is there.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Back this seat up.

    A copy of the store as of one moment, also while the console is open, checked after it was written: a folder
    with the store, the changes that the hub does not have yet as JSON lines, and a manifest with their sums.
    """
    from data.backup import shelf
    from data.backup.making import back_up
    from data.backup.shelf import BackupError, Reason
    from data.clock import SYSTEM_CLOCK

    now = SYSTEM_CLOCK.now()
    with open_store(data_dir, create=False) as store:
        place = place_for(store.path, now, place)
        try:
            made = back_up(store.connection, store.path, Reason.BY_HAND, now, place, force=force, key=store.key)
            manifest = shelf.manifest_of(made)
        except BackupError as error:
            raise fail(str(error), FAULTS) from error
    body = _told(made, manifest)
    say(
        as_json,
        body,
        lambda: (
            f"Backed up and checked: {shown(str(made))}\n"
            f"{body['bytes'] / 1e6:.1f} MB: {body['tickets']} tickets, {body['customers']} customers,"
            f" {body['drafts']} on the desk; {body['queued']} changes wait for the hub, {body['refused']} were refused."
        ),
    )


def _told(place: Path, manifest: Manifest) -> dict[str, Any]:
    return {
        "backup": str(place),
        "made_at": manifest.made_at.isoformat(),
        "reason": str(manifest.reason),
        "bytes": sum(mark.bytes for mark in manifest.files.values()),
        "tickets": manifest.rows.get("ticket", 0),
        "customers": manifest.rows.get("customer_row", 0),
        "drafts": manifest.rows.get("desk", 0),
        "queued": manifest.queued,
        "refused": manifest.refused,
    }


def restore(
    place: Annotated[
        Path | None, typer.Argument(metavar="[BACKUP]", help="The backup; without one, those there are.")
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Put a backup in the place of this seat's store.

    Close the console first. The backup is checked before anything is touched; the store that is there is kept in
    the folder backups, and what only it has (changes not sent yet, refused ones, conflicts, drafts) is taken over.
    What the hub has comes back by itself.
    """
    from data.backup.restoring import restore as put_back
    from data.backup.shelf import BackupError
    from data.clock import SYSTEM_CLOCK
    from data.store.users import StoreInUse

    store, key = store_of(folder_of(data_dir))
    if place is None:
        _list(store, as_json)
        return
    chosen = backup_named(store, place, "agent-console restore")
    try:
        done = put_back(store, chosen.absolute(), SYSTEM_CLOCK.now(), key)
    except (BackupError, StoreInUse) as error:
        raise fail(str(error), FAULTS) from error
    for sentence in _left_behind(done):
        print(shown(sentence), file=sys.stderr)
    say(
        as_json,
        done.model_dump(mode="json"),
        lambda: "\n".join(shown(one) for one in _outcome(folder_of(data_dir), done)),
    )


def _list(store: Path, as_json: bool) -> None:
    from data.backup.shelf import manifest_of

    list_backups(
        store,
        lambda place: _told(place, manifest_of(place)),
        lambda one: f"{one['tickets']:>6} tickets {one['queued']:>5} queued",
        f"There is no backup of {shown(str(store))} yet: `agent-console backup` makes one.",
        as_json=as_json,
    )


def _outcome(folder: Path, done: Restored) -> list[str]:
    lines = [f"Restored: the store is as it was at {done.made_at:%Y-%m-%d %H:%M:%S} UTC."]
    taken = [
        f"{count} {what}"
        for count, what in (
            (done.changes, "unsent changes"),
            (done.conflicts, "conflicts"),
            (done.drafts, "drafts"),
        )
        if count
    ]
    if taken:
        lines.append(f"Taken over from the store before: {', '.join(taken)}.")
    lines.append(f"{done.queued} changes wait for the hub; what it has comes back when the console is opened.")
    if done.kept is not None and done.undo:
        name = whose.get()
        speaker = ["--as", name] if name is not None else []
        lines.append(undone_by("store", *speaker, "restore", str(done.kept), "--data-dir", str(folder)))
    return lines


def _left_behind(done: Restored) -> list[str]:
    """What is not in the store now, and where it is."""
    said = []
    if done.kept is not None and not done.undo:
        said.append(f"The store before could not be backed up; its files are kept as they are in {done.kept}.")
    if done.unread:
        said.append(
            f"Could not be read in the store before, and is only in its kept files: {', '.join(done.unread)}."
            " The drafts may be older than what was saved since: look before saving one."
        )
    if done.imports:
        said.append(f"Imported since the backup and not in it, import again: {', '.join(done.imports)}.")
    return said
