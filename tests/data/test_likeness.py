"""Our own measures of likeness are those of rapidfuzz."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from data.text.likeness import shared_likeness, sorted_likeness

words = st.lists(st.text("abcdeé", min_size=1, max_size=9), min_size=1, max_size=6)


@given(words, words)
def test_in_the_order_of_the_alphabet(one: list[str], other: list[str]) -> None:
    assert sorted_likeness(one, other) == pytest.approx(fuzz.token_sort_ratio(" ".join(one), " ".join(other)))


@given(words, words, words)
def test_with_words_that_both_have(one: list[str], other: list[str], both: list[str]) -> None:
    mine, theirs = one + both, both + other
    assert shared_likeness(mine, theirs) == pytest.approx(fuzz.token_set_ratio(" ".join(mine), " ".join(theirs)))


def test_names() -> None:
    assert sorted_likeness(["maria", "alvarez"], ["alvarez", "maria"]) == 100
    assert (
        sorted_likeness(["maria", "alvarez"], ["maria", "alvares"])
        > 88
        > sorted_likeness(["ann", "lee"], ["ben", "lee"])
    )
