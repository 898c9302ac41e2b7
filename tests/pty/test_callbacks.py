"""SHIFT-4: a callback is promised in a form that outlives the console, is due after a restart, and is called."""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from data.clock import SYSTEM_CLOCK
from data.models.base import instant_text
from data.models.callback import Callback, CallbackOutcome
from data.store.database import STORE_FILE, Store
from tests.pty import books, steps
from tests.pty.conftest import Opener
from tests.pty.terminal import Terminal, console

pytestmark = pytest.mark.pty


def open_customer(terminal: Terminal) -> None:
    """Search the one whose card is to be on the screen."""
    terminal.keys("/")
    terminal.wait_for(steps.EMPTY_SEARCH)
    terminal.type("Maria Alvarez")
    terminal.wait_for("Alvarez Tile Co")
    terminal.keys("<enter>")
    terminal.wait_for("may discuss money")


def listed(folder: Path) -> list[dict[str, object]]:
    """`agent-console callbacks --json`."""
    command = console("callbacks", "--json", "--data-dir", folder)
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def call(terminal: Terminal) -> None:
    """Call the one under the cursor. It may be night where they live: then that is asked first."""
    terminal.keys("<enter>")
    terminal.wait_for(lambda: "Call out" in terminal.text() or "call all the same?" in terminal.text())
    if "call all the same?" in terminal.text():
        terminal.keys("y")
    terminal.wait_for("Call out")


def time_goes_by(folder: Path, callback: Callback) -> None:
    """While nobody is there: the promise has become due."""
    with Store(folder / STORE_FILE) as store:
        due_at = instant_text(SYSTEM_CLOCK.now() - timedelta(minutes=2))
        store.execute("UPDATE callback SET due_at = ? WHERE id = ?", (due_at, callback.id))


def test_promised_due_after_a_restart_and_called(open_console: Opener, tmp_path: Path) -> None:
    terminal = open_console("demo", "--seed", 7, "--data-dir", tmp_path)
    steps.sign_on(terminal)
    open_customer(terminal)
    terminal.keys("k")
    terminal.wait_for("No callback is promised")
    terminal.keys("c")
    terminal.wait_for("Callback: Maria Alvarez")
    terminal.type("tomorrow 12:30")
    terminal.keys("<tab><tab><tab>")
    terminal.type("the scre")
    terminal.wait_for(lambda: books.drafts(tmp_path) and "the scre" in str(books.drafts(tmp_path)))
    terminal.kill()
    assert terminal.wait_alone(4) == []

    terminal = open_console("demo", "--seed", 7, "--data-dir", tmp_path)
    steps.sign_on(terminal)
    terminal.wait_for("the scre")
    terminal.type("en again")
    terminal.keys("<f10>")
    terminal.wait_for("Callback promised for")
    terminal.wait_for("○ 1 later")
    terminal.wait_for(lambda: books.unsent(tmp_path) == 0)
    [made] = books.all_of(tmp_path, Callback)
    assert made.about == "the screen again"
    [told] = listed(tmp_path)
    assert (told["standing"], told["customer"], told["attempts_left"]) == ("later", "Maria Alvarez", 3)
    terminal.keys("<c-q>")
    assert terminal.wait_exit() == 0
    assert terminal.wait_alone(4) == []

    time_goes_by(tmp_path, made)
    assert listed(tmp_path)[0]["standing"] in ("due", "overdue")
    terminal = open_console("demo", "--seed", 7, "--data-dir", tmp_path, cols=80, rows=24)
    steps.sign_on(terminal)
    terminal.wait_for("▲ 1 due")
    terminal.keys("k")
    terminal.wait_for("the screen again")
    terminal.keys("n")
    terminal.wait_for("1 of 3")
    call(terminal)
    terminal.wait_for(made.number)
    terminal.keys("<enter>")
    steps.wait_state(terminal, "RINGING", "ON CALL")
    assert listed(tmp_path)[0]["attempts"] == 1
    steps.wait_state(terminal, "ON CALL")
    terminal.keys("k")
    terminal.wait_for("1 of 3")
    terminal.keys("d")
    terminal.wait_for("No callback is promised")
    assert listed(tmp_path) == []
    with Store(tmp_path / STORE_FILE) as store:
        outcomes = [row["outcome"] for row in store.rows("SELECT outcome FROM callback_attempt ORDER BY at")]
    assert outcomes == [CallbackOutcome.NO_ANSWER, CallbackOutcome.ANSWERED]
