"""`python -m tests.proof …`: each level of the proof for as long as one likes, and all of them by `long`.

    simulation --seeds 20000 --jobs 2 [--hub postgres]     seats in bad weather; --hard: the hub is put back in each
    alike --seeds 2000 --jobs 2                            both hubs asked the same, by nobody and by people
    cuts                                                   the line to PostgreSQL broken at every byte
    claims --calls 5000 --claimers 50                      claimers that are killed and let leases run out
    seats --counts 50,100,200,500                          how soon every seat has a change
    soak --seconds 3600                                    kills and races without end, on both hubs
    reports --moments 200 --seeds 3                        reporters that are killed, stopped and whose clock is set
    long                                                   24,500 seeds of bad weather and 2,000 of both hubs, every byte,
                                                           2,000 kills, 5,000 calls, 500 seats, 200 moments of reporters
                                                           in each of three zones

Each prints a table as it goes, and exits 1 when something is wrong."""

from __future__ import annotations

import argparse
import multiprocessing
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from unittest.mock import patch

from data.identity import passwords
from tests import postgres
from tests.chaos import KINDS, ROUND_S, Chaos, kill_and_race
from tests.data.queue_report.under_kills import UnderKills
from tests.proof import seats as reaching
from tests.proof.claiming import Race, embedded_place, postgres_place, race
from tests.sync import grounds
from tests.sync.alike import alike
from tests.sync.cutting import Talker, cut_everywhere
from tests.sync.proxy import How
from tests.sync.simulation import simulate

Outcome = tuple[str, str, list[str]]
"""What was run, what came of it, and what is wrong."""


@contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix=f"proof-{prefix}-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


# seeds

RunSeed = Callable[[int, Path], list[str]]
"""Runs a seed in an empty folder; returns what is wrong."""
Told = Callable[[int, list[str]], None]


def _run_seeds(running: Callable[[], AbstractContextManager[RunSeed]], seeds: range, told: Told) -> None:
    # who is ended before all are run leaves no server behind
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with running() as run_seed, _folder("seeds") as folder:
        for seed in seeds:
            place = folder / str(seed)
            place.mkdir()
            try:
                found = run_seed(seed, place)
            except Exception as error:
                found = [f"{type(error).__name__}: {error}"]
            told(seed, found)
            shutil.rmtree(place)


def _in_processes(
    what: str, running: Callable[[], AbstractContextManager[RunSeed]], given: argparse.Namespace
) -> Outcome:
    """Seeds one after the other, in so many processes, each with what it needs."""
    fork = multiprocessing.get_context("fork")
    answers = fork.SimpleQueue()
    began = time.monotonic()
    end = began + given.seconds
    processes = [
        fork.Process(
            target=_run_seeds,
            args=(
                running,
                range(given.first + place, given.first + given.seeds, given.jobs),
                lambda *told: answers.put(told),
            ),
        )
        for place in range(given.jobs)
    ]
    for process in processes:
        process.start()
    done, found = 0, []
    while done < given.seeds and time.monotonic() < end:
        seed, wrong = answers.get()
        done += 1
        found += [f"seed {seed}: {line}" for line in wrong]
        if wrong:
            print(f"  seed {seed}: {wrong[0]}", flush=True)
        if done % 500 == 0:
            print(f"  {done} seeds, {len(found)} faults, {time.monotonic() - began:.0f} s", flush=True)
    for process in processes:
        if done < given.seeds:
            process.terminate()
        process.join()
    took = time.monotonic() - began
    return what, f"{done} seeds from {given.first} in {took:.0f} s", found


@contextmanager
def _simulating(given: argparse.Namespace) -> Iterator[RunSeed]:
    with postgres.running() if given.hub == "postgres" else nullcontext() as server:

        def run(seed: int, folder: Path) -> list[str]:
            ground = grounds.embedded(folder / "hub.db") if server is None else grounds.in_postgres(server, folder)
            if not given.hard:
                return simulate(folder, seed, ground)
            return simulate(folder, seed, ground, rough=seed // given.jobs % 2 == 0, put_back_in=1.0)

        yield run


def simulation(given: argparse.Namespace) -> Outcome:
    """Seats in bad weather."""
    what = f"simulation, {given.hub}{', hard' if given.hard else ''}"
    return _in_processes(what, partial(_simulating, given), given)


@contextmanager
def _asking_both() -> Iterator[RunSeed]:
    # what a password costs is no matter here
    cheap = passwords.Cost(memory_kib=32, passes=1)
    with postgres.running() as server, patch.object(passwords, "COST", cheap):

        def run(seed: int, folder: Path) -> list[str]:
            for place, signed_in in (("nobody", False), ("people", True)):
                (folder / place).mkdir()
                alike(server, folder / place, seed, signed_in=signed_in)
            return []

        yield run


def both_hubs(given: argparse.Namespace) -> Outcome:
    """Both hubs asked the same, by nobody and by people who signed in."""
    return _in_processes("alike", _asking_both, given)


# the line


def cuts(given: argparse.Namespace) -> Outcome:
    """Cut a conversation at every byte of it."""
    told: list[str] = []
    with _folder("cuts") as folder, postgres.running() as server, Talker(folder, server.hub()) as talker:
        found = cut_everywhere(talker, lambda size: range(0, size, given.step), How(given.how), told.append)
    return "cuts", "; ".join(told), found


# claims


def _race(kind: str, calls: int, claimers: int, seed: int) -> Race:
    with _folder("claims") as folder:
        if kind == "embedded":
            return race(folder, embedded_place(folder), calls, claimers, seed)
        with postgres.running() as server:
            return race(folder, postgres_place(server), calls, claimers, seed)


def claims(given: argparse.Namespace) -> Outcome:
    """Claimers of whom one is killed ten times a second."""
    done = _race(given.hub, given.calls, given.claimers, given.seed)
    told = (
        f"{given.claimers} claimers, {done.calls} calls, {sum(done.told.values())} claims ({done.again} again) in "
        f"{done.seconds:.0f} s, {done.kills} killed, leases ran out {done.expiries} times"
    )
    return f"claims, {given.hub}, seed {given.seed}", told, done.found


# seats


def seats(given: argparse.Namespace) -> Outcome:
    """How soon every seat has a change, at each count."""
    lines = []
    found = []
    with postgres.running(config="max_connections = 700") as server:
        for count in given.counts:
            one = reaching.reach(server.hub(), count, given.seconds)
            lines.append(f"{count} seats p50 {one.p50_ms:.0f} p99 {one.p99_ms:.0f} worst {one.worst_ms:.0f} ms")
            print("  " + lines[-1], flush=True)
            found += [f"{one.missed} changes did not reach a seat"] if one.missed else []
    return "seats", "; ".join(lines), found


# kills


def soak(given: argparse.Namespace) -> Outcome:
    """Kills and races among real processes."""
    found, told = [], []

    def so_far(chaos: Chaos) -> None:
        looks = chaos.done["looks at the books"]
        if looks % 10 == 0:
            print(f"  {looks} looks, {chaos.kills} kills, {len(chaos.saved)} changes saved", flush=True)

    for kind in KINDS if given.hub == "both" else [given.hub]:
        with _folder("soak") as folder:
            chaos = kill_and_race(
                folder / kind, given.seed, kind, given.kills, given.seconds, given.pause, so_far, given.round
            )
        told.append(f"{kind}: {chaos.kills} kills, {chaos.done['looks at the books']} looks")
        found += chaos.found
    return f"kills, seed {given.seed}", "; ".join(told), found


# queue reports


def reports(given: argparse.Namespace) -> Outcome:
    """Reporters that are killed, stopped and started anew, and whose clock is set."""
    found: list[str] = []
    done: Counter[str] = Counter()
    for seed in range(given.first, given.first + given.seeds):
        with _folder("reports") as folder:
            run = UnderKills(folder, seed)
            run.run(given.moments)
        done.update(run.done)
        found += [f"seed {seed}: {line}" for line in run.found]
    seeds = f"seeds {given.first} to {given.first + given.seeds - 1}"
    counts = ", ".join(f"{number} {what}" for what, number in done.items())
    return f"queue reports, {seeds}", f"{given.moments} moments each: {counts}", found


def _long(parser: argparse.ArgumentParser) -> Iterator[Callable[[], Outcome]]:
    for line in (
        "simulation --seeds 20000",
        "simulation --seeds 2000 --hub postgres",
        "simulation --seeds 2000 --hard",
        "simulation --seeds 500 --hard --hub postgres",
        "alike --seeds 2000",
        "cuts",
        "claims --calls 5000 --claimers 50",
        "claims --calls 5000 --claimers 50 --hub postgres",
        "soak --kills 2000 --seconds 3600",
        "seats",
        "reports",
    ):
        given = parser.parse_args(line.split())
        yield partial(given.run, given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.proof", description="The proof that the sync loses nothing."
    )
    which = parser.add_subparsers(required=True)

    def add(name: str, run: Callable[[argparse.Namespace], Outcome]) -> argparse.ArgumentParser:
        made = which.add_parser(name, help=run.__doc__)
        made.set_defaults(run=run)
        return made

    def add_of_seeds(name: str, run: Callable[[argparse.Namespace], Outcome]) -> argparse.ArgumentParser:
        made = add(name, run)
        made.add_argument("--seeds", type=int, default=500)
        made.add_argument("--first", type=int, default=0)
        made.add_argument("--jobs", type=int, default=2)
        made.add_argument("--seconds", type=float, default=float("inf"), help="at most so long")
        return made

    one = add_of_seeds("simulation", simulation)
    one.add_argument("--hub", choices=KINDS, default="embedded")
    one.add_argument("--hard", action="store_true", help="the hub is put back in each, every other one in a storm")
    add_of_seeds("alike", both_hubs)
    one = add("cuts", cuts)
    one.add_argument("--step", type=int, default=1, help="bytes from one cut to the next")
    one.add_argument("--how", choices=[How.CLOSE.value, How.RESET.value], default=How.RESET.value)
    one = add("claims", claims)
    one.add_argument("--calls", type=int, default=5000)
    one.add_argument("--claimers", type=int, default=50)
    one.add_argument("--hub", choices=KINDS, default="embedded")
    one.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    one = add("seats", seats)
    one.add_argument(
        "--counts", type=lambda text: [int(part) for part in text.split(",")], default=[50, 100, 200, 500]
    )
    one.add_argument("--seconds", type=float, default=20.0)
    one = add("soak", soak)
    one.add_argument("--hub", choices=[*KINDS, "both"], default="both")
    one.add_argument("--kills", type=int, default=1_000_000)
    one.add_argument("--seconds", type=float, default=3600.0)
    one.add_argument("--round", type=float, default=ROUND_S, help="seconds between two looks at the books")
    one.add_argument("--pause", type=float, default=0.0, help="seconds that a saver rests between two saves")
    one.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    one = add("reports", reports)
    one.add_argument("--moments", type=int, default=200)
    one.add_argument("--seeds", type=int, default=3, help="as many as there are zones, or more")
    one.add_argument("--first", type=int, default=1)
    which.add_parser("long", help="all of them").set_defaults(run=None)
    return parser


def main() -> int:
    """Run; exit 0 when nothing was found."""
    parser = _parser()
    given = parser.parse_args()
    runs = [partial(given.run, given)] if given.run else list(_long(parser))
    wrong = 0
    for run in runs:
        what, told, found = run()
        wrong += bool(found)
        print(f"| {what} | {told} | {len(found)} faults |", flush=True)
        print("".join(f"  {line}\n" for line in found[:30]), end="", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
