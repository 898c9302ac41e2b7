"""Keys of numbers: a span holds exactly the numbers that begin so."""

from __future__ import annotations

import phonenumbers
from hypothesis import given
from hypothesis import strategies as st

from data.customers.numbers import (
    BACKWARD,
    FORWARD,
    NATIONAL,
    exact,
    is_number,
    national_part,
    number_keys,
    readings,
    span,
)

_DIGITS = st.text(alphabet="0123456789", min_size=1, max_size=17)


@given(number=_DIGITS, beginning=_DIGITS)
def test_a_span_holds_the_numbers_that_begin_so_and_no_other(number: str, beginning: str) -> None:
    first, end = span(FORWARD, beginning)
    key, _ = exact(FORWARD, number)
    assert (first <= key < end) == number.startswith(beginning)


@given(one=_DIGITS, other=_DIGITS)
def test_kinds_and_numbers_never_share_a_key(one: str, other: str) -> None:
    keys = {exact(kind, digits) for kind in (FORWARD, BACKWARD, NATIONAL) for digits in {one, other}}
    assert len(keys) == 3 * len({one, other})
    assert all(0 < key < 2**63 and end == key + 1 for key, end in keys)


def test_every_country_code_is_cut_off_where_libphonenumber_cuts_it() -> None:
    for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
        assert national_part(f"{code}5550142") == "5550142", code


def test_a_number_is_found_by_country_code_nationally_and_backwards() -> None:
    assert number_keys("+442079460142") == {
        exact(FORWARD, "442079460142")[0],
        exact(NATIONAL, "2079460142")[0],
        exact(BACKWARD, "241064970244")[0],
    }
    assert number_keys("5550142") == {exact(NATIONAL, "5550142")[0], exact(BACKWARD, "2410555")[0]}
    assert number_keys("") == set()


def test_dialled_prefixes_are_read() -> None:
    assert readings("+44 20", "4420") == [(FORWARD, "4420")]
    assert (FORWARD, "442079460142") in readings("0044 20 7946 0142", "00442079460142")
    assert (FORWARD, "442079460142") in readings("011 44 20 7946 0142", "011442079460142")
    assert (NATIONAL, "2079460142") in readings("020 7946 0142", "02079460142")
    assert (FORWARD, "12025550142") in readings("202-555-0142", "2025550142")


def test_numbers_longer_than_a_key_are_told_apart() -> None:
    assert is_number("+99200992917123456", FORWARD, "99200992917123456")
    assert not is_number("+992009929171234567", FORWARD, "992009929171234568")
    assert is_number("+442079460142", NATIONAL, "2079460142")
