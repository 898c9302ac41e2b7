"""Store errors in words: what happened and what to do next, never a traceback (STYLE rule 15)."""

from __future__ import annotations

from pathlib import Path

from data.store import driver


class StoreError(Exception):
    """Something is wrong with the store; the message is one sentence for a person."""


def explain(error: Exception, path: Path) -> str:
    """One sentence for a person about a driver error on the store at `path`."""
    text = str(error).lower()
    if "readonly" in text or "read-only" in text:
        return f"The store {path} is read-only: give this user write permission on it and its folder, then start again."
    if "disk" in text and "full" in text:
        return f"The disk that holds {path} is full: free some space and save again; nothing saved before is lost."
    if "locked" in text or "busy" in text:
        return f"The store {path} stayed busy for {driver.BUSY_TIMEOUT_S:.0f} s: wait a moment and try again."
    if "not a database" in text or "malformed" in text or "corrupt" in text:
        return f"The store {path} is damaged or not ours: put it aside and restore the last backup with `agent-console restore`."
    if "unable to open" in text:
        return f"The store {path} cannot be opened: check that its folder exists and belongs to this user."
    return f"The store {path} did not answer ({error}): try again, and run `agent-console doctor` if it goes on."
