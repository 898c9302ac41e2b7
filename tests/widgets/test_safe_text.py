"""Whatever text comes: no control byte, no turned direction, the width that was asked for (CORE-4)."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.hostile import HOSTILE
from tests.widgets.stage import FORBIDDEN
from widgets.safe_text import MAX_MARKS, Span, clean, clean_lines, fit, line, spread, stand_in, width, wrap

CALM = settings(deadline=None)
WIDE = "漢字かなＡ가👍🙂"
TEXTS = st.one_of(
    st.text(st.characters(), max_size=80),
    st.text(
        st.sampled_from([*sorted(FORBIDDEN), *"ab [](/)", *WIDE, *"\u0301\u0489\u20dd\ufe0f\u200d\u200b\u00ad"]),
        max_size=80,
    ),
    st.sampled_from(HOSTILE),
)


@CALM
@given(TEXTS)
@example("\ud800\udfff")
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    shown = clean(text)
    assert not FORBIDDEN & set(shown)
    shown.encode()
    assert clean(shown) == shown, "cleaning again changes nothing"


@CALM
@given(TEXTS)
def test_marks_do_not_pile_up(text: str) -> None:
    marks = 0
    for char in clean(text):
        marks = marks + 1 if unicodedata.combining(char) else 0
        assert marks <= MAX_MARKS


@pytest.mark.parametrize("mark", ["\u0e47", "\u20dd", "\u0489"], ids=["thai", "circle", "millions"])
def test_marks_without_a_combining_class_do_not_pile_up_either(mark: str) -> None:
    assert clean("o" + mark * 50).count(mark) <= MAX_MARKS


@CALM
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_is_drawn_as_it_is(text: str) -> None:
    assert clean(text) == text
    assert stand_in(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[bold]x[/]", "[bold]x[/]"),
        ("\x1b[2J", "␛[2J"),
        ("a\0b", "a␀b"),
        ("a\x7fb", "a␡b"),
        ("two\nlines\tand\r", "two lines and "),
        ("\u202eevil", "\ufffdevil"),
        ("e\u0301\u0301\u0301\u0301", "e\u0301\u0301"),
        ("soft\u00adhyphen", "softhyphen"),
        ("漢字", "漢字"),
    ],
)
def test_what_is_hidden_is_shown_by_a_sign(text: str, shown: str) -> None:
    assert clean(text) == shown


@CALM
@given(TEXTS)
@example("\ud800")
def test_a_stand_in_keeps_every_place(text: str) -> None:
    shown = stand_in(text)
    assert len(shown) == len(text)
    assert not FORBIDDEN & set(shown)
    shown.encode()


@CALM
@given(TEXTS, st.integers(-2, 60), st.sampled_from(["left", "right"]))
@example("漢字", 3, "left")
@example("漢字", 1, "left")
@example("👍" * 10, 7, "right")
def test_fit_gives_exactly_the_cells(text: str, cells: int, align: str) -> None:
    shown = fit(text, cells, align)
    assert cell_len(shown) == max(0, cells)
    assert not FORBIDDEN & set(shown)


def test_fit_cuts_with_a_sign_and_aligns() -> None:
    assert fit("Maria", 8) == "Maria   "
    assert fit("Maria", 8, "right") == "   Maria"
    assert fit("Maria Alvarez", 8) == "Maria A…"
    assert fit("Maria", 5) == "Maria"
    assert fit("漢字漢字", 6) == "漢字 …"
    assert fit("x", 0) == ""


@CALM
@given(TEXTS, st.integers(2, 60))
@example("漢字" * 20, 3)
@example("word " * 20 + "l" * 200, 10)
def test_wrapped_lines_are_never_too_long_and_lose_nothing(text: str, cells: int) -> None:
    lines = wrap(text, cells)
    assert lines
    assert all(cell_len(one) <= cells for one in lines)
    assert not FORBIDDEN & set("".join(lines))
    whole = "".join("".join(part.split()) for part in clean_lines(text))
    assert "".join("".join(one.split()) for one in lines) == whole


def test_a_word_without_end_takes_no_time_to_speak_of() -> None:
    start = time.process_time()
    assert len(wrap("漢" * 15_000, 40)) == 750
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize("cells", [-1, 0, 1])
@pytest.mark.parametrize("text", ["", "a b", "漢字", "word word"])
def test_wrapping_into_no_room_at_all_ends(text: str, cells: int) -> None:
    assert wrap(text, cells)


@CALM
@given(TEXTS, TEXTS, st.integers(0, 80))
def test_two_ends_of_a_line_fill_it_exactly_or_the_right_one_goes(left: str, right: str, cells: int) -> None:
    laid = spread([Span(left)], [Span(right)], cells)
    if width([Span(left), Span(right)]) < cells:
        assert width(laid) == cells
        assert laid[-1].text == right
    else:
        assert laid == (Span(left),)


def test_lines_are_made_of_texts_and_tones() -> None:
    assert line("a", ("b", "dim"), Span("c", "bad")) == (Span("a"), Span("b", "dim"), Span("c", "bad"))


@CALM
@given(TEXTS)
def test_lines_of_a_text_are_clean_each(text: str) -> None:
    lines = clean_lines(text)
    assert lines
    assert not FORBIDDEN & set("".join(lines))
