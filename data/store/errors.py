"""Store errors in words: what happened and what to do next, never a traceback (STYLE rule 15)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from shutil import disk_usage

from data.store import driver

LEAST_ROOM = 1_000_000
"""Less than this free, and a disk is full."""


class StoreError(Exception):
    """Something is wrong with the store; the message is one sentence for a person, `brief` two or three words."""

    def __init__(self, sentence: str, brief: str = "store trouble") -> None:
        super().__init__(sentence)
        self.brief = brief


def store_error(error: Exception, path: Path) -> StoreError:
    """A driver error on the store at `path`, in words."""
    text = _sign(error, path)
    brief = next((brief for sign, brief in _BRIEF.items() if sign in text), "store trouble")
    return StoreError(explain(error, path), brief)


def _sign(error: Exception, path: Path) -> str:
    """What the driver said. On a disk without any room it may only say that the disk did not work."""
    text = str(error).lower()
    if "disk i/o" in text:
        with suppress(OSError):
            if disk_usage(path.parent).free < LEAST_ROOM:
                return "disk is full"
    return text


_BRIEF = {
    "readonly": "store is read-only",
    "full": "disk is full",
    "disk i/o": "disk does not work",
    "locked": "store is busy",
    "malformed": "store is damaged",
    "corrupt": "store is damaged",
    "not a database": "store is damaged",
}


def explain(error: Exception, path: Path, what: str = "store") -> str:
    """One sentence for a person about a driver error on the file at `path`; `what` it is: a store or a hub."""
    text = _sign(error, path)
    if "readonly" in text or "read-only" in text:
        return f"The {what} {path} is read-only: give this user write permission on it and its folder, then start again."
    if "disk" in text and "full" in text:
        return f"The disk that holds {path} is full: free some space, then try again; nothing saved before is lost."
    if "disk i/o" in text:
        return (
            f"The disk that holds {path} did not do its work: check that it is not over its quota, gone or broken, "
            "then try again; nothing saved before is lost."
        )
    if "locked" in text or "busy" in text:
        return f"The {what} {path} stayed busy for {driver.BUSY_TIMEOUT_S:.0f} s: wait a moment and try again."
    if "not a database" in text or "malformed" in text or "corrupt" in text:
        return f"The {what} {path} is damaged or not one of ours: {_mend(path, what)}"
    if "unable to open" in text or "no store at" in text:
        return f"The {what} {path} cannot be opened: check that it exists and belongs to this user."
    return f"The {what} {path} did not answer ({error}): try again; if it goes on, start agent-console anew."


def _mend(path: Path, what: str) -> str:
    if what == "hub":
        return "put the file aside and copy its last backup there; the seats go on without it meanwhile."
    from data.backup.shelf import shelved

    newest = next(iter(shelved(path)), None)
    if newest is None:
        return (
            "nothing in it was changed; `agent-console doctor` says what is wrong, and there is no backup of it:"
            " put the file aside and start again, what the hub has comes back by itself."
        )
    return (
        "nothing in it was changed; close the console, `agent-console doctor` says what is wrong and"
        f" `agent-console restore {newest.path}` puts its newest backup back, keeping the damaged file."
    )
