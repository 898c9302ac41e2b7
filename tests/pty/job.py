"""The main job, once a caller is on the line, on whatever terminal, and what must stand in the books after it."""

from __future__ import annotations

from pathlib import Path

from data.models.contact import Contact, ContactState
from data.models.ticket import TicketState
from tests.pty import books, steps
from tests.pty.steps import Keyboard

TITLE = "Label printer skips every second label"
DETAILS = "Since Monday after the driver update. Reseated the roll, tried another cable: the same."
SOLVED = ("s", "Solved in this contact")
WORD = "skips"
"""A word of the title."""


def do_the_job(desk: Keyboard, folder: Path) -> tuple[str, Contact]:
    """With a caller on the line: see the customer, write the ticket, wrap up. Returns the ticket's number and
    the contact as it was on the line."""
    contact = books.in_hand(folder)
    [customer] = books.with_number(folder, contact.caller_e164)
    assert contact.customer_id == customer.id
    card = steps.see_customer(desk, customer.name)
    assert customer.account in card
    number = steps.write_ticket(desk, TITLE, DETAILS)
    assert steps.wrap_up(desk, *SOLVED, reason=("b", "break")) == "NOT READY"
    return number, contact


def check_the_books(desk: Keyboard, folder: Path, number: str, contact: Contact) -> None:
    """What was done stands in the seat's store, and the same at the hub."""
    ticket = books.ticket(folder, number)
    assert (ticket.title, ticket.details, ticket.state) == (TITLE, DETAILS, TicketState.NEW)
    assert (ticket.customer_id, ticket.contact_id) == (contact.customer_id, contact.id)
    assert ticket.created_by == contact.agent
    [done] = [one for one in books.all_of(folder, Contact) if one.id == contact.id]
    assert (done.state, done.disposition, done.ticket_id) == (ContactState.DONE, SOLVED[1], ticket.id)
    assert done.disposed_at is not None
    assert books.value(folder, "SELECT count(*) FROM desk") == 0
    desk.wait_for(lambda: books.unsent(folder) == 0)
    assert books.value(folder, "SELECT count(*) FROM outbox WHERE state = 'refused'") == 0
    assert books.differing(folder, folder / "hub.db", contact.id) == []


def find_it_again(desk: Keyboard, number: str, contact: Contact) -> None:
    """By its number, by the last four digits of the customer's phone, and by a word of its title."""
    for query in (number, contact.caller_e164[-4:], WORD):
        steps.open_by_search(desk, query, number, TITLE[:20])
