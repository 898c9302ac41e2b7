"""A reporter's console as a process: `python -m tests.data.queue_report.reporter_process STORE ZONE CLOCK`.

For each line `start` it forks a process that has only imported, opens the store and looks at it, a line `look` or `look
answers` each. The clock is moved by eight bytes a time through the pipe with the number CLOCK, also in the midst of a look.
A line is said for each: `pid …` of the forked one, the slot that it asked for (or `-`), `ended …` once it is dead."""

from __future__ import annotations

import os
import struct
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from data.store.database import Store
from tests.data.queue_report.desk import Console, Hands

MOMENT = struct.Struct("d")
"""Seconds since 1970."""


class MovedClock(Hands):
    """Shows what came last through a pipe that does not block."""

    def __init__(self, pipe: int) -> None:
        super().__init__()
        self._pipe = pipe

    def now(self) -> datetime:
        try:
            while data := os.read(self._pipe, MOMENT.size):
                self.at = datetime.fromtimestamp(MOMENT.unpack(data)[0], UTC)
        except BlockingIOError:
            pass
        return self.at


def _line() -> str | None:
    """A line of standard input, nothing of what follows; None at its end. Killed, nobody takes more along than that."""
    data = b""
    while not data.endswith(b"\n") and (one := os.read(0, 1)):
        data += one
    return data.decode().strip() if data else None


def _say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def _report(path: Path, zone: ZoneInfo, pipe: int) -> None:
    with Store(path, create=False) as store:
        console = Console(store, MovedClock(pipe), zone)
        while (line := _line()) is not None:
            asked = console.look(answers=line == "look answers")
            _say(asked.isoformat() if asked is not None else "-")


def main() -> int:
    """Fork until standard input ends."""
    path, zone, pipe = Path(sys.argv[1]), ZoneInfo(sys.argv[2]), int(sys.argv[3])
    os.set_blocking(pipe, False)
    while (line := _line()) is not None:
        if line != "start":  # meant for one that was killed
            continue
        child = os.fork()
        if child == 0:
            try:
                _report(path, zone, pipe)
            finally:
                os._exit(0)
        _say(f"pid {child}")
        _say(f"ended {os.waitpid(child, 0)[1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
