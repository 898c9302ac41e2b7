"""JSON Lines: one object a line. Objects and lists inside it are taken apart into headings and texts.

`{"people": [{"name": "Ann", "money": true}]}` gives `people name` and `people money`; a list of texts gives its
heading several times. Numbers keep the digits that stand in the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

from data.customers.mapping import ImportRefused
from data.customers.sources.rows import LONGEST_CELL, MOST_HEADINGS, SourceRow, TornRow
from data.customers.sources.text import LONGEST_LINE, Encoding, Lines, LineSource
from data.text.whole import whole

_DEEPEST = 4
_MOST_TEXTS = 1_000
"""Texts of one row."""
_LONGEST_HEADING = 100


class _Torn(Exception):
    """A line that cannot be a customer; the message is the reason."""


class JsonLinesSource(LineSource):
    """A file of JSON objects, one a line. It is read twice: the names in it are the headings."""

    def __init__(self, path: Path, encoding: Encoding) -> None:
        """
        Raises:
            ImportRefused: the file cannot be read, holds no object, or too many different names.
        """
        super().__init__(path, encoding)
        headings: dict[str, None] = {}
        for row in self:
            self.expected += 1
            if isinstance(row, SourceRow):
                headings.update(dict.fromkeys(row.headings))
            if len(headings) > MOST_HEADINGS:
                raise ImportRefused(
                    f"The objects in {path} have more than {MOST_HEADINGS:,} different names: one object a"
                    " customer is expected, with the same names in each."
                )
        if not headings:
            raise ImportRefused(
                f'The file {path} holds no customer: JSON Lines has one object a line, like {{"name": "Ann"}}.'
            )
        self.headings = tuple(headings)

    def _rows(self, lines: Lines) -> Iterator[SourceRow | TornRow]:
        while (line := lines.take()) is not None:
            if not line or line.isspace():
                continue
            try:
                cells = _cells(line)
                yield SourceRow(lines.number, [name for name, _ in cells], [text for _, text in cells], line)
            except _Torn as reason:
                yield TornRow(lines.number, str(reason), line[:LONGEST_CELL].rstrip("\n"))


def _cells(line: str) -> list[tuple[str, str]]:
    """
    Raises:
        _Torn: not one object, or one that is too large.
    """
    if len(line) >= LONGEST_LINE:
        raise _Torn(f"longer than {LONGEST_LINE:,} characters")
    try:
        held = _DECODER.decode(line.rstrip())
    except RecursionError:
        raise _Torn("too many objects inside each other") from None
    except ValueError as error:
        where = f", at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise _Torn(f"not JSON{where}: one object a line is expected") from None
    if not isinstance(held, dict):
        raise _Torn('not an object: each line should look like {"name": …}')
    cells: list[tuple[str, str]] = []
    _take("", held, cells, 0)
    return cells


@lru_cache(maxsize=2 * MOST_HEADINGS)
def _heading(outer: str, name: str) -> str:
    heading = whole(f"{outer} {name.strip()}".strip()) or "nameless"
    if len(heading) > _LONGEST_HEADING or "\0" in heading:
        raise _Torn(f"a name longer than {_LONGEST_HEADING} characters, or with a NUL character")
    return heading


def _take(heading: str, value: Any, cells: list[tuple[str, str]], depth: int) -> None:
    """Append the texts of a value."""
    if depth > _DEEPEST:
        raise _Torn("too many objects inside each other")
    if isinstance(value, dict):
        # What is said of somebody follows the name.
        for name, part in sorted(value.items(), key=_is_no_name) if depth else value.items():
            _take(_heading(heading, name), part, cells, depth + 1)
    elif isinstance(value, list):
        for part in value:
            _take(heading, part, cells, depth + 1)
    else:
        text = "" if value is None else str(value).lower() if isinstance(value, bool) else whole(value)
        if "\0" in text:
            raise _Torn("holds a NUL character")
        if len(text) > LONGEST_CELL:
            raise _Torn(f"a text longer than {LONGEST_CELL:,} characters")
        cells.append((heading, text))
        if len(cells) > _MOST_TEXTS:
            raise _Torn(f"more than {_MOST_TEXTS:,} texts")


def _is_no_name(item: tuple[str, Any]) -> bool:
    return item[0].lower() != "name"


def _no_number(written: str) -> NoReturn:
    raise ValueError(f"{written} is no number of JSON")


_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_no_number)
