"""The folder of a seat: whose it is, who may read it, room on its disk, its backups and logs."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from data.backup.making import check
from data.backup.shelf import BackupError, manifest_of, shelved
from data.doctor.finding import Finding, Repair, fault, look, ok
from data.identity.agents import AGENTS, Agents
from data.store import driver
from data.store.database import STORE_FILE
from data.sync.address import Kind, kind_of, path_of

LITTLE_ROOM, NO_ROOM = 1_000_000_000, 100_000_000
OLD_BACKUP = timedelta(days=2)
LOGS = ("console.log", "worker.log")
RECENT = timedelta(days=7)
_TAIL = 200_000


def folder(data: Path) -> Iterator[Finding]:
    """Rights and owner of the folder, and of what is in it."""
    try:
        about = data.stat()
    except OSError as error:
        yield fault(
            "folder", f"{data} cannot be used ({error.strerror})", "open the console once, or use --data-dir"
        )
        return
    if os.statvfs(data).f_flag & os.ST_RDONLY or not os.access(data, os.W_OK | os.X_OK):
        yield fault(
            "folder", f"{data} may only be read", "give this user write permission, or mount it for writing"
        )
    elif others := [file for file in (data, *private(data)) if file.stat().st_uid != os.geteuid()]:
        do = "start agent-console as that user, or chown everything in the folder"
        yield look("folder", f"{others[0]} belongs to another user", do)
    else:
        yield ok("folder", f"{data} is this user's")
    open_ones = [file.name for file in private(data) if stat.S_IMODE(file.stat().st_mode) & 0o077]
    if stat.S_IMODE(about.st_mode) & 0o077:
        open_ones.insert(0, "the folder")
    if open_ones:
        named = ", ".join(open_ones[:4]) + (" …" if len(open_ones) > 4 else "")
        yield fault(
            "rights",
            f"others on this machine may look into {named}",
            "agent-console doctor --repair makes them 0700 and 0600",
            Repair.MODES,
        )
    else:
        yield ok("rights", "only this user can read the store, its backups and logs")


def private(data: Path) -> list[Path]:
    """The files and folders of a seat that nobody else may read."""
    names = (
        "seat.db*",
        "hub.db*",
        "*.log*",
        "backups",
        "backups/*",
        "backups/*/*",
        "settings.toml",
        "mail",
        "mail/*",
        AGENTS,
        f"{AGENTS}/**/*",
    )
    return sorted({file for name in names for file in data.glob(name) if not file.is_symlink()})


def agents(data: Path, address: str) -> Iterator[Finding]:
    """The encrypted stores of a shared seat, which only their agents open, and what lies beside them."""
    known = Agents(data).known()
    names = ", ".join(card.name for card in known)
    how_many = "one agent has" if len(known) == 1 else f"{len(known)} agents have" if known else "nobody has"
    yield ok("stores", f"{how_many} signed in here{f': {names}' if names else ' yet'}; each store is encrypted")
    if (data / STORE_FILE).exists():
        do = "let its last changes go to the hub with sign_in = name, then remove it and its backups"
        yield look(
            "stores", f"{STORE_FILE} of the time before passwords can be read by whoever has this folder", do
        )
    hub = path_of(address) if kind_of(address) is Kind.FILE else None
    if hub is not None and hub.is_file() and hub.parent == data.absolute():
        do = "on a shared seat use a hub on another machine, or give the file to another user of this one"
        yield look("stores", "the hub's own file lies here, and is not encrypted", do)


def disk(data: Path) -> Iterator[Finding]:
    """Room for what comes."""
    free = shutil.disk_usage(data).free
    says = f"{free / 1e9:.1f} GB free" if free >= 1e9 else f"{free // 1_000_000} MB free"
    if free < NO_ROOM:
        yield fault("disk", says, "free some space now: when it is full nothing can be saved")
    elif free < LITTLE_ROOM:
        yield look("disk", says, "free some space")
    else:
        yield ok("disk", says)


def engine() -> Iterator[Finding]:
    """The SQLite that this program carries."""
    version = tuple(int(part) for part in driver.SQLITE_VERSION.split("."))
    if (3, 7, 0) <= version < (3, 51, 3):
        yield fault(
            "SQLite",
            f"{driver.SQLITE_VERSION} can damage a store that two processes write",
            "install agent-console again, with its own sqlcipher3 0.6.4 or newer",
        )
    else:
        yield ok("SQLite", driver.SQLITE_VERSION)


def backups(store: Path, now: datetime, hours: float, *, deep: bool) -> Iterator[Finding]:
    """How old the newest backup is, and whether it is what it says."""
    found = shelved(store)
    if not found:
        yield look("backup", "there is none", "agent-console backup makes one; an open console does so every hour")
        return
    newest = found[0]
    size = sum(file.stat().st_size for one in found for file in one.path.iterdir())
    says = f"{len(found)} ({size / 1e6:.0f} MB), the newest {_age(now - newest.made_at)} old"
    try:
        if deep:
            check(newest.path)
        else:
            manifest_of(newest.path)
    except BackupError as error:
        yield fault("backup", str(error).rstrip("."), "agent-console backup makes a new one")
        return
    if now - newest.made_at > OLD_BACKUP:
        why = (
            "they are switched off (backup_hours = 0)" if not hours else "see worker.log why no newer one was made"
        )
        yield look("backup", says, f"agent-console backup makes one; {why}")
    else:
        yield ok("backup", says + (", read through" if deep else ""))


def logs(data: Path, now: datetime) -> Iterator[Finding]:
    """Errors that were written down in the last days."""
    counts = {name: _errors(data / name, now) for name in LOGS}
    if any(counts.values()):
        told = ", ".join(f"{count} in {name}" for name, count in counts.items() if count)
        yield look(
            "logs", f"errors of the last 7 days: {told}", f"read the end of {data / 'console.log'} and worker.log"
        )
    else:
        yield ok("logs", "no errors in the last 7 days")


def _errors(file: Path, now: datetime) -> int:
    """Lines that tell of an error; a log that nobody has written to for days tells of none."""
    try:
        if now.timestamp() - file.stat().st_mtime > RECENT.total_seconds():
            return 0
        with file.open("rb") as log:
            log.seek(max(0, file.stat().st_size - _TAIL))
            lines = log.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return 0
    since = f"{(now - RECENT).astimezone():%Y-%m-%d}"
    told = [line for line in lines if " ERROR " in line or " CRITICAL " in line or line.startswith("Traceback")]
    return sum(not (line[:4].isdigit() and line[:10] < since) for line in told)


def _age(passed: timedelta) -> str:
    minutes = max(0, int(passed.total_seconds() // 60))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 72 * 60 else f"{minutes // 1440} days"
