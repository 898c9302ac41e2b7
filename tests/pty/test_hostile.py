"""CORE-4: text from outside never reaches the terminal as anything but text, and is kept as it came."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from data.models import Contact, Customer
from data.models.base import new_id
from data.models.contact import ContactState
from data.text.cards import mask_cards
from data.tickets.rules import MAX_TITLE
from tests.pty import books, steps
from tests.pty.conftest import Opener
from tests.pty.feed import Feed
from tests.pty.hostile import NAMES, TAKEN, big_list
from tests.pty.outgoing import leaks
from tests.pty.terminal import Terminal

pytestmark = pytest.mark.pty
AGENT = "Mo [/] [red]"
SHARED = "+12025550107"
PAGE = 15
"""Rows that the queue pane surely shows at a time."""
MOST_LISTED = 150
"""Callers put into the queue at a time: fewer than the pane lists."""
SHOWN = 12
"""Letters of a name that the pane surely shows."""
FOUND = 15
"""Hits of a search that surely are on the screen."""
QUERIED = 4
"""One in so many names is typed into the search, too."""


def sign_on(open_console: Opener, folder: Path) -> Terminal:
    """An agent with a hostile name, the queue before it. The hub has no feed but the test's."""
    desk = open_console("--data-dir", folder, "--hub", folder / "hub.db")
    assert steps.sign_on(desk, AGENT, known_as="") == "NOT READY"
    assert AGENT in desk.screen()[0]
    steps.go(desk, "F2", "Queue")
    return desk


def is_plain(name: str) -> bool:
    """Whether a name is drawn letter for letter."""
    return name.isascii() and name.isprintable() and bool(name.strip()) and mask_cards(name) == name


def pass_through_the_queue(desk: Terminal, folder: Path, feed: Feed, names: Sequence[str]) -> str:
    """Let callers with these names wait, and page through the list; returns all that was to be seen."""
    seen = []
    for start in range(0, len(names), MOST_LISTED):
        listed = []
        for place, name in enumerate(names[start : start + MOST_LISTED]):
            if place % (PAGE - 1) == 0:
                listed.append(f"page {start + place}.")
            listed.append(name)
        listed.append(f"end {start}.")
        waiting = feed.calls([(name, "") for name in listed])
        desk.wait_for(f"Queue · {len(waiting)} waiting")
        desk.keys("<home>")
        for place in range(0, len(listed), PAGE):
            desk.wait_for(listed[place])
            seen.append(desk.text())
            desk.keys("<down>" * PAGE)
        desk.wait_for(listed[-1])
        seen.append(desk.text())
        ids = {contact.id for contact in waiting}
        kept = [one.caller_name for one in books.all_of(folder, Contact) if one.id in ids]
        assert sorted(kept) == sorted(map(mask_cards, listed))
        feed.give_up(waiting)
        desk.wait_for("Queue · nobody waiting")
    return "\n".join(seen)


def look_up(desk: Terminal, feed: Feed, names: Sequence[str]) -> str:
    """Let customers have these names, and find each; returns all that was to be seen."""
    feed.customers(
        [
            Customer(
                id=new_id(),
                name=name,
                company=f"Group{place // FOUND:03}",
                notes=name,
                street=name,
                account=f"X{place}",
            )
            for place, name in enumerate(names)
        ]
    )
    seen = []
    desk.keys("/")
    desk.wait_for(steps.EMPTY_SEARCH)
    for start in range(0, len(names), FOUND):
        desk.type(f"group{start // FOUND:03}")
        last = f"X{min(start + FOUND, len(names)) - 1}"
        desk.wait_for(f"search · {min(FOUND, len(names) - start)}")
        desk.wait_for(last)
        seen.append(desk.text())
        desk.keys("<c-u>")
        desk.wait_for(steps.EMPTY_SEARCH)
    for name in [one for one in names if is_plain(one)][::QUERIED]:  # whatever syntax it may look like
        desk.type(name[:60])
        desk.wait_for(re.compile(r"search · \d|Nothing found"))
        desk.keys("<c-u>")
        desk.wait_for(steps.EMPTY_SEARCH)
    desk.keys("<esc>")
    desk.wait_gone(steps.EMPTY_SEARCH)
    return "\n".join(seen)


def take_and_write(
    desk: Terminal, folder: Path, feed: Feed, name: str, titles: Sequence[str], details: str
) -> None:
    """Take a caller with a hostile name, make a customer of it, write a ticket, and wrap up."""
    [caller] = feed.calls([(name, "")])
    steps.go(desk, "F2", "Queue")
    desk.wait_for("Queue · 1 waiting")
    if steps.state(desk) == "NOT READY":
        desk.keys("r")
        steps.wait_state(desk, "READY")
    desk.keys("<enter>")
    desk.wait_for(lambda: feed.play() or steps.state(desk) == "ON CALL")
    steps.wait_state(desk, "ON CALL")

    desk.keys("c")
    desk.wait_for("New customer")
    desk.keys("<f10>")
    desk.wait_for("Created: ")
    desk.wait_for(lambda: books.in_hand(folder, AGENT).customer_id)
    customer_id = books.in_hand(folder, AGENT).customer_id
    [created] = [one for one in books.all_of(folder, Customer) if one.id == customer_id]
    assert created.name == mask_cards(" ".join(name.split()))

    desk.keys("<f5>")
    desk.wait_for(steps.IN_FIELD)
    for title in titles:
        desk.keys("<end><c-u>")
        desk.wait_for("what is wrong, in a few words")
        desk.paste(title)
        desk.wait_for(lambda wanted=title: draft(folder).get("title") == mask_cards(wanted))
    desk.keys("<tab>" * steps.TABS_TO_DETAILS)
    desk.wait_for(lambda: desk.cursor[0] == steps.row_of(desk, "details"))
    desk.paste(details)
    desk.wait_for(lambda: draft(folder).get("details") == mask_cards(details))
    desk.keys("<f10>")
    desk.wait_for("· new · saved")
    steps.leave_field(desk)
    desk.keys("n")
    desk.wait_for("what the next person should know")
    desk.paste(details)
    desk.keys("<f10>")
    desk.wait_gone("what the next person should know")
    [ticket_id] = [one.id for one in books.contact_tickets(folder, caller.id)]
    desk.wait_for(lambda: books.notes(folder, ticket_id))
    assert books.notes(folder, ticket_id) == [mask_cards(details.strip())]
    [ticket] = books.contact_tickets(folder, caller.id)
    assert (ticket.title, ticket.details) == (mask_cards(titles[-1].strip()), mask_cards(details.strip()))

    desk.keys("w")
    desk.wait_for(re.compile("s +Solved in this contact"))
    desk.keys("s")
    desk.wait_for(lambda: feed.play() or steps.state(desk) == "READY")
    steps.wait_state(desk, "READY")
    desk.wait_for(lambda: books.unsent(folder) == 0)
    assert feed.contacts()[caller.id].state is ContactState.DONE
    assert books.differing(folder, folder / "hub.db", caller.id) == []


def draft(folder: Path) -> dict[str, str]:
    """The form of the only thing on the desk, as it stands in the store."""
    fields: dict[str, str] = json.loads(books.value(folder, "SELECT fields FROM desk"))
    return fields


def can_be_pasted(text: str) -> bool:
    """Terminals keep these controls out of what is pasted."""
    return bool(text.strip()) and not set(text) & set("\x00\x03\x04\x05\x08\x1b\x7f")


def one_line(text: str) -> bool:
    """Whether a text is one line for everybody: other ends of lines become ordinary ones in a text field."""
    return len(text.splitlines()) == 1


def test_hostile_names_and_texts(open_console: Opener, tmp_path: Path) -> None:
    with Feed(tmp_path / "hub.db") as feed:
        desk = sign_on(open_console, tmp_path)
        seen = pass_through_the_queue(desk, tmp_path, feed, NAMES)
        for name in filter(is_plain, NAMES):
            assert name[:SHOWN] in seen
        found = look_up(desk, feed, NAMES)
        for name in filter(is_plain, NAMES):
            assert name[:SHOWN] in found
        pasted = [name for name in NAMES if can_be_pasted(name) and one_line(name)]
        titles = [name for name in pasted if len(name) <= MAX_TITLE]
        for name in TAKEN:
            take_and_write(desk, tmp_path, feed, name, titles[:2], "\n".join(pasted))
        assert leaks(bytes(desk.raw), bells=True) == []
        desk.keys("<c-q>")
        assert desk.wait_exit(2) == 0


@pytest.mark.corpora
def test_the_big_list_of_naughty_strings(open_console: Opener, tmp_path: Path, corpora: Path) -> None:
    names = big_list(corpora)
    assert len(names) > 500
    with Feed(tmp_path / "hub.db") as feed:
        desk = sign_on(open_console, tmp_path)
        seen = pass_through_the_queue(desk, tmp_path, feed, names)
        for name in filter(is_plain, names):
            assert name.strip()[:SHOWN] in seen, name
        found = look_up(desk, feed, names)
        for name in filter(is_plain, names):
            assert name.strip()[:SHOWN] in found, name
        pasted = [name for name in names if can_be_pasted(name) and one_line(name)]
        titles = [name for name in pasted if len(name) <= MAX_TITLE]
        take_and_write(desk, tmp_path, feed, names[-1], titles[::60], "\n".join(pasted)[:19_000].strip())
        assert leaks(bytes(desk.raw), bells=True) == []
