"""What a workstation can see by itself: when it was started, and how many messages nobody has read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

BOOT_FILE = Path("/proc/stat")


def boot_time(file: Path = BOOT_FILE) -> datetime | None:
    """When this machine was started, from the kernel's own file; None where it does not say."""
    try:
        lines = file.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    told = next((line.split()[1:] for line in lines if line.startswith("btime ")), [])
    return datetime.fromtimestamp(int(told[0]), UTC) if told and told[0].isdecimal() else None


def unread(maildir: Path) -> int | None:
    """How many messages of a Maildir have not been read; None where there is none to look at. No message is opened: what is
    in `new`, and in `cur` without the flag S, is unread. (The standard library's `mailbox` would read each of them.)"""
    try:
        new = [one.name for one in (maildir / "new").iterdir()]
        cur = [one.name for one in (maildir / "cur").iterdir()]
    except OSError:
        return None
    flags = [name.partition(":2,")[2] for name in cur if not name.startswith(".")]
    return sum(not name.startswith(".") for name in new) + sum("S" not in one for one in flags)
