"""Terminals that are closed after the test, whatever happened, and leave no process behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pytest

from tests.pty.terminal import Terminal, console


class Opener(Protocol):
    """Opens the console in a terminal of its own: `open_console("demo", "--seed", 7, cols=80, rows=24)`."""

    def __call__(self, *options: object, cols: int = 160, rows: int = 45, **env: str) -> Terminal: ...


@pytest.fixture
def open_console(tmp_path: object) -> Iterator[Opener]:
    """Opens consoles; after the test each is hung up, and every process of it must have ended by itself."""
    opened: list[Terminal] = []

    def opener(*options: object, cols: int = 160, rows: int = 45, **env: str) -> Terminal:
        terminal = Terminal(console(*options), cols, rows, env=env)
        opened.append(terminal)
        return terminal

    yield opener
    left = [process for terminal in opened for process in terminal.close()]
    assert not left, f"these processes did not end with their terminal: {left}"
