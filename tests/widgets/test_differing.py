"""Where two texts differ, in little room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.differing import differing
from widgets.safe_text import size_of

LONG = "Customer says that the printer on the second floor"


@pytest.mark.parametrize(
    ("mine", "theirs", "cells", "shown"),
    [
        ("pending", "solved", 8, ("pending", "solved")),
        (f"{LONG} jams", f"{LONG} is off", 24, ("… the second floor jams", "… second floor is off")),
        ("jams: " + LONG, "off: " + LONG, 24, ("jams: Customer says…", "off: Customer says that…")),
        (f"{LONG} jams again today", f"{LONG} smells again today", 20, ("… floor jams again…", "… floor smells…")),
        (LONG, f"{LONG} jams", 20, ("… the second floor", "… second floor jams")),
        ("", f"{LONG} jams", 12, ("", "Customer sa…")),
        (f"{LONG} jams", "", 12, ("Customer sa…", "")),
        (LONG, LONG, 12, ("… floor", "… floor")),
        (f"{LONG}\njams\n\nalways", f"{LONG}\njams\n\nnever", 20, ("… floor jams always", "… floor jams never")),
        ("打印机在二楼不能打印彩色文件", "打印机在二楼不能打印黑白文件", 12, ("…能打印彩色…", "…能打印黑白…")),
        (
            "https://example.com/a/very/long/path/one",
            "https://example.com/a/very/long/path/two",
            12,
            ("…th/one", "…th/two"),
        ),
        (
            "the wi-fi of cafe\u0301s is off",
            "the wi-fi of cafes is off",
            14,
            ("… of cafe\u0301s is…", "… of cafes is…"),
        ),
    ],
)
def test_what_differs_is_seen(mine: str, theirs: str, cells: int, shown: tuple[str, str]) -> None:
    assert differing(mine, theirs, cells) == shown


@given(
    st.text("ab \n漢é\u0301", max_size=60),
    st.text("ab \n漢é\u0301", max_size=60),
    st.text("ab \n漢é\u0301", max_size=60),
    st.integers(8, 60),
)
def test_no_text_is_longer_than_its_room(alike: str, mine: str, theirs: str, cells: int) -> None:
    assert all(size_of(text) <= cells for text in differing(alike + mine, alike + theirs, cells))


@given(st.text("abc ", max_size=60), st.sampled_from(["one", "two"]), st.text("abc ", max_size=60))
def test_two_words_are_told_apart_wherever_they_stand(before: str, word: str, after: str) -> None:
    other = {"one": "two", "two": "one"}[word]
    mine, theirs = differing(f"{before}{word}{after}", f"{before}{other}{after}", 16)
    assert mine != theirs
    assert word[0] in mine and other[0] in theirs
