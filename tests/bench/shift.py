"""A compressed shift on the practice floor, worked by a scripted agent: memory and CPU by the hour.

    python -m tests.bench.shift [--hours 8] [--speed 15]

The floor runs `speed` times faster than real: eight hours take half an hour. The agent takes every call it
can, writes a ticket for each, saves it, wraps up, looks around, opens the help, searches. What is asked of it is the
console's memory: after the first hour it may grow by five per cent."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.furnishing import title
from tests.bench.probe import Probe
from tests.bench.screen import mebibytes, workspace
from tests.pty.steps import state

MOST_GROWTH = 0.05
STANDSTILL_S = 60.0
"""An agent who has wrapped nothing up for so long is stuck: the screen is printed."""


class Shift:
    """An agent who does what agents do, as fast as the screen lets it."""

    def __init__(self, probe: Probe) -> None:
        self._desk = probe
        self._rng = random.Random(8)
        self.contacts = 0
        self._moved = time.monotonic()

    def tell_when_stuck(self) -> None:
        """Print the screen when nothing has been wrapped up for a while: a shift that stands still measures nothing."""
        if time.monotonic() - self._moved > STANDSTILL_S:
            self._moved = time.monotonic()
            print(f"stuck after {self.contacts} contacts:\n{self._desk.text()}", flush=True)

    def work(self) -> None:
        """One look at the screen and what follows from it."""
        desk = self._desk
        if "esc back" in desk.text():  # a key came a moment too late, and opened a dialog
            desk.keys("<esc>")
        match state(desk):
            case "NOT READY":
                self._look_around()
                desk.keys("<f2>r")
            case "READY":
                desk.keys("<f2><space>")
            case "RINGING":
                desk.keys("<f9>")
            case "ON CALL" | "ON HOLD":
                self._handle()
            case "WRAP-UP":
                self._wrap_up()
            case _:
                desk.keys("<esc>")
        desk.rest(0.05, 0.6)

    def _handle(self) -> None:
        desk = self._desk
        desk.keys("<f4>1")
        desk.keys("<f5><c-u>")
        desk.type(f"{title(self._rng)} ")
        desk.rest(0.05, 0.4)
        desk.keys("<f10>")
        desk.rest(0.05, 0.4)
        desk.keys("<esc><f2>")
        if self._rng.random() < 0.3:
            desk.keys("n")
            desk.rest(0.05, 0.3)
            desk.type("The caller has tried it twice.")
            desk.keys("<f10>")
            desk.rest(0.05, 0.4)
        self._wrap_up()

    def _wrap_up(self) -> None:
        desk = self._desk
        desk.keys("<f2>w")
        desk.rest(0.05, 0.3)
        if "Solved in this contact" in desk.text():
            desk.keys(self._rng.choice("st"))
            self.contacts += 1
            self._moved = time.monotonic()

    def _look_around(self) -> None:
        desk = self._desk
        desk.keys(self._rng.choice(("?<esc>", "<f1><esc>", "z", "z", "<f3>", "<f6>")))
        desk.rest(0.05, 0.3)
        desk.keys("/")
        desk.type(self._rng.choice(("maria", "printer", "555", "lee")))
        desk.rest(0.05, 0.3)
        desk.keys("<esc>")


def main() -> int:
    """Exit 1 when memory grew by more than five per cent after the first hour."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.shift")
    parser.add_argument("--hours", type=float, default=8)
    parser.add_argument("--speed", type=float, default=15)
    given = parser.parse_args()
    hour = 3600 / given.speed
    with (
        tempfile.TemporaryDirectory(prefix="shift-") as folder,
        workspace(Path(folder) / "seat", "demo", "--speed", str(given.speed)) as probe,
    ):
        shift, began, sizes = Shift(probe), time.monotonic(), []
        while len(sizes) < given.hours:
            shift.work()
            shift.tell_when_stuck()
            if time.monotonic() - began >= hour * (len(sizes) + 1):
                sizes.append(mebibytes(probe))
                cpu = probe.cpu_s()
                print(
                    f"hour {len(sizes)}: {sizes[-1]:.1f} MB, {shift.contacts} contacts, {cpu:.0f} s of CPU",
                    flush=True,
                )
        growth = max(sizes[1:], default=sizes[0]) / sizes[0] - 1
    print(
        f"{shift.contacts} contacts; memory grew by {growth:.1%} after the first hour (at most {MOST_GROWTH:.0%})"
    )
    return 1 if growth > MOST_GROWTH else 0


if __name__ == "__main__":
    sys.exit(main())
