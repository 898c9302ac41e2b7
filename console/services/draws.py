"""In which order what was read is shown."""

from __future__ import annotations


class Draws:
    """One thing on the screen that is read before it is shown. What was begun later has seen more: once that is
    shown, a slower reading from before it is not shown over it."""

    def __init__(self) -> None:
        self._begun = 0
        self._shown = 0

    def begin(self) -> int:
        """Before the first reading; the answer names this draw."""
        self._begun += 1
        return self._begun

    def take(self, draw: int) -> bool:
        """After the last reading: whether to show it. False when one that was begun later is shown already."""
        if draw < self._shown:
            return False
        self._shown = draw
        return True
