"""CSV as people really send it.

Lines are taken one by one, so that a quote that is never closed costs its own line and not the rest of the file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from data.customers.mapping import ImportRefused
from data.customers.sources.rows import LONGEST_CELL, MOST_HEADINGS, SourceRow, TornRow
from data.customers.sources.text import LONGEST_LINE, Encoding, Lines, LineSource

_MOST_LINES = 200
"""Lines that one quoted cell may span."""
_DELIMITERS = ",;\t|"


class CsvSource(LineSource):
    """A CSV file: the delimiter is found out, the first line names the columns."""

    _newline = ""

    def __init__(self, path: Path, encoding: Encoding) -> None:
        """
        Raises:
            ImportRefused: the file cannot be read, is empty, or its first line cannot be one of headings.
        """
        super().__init__(path, encoding)
        with self._lines() as lines:
            first = lines.take()
            while first is not None and not first.strip():
                first = lines.take()
        if first is None:
            raise ImportRefused(f"The file {path} is empty: its first line must name the columns.")
        if "\0" in first:
            raise ImportRefused(f"The file {path} is not a text file: save it as CSV (UTF-8) and try again.")
        self.delimiter = max(_DELIMITERS, key=_outside_quotes(first).count)
        headings = _cells(first, self.delimiter) or [first.strip()]
        if len(headings) > MOST_HEADINGS:
            raise ImportRefused(
                f"The first line of {path} names {len(headings):,} columns, more than {MOST_HEADINGS:,}: is it CSV?"
            )
        self.headings = _unique(headings)
        self.expected = max(encoding.lines - 1, 0)

    def _rows(self, lines: Lines) -> Iterator[SourceRow | TornRow]:
        width, delimiter, headings = len(self.headings), self.delimiter, self.headings
        header_seen = False
        while (line := lines.take()) is not None:
            number = lines.number
            if not line.strip():
                continue
            if not header_seen:
                header_seen = True
                continue
            if len(line) >= LONGEST_LINE:
                yield TornRow(number, f"longer than {LONGEST_LINE:,} characters", line[:200])
                continue
            if "\0" in line:
                yield TornRow(number, "holds a NUL byte", line.rstrip("\r\n"))
                continue
            if '"' in line:
                found = _quoted(line, lines, delimiter, width)
                if isinstance(found, str):
                    yield TornRow(number, found, line.rstrip("\r\n"))
                    continue
                cells, line = found
            else:
                cells = line.rstrip("\r\n").split(delimiter)
            if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
                cells = cells[:width]
            if len(cells) != width:
                yield TornRow(number, f"{len(cells)} cells where the first line names {width}", line.rstrip("\r\n"))
            elif len(line) > LONGEST_CELL and max(map(len, cells)) > LONGEST_CELL:
                yield TornRow(number, f"a cell longer than {LONGEST_CELL:,} characters", line[:200])
            else:
                yield SourceRow(number, headings, cells, line)


def _quoted(line: str, lines: Lines, delimiter: str, width: int) -> tuple[list[str], str] | str:
    """The cells of a record with quotes, which may go over several lines, and its text; or what is wrong with it.

    A record over several lines counts only when it has the right number of cells: otherwise its quote is torn,
    and the lines after it are rows of their own."""
    text, further = line, 0
    while text.count('"') % 2:
        further += 1
        more = lines.peek(further) if further < _MOST_LINES and len(text) < LONGEST_LINE else None
        if more is None or "\0" in more:
            return "a quotation mark that is never closed"
        text += more
    if len(text) > LONGEST_CELL:
        return f"a row with quotes longer than {LONGEST_CELL:,} characters"
    cells = _cells(text, delimiter)
    if cells is None or (further and len(cells) != width):
        return "a quotation mark in the wrong place" if not further else "a quotation mark that is never closed"
    lines.skip(further)
    return cells, text


def _cells(text: str, delimiter: str) -> list[str] | None:
    try:
        records = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return records[0] if len(records) == 1 else None


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
