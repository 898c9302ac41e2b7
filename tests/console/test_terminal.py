"""What a terminal sends, in whatever pieces: pastes are one piece each, in their place between the keys."""

from __future__ import annotations

import random

import pytest
from textual import events
from textual.message import Message

from console import terminal
from console.terminal import Input

START, END = "\x1b[200~", "\x1b[201~"
HOSTILE = (
    "a\x1b[31mred\x1b[0m\rb\x1b]0;t\x07\x1b\x1b[200\x1b[20\x1b[A\x1bOP" + "long \x1b" + "x" * 80 + "\x1b[200~\x1b"
)


def heard(pieces: list[str], reader: Input | None = None) -> list[str]:
    """Keys by name, pastes as text."""
    reader = reader or Input()
    return [told(message) for piece in pieces for message in reader.feed(piece)]


def told(message: Message) -> str:
    return message.text if isinstance(message, events.Paste) else getattr(message, "key", type(message).__name__)


def test_a_paste_with_escapes_is_one_piece_in_its_place() -> None:
    assert heard(["q" + START + HOSTILE + END + "w\x1b[A" + START + END + "e"]) == [
        "q",
        HOSTILE,
        "w",
        "up",
        "",
        "e",
    ]


def test_pieces_may_be_cut_anywhere() -> None:
    sent = "ab\x1b[A" + START + HOSTILE + END + "\x1b[B\x1bOPc" + START + "two" + END + START + "three" + END + "d"
    for seed in range(200):
        chance, pieces, left = random.Random(seed), [], sent
        while left:
            cut = chance.choice([1, 1, 2, 3, 7, 40])
            pieces.append(left[:cut])
            left = left[cut:]
        assert heard(pieces) == ["a", "b", "up", HOSTILE, "down", "f1", "c", "two", "three", "d"], seed


def test_a_paste_that_never_ends_gives_the_keys_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])
    reader = Input()
    assert heard([START + "cut off"], reader) == []
    now[0] += terminal.PASTE_PATIENCE_S - 0.1
    assert list(reader.tick()) == []
    assert heard([" later"], reader) == []
    now[0] += terminal.PASTE_PATIENCE_S + 0.1
    assert [told(message) for message in reader.tick()] == ["cut off later"]
    assert heard(["\x1b[20~", END, "k", START + "next" + END], reader) == ["f9", "k", "next"]


def test_a_huge_paste_comes_whole_and_an_endless_one_takes_no_more_memory() -> None:
    text = "0123456789" * 100_000
    pieces = [text[at : at + 4096] for at in range(0, len(text), 4096)]
    assert heard([START, *pieces, END, "k"]) == [text, "k"]
    [whole, key] = heard([START, *[text] * 6, "the end", END, "k"])
    assert len(whole) <= terminal.LONGEST_PASTE + 100
    assert key == "k"
