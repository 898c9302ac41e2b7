"""The table of commands: what a typed line means, and that nothing in it clashes or is left out."""

from __future__ import annotations

from collections import Counter

import pytest

from console import actions
from console.plain import commands
from console.plain.console import PlainConsole
from console.plain.contact_words import ContactWords
from console.plain.customer_words import CustomerWords
from console.plain.matters_words import MattersWords
from console.plain.phone_words import PhoneWords
from console.plain.report_words import ReportWords
from console.plain.shift_words import ShiftWords
from console.plain.sync_words import SyncWords
from console.plain.ticket_words import TicketWords
from console.plain.work_words import WorkWords

PARTS = (
    MattersWords,
    PhoneWords,
    CustomerWords,
    ContactWords,
    TicketWords,
    ShiftWords,
    SyncWords,
    WorkWords,
    ReportWords,
    PlainConsole,
)


def test_no_name_stands_for_two_commands() -> None:
    names = Counter(name for command in commands.COMMANDS for name in command.names)
    assert [name for name, times in names.items() if times > 1] == []


def test_every_command_is_done_somewhere_and_nothing_else_is() -> None:
    done = Counter(name for part in PARTS for name in vars(part) if name.startswith("do_"))
    assert done == Counter(command.method for command in commands.COMMANDS)


def test_a_short_form_is_the_key_of_the_full_console() -> None:
    keys = {command.short: command.action for command in commands.COMMANDS if command.short}
    assert keys["r"] == "ready" and keys["X"] == "hang_up" and keys["/"] == "search" and keys["?"] == "keys"
    for letter, action in keys.items():
        spelled = {"/": "slash", "?": "question_mark"}.get(letter, letter)
        assert spelled in actions.BY_ID[action].keys.split(",")


@pytest.mark.parametrize("action", ["ready", "wrap_up", "attach", "leave", "search"])
def test_what_sentences_ask_for_has_a_command(action: str) -> None:
    word = commands.typing(action).removeprefix("type ")
    assert commands.find(word) is not None


@pytest.mark.parametrize(
    ("line", "word", "typed"),
    [
        ("take", "take", ""),
        ("  TAKE   2 ", "take", "2"),
        ("take next", "take", ""),
        ("not ready  long lunch", "not ready", "long lunch"),
        ("Hang Up", "hang up", ""),
        ("x", "reject", ""),
        ("X", "hang up", ""),
        ("/maria", "lookup", "maria"),
        ("/ maria alvarez", "lookup", "maria alvarez"),
        ("find  maria", "lookup", "maria"),
        ("set title  two  words", "set", "title  two  words"),
        ("note a  b", "note", "a  b"),
        ("?", "help", ""),
        ("call out 555 0142", "call", "555 0142"),
    ],
)
def test_what_a_line_means(line: str, word: str, typed: str) -> None:
    command, rest = commands.parse(line)
    assert command is not None
    assert (command.word, rest) == (word, typed)


@pytest.mark.parametrize("line", ["", " ", "N", "xyzzy", "7", ".", "takes", "\x00", "é"])
def test_what_no_command_is(line: str) -> None:
    assert commands.parse(line)[0] is None


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("quue", "queue"),
        ("tke 2", "take"),
        ("not redy lunch", "not ready"),
        ("hng up", "hang up"),
        ("tikcet", "ticket"),
        ("lokup maria", "lookup"),
        ("xyzzy", None),
        ("", None),
        ("\x1b[2J", None),
        ("a" * 100_000, None),
    ],
)
def test_the_nearest_command_is_suggested(line: str, word: str | None) -> None:
    near = commands.nearest(line)
    assert (near.word if near is not None else None) == word


def test_help_is_one_sentence_a_command_in_plain_letters() -> None:
    for command in commands.COMMANDS:
        told = commands.told(command)
        assert told.isascii() and told.isprintable() and told.endswith("."), told
        assert len(told) < 260, told
    told_in = " ".join(commands.overview())
    assert all(command.word in told_in for command in commands.COMMANDS)
