"""QREP-1, 2 in a real terminal: the form comes while a ticket is half typed, and while a search is open; whatever was on
the screen is on it afterwards, cell by cell; killed, it is back with its text."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from data.clock import SYSTEM_CLOCK
from data.models.agent import Agent
from data.models.base import AgentId
from data.models.queue_report import QueueReport, ReporterDuty
from data.store.database import STORE_FILE, Store
from data.store.save import saving
from tests.pty import books, steps
from tests.pty.conftest import Opener
from tests.pty.terminal import Terminal

pytestmark = pytest.mark.pty

MOVING = re.compile(r"\d?\d:\d\d(:\d\d)?|\d+ queued|next report|◆ report due|▲ report late \d+ min")
"""What moves by itself: times, counts, the state of the report."""
NOTICE = "▌"
"""The edge of a short notice in the corner."""


def names_dana(folder: Path) -> None:
    """A schedule says, from now on, that Dana reports: the present slot is due, whatever the time of day is. It is
    written as the command line writes it, beside the console."""
    now = SYSTEM_CLOCK.now()
    [dana] = [one for one in books.all_of(folder, Agent) if one.name == "Dana Reyes"]
    with Store(folder / STORE_FILE) as store, saving(store, AgentId("import"), SYSTEM_CLOCK) as change:
        day = timedelta(hours=20)
        change.add(
            ReporterDuty(
                id="duty",
                agent=AgentId(dana.id),
                starts=now - day,
                ends=now + day,
                made_by=AgentId("import"),
                made_at=now,
            )
        )


def has_keys(terminal: Terminal, field: str) -> None:
    """Wait until this field of the form has the keys."""
    terminal.wait_for(lambda: field in terminal.text() and terminal.cursor[0] == steps.row_of(terminal, field))


def right_half(terminal: Terminal) -> list[str]:
    """The screen right of queue and desk, where customer, script and ticket stand, without what moves by itself."""
    left = terminal.screen()[steps.row_of(terminal, "F5 Ticket")].index("F5 Ticket")
    return [MOVING.sub("", line[left:]).rstrip() for line in terminal.screen()[1:]]


def before_cursor(terminal: Terminal) -> str:
    """What stands before the cursor in its row."""
    row, column = terminal.cursor
    return terminal.text().split("\n")[row][:column]


def test_it_comes_over_a_half_typed_ticket(open_console: Opener, tmp_path: Path) -> None:
    terminal = open_console("demo", "--seed", 7, "--data-dir", tmp_path)
    steps.sign_on(terminal)
    steps.take_next(terminal)
    steps.write_ticket(terminal, "No dial tone", "Tried another handset", leave=False)
    terminal.keys("<left><left><left>")
    terminal.wait_for(lambda: steps.at_letter(terminal, "details", len("Tried another hand")))
    terminal.wait_gone(NOTICE)
    cursor, before = terminal.cursor, right_half(terminal)
    names_dana(tmp_path)
    has_keys(terminal, "calls in queue")
    assert "reporter Dana Reyes" in terminal.text()
    terminal.keys("<f10>")
    terminal.wait_gone("Not working?")
    terminal.wait_for(lambda: terminal.cursor == cursor)
    terminal.wait_gone(NOTICE)
    assert right_half(terminal) == before
    terminal.type("XY")
    terminal.wait_for("Tried another handXYset")
    assert len(books.all_of(tmp_path, QueueReport)) == 1


def test_it_comes_over_a_half_typed_ticket_and_an_open_search(open_console: Opener, tmp_path: Path) -> None:
    terminal = open_console("demo", "--seed", 7, "--data-dir", tmp_path)
    steps.sign_on(terminal)
    steps.take_next(terminal)
    steps.write_ticket(terminal, "No dial tone", "Tried another handset", leave=False)
    terminal.keys("<left><left><left>")
    terminal.wait_for(lambda: steps.at_letter(terminal, "details", len("Tried another hand")))
    steps.leave_field(terminal)
    terminal.keys("/")
    terminal.wait_for(steps.EMPTY_SEARCH)
    terminal.type("Mari")
    terminal.wait_for("Alvarez Tile Co")
    terminal.keys("<left>")
    terminal.wait_for(lambda: before_cursor(terminal).endswith("Mar"))
    terminal.wait_gone(NOTICE)
    terminal.take_in(0.3)
    cursor, before = terminal.cursor, right_half(terminal)
    assert any("Tried another handset" in line for line in before), "the ticket stands under the search"
    names_dana(tmp_path)
    has_keys(terminal, "calls in queue")
    terminal.keys("<f10>")
    terminal.wait_gone("Not working?")
    terminal.wait_for(lambda: terminal.cursor == cursor)
    terminal.wait_gone(NOTICE)
    assert right_half(terminal) == before
    terminal.type("X")
    terminal.wait_for("MarXi")
    steps.leave_field(terminal)
    terminal.keys("<f5>")
    terminal.wait_for(steps.IN_FIELD)
    terminal.wait_for("Tried another handset")
    assert len(books.all_of(tmp_path, QueueReport)) == 1


def test_it_comes_over_a_search_and_back_after_a_kill(open_console: Opener, tmp_path: Path) -> None:
    terminal = open_console("demo", "--seed", 7, "--data-dir", tmp_path, cols=80, rows=24)
    steps.sign_on(terminal)
    terminal.keys("/")
    terminal.wait_for(steps.EMPTY_SEARCH)
    terminal.type("Mari")
    terminal.wait_for("Alvarez Tile Co")
    terminal.keys("<left>")
    names_dana(tmp_path)
    has_keys(terminal, "calls in queue")
    terminal.keys("<tab><tab><tab><tab>")
    has_keys(terminal, "comment")
    terminal.type("crew on si")
    terminal.wait_for(lambda: "crew on si" in str(books.drafts(tmp_path)))
    terminal.kill()
    assert terminal.wait_alone(4) == []

    terminal = open_console("demo", "--seed", 7, "--data-dir", tmp_path, cols=80, rows=24)
    steps.sign_on(terminal)
    terminal.wait_for("crew on si")
    has_keys(terminal, "comment")
    terminal.type("te")
    terminal.wait_for("crew on site")
    terminal.keys("<f10>")
    terminal.wait_gone("Not working?")
    terminal.wait_for("Alvarez Tile Co")
    terminal.type("X")
    terminal.wait_for("MarXi")
    [report] = books.all_of(tmp_path, QueueReport)
    assert report.comment == "crew on site"
