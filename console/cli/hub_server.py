"""The `hub` commands where the hub is in PostgreSQL: thin, what they call is in `data.sync.postgres`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

from console.cli.shared import FAULTS, UNREACHABLE, USAGE, fail, say, shown
from console.cli.shelves import undone_by

ENDING = ".jsonl.gz"


@contextmanager
def _in_words(place: Path | None = None) -> Iterator[None]:
    from data.sync.contract import HubUnreachable

    try:
        yield
    except HubUnreachable as error:
        raise fail(str(error), UNREACHABLE) from error
    except OSError as error:
        raise fail(
            f"{place} cannot be used ({error.strerror or error}): free some space, check its rights, or name another.",
            FAULTS,
        ) from error


def init(address: str, as_json: bool) -> None:
    """Make the database a hub, or bring the one in it to this version."""
    from data.sync.postgres import admin

    with _in_words():
        made = admin.init(address)
    say(
        as_json,
        {"hub": address, "made": made},
        lambda: f"{'Made' if made else 'There is a hub already, and it is of this version'}: {shown(address)}",
    )


def serve(address: str) -> None:
    """Tell seats of news until SIGTERM or ctrl+c. The server itself answers them."""
    from data.sync.postgres import notifier

    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    print(f"Telling the seats of {shown(address)} when there is something new.", flush=True)
    notifier.run(address, stop, tell=lambda problem: print(shown(problem), file=sys.stderr, flush=True))
    print("Ended.")


def backup(address: str, shelf: Path, to: Path | None, *, force: bool, as_json: bool) -> None:
    """Back the hub up into one file."""
    place = to if to is not None and not to.is_dir() else _new_place(to or shelf)
    rows = _write(address, place, force=force)
    body: dict[str, Any] = {"backup": str(place), "bytes": place.stat().st_size, "rows": rows}
    say(as_json, body, lambda: f"Backed up: {shown(str(place))}\n{body['bytes'] / 1e6:.1f} MB: {rows} rows.")


def _new_place(folder: Path) -> Path:
    from data.clock import SYSTEM_CLOCK

    name = f"hub-{SYSTEM_CLOCK.now():%Y%m%dT%H%M%SZ}"
    places = (folder / f"{name}{count}{ENDING}" for count in ("", *(f"-{number}" for number in range(2, 1000))))
    return next(place for place in places if not place.exists())


def _write(address: str, place: Path, *, force: bool) -> int:
    """It gets its name when it is whole."""
    from data.sync.postgres import archive

    if place.exists() and not force:
        raise fail(f"{place} is there already: name another place, or replace it with --force.", FAULTS)
    part = place.with_name(f".{place.name}.part-{os.getpid()}")
    with _in_words(place):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        try:
            rows = archive.backup(address, part)
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)
    return rows


def restore(address: str, shelf: Path, source: Path | None, *, yes: bool, as_json: bool) -> None:
    """Put a backup in the place of the hub, which is backed up first; without one, list those there are."""
    from data.sync.address import without_password
    from data.sync.postgres import archive

    if source is None:
        found = [
            {"backup": str(file), "bytes": file.stat().st_size} for file in sorted(shelf.glob(f"hub-*{ENDING}"))
        ]
        none = f"There is no backup in {shelf}: `agent-console hub backup` makes one."
        say(as_json, found, lambda: "\n".join(shown(str(one["backup"])) for one in found) or shown(none))
        return
    if not source.is_file():
        raise fail(f"There is no backup {source}: `agent-console hub restore` lists those there are.", USAGE)
    if not yes:
        raise fail(f"This puts {source} in the place of the hub at {address}: say --yes to do so.", USAGE)
    kept = _new_place(shelf)
    _write(address, kept, force=False)
    with _in_words(source):
        epoch = archive.restore(address, source)
    body: dict[str, Any] = {"backup": str(source), "epoch": epoch, "kept": str(kept), "undo": True}
    say(
        as_json,
        body,
        lambda: (
            "Put back, in a new epoch: every seat takes its rows anew and sends again what the hub lacks.\n"
            + shown(undone_by("hub", "hub", "restore", str(kept), "--hub", without_password(address), "--yes"))
        ),
    )
