"""Card numbers never reach a file: what looks like one is masked before it is written (TICK-4).

A number counts as a card when an issuer uses its first digits at that length and its Luhn digit is right.
Digits may stand together or be parted by spaces and dashes. Phones and ids, which have types of their own,
do not come through here."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PARTED = re.compile(r"\d(?:[\s\u00a0\-\u2010-\u2015]{0,3}\d){11,}")
_GROUP = re.compile(r"\d+")

_ISSUERS: tuple[tuple[int, int, frozenset[int]], ...] = (
    # first prefix, last prefix, lengths
    (4, 4, frozenset({13, 16, 19})),  # Visa
    (51, 55, frozenset({16})),  # Mastercard
    (2221, 2720, frozenset({16})),  # Mastercard
    (34, 34, frozenset({15})),  # American Express
    (37, 37, frozenset({15})),
    (6011, 6011, frozenset(range(16, 20))),  # Discover
    (644, 659, frozenset(range(16, 20))),
    (300, 305, frozenset(range(14, 20))),  # Diners Club
    (3095, 3095, frozenset(range(14, 20))),
    (36, 36, frozenset(range(14, 20))),
    (38, 39, frozenset(range(14, 20))),
    (3528, 3589, frozenset(range(16, 20))),  # JCB
    (62, 62, frozenset(range(16, 20))),  # UnionPay
    (81, 81, frozenset(range(16, 20))),
    (2200, 2204, frozenset(range(16, 20))),  # Mir
    (5018, 5018, frozenset(range(12, 20))),  # Maestro
    (5020, 5020, frozenset(range(12, 20))),
    (5038, 5038, frozenset(range(12, 20))),
    (5893, 5893, frozenset(range(12, 20))),
    (6304, 6304, frozenset(range(12, 20))),
    (6759, 6763, frozenset(range(12, 20))),
)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_card(digits: str) -> bool:
    """Whether plain digits are a card number: issuer, length and check digit."""
    return any(
        len(digits) in lengths and first <= int(digits[: len(str(first))]) <= last
        for first, last, lengths in _ISSUERS
    ) and luhn(digits)


def _cards(run: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each card in a run of digits and separators, left to right, the longest first."""
    groups = [found.span() for found in _GROUP.finditer(run)]
    if len(groups) == 1 and len(run) > 19:  # glued to other digits: no edge tells where it begins
        starts = ends = list(range(len(run) + 1))
    else:
        starts, ends = [first for first, _ in groups], [last for _, last in groups]
    done = 0
    for start in starts:
        if start < done:
            continue
        for end in reversed(ends):
            digits = "".join(str(int(char)) for char in run[start:end] if char.isdigit()) if end > start else ""
            if 12 <= len(digits) <= 19 and is_card(digits):
                yield start, end
                done = end
                break


def mask_cards(text: str) -> str:
    """The text with every card number replaced by `card ••••` and its last four digits.

    Text without one comes back as the same object."""
    if len(text) < 12 or not _PARTED.search(text):
        return text

    def masked(found: re.Match[str]) -> str:
        run, at, pieces = found.group(), 0, []
        for start, end in _cards(run):
            last_four = "".join(char for char in run[start:end] if char.isdigit())[-4:]
            pieces += [run[at:start], f"card ••••{last_four}"]
            at = end
        return "".join(pieces) + run[at:] if pieces else run

    return _PARTED.sub(masked, text)


def mask_everything(value: object) -> object:
    """`mask_cards` on every string inside a JSON-like value."""
    if isinstance(value, str):
        return mask_cards(value)
    if isinstance(value, list):
        return [mask_everything(part) for part in value]
    if isinstance(value, dict):
        return {key: mask_everything(part) for key, part in value.items()}
    return value
