"""Times on the screen are the seat's local time, here always UTC; a terminal with all colours; and the command line on
an empty data folder."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.command import Command

os.environ["TZ"] = "UTC"
time.tzset()


@pytest.fixture(autouse=True)
def _garbage() -> Iterator[None]:
    """A console looks for garbage more often than the tests after it need."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    for name in ("NO_COLOR", "TMUX", "STY", "SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line, on an empty data folder."""
    for name in [name for name in os.environ if name.startswith("AGENT_CONSOLE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AGENT_CONSOLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TZ", "UTC")
    return Command(tmp_path / "home", capsys)
