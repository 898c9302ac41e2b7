"""Kills and races among the real processes of a site, then the books:
`python -m tests.chaos [--hub embedded|postgres] [--kills 100]`.

Three seats (a worker process each, and a process that saves tickets and money) work on one hub, beside the practice
floor where the hub is embedded. Workers, savers and the floor are killed at random, ended, stopped for a moment, or
asked for the same caller; stores are backed up and put back from one of their backups; PostgreSQL is ended at once and
started again, or stopped for a moment. Every few seconds everything comes to rest and the invariants of
`tests.sync.checker` are looked at. It ends after a hundred kills on each hub or when the time is over. Before that, for
at most a third of the time, somebody types and saves at a console that is killed a hundred times (`tests.pty.kills`):
nothing saved is lost or doubled, and at most a second of typing. The last line says how many looks at the books passed
and failed; exit 1 with what was found, the seed, and the folder, which then stays."""

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
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from data.backup.making import back_up
from data.backup.restoring import restore
from data.backup.shelf import Reason, shelved
from data.clock import SYSTEM_CLOCK
from data.models import Contact
from data.models.contact import ContactState
from data.store.database import Store
from data.sync.address import open_hub
from data.sync.contract import Claim
from tests import postgres
from tests.postgres import Server
from tests.pty.kills import TypingUnderKills
from tests.sync.checker import Site, check
from tests.sync.grounds import url
from tests.sync.seat_process import ROOT, SeatProcess
from tests.sync.writers import Writer, contact

KINDS = ("embedded", "postgres")
SEATS = 3
ROUND_S = 6.0
"""How long it goes on between two looks at the books, if nothing else is said."""


class Saver:
    """A process that saves without end; what it said is saved is remembered, whenever it dies."""

    def __init__(self, store: Path, seed: int, saved: set[str], pause_s: float) -> None:
        command = [sys.executable, "-m", "tests.sync.saver", str(store), "1000000", str(seed), str(pause_s)]
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

    def __init__(
        self,
        folder: Path,
        seed: int,
        server: Server | None = None,
        pause_s: float = 0.0,
        round_s: float = ROUND_S,
    ) -> None:
        """`server`: the hub is in a database of it; otherwise in a file. `pause_s`: how long each saver rests between two
        saves; `round_s`: how long it goes on between two looks: with more of either, more of the time goes into kills."""
        folder.mkdir()
        self._pause_s = pause_s
        self._round_s = round_s
        self.rng = random.Random(seed)
        self._server = server
        self.done: Counter[str] = Counter()
        self.found: list[str] = []
        self.saved: set[str] = set()
        dsn = server.hub() if server else ""
        self._hub = url(dsn) if server else str(folder / "hub.db")
        open_hub(self._hub).close()
        self._paths = [folder / f"seat-{number}.db" for number in range(SEATS)]
        for path in self._paths:
            Store(path).close()
        self._site = Site(dsn or folder / "hub.db", self._paths, self.saved)
        self._seats = [SeatProcess(path, self._hub, path.stem) for path in self._paths]
        self._savers: list[Saver] = []
        self._floor: subprocess.Popen[str] | None = None

    @property
    def kills(self) -> int:
        """How often a process was killed so far."""
        return sum(number for what, number in self.done.items() if what.endswith(" killed"))

    def run(self, kills: int, seconds: float, told: Callable[[Chaos], None] = lambda _chaos: None) -> None:
        """Rounds until so many processes were killed, the time is over, or something is found. `told` hears of each."""
        end = time.monotonic() + seconds
        try:
            while self.kills < kills and time.monotonic() < end and not self.found:
                self._round(end)
                told(self)
        finally:
            for saver in self._savers:
                saver.kill()
            self._close_floor(signal.SIGKILL)
            for seat in self._seats:
                seat.__exit__()

    def _round(self, over: float) -> None:
        self._open_floor()
        self._savers = [self._saver(path) for path in self._paths]
        end = min(time.monotonic() + self._round_s, over)
        pause = threading.Event()
        acts = {
            self._kill_worker: 4, self._end_worker: 1, self._kill_saver: 3, self._stop_worker: 2, self._race: 5,
            self._back_up: 2, self._restore: 1,
        }  # fmt: skip
        acts |= {self._restart_hub: 1, self._stop_hub: 1, self._offer: 3} if self._server else {self._kill_floor: 1}
        while time.monotonic() < end:
            pause.wait(self.rng.uniform(0.05, 0.4))
            [act] = self.rng.choices(list(acts), weights=list(acts.values()))
            act()
        for saver in self._savers:
            saver.kill()
        self._savers = []
        self._close_floor(signal.SIGTERM)
        self._rest()
        self.found += check(self._site)
        self.done["looks at the books"] += 1

    def _saver(self, path: Path) -> Saver:
        return Saver(path, self.rng.randrange(1 << 30), self.saved, self._pause_s)

    # what happens

    def _kill_worker(self) -> None:
        self.rng.choice(self._seats).kill()
        self.done["workers killed"] += 1

    def _end_worker(self) -> None:
        """As `kill` does; what the worker pushes last must not matter."""
        self.rng.choice(self._seats).kill(by=signal.SIGTERM)
        self.done["workers ended by SIGTERM"] += 1

    def _restart_hub(self) -> None:
        assert self._server is not None
        self._server.restart()
        self.done["PostgreSQL servers killed"] += 1

    def _stop_hub(self) -> None:
        assert self._server is not None
        with self._server.frozen():
            threading.Event().wait(self.rng.uniform(0.1, 1.5))
        self.done["PostgreSQL stopped for a moment"] += 1

    def _offer(self) -> None:
        """Callers come in, where no floor offers them."""
        hub = open_hub(self._hub)
        Writer(hub, "feed").add(*(contact(kind=self.rng.choice(["call", "chat"])) for _ in range(5)))
        hub.close()
        self.done["calls offered"] += 5

    def _kill_saver(self) -> None:
        place = self.rng.randrange(SEATS)
        self._savers[place].kill()
        self._savers[place] = self._saver(self._paths[place])
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
        self._savers[place] = self._saver(path)
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
        if self._server is not None:
            return
        command = [
            sys.executable,
            "-m",
            "data.floor",
            "--hub",
            self._hub,
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
        """Wait until everything is pushed and pulled (I9)."""
        reader = Writer(open_hub(self._hub), "chaos")
        try:
            for path, seat in zip(self._paths * 2, self._seats * 2, strict=True):  # what one pushes others pull
                with Store(path) as store:
                    self._settle(store, seat, reader)
        finally:
            reader.hub.close()

    def _settle(self, store: Store, seat: SeatProcess, reader: Writer) -> None:
        """Wait for a seat. A store that was put back may have the whole hub to fetch, on a busy machine: it may take
        longer than 30 s, but not stand still for so long."""

        def where() -> tuple[int, int, str]:
            left = store.value("SELECT count(*) FROM outbox WHERE state <> 'refused'")
            facts = dict(tuple(row.values()) for row in store.rows("SELECT key, value FROM sync_state"))
            return int(str(left)), int(facts.get("cursor") or 0), facts.get("snapshot", "")

        def at_rest() -> bool:
            left, cursor, _ = where()
            return not left and reader.hub.pull_v1(reader.replica, cursor, 1).end == cursor

        before = None
        while before != (before := where()):
            seat.wake()
            try:
                seat.wait_until(at_rest, limit=30)
                return
            except AssertionError as error:
                why = str(error)
        self.found.append(f"I9: {store.path.name} did not come to rest: at {before}: {why}")


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


def kill_and_race(
    folder: Path,
    seed: int,
    kind: str,
    kills: int,
    seconds: float,
    pause_s: float = 0.0,
    told: Callable[[Chaos], None] = lambda _chaos: None,
    round_s: float = ROUND_S,
) -> Chaos:
    """One site with a hub of this kind; what happened is told in a line."""
    with ExitStack() as stack:
        server = stack.enter_context(postgres.running()) if kind == "postgres" else None
        chaos = Chaos(folder, seed, server, pause_s, round_s)
        chaos.run(kills, seconds, told)
    counts = ", ".join(f"{number} {what}" for what, number in sorted(chaos.done.items()))
    print(
        f"{kind}, seed {seed}: {counts}, {len(chaos.saved)} changes saved; {len(chaos.found)} faults.", flush=True
    )
    return chaos


def main() -> int:
    """Run; exit 0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Kills and races, then the books.")
    parser.add_argument("--hub", choices=KINDS, action="append", help="of which kind; both when not given")
    parser.add_argument(
        "--kills", type=int, default=100, help="of workers, savers, floors and PostgreSQL, on each hub"
    )
    parser.add_argument("--typing-kills", type=int, default=100, help="of a console at which somebody types")
    parser.add_argument("--seconds", type=float, default=1200.0, help="at most so long")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="agent-console-chaos-"))
    kinds: tuple[str, ...] = tuple(given.hub or KINDS)
    end = time.monotonic() + given.seconds
    found: list[str] = []
    looks = 0
    if given.typing_kills:
        typing = type_under_kills(folder / "typing", given.seed, given.typing_kills, given.seconds / 3)
        found, looks = typing.found, typing.done["consoles killed"]
    for place, kind in enumerate(kinds):
        if not found:
            seconds = (end - time.monotonic()) / (len(kinds) - place)
            chaos = kill_and_race(folder / kind, given.seed, kind, given.kills, seconds)
            found, looks = found + chaos.found, looks + chaos.done["looks at the books"]
    if found:
        print("\n".join(found[:50]), file=sys.stderr)
        print(f"seed {given.seed}; the files are in {folder}.", file=sys.stderr)
    else:
        shutil.rmtree(folder)
    print(f"{looks - bool(found and looks)} passed, {len(found)} failed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
