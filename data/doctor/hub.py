"""The hub as the doctor sees it: whether it answers, and whether it is the one that this seat works with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from data.doctor.books import open_to_read
from data.doctor.finding import Finding, fault, look, ok
from data.store import driver
from data.sync.contract import HubUnreachable
from data.sync.embedded import EmbeddedHub


def hub(store: Path, file: Path) -> Iterator[Finding]:
    """Ask the hub; nothing is written there."""
    known = _epoch_of(store)
    if known is None and not file.exists():
        yield look(
            "hub", f"there is none at {file} yet", "open the console once, or name the hub's file with --hub"
        )
        return
    try:
        with closing(EmbeddedHub(file, create=False)) as one:
            epoch = one.snapshot_v1("doctor", None, 1).epoch
    except HubUnreachable as error:
        says, _, do = str(error).rstrip(".").partition(": ")
        yield fault(
            "hub", says, do or "check the path of the hub, its rights and its disk; agents can go on meanwhile"
        )
        return
    if known is not None and known != epoch:
        yield fault(
            "hub",
            f"{file} is not the hub that this seat has worked with",
            "put that one back, or give this seat another --data-dir; what waits here is kept",
        )
    else:
        yield ok("hub", f"{file} answers" + ("" if known else "; this seat has not worked with it yet"))


def _epoch_of(store: Path) -> str | None:
    try:
        with closing(open_to_read(store)) as connection:
            found = connection.execute("SELECT value FROM sync_state WHERE key = 'epoch'").fetchone()
    except driver.Error:
        return None
    return str(found[0]) if found else None
