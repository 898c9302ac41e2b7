"""What reaches a terminal: no colour where none is wanted, sixteen where there are no more, no mouse where it is left
to the terminal, and a sentence where there is no screen to draw on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.pty import steps
from tests.pty.conftest import Opener

pytestmark = pytest.mark.pty

MOUSE = re.compile(rb"\x1b\[\?10(?:00|02|03|05|06|15|16)h")


def styles(raw: bytes) -> set[int]:
    """Every number in the sequences that choose colours and styles."""
    return {int(part) for found in re.findall(rb"\x1b\[([\d;]*)m", raw) for part in found.split(b";") if part}


COLOURS = {*range(30, 39), *range(40, 49), *range(90, 98), *range(100, 108)}
MIXED = {38, 48}
"""Begin a colour that is none of the sixteen."""


def test_no_color_and_no_mouse(open_console: Opener, tmp_path: Path) -> None:
    terminal = open_console("--no-mouse", "--data-dir", tmp_path, NO_COLOR="1")
    steps.sign_on(terminal, "Dana Reyes", known_as="")
    terminal.wait_for("NOT READY")
    terminal.wait_for("━F2 Queue")
    assert not styles(bytes(terminal.raw)) & COLOURS
    assert {1, 7} <= styles(bytes(terminal.raw)), "bold text, and the cursor reversed"
    assert not MOUSE.search(bytes(terminal.raw))
    terminal.keys("<f12>")
    terminal.wait_for("NO_COLOR is set")
    terminal.keys("<c-q>")
    assert terminal.wait_exit() == 0
    assert not styles(bytes(terminal.raw)) & COLOURS


def test_sixteen_colours_where_there_are_no_more(open_console: Opener, tmp_path: Path) -> None:
    terminal = open_console("--data-dir", tmp_path, TERM="xterm", COLORTERM="", AGENT_CONSOLE_MOUSE="false")
    steps.sign_on(terminal, "Dana Reyes", known_as="")
    terminal.wait_for("━F2 Queue")
    used = styles(bytes(terminal.raw))
    assert used & COLOURS and not used & MIXED
    assert not MOUSE.search(bytes(terminal.raw))


def test_a_window_that_is_too_small_says_so_and_comes_back(open_console: Opener, tmp_path: Path) -> None:
    terminal = open_console("--data-dir", tmp_path)
    steps.sign_on(terminal, "Dana Reyes", known_as="")
    terminal.wait_for("━F2 Queue")
    assert MOUSE.search(bytes(terminal.raw)), "the mouse works unless it is left to the terminal"
    for cols, rows, said in (
        (79, 24, "This window is 79×24"),
        (60, 15, "60×15 is small"),
        (24, 6, "window too small"),
    ):
        terminal.resize(cols, rows)
        terminal.wait_for(said)
    terminal.resize(7, 5)
    terminal.wait_for("small")
    terminal.resize(1, 1)
    terminal.resize(160, 45)
    terminal.wait_for("━F2 Queue")
    terminal.wait_gone("small")
    terminal.keys("<f4>")
    terminal.wait_for("━F4 Script")


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"TERM": "dumb"}, "This terminal (TERM=dumb) has no cursor that could be placed"),
        ({"AGENT_CONSOLE_KEYS": '{"zoom": "ctrl+s"}'}, "Setting 'keys', zoom = 'ctrl+s': ctrl+s cannot be had"),
    ],
)
def test_what_cannot_be_is_a_sentence(open_console: Opener, tmp_path: Path, env: dict[str, str], said: str) -> None:
    terminal = open_console("--data-dir", tmp_path, **env)
    assert terminal.wait_exit() == 2
    assert said in terminal.text().replace("\n", "")
