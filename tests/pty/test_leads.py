"""The leads flow by keyboard in a real terminal: what the script does stands in the books, on the ticket and on the disk."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.billing import accounts
from data.models.callback import Callback
from data.models.contact import ContactKind, Request, RequestAction
from data.models.customer import Plan
from data.models.money import Invoice, Payment
from data.models.notice import Notice, NoticeRole
from data.models.ticket import TicketEvent, TicketState
from data.store.database import STORE_FILE, Store
from tests.pty import books, steps
from tests.pty.conftest import Opener
from tests.pty.steps import Keyboard
from tests.pty.terminal import Terminal

pytestmark = pytest.mark.pty


def at(desk: Keyboard, card: str) -> str:
    """Wait until this card is in hand; returns the screen."""
    heading = re.compile(rf"F4 Script · Leads v\d+ · {card}[━─ \n]")
    return desk.wait_for(lambda: heading.search(desk.text() + "\n") and desk.text())


def answer(desk: Keyboard, key: str, card: str) -> str:
    """Give an answer that leads to a card."""
    desk.keys(key)
    return at(desk, card)


def asked(desk: Keyboard, key: str, question: str) -> None:
    """Give an answer that asks something first."""
    desk.keys(key)
    desk.wait_for(question)


def who_speaks(desk: Keyboard, card: str) -> None:
    """From the greeting to the caller who is known and verified."""
    at(desk, "D2-1")
    answer(desk, "1", "D2-5")
    answer(desk, "1", "D2-5b")
    desk.keys("vv")
    asked(desk, "1", "Who speaks?")
    desk.keys("<enter>")
    at(desk, card)


def take(terminal: Terminal, who: str) -> None:
    """Take a contact from the queue and go to the script."""
    steps.sign_on(terminal)
    terminal.wait_for(who)
    steps.take_this(terminal, who=who)
    steps.go(terminal, "F4", "Script")


def test_past_due_and_add_on_in_one_payment(open_console: Opener, tmp_path: Path) -> None:
    terminal = open_console("demo", "--seed", 7, "--data-dir", tmp_path, cols=80, rows=24)
    take(terminal, "Maria Alvarez")
    contact = books.in_hand(tmp_path)
    who_speaks(terminal, "D2-14d")
    card = answer(terminal, "1", "D2-14")
    assert "$120.00" in card
    assert "41 days" in " ".join(card.split())
    card = answer(terminal, "1", "D2-15")
    assert "$140.00" in card
    asked(terminal, "1", "How was it paid?")
    terminal.keys("<right><enter>")
    terminal.type("PAY-4711")
    terminal.keys("<enter>")
    at(terminal, "D2-9")
    folder = tmp_path / "receipts"
    terminal.wait_for(lambda: len(list(folder.glob("receipt-*"))) == 2)
    asked(terminal, "1", "ticket number?")
    terminal.keys("<enter>")
    at(terminal, "D2-90")
    asked(terminal, "1", "Code of the session")
    terminal.type("482915")
    terminal.keys("<enter><enter>")
    at(terminal, "D2-92")
    steps.wait_state(terminal, "WRAP-UP")
    assert steps.wrap_up(terminal, "h", "Handed over", reason=("b", "break")) == "NOT READY"

    [ticket] = books.contact_tickets(tmp_path, contact.id)
    marks = {one.field: one.new for one in books.all_of(tmp_path, TicketEvent) if one.ticket_id == ticket.id}
    assert marks["session link"] == "https://help.example.com/session"
    assert (ticket.type, ticket.state, ticket.code) == (Plan.PAY_AS_YOU_GO, TicketState.OPEN, "482915")
    [payment] = [one for one in books.all_of(tmp_path, Payment) if one.reference == "PAY-4711"]
    assert [f"{part.amount}" for part in payment.allocations] == ["120.00", "20.00"]
    [invoice] = [one for one in books.all_of(tmp_path, Invoice) if one.ticket_id == ticket.id]
    assert [line.item for line in invoice.lines] == ["320"]
    with Store(tmp_path / STORE_FILE, create=False) as store:
        assert accounts.account(store, contact.customer_id or "", invoice.issued_on).open_balance == 0
    assert {one.suffix for one in folder.iterdir()} == {".txt", ".pdf"}
    told = [one for one in books.all_of(tmp_path, Notice) if one.ticket_id == ticket.id]
    assert [(one.to_role, one.skill) for one in told] == [(NoticeRole.AGENT, "remote")]
    asked_of_the_floor = [one.action for one in books.all_of(tmp_path, Request) if one.contact_id == contact.id]
    assert RequestAction.TRANSFER in asked_of_the_floor
    terminal.wait_for(lambda: books.unsent(tmp_path) == 0)
    terminal.keys("<c-q>")
    assert terminal.wait_exit(3) == 0


def test_the_same_caller_declines(open_console: Opener, tmp_path: Path) -> None:
    terminal = open_console("demo", "--seed", 7, "--data-dir", tmp_path)
    take(terminal, "Maria Alvarez")
    contact = books.in_hand(tmp_path)
    who_speaks(terminal, "D2-14d")
    answer(terminal, "1", "D2-14")
    answer(terminal, "3", "D2-16")
    asked(terminal, "1", "ticket number?")
    terminal.keys("<enter>")
    at(terminal, "D2-17")
    [ticket] = books.contact_tickets(tmp_path, contact.id)
    assert ticket.state is TicketState.PENDING
    assert not [one for one in books.all_of(tmp_path, Payment) if one.customer_id == contact.customer_id]
    assert not [one for one in books.all_of(tmp_path, Invoice) if one.ticket_id == ticket.id]
    [told] = [one for one in books.all_of(tmp_path, Notice) if one.ticket_id == ticket.id]
    assert told.to_role is NoticeRole.LEADER
    terminal.keys("<c-q>")
    assert terminal.wait_exit(3) == 0


def test_a_managed_member_who_is_not_reached(open_console: Opener, tmp_path: Path) -> None:
    terminal = open_console("demo", "--seed", 7, "--data-dir", tmp_path)
    take(terminal, "msg Teresa Almeida")
    contact = books.in_hand(tmp_path)
    assert contact.kind is ContactKind.MESSAGE
    who_speaks(terminal, "D2-27")
    asked(terminal, "1", "Which computer?")
    terminal.keys("<tab><tab><tab><f10>")
    at(terminal, "D2-27b")
    answer(terminal, "2", "D2-31")
    card = answer(terminal, "2", "D2-33")
    assert "voice mail left" in card
    [ticket] = books.contact_tickets(tmp_path, contact.id)
    assert (ticket.type, ticket.state) == (Plan.MANAGED, TicketState.PENDING)
    [callback] = [one for one in books.all_of(tmp_path, Callback) if one.contact_id == contact.id]
    assert callback.ticket_id == ticket.id
    assert callback.number == contact.caller_e164
    asked_of_the_floor = [one.action for one in books.all_of(tmp_path, Request) if one.contact_id == contact.id]
    assert RequestAction.TRANSFER not in asked_of_the_floor
    terminal.keys("<c-q>")
    assert terminal.wait_exit(3) == 0
