"""Over a slow line many keys arrive in one piece: each does what it does in its turn, and no letter is lost or
taken for a command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.pty import books, steps
from tests.pty.conftest import Opener

pytestmark = pytest.mark.pty


def test_a_shift_in_bursts(open_console: Opener, tmp_path: Path) -> None:
    terminal = open_console("demo", "--seed", 7, "--data-dir", tmp_path)
    steps.sign_on(terminal)
    terminal.wait_for("Maria Alvarez")
    terminal.keys("/alvarez tile<enter>")
    terminal.wait_for("account 20718")
    assert books.value(tmp_path, "SELECT count(*) FROM desk") == 0

    steps.take_next(terminal)
    contact = books.in_hand(tmp_path)
    terminal.keys("tX")  # behind t it is no command that hangs up
    terminal.wait_for(re.compile("Transfer to.*X", re.DOTALL))
    terminal.keys("<esc>")
    terminal.wait_gone("Transfer to")
    assert books.in_hand(tmp_path) == contact
    terminal.keys("<f5>Nothing prints" + "<tab>" * steps.TABS_TO_DETAILS + "Since noon.<f10>")
    number = re.findall(r"F5 Ticket · (\d+) · new · saved", terminal.wait_for("· new · saved"))[0]
    ticket = books.ticket(tmp_path, number)
    assert (ticket.title, ticket.details) == ("Nothing prints", "Since noon.")

    steps.leave_field(terminal)
    terminal.keys("nTold to restart.<f10>n")
    terminal.wait_for("note: Told to restart.")
    terminal.wait_for("what the next person should know")
    terminal.keys("<esc>")
    terminal.wait_gone("what the next person should know")
    terminal.keys("c<c-u>Robin Example<tab>Example Ltd<tab><tab><c-u>202 555 0163<f10>rb")
    terminal.wait_for("then not ready: break")
    terminal.wait_for("Created: Robin Example")
    [robin] = [one for one in books.with_number(tmp_path, "+12025550163") if one.name == "Robin Example"]
    assert robin.company == "Example Ltd"
    terminal.keys("ws/" + number)
    terminal.wait_for(re.compile(f"# {number} +Nothing prints"))
    assert steps.wait_state(terminal, "NOT READY")
    assert books.ticket(tmp_path, number).title == "Nothing prints"
