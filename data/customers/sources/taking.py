"""Taking the rows of a CSV file one by one: what cannot be taken is refused with its reason, and the rest goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from data.customers.rejects import Rejection, RejectsFile
from data.customers.sources.csv_file import CsvSource
from data.customers.sources.rows import SourceRow


@dataclass
class Taken:
    """What became of the rows of a file: every row read was added, updated, unchanged or rejected."""

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)
    """About rows that were rejected."""


def take_rows(source: CsvSource, rejects: Path | None, report: Taken, take: Callable[[SourceRow], None]) -> None:
    """Give each row to `take`, which raises ValueError for one that cannot be taken; counts what was read and refused.

    Args:
        rejects: a file for the refused rows, with the reason.

    Raises:
        ImportRefused: the file of refused rows cannot be written.
    """
    with RejectsFile(rejects, source.headings) as refused:
        for row in source:
            report.read += 1
            try:
                if not isinstance(row, SourceRow):
                    raise ValueError(row.reason)
                take(row)
            except (ValueError, OverflowError) as error:
                report.rejected += 1
                report.problems.append(f"line {row.line}: {error}")
                cells = tuple(row.texts) if isinstance(row, SourceRow) else (row.text,)
                refused.add(Rejection(row.line, str(error), cells))
