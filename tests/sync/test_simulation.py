"""Seats in bad weather, on one seed after the other (SYNC, level 2). `python -m tests.proof simulation` runs more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.postgres import Server
from tests.sync.grounds import embedded, in_postgres
from tests.sync.simulation import simulate


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_lost_doubled_or_overwritten(tmp_path: Path, seed: int) -> None:
    assert simulate(tmp_path, seed, embedded(tmp_path / "hub.db")) == []


@pytest.mark.parametrize("seed", [1041, 1099, 1231, 2015, 2194])  # in each of which something was wrong once
def test_with_stores_that_are_put_back_all_the_time(tmp_path: Path, seed: int) -> None:
    assert simulate(tmp_path, seed, embedded(tmp_path / "hub.db"), rough=True) == []


@pytest.mark.parametrize("seed", range(100, 104))
def test_the_same_on_postgres(tmp_path: Path, seed: int, server: Server) -> None:
    assert simulate(tmp_path, seed, in_postgres(server, tmp_path)) == []
