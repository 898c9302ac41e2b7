"""A terminal that measures: when did the screen change after a key, when was it at rest again.

While a key is timed nothing is drawn: what the program writes is only read and stamped, and fed to the emulator
once the line has been quiet, so that the emulator's own slowness is in no number."""

from __future__ import annotations

import os
import random
import re
import select
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.pty.terminal import Terminal, key_bytes

QUIET_S = 0.06
"""A program that has written nothing for so long after a key has done its work."""
LONGEST_S = 1.5
FRAME_S = 1 / 60
"""Keys come at any moment of a frame."""

Area = tuple[int, int, int, int]
"""Columns and rows that count: left, top, right, bottom; the last two are outside."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """What one key did. Milliseconds from the moment it was sent."""

    change: float | None
    """The first cell was another one; None: nothing changed."""
    settled: float | None
    """The last cell changed."""
    wanted: float | None
    """The awaited text was there."""
    written: int
    """Bytes that the program wrote."""


class Probe(Terminal):
    """A program in a pseudo-terminal, with stamps on what it writes."""

    def __init__(self, command: Sequence[str], cols: int = 160, rows: int = 45, **more: object) -> None:
        self._stamped: list[tuple[float, bytes]] = []
        self._began = time.perf_counter()
        super().__init__(command, cols, rows, **more)  # type: ignore[arg-type]

    def _read_stamped(self, timeout: float) -> bool:
        ready, _, _ = select.select([self._fd], [], [], timeout)
        if not ready:
            return False
        try:
            data = os.read(self._fd, 1 << 20)
        except OSError:
            self.ended = True
            return False
        self._stamped.append((time.perf_counter(), data))
        return bool(data)

    def _feed(self, data: bytes) -> None:
        self.raw += data
        if answer := self._emulator.feed(data):
            os.write(self._fd, answer)

    def _marks(self, area: Area | None) -> list[str]:
        rows = self._emulator.pictures
        if area is None:
            return rows
        left, top, right, bottom = area
        return [row[left:right] for row in rows[top:bottom]]

    def started(self, wanted: str, timeout: float = 30.0) -> float:
        """Milliseconds from the start of the program until a text stands on the screen."""
        return self.until(wanted, self._began, timeout)

    def until(self, wanted: str, since: float | None = None, timeout: float = 30.0) -> float:
        """Milliseconds from `since` (now, when none is given) until a text or pattern stands on the screen.

        Raises:
            AssertionError: it never came.
        """
        since = time.perf_counter() if since is None else since
        pattern = re.compile(wanted)
        give_up = time.perf_counter() + timeout
        while time.perf_counter() < give_up and not self.ended:
            self._read_stamped(0.02)
            stamped, self._stamped = self._stamped, []
            for stamp, data in stamped:
                self._feed(data)
                if pattern.search(self.text()):
                    return (stamp - since) * 1000
        raise AssertionError(f"{wanted!r} did not come. The screen:\n{self.text()}")

    def rest(self, quiet_s: float = QUIET_S, longest_s: float = LONGEST_S) -> None:
        """Read on until the program is quiet."""
        give_up = time.perf_counter() + longest_s
        while time.perf_counter() < give_up and self._read_stamped(quiet_s):
            pass
        for _, data in self._take():
            self._feed(data)

    def _take(self) -> list[tuple[float, bytes]]:
        stamped, self._stamped = self._stamped, []
        return stamped

    def press(
        self, keys: str, area: Area | None = None, wanted: str | None = None, quiet_s: float = QUIET_S
    ) -> Stroke:
        """Press a key at a random moment of a frame and watch what changes in an area of the screen."""
        self.rest(0.01, 0.1)
        time.sleep(random.random() * FRAME_S)
        self.rest(0, 0.05)
        before = self._marks(area)
        pattern = re.compile(wanted) if wanted is not None else None
        sent = last = time.perf_counter()
        os.write(self._fd, key_bytes(keys).encode())
        while time.perf_counter() - sent < LONGEST_S:
            if self._read_stamped(quiet_s if self._stamped else LONGEST_S):
                last = self._stamped[-1][0]
            if self._stamped and time.perf_counter() - last > quiet_s:
                break
        change = settled = came = None
        stamped = self._take()
        for stamp, data in stamped:
            self._feed(data)
            if self._emulator.drawing:  # a picture that is not complete is not shown
                continue
            now, ms = self._marks(area), (stamp - sent) * 1000
            if now != before:
                change, settled, before = ms if change is None else change, ms, now
            if pattern is not None and came is None and pattern.search(self.text()):
                came = ms
        return Stroke(change, settled, came, sum(len(data) for _, data in stamped))

    def at_rest(self, seconds: float) -> tuple[float, float]:
        """Leave it alone. Returns (per cent of one core that all its processes use, bytes a second)."""
        self.rest()
        written, used, began = 0, self.cpu_s(), time.perf_counter()
        while (passed := time.perf_counter() - began) < seconds:
            self._read_stamped(min(0.25, seconds - passed))
            for _, data in self._take():
                written += len(data)
                self._feed(data)
        passed = time.perf_counter() - began
        return (self.cpu_s() - used) / passed * 100, written / passed
