"""The floor in a real terminal: the outage of a real day played through with the dashboard open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.queue.timeline import read_timeline
from tests.bench.replay import cut, open_floor, reckoned, stuck, watch
from tests.pty.conftest import Opener

pytestmark = [pytest.mark.pty, pytest.mark.corpora]
BEGINS = datetime(1999, 2, 3, 13, 2, tzinfo=UTC)
ENDS = BEGINS + timedelta(minutes=30)
SPEED = 240
"""Half an hour in eight seconds; the whole day at sixty is `python -m tests.bench.replay`."""


def test_the_outage_with_the_dashboard_open(open_console: Opener, tmp_path: Path, corpora: Path) -> None:
    """Limits are reached and said; after the last event nobody waits, nothing is stuck, and the figures are the log's."""
    log = cut(corpora / "calls" / "february.queue_log.xz", tmp_path / "queue_log", BEGINS, ENDS)
    stories = list(read_timeline(log))
    wanted, longest = reckoned(stories), int(max(one.wait_s or 0 for one in stories))
    assert wanted.most == 17, "this is the hour with the longest queue of the month"
    options = ("--clock", f"{BEGINS:%Y-%m-%dT%H:%M}", "--speed", SPEED, "--data-dir", tmp_path / "seat")
    terminal = open_console(
        "demo", "--role", "supervisor", "--replay", log, *options, AGENT_CONSOLE_TIME_ZONE="UTC"
    )
    open_floor(terminal)
    seen = watch(terminal, wanted, 60)
    assert seen.rows and seen.rows[-1] == wanted.row and seen.left == "0"
    terminal.wait_for("most 17, 13:27")
    terminal.keys("4")  # what stood, however short and whether or not anybody looked, is listed for the day
    terminal.wait_for(f"longest wait {longest // 60}:{longest % 60:02} ")
    assert "bank · over" in next(
        one for one in terminal.screen() if "longest wait" in one and "all queues" not in one
    )
    assert wanted.level < 0.65, "below it by more than the limit, so it is an alarm still"
    terminal.wait_for(f"service level {wanted.level * 100:.0f} %, target 80 %")
    terminal.wait_for(lambda: not stuck(tmp_path / "seat"))
    terminal.keys("<c-q>")
    assert terminal.wait_exit(3) == 0
