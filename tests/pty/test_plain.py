"""The plain mode on a terminal that can do nothing but lines: news arrives without harm to what is half typed."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from tests.pty.conftest import Opener
from tests.pty.terminal import Terminal

pytestmark = pytest.mark.pty


def test_it_rings_in_the_midst_of_a_line(open_console: Opener, tmp_path: Path) -> None:
    terminal = open_console("demo", "--plain", "--seed", 7, "--data-dir", tmp_path, TERM="dumb")

    def said() -> str:
        return terminal.raw.decode().replace("\r\n", "\n")

    terminal.wait_for(lambda: said().endswith("Name: "))
    terminal.keys("Dana<enter>")
    terminal.wait_for(lambda: said().endswith("\n> "))
    terminal.keys("ready<enter>")
    terminal.wait_for(lambda: "\nReady.\n" in said())
    terminal.type("lookup alv")
    terminal.wait_for(lambda: "\nRinging: " in said() and said().endswith("\n> lookup alv"))
    assert "\a" in said(), "it rings"
    terminal.keys("arez<enter>")
    terminal.wait_for(lambda: "\n1: Maria Alvarez, " in said())
    terminal.keys("answer<enter>")
    terminal.wait_for(lambda: "\nConnected: " in said() and "\n3: Nobody answers.\n> " in said())
    terminal.keys("<c-d>")
    assert terminal.wait_exit(2.5) == 0
    assert terminal.wait_alone(2) == []
    assert said().endswith("Leaving; what you typed is kept.\n")
    assert "\x1b" not in said(), "nothing is placed or coloured"


BETWEEN = """
import asyncio, threading
from console.plain.terminal import Terminal
loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()
terminal = Terminal(loop, ("queue", "quit"), at_once=False)
terminal.read("> ")
loop.call_soon_threadsafe(loop.call_later, 0.1, terminal.say, "News.")
terminal.say("Heard: " + terminal.read("> "))
terminal.say("Words are parted between, " * 5)
"""


def test_news_waits_for_the_end_of_a_line_where_that_is_set() -> None:
    with Terminal([sys.executable, "-c", BETWEEN], 80, 24, env={"TERM": "dumb"}) as terminal:
        terminal.wait_for(lambda: terminal.raw.endswith(b"> "))
        terminal.keys("<enter>que")
        terminal.wait_for(lambda: terminal.raw.endswith(b"> que"))
        end = time.monotonic() + 0.7
        terminal.wait_for(lambda: time.monotonic() > end)
        assert terminal.raw.endswith(b"> que")
        terminal.keys("<tab><enter>")
        assert terminal.wait_exit() == 0
        said = terminal.raw.decode()
        assert "\r\nNews.\r\nHeard: queue\r\nWords" in said
        lines = said.partition("Heard: queue\r\n")[2].splitlines()
        assert len(lines) == 2 and all(len(one) < 80 for one in lines)
        assert " ".join(lines) == ("Words are parted between, " * 5).strip()
