"""Whatever is pasted or held down: the console goes on at once, nothing becomes a command, and what is kept is text."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from data.text.pasted import pasted
from tests.pty import books, steps
from tests.pty.conftest import Opener
from tests.pty.feed import Feed
from tests.pty.outgoing import leaks
from widgets.fields import LINE_ROOM, TEXT_ROOM

pytestmark = pytest.mark.pty
ODD = "one\x1b[31m red\x1b[0m\r\ntwo\x0bthree\x85four\u2028five\x00 six\x1b\x1bOP\x1b[21~ Q\x11seven\r"
"""Colours, odd line ends, what F1, F10, esc and ^q send, a NUL, and a command letter."""
BIG = "".join(f"{place} of the log \x1b[1mbold\x1b[0m\r\n" for place in range(40_000))[:1_000_000]
AT_ONCE_S = 1.0


def details(folder: Path) -> str:
    fields: dict[str, str] = json.loads(books.value(folder, "SELECT fields FROM desk"))
    return fields["details"]


def test_hostile_hands(open_console: Opener, tmp_path: Path) -> None:
    with Feed(tmp_path / "hub.db") as feed:
        feed.calls([("Kim Example", "+12025550107"), *((f"Caller {place}", "") for place in range(40))])
        desk = open_console("--data-dir", tmp_path)
        steps.sign_on(desk, "Ines Ferro", known_as="")
        desk.wait_for("Caller 3")

        for _ in range(35):  # a key held down
            desk.keys("<down>")
            desk.take_in(1 / 60)
        desk.wait_for("Caller 34", AT_ONCE_S)

        desk.keys("<home>r")
        steps.wait_state(desk, "READY")
        desk.keys("<enter>")
        desk.wait_for(lambda: feed.play() or steps.state(desk) == "ON CALL")
        steps.wait_state(desk, "ON CALL")
        steps.write_ticket(desk, "Hands", "!", leave=False)

        desk.paste(ODD)
        desk.type("?")
        desk.wait_for(lambda: details(tmp_path).endswith("?"))
        assert details(tmp_path) == "!" + pasted(ODD) + "?"
        assert steps.state(desk) == "ON CALL"
        os.write(desk.line, b"\xff\xc3(")  # no UTF-8
        desk.wait_for(lambda: details(tmp_path).endswith("?\ufffd\ufffd("))

        start = time.monotonic()
        desk.paste(BIG)
        desk.type("!")
        desk.wait_for("letters had no room", AT_ONCE_S + 1)
        desk.wait_for(lambda: details(tmp_path).endswith("!"))
        assert time.monotonic() - start < AT_ONCE_S + 2
        assert len(details(tmp_path)) == TEXT_ROOM + 1
        desk.keys("<c-t><c-t>")
        desk.wait_for(lambda: details(tmp_path).endswith("?\ufffd\ufffd("))

        steps.leave_field(desk)
        desk.keys("<f10>n")
        desk.wait_for("F10 add it")
        desk.paste(ODD + BIG)
        desk.wait_for(lambda: len(books.drafts(tmp_path)[0].get("text", "")) == TEXT_ROOM)
        desk.keys("<esc>")
        desk.wait_gone("F10 add it")
        desk.keys("/")
        desk.wait_for(steps.EMPTY_SEARCH)
        desk.paste(ODD + BIG)
        desk.wait_for("Nothing found")
        desk.wait_for(lambda: any(len(one.get("text", "")) == LINE_ROOM for one in books.drafts(tmp_path)))
        desk.keys("<esc>")
        desk.wait_gone("Nothing found")
        desk.keys("n")
        desk.wait_for("begun before, kept")
        assert leaks(bytes(desk.raw), bells=True) == []
