"""A reporter whose console is killed, stopped, started anew and whose clock is set, at random moments of whole days; also in
the midst of a look and of what it writes. Afterwards the books are compared with what the test saw."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from data.models.base import Instant
from data.models.queue_report import QueueReport
from data.queue_report import reports
from data.queue_report.slots import day_of, slot_before, slots_between
from data.store.database import Store
from tests.data.queue_report.desk import ANA, POLICY, Hands, duty, known, notices
from tests.data.queue_report.reporter_process import MOMENT
from tests.stores import new_store

ROOT = Path(__file__).parents[3]
CHANGES = {
    "America/New_York": (2026, 11, 1),
    "Europe/Berlin": (2026, 3, 29),
    "Australia/Lord_Howe": (2026, 4, 5),
}
"""Zones, and a day on which their clocks change."""
STEPS = (0.02, 1, 2, 4, 7, 11, 29.99, 30, 31, 95, 400, -0.5, -20, -75)
"""Minutes from one moment to the next."""


class Reporter:
    """The process and its pipes. Use it as a context manager."""

    def __init__(self, path: Path, zone: str) -> None:
        read, self._clock = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.data.queue_report.reporter_process", str(path), zone, str(read)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(read,),
        )
        os.close(read)
        self._pid = 0

    def __enter__(self) -> Reporter:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()
        self._process.communicate()
        os.close(self._clock)

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    def _hear(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().decode().strip()
        assert line, "the reporter is gone"
        return line

    def start(self) -> None:
        """A console is opened."""
        self._tell("start")
        self._pid = int(self._hear().removeprefix("pid "))

    def set_clock(self, at: datetime) -> None:
        os.write(self._clock, MOMENT.pack(at.timestamp()))

    def begin_look(self, *, answers: bool) -> None:
        self._tell("look answers" if answers else "look")

    def looked(self) -> datetime | None:
        """The slot that the look asked for."""
        line = self._hear()
        assert not line.startswith("ended"), f"the console {line} by itself"
        return None if line == "-" else datetime.fromisoformat(line)

    def kill(self) -> None:
        """kill -9; whatever it had said last is not heard."""
        os.kill(self._pid, signal.SIGKILL)
        while not self._hear().startswith("ended"):
            pass

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """The machine sleeps."""
        os.kill(self._pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._pid, signal.SIGCONT)


class UnderKills:
    """Days of one reporter; the seed says in which zone."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._draw = random.Random(seed)
        self._name = sorted(CHANGES)[seed % len(CHANGES)]
        self._zone = ZoneInfo(self._name)
        self._path = folder / "seat.db"
        start, _ = day_of(datetime(*CHANGES[self._name], 12, tzinfo=self._zone), self._zone)
        self._clock = Hands(start - timedelta(hours=6))
        self._seen = self._clock.at
        self._answered: set[Instant] = set()
        """Slots that were asked for and answered."""
        self._took_s = 0.01
        """How long the last look took that wrote a report: a process is killed or stopped within that."""
        self.done: Counter[str] = Counter()
        self.found: list[str] = []

    def run(self, moments: int) -> None:
        """So many random moments; what is wrong is in `found`."""
        with new_store(self._path) as store:
            known(store, self._clock)
            duty(store, ANA, self._seen - timedelta(days=1), self._seen + timedelta(days=90), self._clock)
        acts = {self._look: 4, self._kill: 3, self._sleep: 2, self._restart: 1}
        with Reporter(self._path, self._name) as reporter, Store(self._path, create=False) as store:
            self._reporter, self._store = reporter, store
            for _ in range(moments):
                [act] = self._draw.choices(list(acts), weights=list(acts.values()))
                act()
                self._seen = max(self._seen, self._clock.at)
                self._clock.on(self._draw.choice(STEPS))
            self._clock.at = max(self._seen, self._clock.at) + timedelta(minutes=62)
            self._look()
            self._compare()

    # what happens

    @property
    def _in_store(self) -> list[datetime]:
        return [QueueReport.from_row(row).slot for row in self._store.rows("SELECT * FROM queue_report")]

    def _asked(self, asked: datetime | None, *might: datetime) -> None:
        """The look at these moments asked for this slot, and it was answered."""
        slots = [slot_before(one, self._zone) for one in might]
        if asked in self._answered:
            self.found.append(f"{asked} was asked for again")
        if asked is None and not set(slots) & set(self._in_store):
            self.found.append(f"{slots[0]} was not asked for")
        if asked is not None and asked not in slots:
            self.found.append(f"{asked} was asked for in the place of {slots}")
        if asked is not None:
            self._answered.add(asked)

    def _look(self) -> None:
        """A second passes: what is due is asked for and answered, or at times left unanswered."""
        answers = self._draw.random() < 0.85
        self._reporter.set_clock(self._clock.at)
        began = time.monotonic()
        self._reporter.begin_look(answers=answers)
        asked = self._reporter.looked()
        self.done["looks"] += 1
        if answers:
            if asked is not None:
                self._took_s = time.monotonic() - began
            self._asked(asked, self._clock.at)
        elif asked in self._in_store:
            self.found.append(f"{asked} was asked for although it is there")

    def _kill(self) -> None:
        """In the midst of a look, and on again."""
        before = self._in_store
        due = slot_before(self._clock.at, self._zone) not in before
        self._reporter.set_clock(self._clock.at)
        self._reporter.begin_look(answers=True)
        self._wait()
        self._reporter.kill()
        self._reporter.start()
        self.done["kills"] += 1
        self.done["kills while a report was given"] += due
        self.done["of these too late, it was there"] += len(self._in_store) > len(before)

    def _sleep(self) -> None:
        """In the midst of a look the machine sleeps, and wakes at another time."""
        before = self._clock.at
        self._reporter.set_clock(before)
        self._reporter.begin_look(answers=True)
        self._wait()
        with self._reporter.stopped():
            self._clock.on(self._draw.choice(STEPS))
            self._reporter.set_clock(self._clock.at)
        self._asked(self._reporter.looked(), before, self._clock.at)
        self.done["sleeps"] += 1

    def _restart(self) -> None:
        """At rest."""
        self._reporter.kill()
        self._reporter.start()
        self.done["restarts"] += 1

    def _wait(self) -> None:
        threading.Event().wait(self._draw.uniform(0, self._took_s * 1.2))

    # the books

    def _compare(self) -> None:
        there = Counter(self._in_store)
        self.done["reports"] = len(there)
        self.found += [f"{slot} is there {times} times" for slot, times in there.items() if times > 1]
        self.found += [f"{slot} was answered and is not there" for slot in self._answered - there.keys()]
        said = self._store.value("SELECT count(*) FROM outbox WHERE entity = 'queue_report'")
        if said != len(there):
            self.found.append(f"{said} reports wait for the hub, {len(there)} are there")
        told = Counter(one.id for one in notices(self._store))
        self.found += [f"{one} was told {times} times" for one, times in told.items() if times > 1]
        begin = max(self._clock.at - reports.LOOK_BACK, self._clock.at - timedelta(days=1))
        over = self._clock.at - POLICY.every * timedelta(minutes=1) - reports.TELL_AFTER
        for slot in slots_between(begin, over, self._zone):
            if slot not in there and reports.mark("missed", slot, ANA) not in told:
                self.found.append(f"{slot} is not there, and nobody was told")
        if (sound := self._store.value("PRAGMA integrity_check")) != "ok":
            self.found.append(f"the store is damaged: {sound}")
