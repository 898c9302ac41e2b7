"""How well a found customer fits what was typed, and why it was found, in a few words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from data.customers.folding import words_of

_PARTS = ("name", "contact", "company")
_REASONS = tuple(
    " and ".join(part for bit, part in enumerate(_PARTS) if held & 1 << bit) or "name" for held in range(8)
)
_BREAKS = re.compile(r"[\s,;/|()]+")
_EDGES = "\"'.:-‘’“”"


class Fit:
    """The typed words, ready to be held against the indexed words of many rows (` name | people | company `)."""

    def __init__(self, words: Sequence[str]) -> None:
        self._marks = [(f" {word}", f" {word} ") for word in words]
        alone = f" {' '.join(words)} "
        self._name, self._company = f"{alone}|", f"|{alone}"

    def of(self, text: str) -> int:
        """What a row lacks, less is better; `reason_of` tells from it why the row was found.

        What counts, the heaviest first: words that are not there; words that are only beginnings; more than was
        typed, when neither the whole name nor the whole company is what was typed; where the words stand, which is
        best in the name, then at a person at the customer, then in the company.
        """
        missing = beginnings = held = 0
        first = text.find("|")
        for beginning, whole in self._marks:
            at = text.find(whole)
            if at < 0:
                at = text.find(beginning)
                if at < 0:
                    missing += 1
                    continue
                beginnings += 1
            held |= 1 if at < first else 2 if at < text.rfind("|") else 4
        more = missing or beginnings or not (text.startswith(self._name) or text.endswith(self._company))
        return missing << 12 | beginnings << 4 | bool(more) << 3 | held

    def all_in(self, text: str) -> bool:
        """Whether every word is there, at least as a beginning."""
        return all(beginning in text for beginning, _ in self._marks)


def reason_of(lack: int) -> str:
    """Which parts of a row hold the words (`name`, `contact and company`), of what `Fit.of` said of it."""
    return _REASONS[lack & 7]


def place_of(words: Sequence[str], named: str, places: Sequence[tuple[str, str]]) -> str:
    """Why a row was found by words of any of its fields.

    Args:
        words: as typed, folded.
        named: the indexed words of its names.
        places: (what to call it, text) of the other fields, the likeliest first.
    """
    rest = [word for word in words if f" {word}" not in named]
    wanted = [f" {word}" for word in rest or words]
    held_by = [(reason, f" {' '.join(words_of(text))}") for reason, text in places]
    for enough in (all, any):
        for reason, there in held_by:
            if enough(word in there for word in wanted):
                return f"name and {reason}" if 0 < len(rest) < len(words) else reason
    return "e-mail" if rest else "name"


def as_written(folded: str, *texts: str) -> str:
    """A folded word as it is spelled in the first text that holds it."""
    for text in texts:
        for written in _BREAKS.split(text):
            if folded in words_of(written):
                return written.strip(_EDGES)
    return folded
