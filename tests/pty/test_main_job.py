"""The main job by keyboard in a real terminal: take a caller, see who it is, write the ticket, wrap up; then
the ticket is found again, and nothing of it was lost on the way to the hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pty import books, steps
from tests.pty.conftest import Opener
from tests.pty.job import check_the_books, do_the_job, find_it_again
from tests.pty.outgoing import leaks
from tests.pty.terminal import Terminal

pytestmark = pytest.mark.pty


def leave(terminal: Terminal) -> None:
    """Quit by key: everything ends within two seconds."""
    terminal.keys("<c-q>")
    assert terminal.wait_exit(2) == 0
    assert terminal.wait_alone(2) == []
    assert leaks(bytes(terminal.raw), bells=True) == []


@pytest.mark.parametrize("size", [(160, 45), (80, 24)], ids=["160x45", "80x24"])
def test_two_callers(open_console: Opener, tmp_path: Path, size: tuple[int, int]) -> None:
    """One is taken from the queue. The next one rings, and pops while it rings, before the answer (CUST-1)."""
    terminal = open_console("demo", "--seed", 7, "--data-dir", tmp_path, cols=size[0], rows=size[1])
    assert steps.sign_on(terminal) == "NOT READY"
    terminal.wait_for("Maria Alvarez")
    steps.take_next(terminal)
    number, contact = do_the_job(terminal, tmp_path)
    check_the_books(terminal, tmp_path, number, contact)
    find_it_again(terminal, number, contact)

    before = len(terminal.raw)
    rang = steps.be_rung(terminal)
    second, contact = do_the_job(terminal, tmp_path)
    assert second != number
    [customer] = books.with_number(tmp_path, contact.caller_e164)
    assert customer.account in rang
    assert b"\x07" in terminal.raw[before:].replace(b"default\x07", b""), "it rings"
    check_the_books(terminal, tmp_path, second, contact)
    find_it_again(terminal, second, contact)
    leave(terminal)


def test_the_window_changes_its_size(open_console: Opener, tmp_path: Path) -> None:
    """In the midst of a ticket the window becomes small and wide again: nothing typed is lost on the way."""
    terminal = open_console("demo", "--seed", 7, "--data-dir", tmp_path)
    steps.sign_on(terminal)
    steps.be_rung(terminal)
    number = steps.write_ticket(terminal, "Sound is gone", "Since the", leave=False)
    terminal.resize(80, 24)
    terminal.wait_for(lambda: "F3 Customer  F4 Script" in terminal.screen()[1])
    terminal.type(" update")
    terminal.wait_for("Since the update")
    assert "nobody waiting" not in terminal.text()  # one pane at a time: the one that is typed into
    terminal.resize(160, 45)
    terminal.wait_for("F2 Queue · ")
    terminal.type(" on Monday")
    terminal.wait_for("Since the update on Monday")
    terminal.keys("<f10>")
    terminal.wait_for(f"F5 Ticket · {number} · new · saved")
    assert books.ticket(tmp_path, number).details == "Since the update on Monday"
