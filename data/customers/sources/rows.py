"""What every file of customers gives, whatever its format: rows of (heading, text) pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol


class SourceRow(NamedTuple):
    """One row: its texts, each under a heading; a heading may come several times."""

    line: int
    headings: Sequence[str]
    texts: Sequence[str]
    """As many as headings."""
    written: str
    """The row as it stands in the file: it tells whether anything in it has changed since the last import."""

    @property
    def cells(self) -> Iterator[tuple[str, str]]:
        """Each heading with its text."""
        return zip(self.headings, self.texts, strict=True)


class TornRow(NamedTuple):
    """A row that could not be taken apart, and why."""

    line: int
    reason: str
    text: str


class Source(Protocol):
    """A file of customers. Iterating reads it from the beginning."""

    headings: tuple[str, ...]
    """Every heading that a row can have."""
    expected: int
    """Rows that are probably there: for a progress bar."""
    remarks: tuple[str, ...]
    """What the person should know about how the file was read."""

    def __iter__(self) -> Iterator[SourceRow | TornRow]: ...


MOST_HEADINGS = 1_000
"""Different headings that one file may have: each of them becomes a column of the rejects file."""
LONGEST_CELL = 100_000
"""Characters of one text."""
