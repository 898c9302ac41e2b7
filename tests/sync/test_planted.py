"""The simulation and the model see what the planted bugs do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from data.sync.contract import CopiedReplica
from tests.postgres import Server
from tests.sync.grounds import Ground, embedded, in_postgres
from tests.sync.planted import (
    BUGS,
    BY_COMMIT_ORDER,
    IN_POSTGRES,
    Bug,
    Change,
    NotThere,
    planted,
    planted_in_postgres,
)
from tests.sync.simulation import simulate
from tests.sync.test_model import MODEL, SeatsBesideAModel

SEEDS = 40
"""At most so many; most bugs are found by the first few."""
BY_THE_MODEL = ("no replay",)
"""What the simulation would take long to meet."""


def first_seed(folder: Path, bug: Bug, ground: Callable[[Path], Ground]) -> int:
    """The first seed on which the simulation sees the bug that is planted."""
    seen: list[str] = []
    for seed in range(SEEDS):
        run = folder / str(seed)
        run.mkdir()
        seen = simulate(run, seed, ground(run), rough=True)
        if {line.partition(":")[0] for line in seen} & bug.found_as:
            return seed
    pytest.fail(f"in {SEEDS} seeds nobody saw that {bug.says}; last: {seen[:3]}")


@pytest.mark.parametrize("name", [name for name in BUGS if name not in BY_THE_MODEL])
def test_a_planted_bug_is_found(tmp_path: Path, name: str) -> None:
    with planted(BUGS[name]):
        print(f"{name}: seed {first_seed(tmp_path, BUGS[name], lambda run: embedded(run / 'hub.db'))}")


@pytest.mark.parametrize("name", [name for name in IN_POSTGRES if name not in BY_COMMIT_ORDER])
def test_a_bug_planted_in_postgres_is_found(tmp_path: Path, name: str, server: Server) -> None:
    with planted_in_postgres(server.slow_hub(), IN_POSTGRES[name]):
        print(f"{name}: seed {first_seed(tmp_path, IN_POSTGRES[name], lambda run: in_postgres(server, run))}")


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
