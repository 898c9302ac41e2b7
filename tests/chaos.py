"""Kills and races among the real processes of a site, then the books: `python -m tests.chaos [--seconds 60]`.

Three seats (a worker process each, and a process that saves tickets) and the practice floor work on one hub while
workers, savers and the floor are killed at random, stopped for a moment, or asked for the same caller, and stores are
backed up and put back from one of their backups. Every few seconds everything comes to rest and the invariants of `tests.sync.checker` are looked at on the files. It ends after
a hundred kills or when the time is over. Before that, for at most half of the time, somebody types and saves at a
console that is killed a hundred times (`tests.pty.kills`): nothing saved is lost or doubled, and at most a second of
typing. The last line says how many looks at the books passed and failed; exit 1 with what was found, the seed, and
the folder, which then stays."""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from data.backup.making import back_up
from data.backup.restoring import restore
from data.backup.shelf import Reason, shelved
from data.clock import SYSTEM_CLOCK
from data.models import Contact
from data.models.contact import ContactState
from data.store.database import Store
from data.sync.contract import Claim
from data.sync.embedded import EmbeddedHub
from tests.pty.kills import TypingUnderKills
from tests.sync.checker import Site, check
from tests.sync.seat_process import ROOT, SeatProcess

SEATS = 3
ROUND_S = 6.0
"""How long it goes on between two looks at the books."""


class Saver:
    """A process that saves without end; what it said is saved is remembered, whenever it dies."""

    def __init__(self, store: Path, seed: int, saved: set[str]) -> None:
        command = [sys.executable, "-m", "tests.sync.saver", str(store), "1000000", str(seed)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        self._saved = saved
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.endswith(b"\n"):  # the last line of a killed one may be cut
                self._saved.update(line.decode().split())

    def kill(self) -> None:
        """kill -9; afterwards everything that it said has been heard."""
        self.process.kill()
        self.process.wait()
        self._listener.join()
        if self.process.stdout is not None:
            self.process.stdout.close()


class Chaos:
    """One site in a folder, and what is done to it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.found: list[str] = []
        self.saved: set[str] = set()
        self._hub = folder / "hub.db"
        EmbeddedHub(self._hub).close()
        self._paths = [folder / f"seat-{number}.db" for number in range(SEATS)]
        for path in self._paths:
            Store(path).close()
        self._site = Site(self._hub, self._paths, self.saved)
        self._seats = [SeatProcess(path, self._hub, path.stem) for path in self._paths]
        self._savers: list[Saver] = []
        self._floor: subprocess.Popen[str] | None = None

    @property
    def kills(self) -> int:
        """How often a process was killed so far."""
        return sum(number for what, number in self.done.items() if what.endswith(" killed"))

    def run(self, kills: int, seconds: float) -> None:
        """Rounds until so many processes were killed, the time is over, or something is found."""
        end = time.monotonic() + seconds
        try:
            while self.kills < kills and time.monotonic() < end and not self.found:
                self._round(end)
        finally:
            for saver in self._savers:
                saver.kill()
            self._close_floor(signal.SIGKILL)
            for seat in self._seats:
                seat.__exit__()

    def _round(self, over: float) -> None:
        self._open_floor()
        self._savers = [Saver(path, self.rng.randrange(1 << 30), self.saved) for path in self._paths]
        end = min(time.monotonic() + ROUND_S, over)
        pause = threading.Event()
        acts = (
            self._kill_worker, self._kill_saver, self._kill_floor, self._stop_worker, self._race, self._back_up,
            self._restore,
        )  # fmt: skip
        while time.monotonic() < end:
            pause.wait(self.rng.uniform(0.05, 0.4))
            [act] = self.rng.choices(acts, weights=(4, 3, 1, 2, 5, 2, 1))
            act()
        for saver in self._savers:
            saver.kill()
        self._savers = []
        self._close_floor(signal.SIGTERM)
        self._rest()
        self.found += check(self._site)
        self.done["looks at the books"] += 1

    # what happens

    def _kill_worker(self) -> None:
        self.rng.choice(self._seats).kill()
        self.done["workers killed"] += 1

    def _kill_saver(self) -> None:
        place = self.rng.randrange(SEATS)
        self._savers[place].kill()
        self._savers[place] = Saver(self._paths[place], self.rng.randrange(1 << 30), self.saved)
        self.done["savers killed"] += 1

    def _kill_floor(self) -> None:
        self._close_floor(signal.SIGKILL)
        self._open_floor()
        self.done["floors killed"] += 1

    def _stop_worker(self) -> None:
        process = self.rng.choice(self._seats).process
        process.send_signal(signal.SIGSTOP)
        threading.Event().wait(self.rng.uniform(0.1, 0.6))
        process.send_signal(signal.SIGCONT)
        self.done["workers stopped for a moment"] += 1

    def _race(self) -> None:
        """Every seat asks for the same caller; at most one gets it."""
        waiting = self._waiting()
        wanted = self.rng.choice(waiting) if waiting else None
        answers: list[Claim] = []

        def ask(place: int) -> None:
            try:
                answers.append(self._seats[place].claim(f"agent-{place}", wanted))
            except (AssertionError, OSError):  # the worker had been killed just before
                self.done["claims unanswered"] += 1

        threads = [threading.Thread(target=ask, args=(place,)) for place in range(SEATS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        got = Counter(answer.contact_id for answer in answers if answer.contact_id is not None)
        self.done["races for a caller"] += 1
        self.done["callers given"] += len(got)
        self.found += [f"I4: {contact} was given to {times} agents" for contact, times in got.items() if times > 1]

    def _back_up(self) -> None:
        """While the seat goes on."""
        path = self.rng.choice(self._paths)
        with Store(path) as store:
            back_up(store.connection, path, Reason.BY_HAND, SYSTEM_CLOCK.now())
        self.done["stores backed up"] += 1

    def _restore(self) -> None:
        """Put one of its backups in the place of a seat's store, whatever was saved and pushed since."""
        place = self.rng.randrange(SEATS)
        path = self._paths[place]
        backups = [one.path for one in shelved(path)]
        if not backups:
            return
        self._savers[place].kill()
        self._seats[place].kill(lambda: self._put_back(path, self.rng.choice(backups)))
        self._savers[place] = Saver(path, self.rng.randrange(1 << 30), self.saved)
        self._site.seen.pop(path, None)
        self.done["stores restored"] += 1

    def _put_back(self, path: Path, backup: Path) -> None:
        done = restore(path, backup, SYSTEM_CLOCK.now())
        self.done["changes taken over by a restored store"] += done.changes
        if done.unread or not done.undo:
            self.found.append(f"the store before could not be read: {done}")

    def _waiting(self) -> list[str]:
        with Store(self._paths[0]) as store:
            states = (ContactState.WAITING,)
            return [row["id"] for row in store.rows(f"SELECT id FROM {Contact.entity} WHERE state = ?", states)]

    # the floor

    def _open_floor(self) -> None:
        command = [
            sys.executable,
            "-m",
            "data.floor",
            "--hub",
            str(self._hub),
            "--json",
            "--calls-per-hour",
            "3000",
        ]
        self._floor = subprocess.Popen(
            [*command, "--seed", str(self.rng.randrange(1 << 30)), "--agents", "2", "--speed", "4"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _close_floor(self, number: signal.Signals) -> None:
        floor, self._floor = self._floor, None
        if floor is None:
            return
        floor.send_signal(number)
        said, _ = floor.communicate()
        if said:
            summary = json.loads(said)
            self.done["calls offered"] += summary["offered"]
            self.found += [f"the floor saw {summary['doubles']} calls answered twice"] if summary["doubles"] else []

    # at rest

    def _rest(self) -> None:
        """Wait until everything is pushed and pulled (I9: at most 30 s)."""
        hub = EmbeddedHub(self._hub)
        try:
            top = 0
            for path, seat in zip(
                self._paths * 2, self._seats * 2, strict=True
            ):  # twice: what one pushes others pull
                with Store(path) as store:

                    def at_rest(store: Store = store) -> bool:
                        nonlocal top
                        top = hub.snapshot_v1("chaos", None, 1).start
                        left = store.value("SELECT count(*) FROM outbox WHERE state <> 'refused'")
                        cursor = store.value("SELECT value FROM sync_state WHERE key = 'cursor'")
                        return not left and int(cursor or 0) == top

                    seat.wake()
                    try:
                        seat.wait_until(at_rest, limit=30)
                    except AssertionError as error:
                        self.found.append(f"I9: {path.name} did not come to rest: {error}")
        finally:
            hub.close()


def type_under_kills(folder: Path, seed: int, kills: int, seconds: float) -> TypingUnderKills:
    """Somebody types at a console that is killed; what happened is told in a line."""
    folder.mkdir()
    typing = TypingUnderKills(folder, random.Random(seed))
    typing.run(kills, seconds)
    counts = ", ".join(f"{number} {what}" for what, number in sorted(typing.done.items()))
    print(
        f"typing: {counts}, {typing.letters} letters typed, at most {typing.longest_ms:.0f} ms of typing lost;"
        f" {len(typing.found)} faults."
    )
    return typing


def main() -> int:
    """Run; exit 0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Kills and races, then the books.")
    parser.add_argument("--kills", type=int, default=100, help="of workers, savers and floors")
    parser.add_argument("--typing-kills", type=int, default=100, help="of a console at which somebody types")
    parser.add_argument("--seconds", type=float, default=1200.0, help="at most so long")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="agent-console-chaos-"))
    end = time.monotonic() + given.seconds
    typing = type_under_kills(folder / "typing", given.seed, given.typing_kills, given.seconds / 2)
    chaos = Chaos(folder, given.seed)
    if not typing.found:
        chaos.run(given.kills, end - time.monotonic())
    counts = ", ".join(f"{number} {what}" for what, number in sorted(chaos.done.items()))
    print(f"seed {given.seed}: {counts}, {len(chaos.saved)} changes saved; {len(chaos.found)} faults.")
    looks = chaos.done["looks at the books"] + typing.done["consoles killed"]
    found = typing.found + chaos.found
    if found:
        print("\n".join(found[:50]), file=sys.stderr)
        print(f"The files are in {folder}.", file=sys.stderr)
    else:
        shutil.rmtree(folder)
    print(f"{looks - bool(found and looks)} passed, {len(found)} failed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
