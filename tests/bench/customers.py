"""Customers at scale: `python -m tests.bench.customers [--count N] [--json FILE]`.

Makes N customers with real name frequencies (`make_customers.py` of the folder that AGENT_CONSOLE_CORPORA names),
imports them with the real command while this process saves tickets in the same store, looks people up with the real
command, and compares with the answers that belong to the file. Every figure has a budget that it should not exceed;
a miss among the answers is a fault (exit 1), a slow figure is only marked: the machine may be busy."""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from data.clock import SYSTEM_CLOCK
from data.customers.duplicates import likely
from data.customers.lookup import lookup, pop
from data.customers.phone import normalise
from data.models.base import AgentId
from data.models.customer import Customer, Phone
from data.store.database import STORE_FILE, Store
from data.tickets import tickets

MILLION = 1_000_000
BETWEEN_SAVES_S = 0.02
AT_REST = 100
"""Tickets that are saved before the import: the floor of the same run."""
LIMIT = 20
"""Rows of a list of results: who is further down is not found."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure. The budget is the most that it should be."""

    name: str
    value: float
    unit: str
    budget: float | None = None

    @property
    def over(self) -> bool:
        """Whether it exceeds its budget."""
        return self.budget is not None and self.value > self.budget


@dataclass(frozen=True)
class Made:
    """A file of made customers and the answers that belong to it."""

    path: Path
    count: int
    expected: dict[str, Any]
    cpu_s: float = 0.0
    """Processor seconds that making it took: how busy, or how slow, this machine is."""


def make(corpora: Path, folder: Path, count: int) -> Made:
    """Make a file of customers in a folder."""
    path = folder / "customers.csv"
    script = corpora / "customers" / "make_customers.py"
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([sys.executable, str(script), str(path), str(count)], check=True, capture_output=True)
    cpu_s = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    return Made(path, count, json.loads(Path(f"{path}.expected.json").read_text(encoding="utf-8")), cpu_s)


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which this part of all lies (nearest rank); 0 of none."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * part))] if ranked else 0.0


# importing


def imported(made: Made, home: Path) -> list[Figure]:
    """Import with the real command, saving tickets from this process meanwhile.

    Raises:
        RuntimeError: the import failed or did not add every customer.
    """
    with Store(home / STORE_FILE) as store:
        desk = _Desk(store)
        rest = [desk.save() for _ in range(AT_REST)]
        command = [sys.executable, "-m", "console", "import", "customers", str(made.path), "--json"]
        begun = time.perf_counter()
        with subprocess.Popen(
            [*command, "--data-dir", str(home)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            saves = list(_saves(desk, process))
            assert process.stdout is not None and process.stderr is not None
            said, faults = process.stdout.read(), process.stderr.read()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - begun
    report = json.loads(said) if said else {}
    if process.returncode or report.get("added") != made.count:
        raise RuntimeError(f"the import ended with {process.returncode}: {report} {faults.decode()[-500:]}")
    million = made.count == MILLION
    cpu = used.ru_utime + used.ru_stime
    return [
        Figure("import wall", round(wall, 1), "s", 90 if million else None),
        Figure("import cpu", round(cpu, 1), "s", 78 if million else None),
        Figure(
            "import cpu over cpu of making the file", round(cpu / made.cpu_s, 2), "times", 6.3 if million else None
        ),
        Figure("import peak memory", round(used.ru_maxrss / 1024), "MB", 400),
        Figure("ticket save at rest p50", round(quantile(rest, 0.5), 2), "ms"),
        Figure("ticket save at rest p99", round(quantile(rest, 0.99), 2), "ms"),
        Figure("tickets saved meanwhile", len(saves), "tickets"),
        Figure("ticket save during import p50", round(quantile(saves, 0.5), 2), "ms"),
        Figure("ticket save during import p99", round(quantile(saves, 0.99), 2), "ms", 15),
        Figure("ticket save during import worst", round(max(saves, default=0), 2), "ms"),
    ]


class _Desk:
    """Saves tickets as a desk does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._number = 0

    def save(self) -> float:
        """Save one; the milliseconds that it took."""
        self._number += 1
        fields = {"title": f"Ticket {self._number}", "type": "2"}
        begun = time.perf_counter()
        tickets.create(self._store, fields, f"{self._number}", AgentId("dana"), SYSTEM_CLOCK)
        return (time.perf_counter() - begun) * 1000


def _saves(desk: _Desk, process: subprocess.Popen[bytes]) -> Iterator[float]:
    """Save tickets until the import ends; milliseconds each."""
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        yield desk.save()
        time.sleep(BETWEEN_SAVES_S)


# looking up


def typed(made: Made) -> dict[str, list[tuple[str, str]]]:
    """What would be typed, by kind: (id of the customer that is meant, query)."""
    known = [
        (str(number), name, written, e164, mail) for number, name, written, e164, mail in made.expected["lookup"]
    ]
    return {
        "numbers as written": [(number, written) for number, _, written, _, _ in known],
        "numbers as they call": [(number, e164) for number, _, _, e164, _ in known],
        "names": [(number, name) for number, name, _, _, _ in known],
        "names with last four digits": [(number, f"{name} {e164[-4:]}") for number, name, _, e164, _ in known],
        "e-mail addresses": [(number, mail) for number, _, _, _, mail in known],
        "hard names": [(str(number), name) for number, name in made.expected["hard"]],
    }


def looked_up(made: Made, home: Path, queries: Sequence[str]) -> list[tuple[float, list[dict[str, Any]]]]:
    """(milliseconds, rows) of each query, by the real `lookup --batch`."""
    batch = made.path.with_suffix(".queries")
    batch.write_text("".join(f"{query}\n" for query in queries), encoding="utf-8")
    command = [sys.executable, "-m", "console", "lookup", "--batch", str(batch), "--limit", str(LIMIT)]
    done = subprocess.run([*command, "--data-dir", str(home)], check=True, capture_output=True)
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [line["query"] for line in lines] == list(queries)
    return [(line["ms"], line["customers"]) for line in lines]


def lookup_figures(made: Made, home: Path) -> list[Figure]:
    """How many of the right customers are found, and how long a look takes."""
    kinds = typed(made)
    queries = [query for meant in kinds.values() for _, query in meant]
    looks = looked_up(made, home, [*queries, *_beginnings(queries)])
    figures, at = [], 0
    for kind, meant in kinds.items():
        answers = looks[at : at + len(meant)]
        at += len(meant)
        missed = sum(
            all(row["id"] != number for row in rows) for (number, _), (_, rows) in zip(meant, answers, strict=True)
        )
        figures.append(Figure(f"{kind} not found", missed, f"of {len(meant)}", 2 if kind == "names" else 0))
    ms = [took for took, _ in looks]
    return [
        *figures,
        Figure("lookups", len(ms), "queries"),
        Figure("lookup p50", round(quantile(ms, 0.5), 3), "ms", 0.3),
        Figure("lookup p99", round(quantile(ms, 0.99), 3), "ms", 2),
        Figure("lookup worst", round(max(ms), 3), "ms", 15),
    ]


def processor_figures(made: Made, home: Path) -> list[Figure]:
    """Processor time of the same looks: what is left of the wall time on a machine of one's own."""
    queries = [query for meant in typed(made).values() for _, query in meant]
    cpu = []
    with Store(home / STORE_FILE) as store:
        for query in [*queries, *_beginnings(queries)]:
            begun = time.thread_time()
            lookup(store, query, LIMIT)
            cpu.append((time.thread_time() - begun) * 1000)
    return [
        Figure("lookup cpu p50", round(quantile(cpu, 0.5), 3), "ms", 0.3),
        Figure("lookup cpu p99", round(quantile(cpu, 0.99), 3), "ms", 2),
        Figure("lookup cpu worst", round(max(cpu), 3), "ms", 15),
    ]


def _beginnings(queries: Sequence[str]) -> Iterator[str]:
    """Every tenth query letter by letter, as it is typed."""
    for query in queries[::10]:
        yield from (query[:end] for end in range(1, len(query)))


# who calls, and who is known already


def answer_figures(made: Made, home: Path) -> list[Figure]:
    """Screen pops and likely duplicates, in this process as the console asks them."""
    missed = shared = doubles = 0
    took, cpu = [], []
    with Store(home / STORE_FILE) as store:
        for number, name, written, e164, mail in made.expected["lookup"]:
            missed += str(number) not in [one.id for one in pop(store, normalise(written))]
            for known in (
                Customer(id="new", name=name, phones=(Phone(raw=written, e164=e164),)),
                Customer(id="new", name=name, emails=(mail.upper(),), city="212"),
            ):
                begun, on_cpu = time.perf_counter(), time.thread_time()
                found = likely(store, known)
                took.append((time.perf_counter() - begun) * 1000)
                cpu.append((time.thread_time() - on_cpu) * 1000)
                doubles += str(number) not in [one.id for one in found]
        for e164, sharers in made.expected["shared_phone"]:
            shared += not {str(number) for number in sharers} <= {one.id for one in pop(store, e164)}
    count = len(made.expected["lookup"])
    return [
        Figure("numbers that do not pop their customer", missed, f"of {count}", 0),
        Figure("shared numbers that do not offer all", shared, f"of {len(made.expected['shared_phone'])}", 0),
        Figure("duplicates not found", doubles, f"of {2 * count}", 0),
        Figure("duplicates p50", round(quantile(took, 0.5), 3), "ms"),
        Figure("duplicates p99", round(quantile(took, 0.99), 3), "ms", 5),
        Figure("duplicates cpu p99", round(quantile(cpu, 0.99), 3), "ms", 5),
    ]


def measure(corpora: Path, count: int, folder: Path, tell: Callable[[str], None] = print) -> list[Figure]:
    """Everything, in an empty folder.

    Raises:
        RuntimeError: the import failed.
    """
    tell(f"making {count:,} customers …")
    made = make(corpora, folder, count)
    home = folder / "home"
    home.mkdir()
    tell("importing them while tickets are saved …")
    figures = imported(made, home)
    tell("looking them up …")
    return [
        *figures,
        *lookup_figures(made, home),
        *processor_figures(made, home),
        *answer_figures(made, home),
    ]


def faults(figures: Sequence[Figure]) -> list[Figure]:
    """The wrong answers among the figures."""
    return [one for one in figures if one.unit.startswith("of ") and one.over]


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="customers-") as name:
        yield Path(name)


def main() -> int:
    """The command; exit code 1 after wrong answers."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.customers", description=__doc__)
    parser.add_argument("--count", type=int, default=MILLION)
    parser.add_argument("--json", type=Path, help="write the figures here")
    chosen = parser.parse_args()
    corpora = os.environ.get("AGENT_CONSOLE_CORPORA")
    if not corpora or not Path(corpora).is_dir():
        parser.error("AGENT_CONSOLE_CORPORA must name the folder with the real data")
    with _folder() as folder:
        figures = measure(Path(corpora), chosen.count, folder)
    for one in figures:
        budget = "" if one.budget is None else f"   at most {one.budget:g}"
        print(f"{one.name:<42} {one.value:>12,} {one.unit:<8}{budget}{'   ◀ over' if one.over else ''}")
    if chosen.json is not None:
        chosen.json.write_text(json.dumps([asdict(one) for one in figures], indent=1) + "\n", encoding="utf-8")
    return 1 if faults(figures) else 0


if __name__ == "__main__":
    sys.exit(main())
