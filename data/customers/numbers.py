"""Telephone numbers as integers of a B-tree, so that the first or the last digits are one range scan.

A key is a kind and up to 17 digits in base 11 (each digit plus one, nothing as zero), left-aligned: every number
that begins with the typed digits lies in one span, and 100 is not 1000."""

from __future__ import annotations

FORWARD = 1
"""E.164 without the plus."""
BACKWARD = 2
"""The digits from the last to the first."""
NATIONAL = 3
"""Without the country code (outside North America, where `FORWARD` with a 1 finds it), or a number kept raw."""

_WIDTH = 17
_ONES: tuple[int, ...] = tuple((11**length - 1) // 10 for length in range(_WIDTH + 1))
"""A one at each digit."""
_WEIGHT: tuple[int, ...] = tuple(int(11 ** (_WIDTH - length)) for length in range(_WIDTH + 1))
_KIND: int = 11**_WIDTH

_LONG_CODES = frozenset(
    f"{first}{second}"
    for first, seconds in {2: "12345689", 3: "578", 4: "2", 5: "09", 6: "789", 8: "035789", 9: "679"}.items()
    for second in seconds
)
"""What country codes of three digits begin with (ITU E.164): 1 and 7 stand alone, the others have two."""


def _key(kind: int, digits: str) -> int:
    kept = digits[:_WIDTH]
    return kind * _KIND + ((int(kept, 11) + _ONES[len(kept)]) * _WEIGHT[len(kept)] if kept else 0)


def span(kind: int, digits: str) -> tuple[int, int]:
    """The keys [first, end) of every number of a kind that begins with these digits (at least one)."""
    first = _key(kind, digits)
    return first, first + _WEIGHT[min(len(digits), _WIDTH)]


def exact(kind: int, digits: str) -> tuple[int, int]:
    """The keys [first, end) of the number that consists of these digits alone."""
    first = _key(kind, digits)
    return first, first + 1


def national_part(digits: str) -> str:
    """E.164 digits without their country code."""
    if digits[:1] in ("1", "7"):
        return digits[1:]
    return digits[3:] if digits[:2] in _LONG_CODES else digits[2:]


def number_keys(numbers: str) -> set[int]:
    """The keys of the numbers of one customer.

    Args:
        numbers: parted by spaces; E.164 with its plus, or plain digits for a number that could not be normalised.
    """
    keys = set()
    for number in numbers.split():
        digits = number.lstrip("+")
        keys.add(_key(BACKWARD, digits[::-1]))
        if number == digits:
            keys.add(_key(NATIONAL, digits))
            continue
        keys.add(_key(FORWARD, digits))
        if not digits.startswith("1"):
            keys.add(_key(NATIONAL, national_part(digits)))
    return keys


def readings(typed: str, digits: str) -> list[tuple[int, str]]:
    """What typed digits may be the beginning of: (kind, digits), the likeliest first.

    Args:
        typed: as typed; a plus before the digits says that the country code is there.
        digits: its digits, at least three.
    """
    if typed.lstrip().startswith("+"):
        return [(FORWARD, digits)]
    for dialled in ("011", "00"):
        if digits.startswith(dialled) and len(digits) > len(dialled) + 2:
            return [(FORWARD, digits.removeprefix(dialled)), (NATIONAL, digits)]
    national = digits.lstrip("0")
    read = [(FORWARD, f"1{digits}"), (FORWARD, digits), (NATIONAL, digits)]
    return [*read, (NATIONAL, national)] if len(national) >= 3 and national != digits else read


def is_number(held: str, kind: int, digits: str) -> bool:
    """Whether a customer's number is the one that was read so: keys hold its first 17 digits only."""
    plain = held.removeprefix("+")
    return plain == digits or (kind == NATIONAL and held.startswith("+") and national_part(plain) == digits)
