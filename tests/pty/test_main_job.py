"""The main job by keyboard in a real terminal: take a caller, see who it is, write the ticket, wrap up; then
the ticket is found again, and nothing of it was lost on the way to the hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.models.contact import Contact, ContactState
from data.models.ticket import TicketState
from tests.pty import books, steps
from tests.pty.conftest import Opener
from tests.pty.terminal import Terminal

pytestmark = pytest.mark.pty
WIDE, SMALL = (160, 45), (80, 24)
TITLE = "Label printer skips every second label"
DETAILS = "Since Monday after the driver update. Reseated the roll, tried another cable: the same."
SOLVED = ("s", "Solved in this contact")


def do_the_job(terminal: Terminal, folder: Path) -> tuple[str, Contact]:
    """With a caller on the line: see the customer, write the ticket, wrap up. Returns the ticket's number and
    the contact as it was on the line."""
    contact = books.in_hand(folder)
    [customer] = books.with_number(folder, contact.caller_e164)
    assert contact.customer_id == customer.id
    card = steps.see_customer(terminal, customer.name)
    assert customer.account in card
    number = steps.write_ticket(terminal, TITLE, DETAILS)
    assert steps.wrap_up(terminal, *SOLVED, reason=("b", "break")) == "NOT READY"
    return number, contact


def check_the_books(terminal: Terminal, folder: Path, number: str, contact: Contact) -> None:
    """What was done stands in the seat's store, and the same at the hub."""
    ticket = books.ticket(folder, number)
    assert (ticket.title, ticket.details, ticket.state) == (TITLE, DETAILS, TicketState.NEW)
    assert (ticket.customer_id, ticket.contact_id) == (contact.customer_id, contact.id)
    assert ticket.created_by == contact.agent
    [done] = [one for one in books.all_of(folder, Contact) if one.id == contact.id]
    assert (done.state, done.disposition, done.ticket_id) == (ContactState.DONE, SOLVED[1], ticket.id)
    assert done.disposed_at is not None
    assert books.value(folder, "SELECT count(*) FROM desk") == 0
    terminal.wait_for(lambda: books.unsent(folder) == 0)
    assert books.value(folder, "SELECT count(*) FROM outbox WHERE state = 'refused'") == 0
    assert books.differing(folder, folder / "hub.db", contact.id) == []


def find_it_again(terminal: Terminal, folder: Path, number: str, contact: Contact) -> None:
    """By its number, by the last four digits of the customer's phone, and by a word of its title."""
    for query in (number, contact.caller_e164[-4:], "skips"):
        opened = steps.open_by_search(terminal, query, number)
        assert TITLE[:20] in opened


def leave(terminal: Terminal) -> None:
    """Quit by key: everything ends within two seconds."""
    terminal.keys("<c-q>")
    assert terminal.wait_exit(2) == 0
    assert terminal.wait_alone(2) == []


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
def test_a_caller_taken_from_the_queue(open_console: Opener, tmp_path: Path, size: tuple[int, int]) -> None:
    terminal = open_console("demo", "--seed", 7, "--data-dir", tmp_path, cols=size[0], rows=size[1])
    assert steps.sign_on(terminal) == "NOT READY"
    terminal.wait_for("Maria Alvarez")
    steps.take_next(terminal)
    number, contact = do_the_job(terminal, tmp_path)
    check_the_books(terminal, tmp_path, number, contact)
    find_it_again(terminal, tmp_path, number, contact)
    leave(terminal)


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
def test_a_caller_who_rings(open_console: Opener, tmp_path: Path, size: tuple[int, int]) -> None:
    """CUST-1: the customer pops while it rings, before the answer."""
    terminal = open_console("demo", "--seed", 7, "--data-dir", tmp_path, cols=size[0], rows=size[1])
    assert steps.sign_on(terminal) == "NOT READY"
    rang = steps.be_rung(terminal)
    number, contact = do_the_job(terminal, tmp_path)
    [customer] = books.with_number(tmp_path, contact.caller_e164)
    assert customer.account in rang
    assert b"\x07" in terminal.raw.replace(b"default\x07", b""), "it rings"
    check_the_books(terminal, tmp_path, number, contact)
    find_it_again(terminal, tmp_path, number, contact)
    leave(terminal)
