"""Telephone numbers: one form to keep and compare (E.164), one to read.

libphonenumber decides; a plain North American number, the bulk of every import, takes a short way to the same
answer. A number counts when it is *possible*, not when it is *valid*: ranges are opened faster than libraries
learn of them, and practice numbers such as 202-555-0142 must work. What cannot be a number at all is none: too
short (an extension, a local number without its area), one digit over and over, or a card in a number's place."""

from __future__ import annotations

import re
from functools import lru_cache

from data.text.cards import mask_cards

_PLAIN_NANP = re.compile(
    r"\s*(?:(\+1|1)[-. ]?)?(?:\(([2-9][0-9]{2})\) ?|([2-9][0-9]{2})[-. ]?)([2-9][0-9]{2})[-. ]?([0-9]{4})\s*",
    re.ASCII,
)
_NANP_HOMES = frozenset({"US", "CA"})
_SIP = re.compile(r"\s*sips?:([^@;>]*)", re.IGNORECASE)
_LONGEST = 250
_E164_LENGTH = 16
"""Plus and fifteen digits: what is longer is no number of the ITU's, and perhaps a card."""


def normalise(raw: str, region: str = "US") -> str:
    """The E.164 form (`+12025550142`) of a number as somebody wrote it, or "" when it is none.

    An extension is left out. A number that libphonenumber reads but finds too long is kept as it reads it, so
    that a call and an import with the same oddity still meet.

    Args:
        raw: anything; text from outside.
        region: two-letter region whose rules apply to a number without a country code.
    """
    plain = _PLAIN_NANP.fullmatch(raw) if len(raw) < 40 else None
    if plain is not None:
        prefix, bracketed, area, exchange, line = plain.groups()
        if (prefix == "+1" or region in _NANP_HOMES) and not _one_digit((bracketed or area) + exchange + line):
            return f"+1{bracketed or area}{exchange}{line}"
    return _by_library(raw, region)


def fault(raw: str, region: str = "US") -> str:
    """Why something cannot be a telephone number, so that nobody who calls is known by it; empty when it can be one.

    Args:
        raw: as somebody wrote it.
        region: two-letter region whose rules apply to a number without a country code.
    """
    if normalise(raw, region):
        return ""
    import phonenumbers

    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException as error:
        unknown = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        return _FAULTS["code" if unknown else "none"]
    if _one_digit(str(number.national_number)):
        return _FAULTS["one digit"]
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        return _FAULTS["local"]
    return _FAULTS["short" if reason == phonenumbers.ValidationResult.TOO_SHORT else "none"]


_FAULTS = {
    "none": "this is no telephone number",
    "code": "no country has this code",
    "one digit": "one digit over and over",
    "local": "the area code is missing",
    "short": "too short for a telephone number",
}


def as_kept(raw: str, e164: str) -> str:
    """A number as it was written, as it may be kept: a card number in its place, or behind it, is masked.

    Args:
        raw: as somebody wrote it.
        e164: what `normalise` made of it.
    """
    return mask_cards(raw) if not e164 or len(raw) >= len(e164) + 12 else raw


def _one_digit(digits: str) -> bool:
    return digits.count(digits[0]) == len(digits)


def _by_library(raw: str, region: str) -> str:
    if len(raw) > _LONGEST:
        return ""
    import phonenumbers

    address = _SIP.match(raw)
    try:
        number = phonenumbers.parse(address[1] if address else raw, region)
    except phonenumbers.NumberParseException:
        return ""
    if _one_digit(str(number.national_number)):
        return ""
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason in (
        phonenumbers.ValidationResult.TOO_SHORT,
        phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY,
        phonenumbers.ValidationResult.INVALID_COUNTRY_CODE,
    ):
        return ""
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    doubtful = reason != phonenumbers.ValidationResult.IS_POSSIBLE or len(e164) > _E164_LENGTH
    return "" if doubtful and mask_cards(raw) != raw else e164


@lru_cache(maxsize=1024)
def display(e164: str) -> str:
    """An E.164 number as one reads it out: `+1 202 555 0142`. Anything else comes back as it is."""
    if not (e164.startswith("+") and e164[1:].isascii() and e164[1:].isdigit()):
        return e164
    if len(e164) == 12 and e164.startswith("+1"):
        return f"+1 {e164[2:5]} {e164[5:8]} {e164[8:]}"
    import phonenumbers

    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    spaced = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return spaced.replace("-", " ")
