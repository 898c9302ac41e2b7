"""What an agent waits for: starting, keys, rows, panes; and what the console takes at rest."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import floors
from tests.bench.furnishing import NAME
from tests.bench.probe import Area, Probe, Stroke
from tests.bench.table import Measure, quantile
from tests.pty.terminal import console

TICKET: Area = (47, 23, 160, 44)
"""The form without its heading, which tells when the draft was kept."""
CUSTOMER: Area = (47, 2, 103, 22)
SCRIPT: Area = (104, 2, 160, 22)
PANES: Area = (0, 2, 160, 44)
WORDS = "the printer in the back office prints blank pages and the caller has restarted it twice already today "
NAMES = "maria alba", "peter cor", "lee danor", "a00123", "555 12", "bakery", "chen ros", "zoe par", "omar kel"


@contextmanager
def workspace(folder: Path, *options: str) -> Iterator[Probe]:
    """A console at 160x45 with Dana signed on, at rest."""
    with Probe(console(*options, "--data-dir", folder)) as probe:
        probe.started("your name")
        probe.until(NAME)
        probe.rest(0.5, 3)
        sign_on(probe)
        probe.rest(0.3, 2)
        yield probe


def sign_on(probe: Probe) -> float:
    """Type the name and press enter; milliseconds from enter until the workspace is there."""
    probe.keys(NAME)
    probe.until(rf"{NAME}\s")
    probe.rest(0.1)
    since = time.perf_counter()
    probe.keys("<enter>")
    return probe.until(r"NOT READY[^\n]*\d:\d\d(.|\n)*F5 Ticket", since)


def starting(folder: Path, times: int) -> list[Measure]:
    """From the command to a screen that can be used, first and second screen, each warm."""
    blank, first, second = [], [], []
    for turn in range(times + 1):
        with Probe(floors.command("blank")) as probe:
            blank.append(probe.started(floors.READY))
        with Probe(console("--data-dir", folder)) as probe:
            first.append(probe.started("your name"))
            probe.until(NAME)
            probe.rest(0.5, 3)
            second.append(sign_on(probe))
        if turn == 0:
            blank, first, second = [], [], []  # the first start fills the caches of the machine
    floor, sign_in, opened = (quantile(each, 0.5) for each in (blank, first, second))
    return [
        Measure("command → sign-in", sign_in, "ms", floor, note="floor: a minimal Textual program"),
        Measure("name entered → workspace", opened, "ms", floor),
        Measure("command → workspace, both together", sign_in + opened, "ms", floor, times=2.0),
    ]


def _pressed(probe: Probe, keys: str, area: Area | None, count: int) -> list[Stroke]:
    return [probe.press(key, area) for key in itertools.islice(itertools.cycle(keys), count)]


def _words(count: int) -> str:
    return "".join(itertools.islice(itertools.cycle(WORDS), count))


def _open_ticket(probe: Probe) -> None:
    probe.keys("<esc>")  # what was typed before may have the keys again
    probe.rest(0.3, 1)
    probe.keys("<f2>")
    probe.rest(0.1, 1)
    probe.keys("/100000")
    probe.until("# 100000")
    probe.keys("<enter>")
    probe.until("F5 Ticket · 100000")
    probe.rest(0.3, 2)


def typing(folder: Path, count: int) -> list[Measure]:
    """Letters in the ticket's details while calls come in, against letters in a field alone."""
    with Probe(floors.command("input")) as probe:
        probe.started(floors.READY)
        probe.rest(0.3)
        alone = _pressed(probe, _words(count), None, count)
    with workspace(folder, "demo", "--speed", "4") as probe:
        _open_ticket(probe)
        probe.keys("<f5>")
        probe.until("esc leaves the field")
        probe.rest(0.2, 1)
        ours = _pressed(probe, _words(count), TICKET, count)
    floor50, floor99 = quantile((one.settled for one in alone), 0.5), quantile((one.settled for one in alone), 0.99)
    settled = [one.settled for one in ours]
    return [
        Measure("key → settled, typing in a ticket while calls arrive, p50", quantile(settled, 0.5), "ms", floor50, times=2.0, note="floor: one field alone"),
        Measure("the same, p99", quantile(settled, 0.99), "ms", floor99, times=3.0),
    ]  # fmt: skip


def looking_up(folder: Path, customers: int) -> list[Measure]:
    """Keys in the search box until the new rows are shown, against a field with thirty rows that all change."""
    keys = [key for name in NAMES for key in (*name, *["<bs>"] * len(name))]
    with Probe(floors.command("rows")) as probe:
        probe.started(floors.READY)
        probe.rest(0.3)
        floor = [probe.press(key).settled for key in keys]
    with workspace(folder) as probe:
        probe.keys("/")
        probe.until("Results come as you type")
        probe.rest(0.2)
        ours = [probe.press(key, CUSTOMER).settled for key in keys]
    told = f"{customers:,} customers; floor: a field and 30 rows"
    return [
        Measure(
            "key → new lookup rows, p50", quantile(ours, 0.5), "ms", quantile(floor, 0.5), times=1.3, note=told
        ),
        Measure("the same, p99", quantile(ours, 0.99), "ms", quantile(floor, 0.99), times=1.3),
    ]


def switching(folder: Path, count: int) -> list[Measure]:
    """Another pane, the whole screen for one, the list of keys and back."""
    with workspace(folder) as probe:
        panes = _all(probe, ("<f3>", "<f4>", "<f5>", "<f6>", "<f2>"), count)
        screens = _all(probe, ("?", "<esc>", "z", "z"), count)
    return [
        Measure("key → another pane, p50", quantile(panes, 0.5), "ms", most=40),
        Measure("the same, p99", quantile(panes, 0.99), "ms", most=100),
        Measure("key → list of keys or one pane alone, and back, p50", quantile(screens, 0.5), "ms", most=40),
        Measure("the same, p99", quantile(screens, 0.99), "ms", most=100),
    ]


def cards(folder: Path, count: int) -> list[Measure]:
    """An answer of the call flow, its card and the way back, each written to the store before it is shown."""
    with workspace(folder) as probe:
        _open_ticket(probe)
        probe.keys("<esc>")
        probe.rest(0.3, 1)
        probe.keys("pl")
        probe.until("greeting")
        probe.keys("<f4>")
        probe.rest(0.3, 2)
        steps = [probe.press(key, SCRIPT).settled for key in itertools.islice(itertools.cycle("1b"), count)]
    return [
        Measure("key → card step, p50", quantile(steps, 0.5), "ms", most=40, note="an answer, and back"),
        Measure("the same, p99", quantile(steps, 0.99), "ms", most=100),
    ]


def _all(probe: Probe, keys: tuple[str, ...], count: int) -> list[float | None]:
    return [probe.press(key, PANES).settled for key in itertools.islice(itertools.cycle(keys), count)]


def at_rest(folder: Path, seconds: float) -> list[Measure]:
    """An open workspace that nobody touches, its worker included."""
    with Probe(floors.command("clock")) as probe:
        probe.started(floors.READY)
        floor_cpu, floor_bytes = probe.at_rest(seconds)
    with workspace(folder) as probe:
        cpu, written = probe.at_rest(seconds)
    return [
        Measure("CPU at rest", cpu, "%", floor_cpu, most=1.0, note="console and worker; floor: a clock"),
        Measure("bytes a second at rest", written, "B/s", floor_bytes, most=500),
    ]


def memory(folder: Path, customers: int) -> list[Measure]:
    """Memory that is the console's own, after it has been looked around in."""
    with Probe(floors.command("blank")) as probe:
        probe.started(floors.READY)
        floor = mebibytes(probe)
    with workspace(folder) as probe:
        probe.keys("/maria<esc><f5><f3><f2>")
        probe.rest(0.5, 2)
        ours = mebibytes(probe)
    return [Measure("memory of the console", ours, "MB", floor, most=90, note=f"RSS, {customers:,} customers")]


def mebibytes(probe: Probe) -> float:
    """Resident memory of the program itself, without the processes beside it."""
    (main,) = [one for one in probe.family() if one.pid == probe.pid]
    return float(main.memory_info().rss) / 2**20


def waiting(probe: Probe) -> int:
    """How many callers the queue pane says are waiting."""
    found = re.search(r"(\d+) waiting", probe.text())
    return int(found[1]) if found else 0
