"""Macros in a real terminal: also when key, macro and enter come in one piece, all of it is applied, or nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.models.ticket import TicketEventKind, TicketState
from data.store.database import STORE_FILE, Store
from data.tickets import tickets
from tests.pty import books, steps
from tests.pty.conftest import Opener

pytestmark = pytest.mark.pty


def test_a_macro_by_keyboard(open_console: Opener, tmp_path: Path) -> None:
    terminal = open_console("demo", "--seed", 7, "--data-dir", tmp_path, cols=80, rows=24)
    steps.sign_on(terminal)
    terminal.wait_for("Maria Alvarez")
    steps.take_next(terminal)
    contact = books.in_hand(tmp_path)
    number = steps.write_ticket(terminal, "Screen stays black", "Since this morning.")

    terminal.keys("fh")
    shown = terminal.wait_for("note for colleagues")
    assert re.search(r"state +new → on hold", shown) and re.search(r"priority +normal → high", shown)
    assert re.search(r"with it +what was typed before: title, details", shown)
    terminal.keys("<esc>")
    terminal.wait_gone("note for colleagues")
    assert books.contact_tickets(tmp_path, contact.id) == [], "nothing is saved by looking"

    terminal.keys("fh<tab> Fan is dead.<f10>")
    terminal.wait_for(f"F5 Ticket · {number} · on hold · saved")
    terminal.wait_for("note: Hardware fault")
    terminal.wait_for(re.compile(r"due +‖ resolution paused, on hold"))
    terminal.keys("ft<enter>")  # in one piece
    terminal.wait_for(f"F5 Ticket · {number} · open · saved")
    terminal.wait_for("told the customer: Tol")  # a notice may lie on the rest
    terminal.wait_for(re.compile(r"due +[○▲] resolution due "))
    terminal.keys("i")
    terminal.wait_for("✓ first response met")
    terminal.keys("<esc>")
    terminal.wait_gone("✓ first response met")

    ticket = books.ticket(tmp_path, number)
    assert (ticket.title, ticket.state, ticket.priority) == ("Screen stays black", TicketState.OPEN, "high")
    assert [one.endswith("told so. Fan is dead.") for one in books.notes(tmp_path, ticket.id)] == [True]
    with Store(tmp_path / STORE_FILE, create=False) as store:
        kinds = [one.kind for one in tickets.history(store, ticket.id)]
    assert kinds == [
        TicketEventKind.CREATED,
        TicketEventKind.NOTE,
        TicketEventKind.CHANGED,
        TicketEventKind.REPLY,
    ]
    terminal.wait_for(lambda: books.unsent(tmp_path) == 0)
    assert books.differing(tmp_path, tmp_path / "hub.db", contact.id) == []
