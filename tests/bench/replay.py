"""A day of the real February played through with the dashboard open in a real terminal, and what it shows in the end.

    python -m tests.bench.replay [--day 1999-02-03] [--from 06:58] [--to 23:59] [--speed 60]

A day at sixty times its speed takes seventeen minutes; `make test` plays the hour of the outage."""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time as clock
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from data.queue.log_file import pages
from data.queue.timeline import CallStory, read_timeline
from tests.pty import books
from tests.pty.terminal import Terminal, console

NAME = "Robin Park"
THRESHOLD_S = 20
LAST_S = 60.0
"""So long the last conversations may go on, once all figures are there."""
_ROW = re.compile(
    r"^ (?P<queue>bank) +(?P<waiting>\d+) [ ▲■] +(?P<longest>[\d:–]+) [ ▲■] +(?P<offered>\d+) +(?P<answered>\d+)"
    r" +(?P<abandoned>\d+) +(?P<share>[\d–]+(?: %)?) [ ▲■] +(?P<level>[\d–]+(?: %)?) [ ▲■] +(?P<asa>[\d:–]+) +(?P<aht>[\d:–]+)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Day:
    """What a log's queue came to, and what a row of the dashboard must say of it."""

    offered: int
    answered: int
    abandoned: int
    level: float
    """SL4."""
    asa_s: float
    aht_s: float
    most: int

    @property
    def row(self) -> tuple[str, ...]:
        """The figures as the dashboard writes them: offered, answered, gave up, its share, SL4, ASA, AHT."""
        share = self.abandoned / (self.answered + self.abandoned)
        whole = (f"{figure * 100:.0f} %" for figure in (share, self.level))
        times = (f"{int(seconds) // 60}:{int(seconds) % 60:02}" for seconds in (self.asa_s, self.aht_s))
        return (str(self.offered), str(self.answered), str(self.abandoned), *whole, *times)


def reckoned(stories: Sequence[CallStory]) -> Day:
    """The figures of some calls, straight from the log and without the code under test."""
    answered = [one for one in stories if one.outcome == "answered"]
    abandoned = [one for one in stories if one.outcome == "abandoned"]
    within = sum(1 for one in answered if (one.wait_s or 0) <= THRESHOLD_S)
    late = sum(1 for one in abandoned if (one.wait_s or 0) > THRESHOLD_S)
    talked = [one.talk_s for one in answered if one.talk_s is not None]
    steps = sorted(
        step for one in stories if one.wait_s for step in ((one.entered_s, 1), (one.entered_s + one.wait_s, -1))
    )
    level = most = 0
    for _at, step in steps:
        level += step
        most = max(most, level)
    return Day(
        len(stories),
        len(answered),
        len(abandoned),
        within / (len(answered) + late),
        sum(one.wait_s or 0 for one in answered) / len(answered),
        sum(talked) / len(talked),
        most,
    )


def cut(log: Path, to: Path, begins: datetime, ends: datetime) -> Path:
    """The calls of a log that entered in a stretch of time, as a log of their own."""
    lines: list[str] = []
    calls: set[str] = set()
    for page in pages(log):
        for raw in page.lines:
            said = (raw or b"").decode("utf-8", "replace").rstrip("\n")
            parts = said.split("|")
            if len(parts) < 5:
                continue
            if parts[4] == "ENTERQUEUE" and begins.timestamp() <= float(parts[0]) < ends.timestamp():
                calls.add(parts[1])
            if parts[1] in calls:
                lines.append(said)
    to.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return to


@dataclass
class Seen:
    """What was on the screen while the log was played."""

    rows: list[tuple[str, ...]] = field(default_factory=list)
    alarms: set[str] = field(default_factory=set)
    waited: int = 0
    """The longest queue that was shown at one moment."""
    left: str = ""
    """How many wait in the last row."""


def watch(terminal: Terminal, wanted: Day, patience_s: float) -> Seen:
    """Look at the dashboard until its row of the queue says what is wanted, or patience ends."""
    seen, until = Seen(), clock.monotonic() + patience_s
    while clock.monotonic() < until and not terminal.ended:
        terminal.take_in(0.1)
        text = terminal.text()
        found = _ROW.search(text)
        if found is None:
            continue
        row = found.group("offered", "answered", "abandoned", "share", "level", "asa", "aht")
        if not seen.rows or seen.rows[-1] != row:
            seen.rows.append(row)
        seen.left = found["waiting"]
        seen.waited = max(seen.waited, int(found["waiting"]))
        seen.alarms |= set(
            re.findall(
                r"■ (?:now +|\d\d:\d\d +)?(longest wait over|\d+(?= waiting, limit)|service level|\d+ %(?= gave up))",
                text,
            )
        )
        if row == wanted.row and seen.left == "0":
            break
    return seen


def open_floor(terminal: Terminal) -> None:
    """Sign a new supervisor on; the floor opens by itself."""
    terminal.wait_for("your name")
    terminal.wait_for("agent")  # the people of the hub have come
    terminal.type(NAME)
    terminal.wait_for(NAME)
    terminal.keys("<enter>")
    terminal.wait_for("Enter again adds this name")
    terminal.keys("<enter>")
    terminal.wait_for("SL4 80/20")


def stuck(folder: Path) -> int:
    """Contacts of the replay that are not over, in the seat's own store."""
    over = "('done', 'abandoned')"
    return int(books.value(folder, f"SELECT count(*) FROM contact WHERE feed = 'replay' AND state NOT IN {over}"))


def main() -> int:
    """Play, and print what was seen beside what the log says; exit 1 when they differ."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--day", type=date.fromisoformat, default=date(1999, 2, 3))
    parser.add_argument("--from", dest="begins", type=time.fromisoformat, default=time(6, 58))
    parser.add_argument("--to", dest="ends", type=time.fromisoformat, default=time(23, 59))
    parser.add_argument("--speed", type=float, default=60.0)
    given = parser.parse_args()
    log = Path(os.environ["AGENT_CONSOLE_CORPORA"]) / "calls" / "february.queue_log.xz"
    begins, ends = (datetime.combine(given.day, one, tzinfo=UTC) for one in (given.begins, given.ends))
    with tempfile.TemporaryDirectory(prefix="replay-") as name:
        folder = Path(name)
        part = cut(log, folder / "queue_log", begins, ends)
        wanted = reckoned(read_timeline(part))
        command = console(
            "demo", "--role", "supervisor", "--replay", part, "--clock", f"{begins:%Y-%m-%dT%H:%M}",
            "--speed", given.speed, "--data-dir", folder / "seat",
        )  # fmt: skip
        began = clock.monotonic()
        with Terminal(command, env={"AGENT_CONSOLE_TIME_ZONE": "UTC"}) as terminal:
            open_floor(terminal)
            seen = watch(terminal, wanted, (ends - begins + timedelta(minutes=40)) / timedelta(seconds=given.speed))
            passed, used = clock.monotonic() - began, terminal.cpu_s()
            print(terminal.text())
            until = clock.monotonic() + LAST_S
            while (left := stuck(folder / "seat")) and clock.monotonic() < until:  # the last caller talks on
                terminal.take_in(0.5)
            terminal.keys("<c-q>")
            terminal.wait_exit(5)
    last = seen.rows[-1] if seen.rows else ()
    print(f"\nthe log: {wanted.row}, most at once {wanted.most}\nthe dashboard: {last}, most shown {seen.waited}")
    print(
        f"alarms: {sorted(seen.alarms)}; waiting {seen.left}; stuck {left}; {passed:.0f} s, processor {used:.0f} s"
    )
    return 0 if last == wanted.row and seen.left == "0" and not left else 1


if __name__ == "__main__":
    sys.exit(main())
