"""SHIFT-2 in a terminal: a shift outlives a kill; what is open at sign-off is listed, handed over, and then one clocks out."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.models.shift import DutyStep, Punch, TimeEntry
from tests.pty import books, steps
from tests.pty.conftest import Opener

pytestmark = pytest.mark.pty
NO_REPORT = "2026-03-02T08:05"
"""No queue report falls due in the next minutes."""


def test_clock_in_a_kill_the_gate_and_the_clock_out(open_console: Opener, tmp_path: Path) -> None:
    terminal = open_console("demo", "--seed", 7, "--clock", NO_REPORT, "--data-dir", tmp_path)
    steps.sign_on(terminal)
    terminal.keys("<f7>")
    terminal.wait_for("not clocked in")
    terminal.keys("<enter>")
    terminal.wait_for("2 of 11")
    terminal.kill()
    assert terminal.wait_alone(4) == []

    terminal = open_console("demo", "--seed", 7, "--clock", NO_REPORT, "--data-dir", tmp_path, cols=80, rows=24)
    steps.sign_on(terminal)
    terminal.wait_for("F7 sign-on 2/11")
    terminal.keys("c")
    terminal.wait_for("New customer")
    terminal.type("Half a name")
    terminal.keys("<esc>")
    terminal.wait_gone("New customer")
    terminal.keys("Q")
    terminal.wait_for("customer begun")
    terminal.keys("c")
    terminal.wait_for("1 thing is still open")
    terminal.keys("h")
    terminal.wait_for("name of whoever goes on")
    terminal.type("priya")
    terminal.keys("<enter>")
    terminal.wait_for("Nothing is open")
    terminal.keys("c")
    terminal.wait_for("Clock out?")
    terminal.wait_for("The area is clean")
    terminal.keys("y")
    terminal.wait_for("your name")
    punches = [(one.punch, one.instead_of) for one in books.all_of(tmp_path, TimeEntry)]
    assert sorted(punches) == [(Punch.IN, None), (Punch.OUT, None)]
    handed = [one for one in books.all_of(tmp_path, DutyStep) if one.to_agent is not None]
    assert [one.text for one in handed] == ["Half a name"]
    terminal.keys("<c-q>")
    assert terminal.wait_exit() == 0
    assert terminal.wait_alone(4) == []
