"""Card numbers never reach a file: what looks like one is masked before it is written (TICK-4).

A number counts as a card when an issuer uses its first digits at that length and its Luhn digit is right.
Digits may stand together or be parted by spaces, dashes, dots and the like, up to three at a time. Phones and
ids, which have types of their own, do not come through here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_BETWEEN = r"[\s.,/_\-\u00ad\u2010-\u2015\u2212\u200b-\u200d\u2060\ufeff]"
_PARTED = re.compile(rf"••••\d{{4}}(?!\d)|\d(?:{_BETWEEN}{{0,3}}\d){{11,}}")
"""What is masked already is passed over: its last digits must not become the first ones of another card."""
_GROUP = re.compile(r"\d+")
_SAID = re.compile(r"\bcard(?:\s+(?:number|no|nr)\.?)?\s*[:#]?\s*$", re.IGNORECASE)
"""The word stands there already: it is not said twice."""
SHORTEST, LONGEST = 12, 19

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


@cache
def _lengths(first_four: str) -> tuple[int, ...]:
    """The lengths of cards whose number begins so, the longest first."""
    found = {
        length
        for first, last, lengths in _ISSUERS
        if first <= int(first_four[: len(str(first))]) <= last
        for length in lengths
    }
    return tuple(sorted(found, reverse=True))


def is_card(digits: str) -> bool:
    """Whether plain digits are a card number: issuer, length and check digit."""
    return len(digits) >= SHORTEST and len(digits) in _lengths(digits[:4]) and luhn(digits)


def _cards(run: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each card in a run of digits and separators, left to right. A card begins and ends where a
    group of digits does; a group too long for a card has no edge that would tell. Of what overlaps only the last
    four digits of all are left: one of them is the card, and nothing tells which."""
    places: list[int] = []
    starts: set[int] = set()
    ends: set[int] = set()
    for group in _GROUP.finditer(run):
        first = len(places)
        places += range(*group.span())
        glued = len(places) - first > LONGEST
        starts.update(range(first, len(places)) if glued else (first,))
        ends.update(range(first + 1, len(places) + 1) if glued else (len(places),))
    digits = "".join(str(int(run[place])) for place in places)
    found: list[tuple[int, int]] = []
    for start in sorted(starts):
        lengths = _lengths(digits[start : start + 4]) if len(digits) - start >= SHORTEST else ()
        for length in lengths:
            end = start + length
            if end in ends and luhn(digits[start:end]):
                if found and start < found[-1][1]:
                    found[-1] = (found[-1][0], max(end, found[-1][1]))
                else:
                    found.append((start, end))
                break
    for start, end in found:
        yield places[start], places[end - 1] + 1


def _few_digits(text: str) -> bool:
    """Whether a text surely has fewer digits than a card: nearly every text, told five times as quickly."""
    return text.isascii() and len(text.encode().translate(None, b"0123456789")) > len(text) - SHORTEST


def mask_cards(text: str) -> str:
    """The text with every card number replaced by `card ••••` and its last four digits (`••••` alone where the
    word card stands before it).

    Text without one comes back as the same object."""
    if len(text) < SHORTEST or _few_digits(text) or not _PARTED.search(text):
        return text

    def masked(found: re.Match[str]) -> str:
        run, at, pieces = found.group(), 0, []
        for start, end in _cards(run):
            last_four = "".join(char for char in run[start:end] if char.isdigit())[-4:]
            begun = found.start() + start
            said = not at and _SAID.search(text, max(0, begun - 24), begun)
            pieces += [run[at:start], f"{'' if said else 'card '}••••{last_four}"]
            at = end
        return "".join(pieces) + run[at:] if pieces else run

    shown = _PARTED.sub(masked, text)
    return text if shown == text else shown


def mask_everything(value: object) -> object:
    """`mask_cards` on every string inside a JSON-like value."""
    if isinstance(value, str):
        return mask_cards(value)
    if isinstance(value, list):
        return [mask_everything(part) for part in value]
    if isinstance(value, dict):
        return {key: mask_everything(part) for key, part in value.items()}
    return value
