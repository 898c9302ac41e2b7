"""What does not stay on the screen does not stay in memory. The same two hundred times: `python -m tests.bench.mounts`."""

from __future__ import annotations

from pathlib import Path

from tests.console.mounts import left_alive

TIMES = 3


async def test_nothing_that_was_closed_stays_alive(tmp_path: Path) -> None:
    assert await left_alive(tmp_path, TIMES) == {}
