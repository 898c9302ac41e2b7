"""SHIFT-1, 2 and QREP-1, 2 in a terminal: the shortest shift, from signing on to clocking out, at a clock that passes fast;
afterwards the books say what was done. `python -m tests.bench.shift` works eight hours of it, with contacts."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from data.models.shift import Punch
from tests.pty.agent import LEADER, SITE_ZONE, Agent, Pause, Plan, minutes
from tests.pty.conftest import Opener
from tests.pty.shift_books import looked_into

pytestmark = pytest.mark.pty

LONGEST_S = 120.0
SPEED = 30
"""Faster, and on a busy machine a caller has given up before the agent's hand is at the key."""
PLAN = Plan(
    leaves=minutes("08:09"),
    pauses=(Pause(minutes("08:03"), 3, "l", "lunch", restarts=True),),
    enough=0,
)


def test_a_slot_is_reported_between_clocking_in_and_out(open_console: Opener, tmp_path: Path) -> None:
    terminal = open_console(
        "demo", "--clock", "2026-03-02T07:54", "--speed", SPEED, "--data-dir", tmp_path, TZ=SITE_ZONE
    )
    agent = Agent(terminal, PLAN)
    agent.begin()
    end = time.monotonic() + LONGEST_S
    while agent.work():
        assert time.monotonic() < end, f"the shift did not end. The screen:\n{terminal.text()}"
    agent.leave()
    found = looked_into(tmp_path)
    assert found.slots[:1] == ("08:00",)
    assert found.missed == 0
    assert found.passed == {"sign-on": 11, "restart": 3, "sign-off": 3}
    assert found.waived == (LEADER, LEADER)
    assert found.breaks == ("lunch",)
    assert found.punches == (Punch.IN, Punch.OUT)
    assert found.counted == found.hours
    terminal.keys("<c-q>")
    assert terminal.wait_exit() == 0
