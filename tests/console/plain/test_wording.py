"""Words for times, numbers and signs, and that nothing which a terminal obeys is ever said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.plain import wording
from tests.hostile import HOSTILE

NOW = datetime(2026, 11, 20, 14, 18, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 seconds"),
        (0, "0 seconds"),
        (1, "1 second"),
        (59.9, "59 seconds"),
        (60, "1 minute"),
        (125, "2 minutes 5 seconds"),
        (3600, "1 hour"),
        (3725, "1 hour 2 minutes"),
        (90_000, "25 hours"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert wording.duration(seconds) == words


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(minutes=3), "today 14:15"),
        (timedelta(hours=15), "yesterday 23:18"),
        (timedelta(days=14), "6 November"),
        (timedelta(days=380), "5 November 2025"),
    ],
)
def test_days(ago: timedelta, words: str) -> None:
    assert wording.day(NOW - ago, NOW) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("10001", "1 0 0 0 1"),
        ("+1 202 555", "plus 1, 2 0 2, 5 5 5"),
        ("a.b_c@example.com", "a dot b underscore c at e x a m p l e dot c o m"),
        ("Ab", "capital A b"),
        ("\x1b", "unknown sign"),
        ("", ""),
    ],
)
def test_spelling(text: str, words: str) -> None:
    assert wording.spelled(text) == words


def test_a_gap_in_the_script_is_said() -> None:
    assert wording.gaps("Your number is …. Shall I repeat it?") == (
        "Your number is (not known yet). Shall I repeat it?"
    )
    assert wording.gaps("One moment…") == "One moment..."


def test_a_masked_card_is_said_in_words() -> None:
    assert wording.safe("card ••••1111") == "card ending in 1111"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_reaches_the_terminal_as_more_than_letters(text: str) -> None:
    for said in (wording.safe(text), wording.safe(wording.brief(text)), wording.safe(wording.spelled(text[:300]))):
        assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in said)
        assert not set(said) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
    assert len(wording.brief(text)) <= wording.LONGEST + len(" ... (cut)")


@given(st.text())
def test_whatever_it_is_one_line_is_said(text: str) -> None:
    said = wording.safe(text)
    assert said.splitlines() in ([], [said])
    assert "\x1b" not in said and "\x9b" not in said
