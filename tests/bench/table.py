"""What the bench found: one measure a line, beside its floor from the same run and the budget that it has."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure. `most` and `least` bound the value itself, `times` its ratio to the floor."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    times: float | None = None
    most: float | None = None
    least: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the floor."""
        return self.value / self.floor if self.floor else None

    @property
    def within(self) -> bool:
        """Whether the budget holds; a figure without one always does."""
        return not (
            (self.times is not None and self.ratio is not None and self.ratio > self.times)
            or (self.most is not None and self.value > self.most)
            or (self.least is not None and self.value < self.least)
        )

    @property
    def budget(self) -> str:
        """The budget in words."""
        parts = [f"≤ {self.times:g}× floor"] if self.times is not None else []
        parts += [f"≤ {self.most:g} {self.unit}"] if self.most is not None else []
        parts += [f"≥ {self.least:g} {self.unit}"] if self.least is not None else []
        return " and ".join(parts) or "–"


def quantile(values: Iterable[float | None], share: float) -> float:
    """The value below which so large a share lies; values that never came are left out.

    Raises:
        ValueError: there are none.
    """
    known = sorted(value for value in values if value is not None)
    if not known:
        raise ValueError("nothing was measured")
    return known[min(len(known) - 1, int(len(known) * share))]


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"


def as_markdown(measures: Sequence[Measure]) -> str:
    """The table, for a terminal and for the docs."""
    head = ("what", "measured", "floor", "ratio", "budget", "")
    rows = [
        (
            one.name + (f" ({one.note})" if one.note else ""),
            f"{_number(one.value)} {one.unit}",
            _number(one.floor),
            f"{one.ratio:.2f}×" if one.ratio is not None else "–",
            one.budget,
            "✓" if one.within else "▲ over",
        )
        for one in measures
    ]
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)) + " |"
        for row in (head, *rows)
    ]
    lines.insert(1, "|" + "|".join("-" * (size + 2) for size in widths) + "|")
    return "\n".join(lines)


def as_run(measures: Sequence[Measure], commit: str) -> dict[str, object]:
    """A run as JSON: when, on what, and every measure with its ratio and whether it is within its budget."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit,
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "measures": [
            {**asdict(one), "ratio": one.ratio, "within": one.within, "budget": one.budget} for one in measures
        ],
    }


BEGIN, END = "<!-- table: begin (make bench) -->", "<!-- table: end -->"


def keep(run: dict[str, object], measures: Sequence[Measure], docs: Path) -> None:
    """Write the table into docs/bench.md and add the run to the history in docs/bench.jsonl."""
    page = docs / "bench.md"
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    head = f"{run['at']}, commit {run['commit']}; {run['machine']}."
    page.write_text(f"{before}{BEGIN}\n{head}\n\n{as_markdown(measures)}\n{END}{after}", encoding="utf-8")
    with (docs / "bench.jsonl").open("a", encoding="utf-8") as history:
        history.write(json.dumps(run, ensure_ascii=False) + "\n")
