"""Alarms for a supervisor, whatever screen is open: told when they begin, and again as long as nobody has seen them."""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message

from console.messages import AlertsChanged
from data.supervision.alerts import Bell
from data.supervision.snapshot import FloorSnapshot
from data.supervision.thresholds import FloorPolicy, Level


class Alarms:
    """Tells what is due of each snapshot, and how many alerts are open when that changes."""

    def __init__(self, policy: FloorPolicy, post: Callable[[Message], object]) -> None:
        self._bell = Bell(policy)
        self._post = post
        self._open = (0, Level.FINE)

    def heed(self, snap: FloorSnapshot) -> None:
        """A snapshot was made."""
        due = self._bell.due(snap.alerts, snap.at)
        levels = [one.level for one in snap.alerts if one.open]
        now_open = (len(levels), max(levels, default=Level.FINE))
        if due or now_open != self._open:
            self._open = now_open
            self._post(AlertsChanged(due, *now_open))
