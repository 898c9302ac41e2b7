"""Processes that a test started, found again by a mark in their environment, whoever is their parent now."""

from __future__ import annotations

import os

import psutil

MARK = "PTY_TEST_MARK"
_OURS = ("AGENT_CONSOLE_", "TEXTUAL", "TMUX", "PYTEST")
_GONE = frozenset({"NO_COLOR", "COLUMNS", "LINES"})


def environment(mark: str) -> dict[str, str]:
    """The environment of a terminal for a program that is to be found again by `mark`."""
    here = {name: value for name, value in os.environ.items() if not name.startswith(_OURS) and name not in _GONE}
    return {**here, "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8", "TZ": "UTC", MARK: mark}


def marked(mark: str) -> list[psutil.Process]:
    """The living processes with this mark."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def told(processes: list[psutil.Process]) -> list[str]:
    """Processes in words, for a test that found them where they should not be."""
    words = []
    for process in processes:
        try:
            words.append(f"{process.pid} {' '.join(process.cmdline()[:5])}")
        except psutil.Error:
            continue
    return words
