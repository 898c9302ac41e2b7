"""What takes long with the hub, and how far it is, in words."""

from __future__ import annotations

from data.sync.wire import Progress, SyncStatus
from widgets.sync_words import count


def under_way(sync: SyncStatus) -> tuple[str, str]:
    """What takes long with the hub, as (`fetching`, `12 %`); both empty while nothing does, or the hub is away."""
    for word, progress in (("fetching", sync.snapshot), ("sending import", sync.load)):
        if sync.online and progress.total:
            return word, f"{percent(progress)} %"
    return "", ""


def percent(progress: Progress) -> int:
    """How far it is; 100 is never said of what is still under way."""
    return min(99, progress.done * 100 // progress.total)


def how_far(sync: SyncStatus) -> list[str]:
    """The same in figures, and how often the line stood still."""
    told = []
    if sync.snapshot.total:
        told.append(f"fetched {sync.snapshot.done} of about {sync.snapshot.total} records")
    if sync.load.total:
        told.append(f"imports sent: {sync.load.done} of {sync.load.total} customers")
    if sync.put_backs:
        told.append(f"the hub was put back from a backup {count(sync.put_backs, 'time')}")
    if sync.stalls:
        told.append(f"connected anew {count(sync.stalls, 'time')} because nothing moved")
    return told
