"""The hub as the doctor sees it: whether it answers, and whether it is the one that this seat works with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from data.doctor.books import open_to_read
from data.doctor.finding import Finding, fault, look, ok
from data.store import driver
from data.sync.address import Kind, kind_of, look_at, open_hub, path_of, without_password
from data.sync.contract import HubUnreachable, WrongLogin


def hub(store: Path, address: str) -> Iterator[Finding]:
    """Ask the hub; nothing is written there."""
    known = _epoch_of(store)
    shown = without_password(address)
    if known is None and kind_of(address) is Kind.FILE and not path_of(address).exists():
        yield look(
            "hub", f"there is none at {shown} yet", "open the console once, or name the hub with --hub or a setting"
        )
        return
    try:
        if kind_of(address) is Kind.POSTGRESQL:
            open_hub(address, create=False).close()
            yield ok("hub", f"{shown} answers")
            return
        found = look_at(address)
    except WrongLogin:
        yield ok("hub", f"{shown} answers, and asks who comes")
        return
    except HubUnreachable as error:
        says, _, do = str(error).rstrip(".").partition(": ")
        yield fault(
            "hub", says, do or "check the address of the hub, its rights and its disk; agents can go on meanwhile"
        )
        return
    if known is not None and known not in (found.epoch, found.hub_id):
        yield fault(
            "hub",
            f"{shown} is not the hub that this seat has worked with",
            "put that one back, or give this seat another --data-dir; what waits here is kept",
        )
    else:
        yield ok("hub", f"{shown} answers" + ("" if known else "; this seat has not worked with it yet"))


def _epoch_of(store: Path) -> str | None:
    try:
        with closing(open_to_read(store)) as connection:
            found = connection.execute("SELECT value FROM sync_state WHERE key = 'epoch'").fetchone()
    except driver.Error:
        return None
    return str(found[0]) if found else None
