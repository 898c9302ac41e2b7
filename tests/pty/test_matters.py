"""QREP-5, SHIFT-3, SHIFT-5 in a terminal on the practice floor: the band above the greeting, the abuse key, whom to call."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.models.conduct import Conduct
from data.models.outage import Outage
from tests.pty import books, steps
from tests.pty.conftest import Opener

pytestmark = pytest.mark.pty
NODE = re.compile(r"node +([A-Z]{2}-[0-9]{2})")


def test_an_outage_a_contact_is_on_and_what_else_happens_there(open_console: Opener, tmp_path: Path) -> None:
    terminal = open_console("demo", "--seed", 7, "--role", "supervisor", "--data-dir", tmp_path)
    steps.sign_on(terminal, "Lena Ortiz", known_as="")
    steps.take_next(terminal)
    steps.wait_state(terminal, "ON CALL")
    terminal.wait_for("Thank you for calling")
    terminal.wait_for(NODE)
    found = NODE.search(terminal.text())
    assert found is not None
    terminal.keys("O")
    terminal.wait_for("Every node is up.")
    terminal.keys("d")
    terminal.wait_for("A node is down")
    for text in (found[1], "Ridgeport", "20m", "2h", "A line was cut."):
        terminal.type(text)
        terminal.wait_for(text)
        terminal.keys("<tab>")
    terminal.keys("<f10>")
    terminal.wait_for("▲ OUTAGE")
    said = terminal.wait_for("1 node down")
    assert said.index("▲ OUTAGE") < said.index("Thank you for calling"), "before the greeting"
    assert "A line was cut." in said
    terminal.keys("!")
    terminal.wait_for("I can hear that this is upsetting")
    terminal.keys("P")
    terminal.wait_for("Whom to call")
    terminal.keys("<enter>")
    terminal.wait_for("Called:")
    terminal.type("they look into it")
    terminal.keys("<enter>")
    terminal.wait_for("Recorded and noted on the ticket")
    terminal.keys("O")
    terminal.wait_for("down since")
    terminal.keys("u")
    terminal.wait_for("is up again?")
    terminal.keys("y")
    terminal.wait_for("✓ up")
    terminal.keys("<esc>")
    terminal.wait_gone("▲ OUTAGE")
    terminal.wait_for(lambda: books.unsent(tmp_path) == 0)
    [outage] = books.all_of(tmp_path, Outage)
    assert outage.node == found[1] and outage.over is not None and outage.expected is not None
    kinds = [str(one.kind) for one in books.all_of(tmp_path, Conduct)]
    assert sorted(kinds) == ["abuse", "person called"]
