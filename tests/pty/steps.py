"""What an agent does at the keyboard, step by step, on whatever terminal: a pseudo-terminal or a tmux pane.

Each step waits for what a person would look for before going on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from data.tickets.rules import FIELDS

Want = str | re.Pattern[str] | Callable[[], object]

_STATE = re.compile(r"^ [○●◆■▲] (SIGNED OUT|NOT READY|READY|RINGING|ON CALL|ON HOLD|WRAP-UP) ")
EMPTY_SEARCH = "Results come as you type"
NEW_NAME = "Enter again adds this name"
IN_FIELD = "esc leaves the field"
TABS_TO_DETAILS = FIELDS.index("details") - FIELDS.index("title") - 1
"""The worksheet is no stop on the way: only a managed customer's ticket has it."""
NO_TICKET = "A ticket opens with a contact"


class Keyboard(Protocol):
    """A terminal with somebody in front of it."""

    def keys(self, keys: str) -> None: ...
    def type(self, text: str) -> None: ...
    def screen(self) -> list[str]: ...
    def text(self) -> str: ...
    def wait_for(self, want: Want, timeout: float = ...) -> str: ...
    def wait_gone(self, text: str, timeout: float = ...) -> str: ...
    @property
    def cursor(self) -> tuple[int, int]: ...


def state(desk: Keyboard) -> str:
    """The agent's state as the status line has it; empty before signing on."""
    found = _STATE.match((desk.screen() or [""])[0])
    return found[1] if found else ""


FLOOR = "esc workspace"
"""Stands under the supervisors' floor."""


def wait_state(desk: Keyboard, *states: str) -> str:
    """Wait until the status line shows one of these states; returns it."""
    desk.wait_for(lambda: state(desk) in states)
    return state(desk)


def sign_on(desk: Keyboard, name: str = "Dana", known_as: str = "Dana Reyes") -> str:
    """Sign on by name, once the name is offered (`known_as` empty: a new one, which is asked back first); returns
    the state that follows."""
    desk.wait_for(known_as if known_as else "your name")
    desk.type(name)
    desk.keys("<enter>")
    desk.wait_for(lambda: state(desk) or FLOOR in desk.text() or NEW_NAME in desk.text())
    if not known_as:
        assert not state(desk), "a new name is added only when it was entered twice"
        desk.keys("<enter>")
        desk.wait_for(lambda: state(desk) or FLOOR in desk.text())
    if FLOOR in desk.text():  # a supervisor's console opens on it
        desk.keys("<esc>")
        desk.wait_for(lambda: state(desk))
    return state(desk)


def go(desk: Keyboard, key: str, pane: str) -> None:
    """Go to a pane by its key; its heading is drawn thick once it has the keys."""
    desk.keys(f"<{key.lower()}>")
    desk.wait_for(f"━{key} {pane}")


def leave_field(desk: Keyboard) -> None:
    """Out of the field: letters are commands again."""
    if IN_FIELD in desk.text():
        desk.keys("<esc>")
        desk.wait_gone(IN_FIELD)


def take_next(desk: Keyboard) -> None:
    """Get ready and take the caller who is next, once the telephone is quiet."""
    _quiet(desk)
    desk.keys("r")
    wait_state(desk, "READY")
    desk.keys("<space>")
    _greeting(desk)


def _greeting(desk: Keyboard) -> None:
    """Wait until the caller is on the line and the script has the keys: it takes them from any other pane."""
    wait_state(desk, "ON CALL")
    desk.wait_for("━F4 Script")


def _quiet(desk: Keyboard) -> None:
    """Turn away whoever rings first: afterwards nobody rings for a moment, so that what is asked for next does
    not cross a ring."""
    go(desk, "F2", "Queue")
    desk.keys("r")
    wait_state(desk, "RINGING")
    desk.keys("x")
    wait_state(desk, "NOT READY")


def be_rung(desk: Keyboard) -> str:
    """Get ready, wait until a caller rings, look who it is, and answer. Returns the screen while it rang."""
    desk.keys("r")
    wait_state(desk, "RINGING")
    go(desk, "F3", "Customer")
    rang = desk.wait_for("calling from")
    assert state(desk) == "RINGING"
    desk.keys("<f9>")
    _greeting(desk)
    return rang


def take_this(desk: Keyboard, *, who: str) -> None:
    """Take the caller on the row with this text, although others wait longer."""
    _quiet(desk)
    desk.keys("<home>" + "<down>" * (row_of(desk, who) - row_of(desk, "caller") - 1))
    desk.keys("r")
    wait_state(desk, "READY")
    desk.keys("<enter>")
    _greeting(desk)


def row_of(desk: Keyboard, text: str) -> int:
    """The line of the screen that holds a text."""
    return next(row for row, line in enumerate(desk.screen()) if text in line)


def see_customer(desk: Keyboard, name: str) -> str:
    """Go to the customer pane and see this customer's card; returns the screen."""
    go(desk, "F3", "Customer")
    return desk.wait_for(lambda: name in desk.text() and re.search(r"\bplan  ", desk.text()))


def write_ticket(desk: Keyboard, title: str, details: str, *, leave: bool = True) -> str:
    """Fill in title and details; returns the number that the ticket got with the first letters."""
    desk.keys("<f5>")
    desk.wait_for(IN_FIELD)
    desk.type(title)
    desk.wait_for(title)
    number = desk.wait_for(re.compile(r"F5 Ticket · \d{4,}"))
    desk.keys("<tab>" * TABS_TO_DETAILS)
    desk.wait_for(lambda: desk.cursor[0] == row_of(desk, "details"))
    desk.type(details)
    desk.wait_for(details[-20:])
    if leave:
        leave_field(desk)
    return re.findall(r"F5 Ticket · (\d+)", number)[0]


def wrap_up(desk: Keyboard, key: str, disposition: str, reason: tuple[str, str] | None = None) -> str:
    """End the contact with a disposition; with `reason` (key, label) ask for a break first, so that no other
    call rings afterwards. Returns the state that follows."""
    if reason is not None:
        desk.keys("r")
        desk.wait_for("Not ready after this contact")
        desk.keys(reason[0])
        desk.wait_for(f"then not ready: {reason[1]}")
    desk.keys("w")
    desk.wait_for(re.compile(f"{re.escape(key)} +{re.escape(disposition)}"))
    desk.keys(key)
    wait_state(desk, "NOT READY" if reason is not None else "READY", "RINGING")
    desk.wait_for(f"Wrapped up: {disposition[:12]}")
    return state(desk)


def at_letter(desk: Keyboard, label: str, place: int) -> bool:
    """Whether the cursor stands before this letter of the first line of a field."""
    row = row_of(desk, label)
    line = desk.screen()[row]
    start = line.index(label) + len(label)
    return desk.cursor == (row, start + len(line[start:]) - len(line[start:].lstrip()) + place)


def open_by_search(desk: Keyboard, query: str, number: str, title: str) -> None:
    """Find a saved ticket by a query, open it, see its title in the form, put it away again."""
    desk.keys("/")
    desk.wait_for(EMPTY_SEARCH)
    desk.type(query)
    desk.wait_for(lambda: f"# {number}" in desk.text())
    hit = f"# {number}"
    desk.wait_for(lambda: hit in desk.text() and _results_below(desk, query) is not None)
    box = _results_below(desk, query)
    assert box is not None
    desk.keys("<down>" * (row_of(desk, hit) - box - 1) + "<enter>")
    desk.wait_for(re.compile(rf"F5 Ticket · {number} · \w+ · saved"))
    desk.wait_for(re.compile(rf"title +{re.escape(title)}"))
    leave_field(desk)
    desk.keys("d")
    desk.wait_for(NO_TICKET)


def _results_below(desk: Keyboard, query: str) -> int | None:
    """The line with the search box, once the results under it are there."""
    lines = desk.screen()
    for row, line in enumerate(lines[:-1]):
        if "search · " in line and query in lines[row + 1]:
            return row + 1
    return None
