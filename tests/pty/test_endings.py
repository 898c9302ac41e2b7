"""However the console ends in good order, the last key is kept, every process ends and the terminal is as before."""

from __future__ import annotations

import os
import signal
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pty import books, steps
from tests.pty.feed import Feed
from tests.pty.terminal import Terminal, console

pytestmark = pytest.mark.pty
AT_MOST_S = 2.0
NAME = "Robin Example, half typed"


def told_by_signal(number: signal.Signals) -> Callable[[Terminal], None]:
    return lambda terminal: os.kill(terminal.pid, number)


ENDINGS: dict[str, tuple[Callable[[Terminal], None], int]] = {
    "quit": (lambda terminal: terminal.keys("<c-q>"), 0),
    "SIGTERM": (told_by_signal(signal.SIGTERM), 143),
    "SIGINT": (told_by_signal(signal.SIGINT), 130),
    "lost line": (Terminal.hang_up, 129),
    "fault": (lambda terminal: terminal.keys("<f11>"), 1),
}


@pytest.mark.parametrize("how", ENDINGS)
def test_nothing_is_lost_and_nobody_stays(tmp_path: Path, how: str) -> None:
    end, code = ENDINGS[how]
    faulty = [sys.executable, "-m", "tests.pty.faulty", str(tmp_path)]
    command = faulty if how == "fault" else console("--data-dir", tmp_path)
    with Feed(tmp_path / "hub.db"), Terminal(command) as terminal:
        before = termios.tcgetattr(terminal.line)
        steps.sign_on(terminal, "Ines Ferro", known_as="")
        terminal.keys("c")
        terminal.wait_for("New customer")
        terminal.type(NAME)
        terminal.wait_for(NAME)
        end(terminal)
        assert terminal.wait_alone(AT_MOST_S) == []
        assert terminal.wait_exit() == code
        if how != "lost line":
            assert termios.tcgetattr(terminal.line) == before
            left = bytes(terminal.raw)
            for mode in (b"?1049", b"?2004", b"?1000", b"?1003", b"?1006", b"?1004"):
                assert left.rfind(mode + b"l") > left.rfind(mode + b"h"), f"{mode!r} is still on"
            assert left.rfind(b"?25h") > left.rfind(b"?25l"), "the cursor is hidden"
        if how == "fault":
            assert "What you typed is kept" in terminal.text().replace("\n", " ")
            assert "planted" not in terminal.text()
            assert "planted" in (tmp_path / "console.log").read_text()
    [fields] = [row for row in books.drafts(tmp_path) if "name" in row]
    assert fields["name"] == NAME
    assert books.value(tmp_path, "SELECT state FROM agent_status") == "signed out"
