"""The simulation sees what the planted bugs do, within a few seeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sync.planted import BUGS, planted
from tests.sync.simulation import embedded_at, simulate

SEEDS = 40
"""At most so many; most bugs are found by the first few."""


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found(tmp_path: Path, name: str) -> None:
    bug = BUGS[name]
    seen: list[str] = []
    with planted(bug):
        for seed in range(SEEDS):
            folder = tmp_path / str(seed)
            folder.mkdir()
            seen = simulate(folder, seed, folder / "hub.db", embedded_at(folder / "hub.db"), rough=True)
            if {line.partition(":")[0] for line in seen} & bug.found_as:
                print(f"{name}: seed {seed}")
                return
    pytest.fail(f"in {SEEDS} seeds nobody saw that {bug.says}; last: {seen[:3]}")
