"""The simulation and the model see what the planted bugs do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from data.sync.contract import CopiedReplica
from tests.sync.grounds import embedded
from tests.sync.planted import BUGS, Bug, Change, NotThere, planted
from tests.sync.simulation import simulate
from tests.sync.test_model import MODEL, SeatsBesideAModel

SEEDS = 40
"""At most so many; most bugs are found by the first few."""
BY_THE_MODEL = ("no replay",)
"""What the simulation would take long to meet."""


@pytest.mark.parametrize("name", [name for name in BUGS if name not in BY_THE_MODEL])
def test_a_planted_bug_is_found(tmp_path: Path, name: str) -> None:
    bug = BUGS[name]
    seen: list[str] = []
    with planted(bug):
        for seed in range(SEEDS):
            folder = tmp_path / str(seed)
            folder.mkdir()
            seen = simulate(folder, seed, embedded(folder / "hub.db"), rough=True)
            if {line.partition(":")[0] for line in seen} & bug.found_as:
                print(f"{name}: seed {seed}")
                return
    pytest.fail(f"in {SEEDS} seeds nobody saw that {bug.says}; last: {seen[:3]}")


@pytest.mark.parametrize("name", BY_THE_MODEL)
def test_a_planted_bug_differs_from_the_model(name: str) -> None:
    with planted(BUGS[name]), pytest.raises((AssertionError, ExceptionGroup, CopiedReplica)):
        run_state_machine_as_test(
            SeatsBesideAModel,
            settings=settings(MODEL, max_examples=400, phases=[Phase.generate], report_multiple_bugs=False),
        )


def test_a_bug_that_fits_no_code_is_told() -> None:
    gone = Bug(
        "the code was another one", frozenset({"I1"}), (Change("data.sync.replica:Replica.renew", "x = 3", "y"),)
    )
    with pytest.raises(NotThere, match="write this bug anew"), planted(gone):
        pass
