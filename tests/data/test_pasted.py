"""What is pasted becomes text, and no letter of it is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.text.pasted import pasted
from tests.hostile import HOSTILE

CASES = {
    "plain [/] text": "plain [/] text",
    "one\r\ntwo\rthree\x0bfour\x0cfive\x85six\u2028seven\u2029eight": "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight",
    "\x1b[31;1mred\x1b[0m and \x1b[2J\x1b[Hhome": "red and home",
    "\x1b]0;a title\x07text \x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\": "text link",
    "\x1b]0;a title that never ends, and the text": "]0;a title that never ends, and the text",
    "\x1b(0lines\x1bc": "linesc",
    "nul\x00 bell\x07 back\x08 delete\x7f tab\t": "nul bell back delete tab\t",
    "half \ud83d": "half \ufffd",
    "\x1b[ 1m no sequence": "[ 1m no sequence",
}


@pytest.mark.parametrize("text", CASES)
def test_cases(text: str) -> None:
    assert pasted(text) == CASES[text]


@given(st.text() | st.sampled_from(HOSTILE))
def test_what_comes_out_is_text_and_comes_out_again(text: str) -> None:
    out = pasted(text)
    assert not set(out) & ({*map(chr, range(32)), "\x7f", "\x85", "\u2028", "\u2029"} - {"\t", "\n"})
    assert pasted(out) == out
    assert pasted("".join(char for char in text if char.isalnum())) == "".join(
        char for char in text if char.isalnum()
    )
