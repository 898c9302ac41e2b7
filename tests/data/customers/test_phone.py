"""Numbers: the same answers as libphonenumber, and none for what cannot be a number."""

from __future__ import annotations

import csv
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.customers.phone import display, fault, normalise


def by_library(raw: str, region: str) -> str:
    """What the library alone answers; "" when it cannot parse."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(raw, region), phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        return ""


@pytest.mark.parametrize(
    "raw",
    ["202-555-0142", "(202) 555-0142", "+1 202 555 0142", "1 202.555.0142", "2025550142", " 202 555 0142 x99",
     "tel:+1-202-555-0142", "sip:+12025550142@example.com", "sips:2025550142@example.com;transport=tls",
     "٢٠٢٥٥٥٠١٤٢", "+1(202)555-0142", "202 555 0142 ext. 7"],
)  # fmt: skip
def test_practice_numbers_normalise_however_they_are_written(raw: str) -> None:
    assert normalise(raw) == "+12025550142"


@pytest.mark.parametrize(
    "raw",
    ["", " ", "anonymous", "Restricted", "4711", "555-0142", "000-000-0000", "9999999999", "+", "+1", "n/a",
     "4111 1111 1111 1111", "sip:reception@example.com", "378282246310005", "\0", "1" * 300, "++++", "(", "+1 202 555"],
)  # fmt: skip
def test_what_cannot_be_a_number_is_none(raw: str) -> None:
    assert normalise(raw) == ""


def test_the_region_decides_for_numbers_without_a_country_code() -> None:
    assert normalise("020 7946 0142", "GB") == "+442079460142"
    assert normalise("+44 20 7946 0142", "US") == "+442079460142"


@pytest.mark.corpora
def test_the_answers_of_the_phones_corpus(corpora: Path) -> None:
    with (corpora / "phones" / "numbers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 500
    wrong = [row for row in rows if normalise(row["input"], row["default_region"]) != row["e164"]]
    assert wrong == []


_GAPS = st.sampled_from(["", "-", ".", " ", "  ", "/", ") ", "("])


@st.composite
def nearly_american(draw: st.DrawFn) -> str:
    """Numbers that are written like North American ones, or almost."""
    digits = draw(st.sampled_from(["", "1", "+1", "+", "001", "+44"]))
    area = draw(st.from_regex(r"\(?[0-9]{3}\)?", fullmatch=True))
    rest = [draw(st.from_regex(rf"[0-9]{{{count}}}", fullmatch=True)) for count in (3, 4)]
    parts = [
        draw(st.sampled_from(["", " "])),
        digits,
        draw(_GAPS),
        area,
        draw(_GAPS),
        rest[0],
        draw(_GAPS),
        rest[1],
    ]
    return "".join([*parts, draw(st.sampled_from(["", " ", " x12", "5"]))])


@settings(max_examples=500, deadline=None)
@given(raw=nearly_american(), region=st.sampled_from(["US", "CA", "GB", "AG", "DE"]))
def test_the_short_way_answers_as_the_library(raw: str, region: str) -> None:
    ours = normalise(raw, region)
    assert ours in ("", by_library(raw, region))
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return
    possible = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    if possible and len(set(str(number.national_number))) > 1:
        assert ours == by_library(raw, region)


@settings(max_examples=300, deadline=None)
@given(raw=st.text(max_size=300), region=st.sampled_from(["US", "GB", "ZZ", ""]))
def test_any_text_gives_a_number_or_none(raw: str, region: str) -> None:
    found = normalise(raw, region)
    assert found == "" or (found[0] == "+" and found[1:].isdigit() and found[1:].isascii())


def test_numbers_are_shown_in_groups() -> None:
    assert display("+12025550142") == "+1 202 555 0142"
    assert display("+442079460142") == "+44 20 7946 0142"
    assert display("not a number") == "not a number"
    assert display("+") == "+"
    assert display("") == ""
    assert display("+99999999999999999") == "+99999999999999999"


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("202 555 0142", ""),
        ("+44 20 7946 0018", ""),
        ("12", "too short for a telephone number"),
        ("617 555 01", "too short for a telephone number"),
        ("555 0142", "the area code is missing"),
        ("+999 555 0142", "no country has this code"),
        ("000 000 0000", "one digit over and over"),
        ("ask Joel", "this is no telephone number"),
    ],
)
def test_what_is_wrong_with_a_number_is_said(raw: str, why: str) -> None:
    assert fault(raw) == why
    assert bool(why) is not bool(normalise(raw))
