"""`make bench`: every line of the budget, each beside its floor from this run; `--keep` writes docs/bench.md.

python -m tests.bench [--customers N] [--quick] [--only NAME] [--json FILE] [--keep]"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from data.store.database import STORE_FILE, Store
from tests.bench import dashboard, hubs, screen, store
from tests.bench.furnishing import add_tickets, furnish
from tests.bench.table import Measure, as_markdown, as_run, keep

DOCS = Path(__file__).parents[2] / "docs"
Lines = Callable[[], list[Measure]]


def lines(folder: Path, customers: int, *, quick: bool) -> dict[str, Lines]:
    """What is measured, by name."""
    seat, busy, at = folder / "seat", folder / "busy", folder
    times, keys, seconds = (2, 60, 5.0) if quick else (7, 300, 20.0)
    measured: dict[str, Lines] = {
        "start": lambda: screen.starting(seat, times),
        "typing": lambda: screen.typing(busy, keys),
        "rows": lambda: screen.looking_up(seat, customers),
        "switch": lambda: screen.switching(seat, keys // 2),
        "cards": lambda: screen.cards(busy, keys // 2),
        "rest": lambda: screen.at_rest(seat, seconds),
        "dashboard": lambda: dashboard.dashboard(at / "floor", seconds),
        "memory": lambda: screen.memory(seat, customers),
        "lookup": lambda: store.looking_up(seat, screen.NAMES, customers),
        "saving": lambda: store.saving(at, 300 if quick else 2_000),
        "drafts": lambda: store.keeping(at, 300 if quick else 1_000),
        "tickets": lambda: store.tickets_at_hand(at, 5_000 if quick else 100_000),
        "hub": lambda: store.hub(at, 1_000 if quick else 10_000),
        "hub_in_postgres": lambda: hubs.in_postgres(1_000 if quick else 10_000),
    }
    if real := store.corpora():
        measured["queue_log"] = lambda: store.queue_log(at, real)
    return measured


def main() -> int:
    """Measure and print; exit 1 when something is over its budget."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--quick", action="store_true", help="few repeats: to see that it works")
    parser.add_argument("--only", action="append", help="one line of the bench by name; may be given again")
    parser.add_argument("--json", type=Path, help="write the run here")
    parser.add_argument("--keep", action="store_true", help="write the table and the history in docs/")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        _say(f"furnishing a seat with {given.customers:,} customers")
        furnish(folder / "seat", given.customers)
        furnish(folder / "busy", 1_000)
        with Store(folder / "busy" / STORE_FILE) as busy:
            add_tickets(busy, 20)
        measures: list[Measure] = []
        for what, measure in lines(folder, given.customers, quick=given.quick).items():
            if not given.only or what in given.only:
                _say(what)
                measures += measure()
    print(as_markdown(measures))
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    run = as_run(measures, commit.stdout.strip() or "unknown")
    if given.json:
        given.json.write_text(json.dumps(run, indent=1, ensure_ascii=False), encoding="utf-8")
    if given.keep:
        keep(run, measures, DOCS)
    over = sum(not one.within for one in measures)
    _say(f"{len(measures)} measures, {over} over their budget" + (": docs/bench.md says why" if over else ""))
    return 1 if over else 0


def _say(what: str) -> None:
    print(f"· {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
