"""What all tests share: the options of a run, the folder of real data, where files lie, and when Python looks for garbage."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.identity import passwords

CORPORA = "AGENT_CONSOLE_CORPORA"
MEMORY = Path("/dev/shm")
ROOM = 4 << 30
"""Bytes that have to be free there."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--run-desk", action="store_true", help="also run the tests that need tmux or Chromium (make desk)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Files of tests lie in memory where there is room, unless a place was named: waiting for the disk is a third of
    their time, and no test cuts the power."""
    if config.option.basetemp is None and "TMPDIR" not in os.environ and _has_room(MEMORY):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def _has_room(folder: Path) -> bool:
    """Whether there is room for all that tests write at a time, and programs may be started there."""
    if not os.access(folder, os.W_OK):
        return False
    about = os.statvfs(folder)
    return about.f_bavail * about.f_frsize >= ROOM and not about.f_flag & getattr(os, "ST_NOEXEC", 0)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What was imported and collected stays to the end. Where it is looked through for garbage again and again, as
    Python does by itself, that is a fourth of all the time that the tests take."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what this run left out, also where xdist counts no deselected tests."""
    if not config.getoption("--run-desk"):
        terminalreporter.write_line("Tests under tmux and in Chromium were deselected: make desk runs them.")
    if not os.environ.get(CORPORA):
        terminalreporter.write_line(f"Tests on real data were skipped: {CORPORA} names their folder.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--run-desk"):
        return
    at_desk = [item for item in items if item.get_closest_marker("desk")]
    if at_desk:
        config.hook.pytest_deselected(items=at_desk)
        items[:] = [item for item in items if item not in at_desk]


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that sign people in, and are not about what that costs: `tests/data/identity/test_cost.py` is."""
    monkeypatch.setattr(passwords, "COST", passwords.Cost(memory_kib=32, passes=1))


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of real data; the test is skipped where it is not there."""
    named = os.environ.get(CORPORA)
    if not named:
        pytest.skip(f"needs the real data folder: {CORPORA} is not set")
    folder = Path(named)
    if not folder.is_dir():
        pytest.skip(f"needs the real data folder: {CORPORA} names {folder}, which is not there")
    return folder
