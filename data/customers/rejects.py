"""The file of refused rows: why each was refused, and the row itself, to be corrected and imported again."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TextIO

from data.customers.mapping import ImportRefused
from data.text.cards import mask_cards
from data.text.formulas import formula_safe


@dataclass(frozen=True, slots=True)
class Rejection:
    """A refused row: its line in the file, why, and its cells (one cell when it could not be taken apart)."""

    line: int
    reason: str
    cells: tuple[str, ...] = ()


class RejectsFile:
    """Writes refused rows as they come; made, for its owner alone, with the first of them.

    Use it as a context manager. Without a path it only counts."""

    def __init__(self, path: Path | None, headings: Sequence[str]) -> None:
        self._path = path
        self._headings = headings
        self._file: TextIO | None = None
        self.count = 0

    def __enter__(self) -> Self:
        """
        Raises:
            ImportRefused: the file cannot be written there.
        """
        if self._path is not None:
            try:
                handle = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            except OSError as error:
                raise ImportRefused(
                    f"The rejects file {self._path} cannot be written ({error.strerror}): choose another place."
                ) from error
            self._file = os.fdopen(handle, "w", encoding="utf-8", newline="")
            self._line(["reason", "line", *self._headings])
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, rejection: Rejection) -> None:
        """Write one refused row."""
        self.count += 1
        self._line([rejection.reason, str(rejection.line), *rejection.cells])

    def _line(self, cells: Sequence[str]) -> None:
        if self._file is not None:
            csv.writer(self._file).writerow([formula_safe(mask_cards(cell.replace("\0", "␀"))) for cell in cells])


def write_rejects(path: Path, headings: Sequence[str], rejections: Iterable[Rejection]) -> int:
    """Write a whole rejects file (UTF-8 CSV: reason, line, then the columns of the source); returns the rows.

    Raises:
        ImportRefused: the file cannot be written there.
    """
    with RejectsFile(path, headings) as file:
        for rejection in rejections:
            file.add(rejection)
        return file.count
