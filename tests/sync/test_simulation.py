"""Seats in bad weather, on one seed after the other (SYNC, level 2). `python -m tests.proof simulation` runs more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sync.simulation import embedded_at, simulate

SEEDS = 24


@pytest.mark.parametrize("seed", range(SEEDS))
def test_nothing_is_lost_doubled_or_overwritten(tmp_path: Path, seed: int) -> None:
    hub = tmp_path / "hub.db"
    assert simulate(tmp_path, seed, hub, embedded_at(hub)) == []
