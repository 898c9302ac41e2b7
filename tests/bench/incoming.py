"""How quick the console's own saves stay while a great many rows come in from the hub.

`python -m tests.bench.incoming [ROWS]` prints the quantiles of saves without and with a worker that takes in so many
customers (100,000 by default), and how long that takes."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from data.models import Customer
from data.models.base import new_id
from data.store.database import Store
from data.sync.embedded import EmbeddedHub
from tests.sync.saver import open_saver, save_one
from tests.sync.seat_process import SeatProcess
from tests.sync.writers import Writer

ROWS = 100_000
SAVES = 300
BETWEEN_S = 0.05
"""From one save to the next."""


def saves(store: Store, most: int, going: SeatProcess | None) -> list[float]:
    """Seconds of each save, for as long as rows come in, or so many."""
    chance, took = random.Random(1), []
    while (going is None and len(took) < most) or (going is not None and not _is_in(going)):
        start = time.perf_counter()
        save_one(store, chance)
        took.append(time.perf_counter() - start)
        time.sleep(BETWEEN_S)
    return took


def _is_in(seat: SeatProcess) -> bool:
    told = [one for one in list(seat.heard) if one.tell == "status"]
    return bool(told) and told[-1].online and told[-1].cursor > 0 and told[-1].snapshot.total == 0


def quantiles(took: list[float]) -> str:
    """The median, the 99th percentile and the longest, in ms."""
    ordered = sorted(took)
    at = [ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)], ordered[-1]]
    return " ".join(f"{name} {1000 * one:.1f}" for name, one in zip(("p50", "p99", "max"), at, strict=True))


def measure(folder: Path, rows: int) -> tuple[list[float], list[float], float]:
    """(saves at rest, saves while rows come in, seconds until all are in)."""
    feed = Writer(EmbeddedHub(folder / "hub.db"))
    for first in range(0, rows, 500):
        some = range(first, min(rows, first + 500))
        feed.push(
            *(
                feed.new(Customer(id=new_id(), name=f"Customer {place}", account=f"A{place}", city="Springfield"))
                for place in some
            )
        )
    with open_saver(folder / "seat.db") as store:
        calm = saves(store, SAVES, None)
        begun = time.monotonic()
        with SeatProcess(folder / "seat.db", folder / "hub.db") as seat:
            busy = saves(store, 0, seat)
    return calm, busy, time.monotonic() - begun


def main() -> None:
    """Measure and print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        calm, busy, took = measure(Path(folder), rows)
    print(f"saves at rest: {quantiles(calm)} ms")
    print(f"while {rows:,} rows come in ({took:.0f} s, {len(busy)} saves): {quantiles(busy)} ms")


if __name__ == "__main__":
    main()
