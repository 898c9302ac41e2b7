"""Where imported customers come from: anything that yields rows as dicts. Here: CSV as people really send it.

Lines are taken one by one, so that a quote that is never closed costs its own line and not the rest of the file."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol, TextIO

from data.customers.mapping import ImportRefused


class SourceRow(NamedTuple):
    """One row: the text under each heading."""

    line: int
    values: dict[str, str]


class TornRow(NamedTuple):
    """A row that could not be taken apart, and why."""

    line: int
    reason: str
    text: str


class Source(Protocol):
    """A file of customers, whatever its format. Iterating reads it from the beginning."""

    headings: tuple[str, ...]
    """Every heading that a row can have."""
    expected: int
    """Rows that are probably there: for a progress bar."""
    remarks: tuple[str, ...]
    """What the person should know about how the file was read."""

    def __iter__(self) -> Iterator[SourceRow | TornRow]: ...


_LONGEST_LINE = 1_000_000
_LONGEST_CELL = 100_000
_MOST_LINES = 200
"""Lines that one quoted cell may span."""
_DELIMITERS = ",;\t|"
_CHUNK = 1 << 20


class CsvSource:
    """A CSV file: encoding and delimiter are found out, the first line names the columns."""

    def __init__(self, path: Path) -> None:
        """
        Raises:
            ImportRefused: the file cannot be read, or is empty.
        """
        self._path = path
        try:
            self._encoding, lines, remark = _encoding_of(path)
            with self._open() as file:
                first = file.readline(_LONGEST_LINE)
                while first and not first.strip():
                    first = file.readline(_LONGEST_LINE)
        except OSError as error:
            raise ImportRefused(f"The file {path} cannot be read ({error.strerror}).") from error
        if not first:
            raise ImportRefused(f"The file {path} is empty: its first line must name the columns.")
        if "\0" in first:
            raise ImportRefused(f"The file {path} is not a text file: save it as CSV (UTF-8) and try again.")
        self.delimiter = max(_DELIMITERS, key=_outside_quotes(first).count)
        self.headings = _unique(_cells(first, self.delimiter) or [first.strip()])
        self.expected = max(lines - 1, 0)
        self.remarks: tuple[str, ...] = (remark,) if remark else ()

    def _open(self) -> TextIO:
        return self._path.open(encoding=self._encoding, newline="")

    def __iter__(self) -> Iterator[SourceRow | TornRow]:
        """
        Raises:
            ImportRefused: the file went away while it was read.
        """
        try:
            with self._open() as file:
                yield from self._rows(_Lines(file))
        except OSError as error:
            raise ImportRefused(f"The file {self._path} cannot be read ({error.strerror}).") from error

    def _rows(self, lines: _Lines) -> Iterator[SourceRow | TornRow]:
        width, delimiter, headings = len(self.headings), self.delimiter, self.headings
        header_seen = False
        while (line := lines.take()) is not None:
            number = lines.number
            if not line.strip():
                continue
            if not header_seen:
                header_seen = True
                continue
            if len(line) >= _LONGEST_LINE:
                yield TornRow(number, f"longer than {_LONGEST_LINE:,} characters", line[:200])
                continue
            if "\0" in line:
                yield TornRow(number, "holds a NUL byte", line.rstrip("\r\n"))
                continue
            if '"' in line:
                found = _quoted(line, lines, delimiter, width)
                if isinstance(found, str):
                    yield TornRow(number, found, line.rstrip("\r\n"))
                    continue
                cells = found
            else:
                cells = line.rstrip("\r\n").split(delimiter)
            if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
                cells = cells[:width]
            if len(cells) != width:
                yield TornRow(number, f"{len(cells)} cells where the first line names {width}", line.rstrip("\r\n"))
            elif len(line) > _LONGEST_CELL and max(map(len, cells)) > _LONGEST_CELL:
                yield TornRow(number, f"a cell longer than {_LONGEST_CELL:,} characters", line[:200])
            else:
                yield SourceRow(number, dict(zip(headings, cells, strict=True)))


class _Lines:
    """The lines of a file, with a look ahead that can be given back."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._ahead: deque[str] = deque()
        self.number = 0
        """Number of the line that `take` gave last, from 1."""

    def _read(self) -> str | None:
        line = self._file.readline(_LONGEST_LINE)
        if not line:
            return None
        if len(line) >= _LONGEST_LINE:
            rest = line
            while rest and not rest.endswith(("\n", "\r")):
                rest = self._file.readline(_LONGEST_LINE)
        return line

    def take(self) -> str | None:
        self.number += 1
        return self._ahead.popleft() if self._ahead else self._read()

    def peek(self, further: int) -> str | None:
        """The line `further` lines after the one that was taken last (1 is the next)."""
        while len(self._ahead) < further:
            line = self._read()
            if line is None:
                return None
            self._ahead.append(line)
        return self._ahead[further - 1]

    def skip(self, count: int) -> None:
        for _ in range(count):
            self.take()


def _quoted(line: str, lines: _Lines, delimiter: str, width: int) -> list[str] | str:
    """The cells of a record with quotes, which may go over several lines; or what is wrong with it.

    A record over several lines counts only when it has the right number of cells: otherwise its quote is torn,
    and the lines after it are rows of their own."""
    text, further = line, 0
    while text.count('"') % 2:
        further += 1
        more = lines.peek(further) if further < _MOST_LINES and len(text) < _LONGEST_LINE else None
        if more is None or "\0" in more:
            return "a quotation mark that is never closed"
        text += more
    if len(text) > _LONGEST_CELL:
        return f"a row with quotes longer than {_LONGEST_CELL:,} characters"
    cells = _cells(text, delimiter)
    if cells is None or (further and len(cells) != width):
        return "a quotation mark in the wrong place" if not further else "a quotation mark that is never closed"
    lines.skip(further)
    return cells


def _cells(text: str, delimiter: str) -> list[str] | None:
    try:
        records = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return records[0] if len(records) == 1 else None


def _encoding_of(path: Path) -> tuple[str, int, str]:
    """(encoding, lines, remark) of a text file, read once from end to end."""
    import codecs

    lines, good = 0, True
    decoder = codecs.getincrementaldecoder("utf-8")()
    western = True
    with path.open("rb") as file:
        mark = file.read(2)
        if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return (
                "utf-16",
                sum(block.count(b"\n") for block in iter(lambda: file.read(_CHUNK), b"")),
                "Read as UTF-16.",
            )
        file.seek(0)
        while block := file.read(_CHUNK):
            lines += block.count(b"\n") or block.count(b"\r")
            if good:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError:
                    good = False
            western = western and not any(byte in block for byte in b"\x81\x8d\x8f\x90\x9d")
    if good:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            good = False
    if good:
        return "utf-8-sig", lines, ""
    name, encoding = ("Windows-1252", "cp1252") if western else ("Latin-1", "latin-1")
    return encoding, lines, f"The file is not UTF-8: it was read as {name}. Look at a few accented names."


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _unique(headings: list[str]) -> tuple[str, ...]:
    """Headings without blanks around them, none empty, none twice."""
    unique: list[str] = []
    for place, heading in enumerate(headings, 1):
        name = heading.strip().strip("\ufeff") or f"column {place}"
        wanted, again = name, 2
        while name in unique:
            name, again = f"{wanted} {again}", again + 1
        unique.append(name)
    return tuple(unique)
