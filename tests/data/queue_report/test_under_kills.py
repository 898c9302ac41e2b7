"""QREP-2 with real processes; more of it: `python -m tests.proof reports`."""

from __future__ import annotations

from pathlib import Path

from tests.data.queue_report.under_kills import UnderKills


def test_a_reporter_that_is_killed_stopped_and_set_misses_and_doubles_none(tmp_path: Path) -> None:
    run = UnderKills(tmp_path, seed=1)
    run.run(40)
    assert run.found == []
    assert min(run.done[what] for what in ("looks", "kills", "sleeps", "reports")) > 3
