"""CUST-1: several customers share the caller's number, or nobody has it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.models.customer import Customer
from tests.pty import books, steps
from tests.pty.conftest import Opener
from tests.pty.seeds import NAME_SEEN, seed_with

pytestmark = pytest.mark.pty


def test_a_shared_number_offers_a_chooser(open_console: Opener, tmp_path: Path) -> None:
    seed, caller = seed_with(lambda caller, owners: owners > 1)
    terminal = open_console("demo", "--seed", seed, "--data-dir", tmp_path)
    steps.sign_on(terminal)
    seen = caller.name[:NAME_SEEN]
    terminal.wait_for(re.compile(rf"{re.escape(seen)}.*\d match"))
    steps.take_this(terminal, who=seen)
    offered = terminal.wait_for("share this number: enter chooses")
    sharing = books.with_number(tmp_path, caller.e164)
    assert len(sharing) > 1
    assert f"{len(sharing)} share this number" in offered
    assert all(customer.name in offered for customer in sharing)
    assert books.in_hand(tmp_path).customer_id is None

    steps.go(terminal, "F3", "Customer")
    terminal.keys("<down><enter>")
    terminal.wait_for("calling from")
    [chosen] = [one for one in sharing if one.id == books.in_hand(tmp_path).customer_id]
    assert chosen.account in steps.see_customer(terminal, chosen.name)

    terminal.keys("m")  # on second thoughts
    terminal.wait_for("share this number: enter chooses")
    terminal.keys("<home><enter>")
    terminal.wait_for("calling from")
    [second] = [one for one in sharing if one.id == books.in_hand(tmp_path).customer_id]
    assert second != chosen
    assert second.account in steps.see_customer(terminal, second.name)


def test_nobody_has_the_number(open_console: Opener, tmp_path: Path) -> None:
    """Attached to somebody who is known, then recorded as a new customer with the number that called."""
    seed, caller = seed_with(lambda caller, owners: bool(caller.e164 and caller.name) and not owners)
    terminal = open_console("demo", "--seed", seed, "--data-dir", tmp_path)
    steps.sign_on(terminal)
    terminal.wait_for(caller.name)
    steps.take_this(terminal, who=caller.name)
    said = terminal.wait_for("No customer has the number")
    assert "create a customer" in said
    assert "search" in said
    assert books.in_hand(tmp_path).customer_id is None

    terminal.keys("/")
    terminal.wait_for(steps.EMPTY_SEARCH)
    terminal.type("alvarez tile")
    terminal.wait_for("search · ")
    terminal.wait_for(re.compile("Maria Alvarez +Alvarez Tile"))
    terminal.keys("<enter>")
    terminal.wait_for("account 20718")
    [known] = [one for one in books.all_of(tmp_path, Customer) if one.account == "20718"]
    terminal.wait_for(lambda: books.in_hand(tmp_path).customer_id == known.id)

    terminal.keys("c")
    terminal.wait_for("New customer")
    terminal.wait_for(re.compile(f"name +{re.escape(caller.name)}"))
    terminal.keys("<c-u>")
    terminal.wait_for(lambda: not re.search(f"name +{re.escape(caller.name)}", terminal.text()))
    terminal.type("Robin Example")
    terminal.wait_for(re.compile("name +Robin Example"))
    terminal.keys("<f10>")
    terminal.wait_for("Created: Robin Example")
    [created] = books.with_number(tmp_path, caller.e164)
    assert created.name == "Robin Example"
    terminal.wait_for(lambda: books.in_hand(tmp_path).customer_id == created.id)
    terminal.wait_for("calling from")
    terminal.wait_for(lambda: books.unsent(tmp_path) == 0)
    assert books.hub_rows(tmp_path / "hub.db")["customer", created.id].body["name"] == "Robin Example"


@pytest.mark.parametrize("key", ["<space>", "<enter>"], ids=["take next", "take this"])
def test_taking_as_it_rings(open_console: Opener, tmp_path: Path, key: str) -> None:
    """Ready, and at once the key that takes a caller: the ring that crosses it on the way ends, nobody else's
    call stays at this telephone, and the caller on the line is the one on the screen."""
    terminal = open_console("demo", "--seed", 7, "--data-dir", tmp_path)
    steps.sign_on(terminal)
    steps.go(terminal, "F2", "Queue")
    terminal.wait_for(re.compile("Maria Alvarez .*0:0[3-9]"))
    terminal.keys("<end>r")
    steps.wait_state(terminal, "READY", "RINGING")
    terminal.keys(key)
    steps.wait_state(terminal, "ON CALL")
    contact = books.in_hand(tmp_path)
    [customer] = books.with_number(tmp_path, contact.caller_e164)
    steps.see_customer(terminal, customer.name)
    terminal.wait_for(lambda: books.at_agent(tmp_path) == [contact.id], timeout=3)
    assert steps.state(terminal) == "ON CALL"
