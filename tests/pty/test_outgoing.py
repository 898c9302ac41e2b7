"""The check on what goes to a terminal: it must catch what it is there for, and pass what the console draws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from wcwidth import wcwidth

from tests.pty.outgoing import leaks
from widgets.safe_text import clean, stand_in

DRAWN = (
    b"\x1b[?1049h\x1b[?2026h\x1b[1;38;2;1;2;3;48;2;0;0;0m\xe2\x94\x80 F2 Queue\x1b[0m\r\n\x1b[12;3H[/] \xe2\x90\x9b[31m"
    b"\x1b[?2026l\x1b[>25u\x1b]22;default\x07\x1b]52;c;MTAwMDE=\x07"
)
PARTS = [
    "👩",
    "🏽",
    "\u200d",
    "🔧",
    "\ufe0f",
    "❤",
    "🇩",
    "🇪",
    "क",
    "्",
    "ष",
    "ि",
    "ᄒ",
    "ᅡ",
    "ᆫ",
    "e",
    "\u0301",
    "1",
    "\u20e3",
]


def test_what_the_console_draws_passes() -> None:
    assert leaks(DRAWN) == []
    assert leaks(DRAWN + b"\x07" + DRAWN, bells=True) == []
    assert leaks(DRAWN + b"Ann\x07" + DRAWN, bells=True)


@pytest.mark.parametrize(
    "leak",
    [
        b"\x1b[31m", b"\x1b[0;31m", b"\x1b[8m", b"\x1b[5m", b"\x1b[2J", b"\x1b[20C", b"\x1b[6n", b"\x1b[?5h", b"\x1bc",
        b"\x1b(0", b"\x1b]0;title\x07", b"\x1b]8;;https://example.com\x07", b"\x1b]52;c;!\x07", b"\x1bP$q\x1b\\",
        b"\x1b", b"\x07", b"\x08", b"\x00", b"\t", b"\x0b", b"\x0e", b"\x7f", b"\n", b"\r", b"a\rb", "\x9b31m".encode(),
        "\x85".encode(), "\u202e".encode(), "\u2067".encode(), "\u200f".encode(), "\u2028".encode(), b"\xff", b"\x9b",
    ],
)  # fmt: skip
def test_what_came_from_outside_is_caught(leak: bytes) -> None:
    assert leaks(DRAWN + b"Ann " + leak + b" Lee" + DRAWN)


@given(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs", "Cn"])),
        st.lists(st.sampled_from(PARTS), max_size=8).map("".join),
    )
)
def test_a_line_is_as_long_as_it_is_reckoned(text: str) -> None:
    """Terminals that join pictures and terminals that draw each part must agree, or the line spills into the
    pane beside it."""
    for shown in (clean(text), stand_in(text)):
        assert cell_len(shown) == sum(max(0, wcwidth(char)) for char in shown)
