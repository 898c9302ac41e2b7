"""Folding: what meets what, and that nothing but letters and digits comes out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.customers import folding
from data.customers.folding import LONGEST_WORD, account_key, indexed_words, words_of


@pytest.mark.parametrize(
    ("written", "typed"),
    [("José Núñez", "jose nunez"), ("e\u0301lodie", "Élodie"), ("Łukasz Żółć", "lukasz zolc"), ("İpek Iğdır", "ipek igdir"),
     ("O’Brien", "o'brien"), ("O'Brien", "obrien"), ("Müller-Lüdenscheidt", "muller ludenscheidt"), ("ＡＢＣ", "abc"),
     ("Straße", "STRASSE"), ("Σίσυφος", "ΣΙΣΥΦΟΣ"), ("\u202eevil", "evil"), ("Tab\tName", "tab name"), ("①②", "12")],
)  # fmt: skip
def test_written_and_typed_meet(written: str, typed: str) -> None:
    assert words_of(written) == words_of(typed) != []


@given(st.text())
def test_words_are_letters_and_digits_of_bounded_length(text: str) -> None:
    for word in (*words_of(text), *indexed_words(text)):
        assert word.isalnum()
        assert len(word) <= LONGEST_WORD
        assert word == word.casefold() or not word.isascii()


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_the_quick_way_for_ascii_is_the_long_way(text: str) -> None:
    long_way = folding._WORD.findall(folding._INNER_APOSTROPHE.sub("", folding._plain(text)))
    assert words_of(text) == [word[:LONGEST_WORD] for word in long_way]


@given(st.text())
def test_a_text_is_indexed_under_its_own_words(text: str) -> None:
    assert set(words_of(text)[: folding.MOST_WORDS]) <= set(indexed_words(text))


def test_what_follows_an_apostrophe_and_the_characters_of_unspaced_scripts_are_indexed() -> None:
    assert "brien" in indexed_words("Zoë O’Brien")
    assert {"王小明", "小明", "明"} <= set(indexed_words("王小明"))


def test_accounts_are_compared_by_letters_and_digits() -> None:
    assert account_key(" A-207 18 ") == account_key("a20718") == "a20718"
