"""TICK-5: however the console ends, the half-typed form comes back as it was, and no process stays behind."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pty import books, steps
from tests.pty.conftest import Opener
from tests.pty.terminal import Terminal

pytestmark = pytest.mark.pty
TITLE = "Screen goes black"
BEFORE, AFTER = "Only when the lamp ", "is switched on."
MOST_LOST_S = 1.0
"""At most the last second of typing is lost."""


def half_typed(terminal: Terminal) -> str:
    """A caller is on the line, and the details are half typed, the cursor in their midst. Returns the number."""
    steps.sign_on(terminal)
    terminal.wait_for("Maria Alvarez")
    steps.take_next(terminal)
    number = steps.write_ticket(terminal, TITLE, AFTER, leave=False)
    terminal.keys("<home>")
    terminal.wait_for(lambda: steps.at_letter(terminal, "details", 0))
    terminal.type(BEFORE)
    terminal.wait_for(BEFORE + AFTER)
    return number


def wait_a_second(terminal: Terminal) -> None:
    """Let the second pass that may be lost."""
    end = time.monotonic() + MOST_LOST_S
    terminal.wait_for(lambda: time.monotonic() > end)


def kept_fields(folder: Path) -> dict[str, str]:
    """The form of the only thing on the desk, as it stands in the store."""
    kept: dict[str, str] = json.loads(books.value(folder, "SELECT fields FROM desk"))
    return kept


@pytest.mark.parametrize("end", [Terminal.kill, Terminal.hang_up], ids=["kill -9", "lost line"])
def test_a_half_typed_ticket_comes_back(
    open_console: Opener, tmp_path: Path, end: Callable[[Terminal], None]
) -> None:
    """The agent types on where the cursor was, without a key in between."""
    terminal = open_console("demo", "--seed", 7, "--data-dir", tmp_path)
    number = half_typed(terminal)
    if end is Terminal.kill:
        wait_a_second(terminal)
    end(terminal)
    assert terminal.wait_alone(4) == []
    fields = kept_fields(tmp_path)
    assert (fields["title"], fields["details"]) == (TITLE, BEFORE + AFTER)

    again = open_console("demo", "--seed", 7, "--data-dir", tmp_path)
    steps.sign_on(again)
    again.wait_for(f"F5 Ticket · {number} · draft kept")
    again.wait_for(TITLE)
    again.wait_for(steps.IN_FIELD)
    again.type("standing by it ")
    again.wait_for(BEFORE + "standing by it " + AFTER)
    if end is Terminal.kill:  # once more: only the cursor was moved, back into the title
        again.keys("<s-tab>" * steps.TABS_TO_DETAILS)
        again.wait_for(lambda: again.cursor[0] == steps.row_of(again, TITLE))
        again.keys("<home>" + "<right>" * len("Screen "))
        wait_a_second(again)
        again.kill()
        again = open_console("demo", "--seed", 7, "--data-dir", tmp_path)
        steps.sign_on(again)
        again.wait_for(steps.IN_FIELD)
        again.type("always ")
        again.wait_for("Screen always goes black")
    again.keys("<f10>")
    again.wait_for(f"F5 Ticket · {number} · new · saved")
    assert books.ticket(tmp_path, number).details == BEFORE + "standing by it " + AFTER


def test_a_lost_worker_is_replaced(open_console: Opener, tmp_path: Path) -> None:
    """The sync worker dies in the middle of the shift: the next one goes on where it was."""
    terminal = open_console("demo", "--seed", 7, "--data-dir", tmp_path)
    steps.sign_on(terminal)
    terminal.wait_for("Maria Alvarez")
    [worker] = [one for one in terminal.family() if "data.sync" in one.cmdline()]
    worker.kill()
    terminal.wait_for("hub ○ offline")
    terminal.wait_for("hub ● online")
    steps.take_next(terminal)
    contact = books.in_hand(tmp_path)
    steps.write_ticket(terminal, TITLE, BEFORE + AFTER)
    terminal.keys("<f10>")
    terminal.wait_for("· new · saved")
    terminal.wait_for(lambda: books.unsent(tmp_path) == 0)
    assert books.differing(tmp_path, tmp_path / "hub.db", contact.id) == []
