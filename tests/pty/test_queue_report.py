"""QREP-1, 2 in a real terminal: the form comes while a ticket is half typed and a search is open, and whatever was on
the screen is on it afterwards, cell by cell; killed, it is back with its text."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.models.queue_report import QueueReport
from data.store.database import STORE_FILE, Store
from tests.pty import books, steps
from tests.pty.conftest import Opener
from tests.pty.terminal import Terminal

pytestmark = pytest.mark.pty

BEFORE_S = 25
"""So long before a slot the console is started: the ticket is half typed by then."""
CLOCKS = re.compile(r"\d?\d:\d\d(:\d\d)?|\d+ min|\b\d+ queued|next report|◆ report due| +$", re.MULTILINE)


def just_before(seconds: float = BEFORE_S, slots: int = 0) -> str:
    """A moment so long before the last slot of the real clock (and `slots` more): callers who come in by the real clock
    wait for minutes, not for days."""
    now = datetime.now(UTC)
    slot = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0) + timedelta(minutes=30 * slots)
    return (slot - timedelta(seconds=seconds)).isoformat()


def still(terminal: Terminal, rows: slice) -> list[str]:
    """The screen without what moves by itself: times of day, waits and counts."""
    return [CLOCKS.sub("", line) for line in terminal.screen()[rows]]


def form(terminal: Terminal) -> None:
    """Wait for the form, with its keys."""
    terminal.wait_for("Not working?")
    terminal.wait_for(lambda: terminal.cursor[0] == steps.row_of(terminal, "calls in queue"))


def reported(folder: Path) -> list[QueueReport]:
    return books.all_of(folder, QueueReport)


def test_it_comes_over_a_half_typed_ticket_and_an_open_search(open_console: Opener, tmp_path: Path) -> None:
    terminal = open_console("demo", "--seed", 7, "--shift", "--clock", just_before(), "--data-dir", tmp_path)
    steps.sign_on(terminal)
    steps.take_next(terminal)
    number = steps.write_ticket(terminal, "No dial tone", "Tried another hands", leave=False)
    terminal.keys("<left><left><left>")
    terminal.wait_for(lambda: "hands" in terminal.text())
    cursor, before = terminal.cursor, still(terminal, slice(1, None))
    form(terminal)
    assert "slot" in terminal.text() and "reporter Dana Reyes" in terminal.text()
    terminal.wait_for(lambda: terminal.cursor != cursor)
    terminal.keys("<f10>")
    terminal.wait_gone("Not working?")
    terminal.wait_for(lambda: terminal.cursor == cursor)
    pane = slice(_row(terminal, "F5 Ticket"), None)
    assert _ticket(before) == _ticket(still(terminal, slice(1, None))), terminal.text()
    assert number in terminal.text() and pane
    terminal.wait_for(lambda: len(reported(tmp_path)) == 1)
    terminal.type("X")
    terminal.wait_for("Tried another haXnds")


def _row(terminal: Terminal, text: str) -> int:
    return steps.row_of(terminal, text)


def _ticket(lines: list[str]) -> list[str]:
    """The ticket's pane: its rows, right of the desk."""
    start = next(place for place, line in enumerate(lines) if "F5 Ticket" in line)
    left = lines[start].index("F5 Ticket") - 1
    return [line[left:].rstrip() for line in lines[start:]]


def test_killed_in_the_form_it_comes_back_with_its_text(open_console: Opener, tmp_path: Path) -> None:
    start = just_before(8)
    terminal = open_console(
        "demo", "--seed", 7, "--shift", "--clock", start, "--data-dir", tmp_path, cols=80, rows=24
    )
    steps.sign_on(terminal)
    steps.open_search(terminal) if hasattr(steps, "open_search") else terminal.keys("/")
    terminal.wait_for(steps.EMPTY_SEARCH)
    terminal.type("Mari")
    form(terminal)
    terminal.keys("<tab><tab><tab><tab>")
    terminal.type("crew on si")
    terminal.wait_for("crew on si")
    terminal.wait_for(lambda: "crew on si" in str(books.drafts(tmp_path)))
    terminal.kill()
    assert terminal.wait_alone(4) == []

    start = just_before(-60)
    terminal = open_console(
        "demo", "--seed", 7, "--shift", "--clock", start, "--data-dir", tmp_path, cols=80, rows=24
    )
    steps.sign_on(terminal)
    terminal.wait_for("crew on si")
    form(terminal)
    terminal.wait_for(lambda: terminal.cursor[0] == _row(terminal, "crew on si"))
    terminal.type("te")
    terminal.wait_for("crew on site")
    terminal.keys("<f10>")
    terminal.wait_gone("Not working?")
    terminal.wait_for("Mari")
    with Store(tmp_path / STORE_FILE) as store:
        assert store.value("SELECT comment FROM queue_report") == "crew on site"
