"""What may stand in the head of a mail: everything else belongs into its text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

MOST_ADDRESSES = 50
LONGEST_ADDRESS = 254
LONGEST_SUBJECT = 200
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
"""Without `=` and `?`, of which encoded words are made; a host's name in letters other than these is written `xn--…`."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"})
"""Kinds of characters that nobody sees, or that end a line somewhere."""


class MailFaultError(ValueError):
    """It cannot be mailed like this; the message says what to do."""


def address(text: str) -> str:
    """One address, as it may stand in a head.

    Raises:
        MailFaultError: it is none, or more than one.
    """
    if len(text) > LONGEST_ADDRESS or _ADDRESS.fullmatch(text) is None or ".." in text:
        raise MailFaultError(f"'{one_line(text, 60)}' is no mail address: write one like reports@example.com.")
    return text


def addresses(several: Sequence[str]) -> tuple[str, ...]:
    """Whom a mail goes to.

    Raises:
        MailFaultError: nobody, too many, or one that is no address.
    """
    if isinstance(several, str) or not several:
        raise MailFaultError("The mail has nobody to go to: name an address.")
    if len(several) > MOST_ADDRESSES:
        raise MailFaultError(f"A mail goes to {MOST_ADDRESSES} addresses at most: write to a list instead.")
    return tuple(address(one) for one in several)


def subject(text: str) -> str:
    """A subject, as it may stand in a head.

    Raises:
        MailFaultError: it is empty or too long, or something in it would not stay a part of it.
    """
    if not text.strip() or len(text) > LONGEST_SUBJECT:
        raise MailFaultError(f"A subject has 1 to {LONGEST_SUBJECT} characters.")
    if "=?" in text or any(unicodedata.category(char) in _UNSEEN for char in text):
        raise MailFaultError("A subject is one line of plain text: put everything else into the mail's text.")
    return text


def one_line(text: str, most: int = 300) -> str:
    """Text from outside as one line of so many characters, without what nobody sees."""
    seen = "".join(" " if unicodedata.category(char) in _UNSEEN else char for char in text)
    line = " ".join(seen.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def plain_text(text: str) -> str:
    """A mail's text: lines that end in one way, and no character that a mail cannot carry."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        char if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs") else "\N{REPLACEMENT CHARACTER}"
        for char in lines
    )
