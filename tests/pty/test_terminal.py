"""The terminal that the other tests look through: it must show what a terminal shows, and miss no process."""

from __future__ import annotations

import pytest

from tests.pty.emulator import Emulator
from tests.pty.terminal import Terminal

pytestmark = pytest.mark.pty


def test_keys_screen_size_and_end() -> None:
    program = "stty -echo; trap 'stty size' WINCH; echo ready; while read -r line; do echo got $line; done; exit 7"
    with Terminal(["sh", "-c", program], 40, 10) as terminal:
        terminal.wait_for("ready")
        terminal.keys("one<enter>")
        terminal.wait_for("got one")
        terminal.resize(60, 12)
        terminal.keys("<enter>")
        terminal.wait_for("12 60")
        assert len(terminal.screen()) == 12
        terminal.keys("<c-d>")
        assert terminal.wait_exit() == 7
        assert terminal.close() == []


def test_what_does_not_come_is_told_with_the_screen() -> None:
    with Terminal(["sh", "-c", "echo something else; read line"]) as terminal:
        terminal.wait_for("something")
        with pytest.raises(AssertionError, match=r"(?s)'this' did not come within 0\.1 s.*something else"):
            terminal.wait_for("this", timeout=0.1)


def test_a_process_left_behind_is_found_and_ended() -> None:
    apart = "setsid sh -c 'echo apart; exec sleep 30 < /dev/null > /dev/null 2>&1' & read line"
    terminal = Terminal(["sh", "-c", apart])
    terminal.wait_for("apart")
    terminal.wait_for(lambda: any(one.name() == "sleep" for one in terminal.family()))
    [left] = terminal.close(patience_s=0.3)
    assert "sleep 30" in left
    assert terminal.family() == []


def test_a_picture_counts_when_it_is_complete() -> None:
    emulator = Emulator(20, 2)
    assert emulator.feed(b"\x1b[?2026$p") == b"\x1b[?2026;2$y"
    emulator.feed(b"\x1b[?2026h\x1b[1;1Hhal")
    assert emulator.drawing
    emulator.feed(b"f\x1b[?2026")
    emulator.feed(b"l")
    assert not emulator.drawing
    emulator.feed("\x1b[2;1H👩‍🔧 e\u0301 \u200bx王".encode())
    assert emulator.lines == ["half", "👩🔧 \u00e9 x王"]
