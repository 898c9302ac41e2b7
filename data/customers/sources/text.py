"""Text files as people really send them: which encoding, and lines that no file can make endless."""

from __future__ import annotations

import codecs
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TextIO

from data.customers.mapping import ImportRefused
from data.customers.sources.rows import SourceRow, TornRow

LONGEST_LINE = 1_000_000
"""Characters of a line that are kept; a line of this length is one that was cut."""
_CHUNK = 1 << 20
_UNUSED_IN_WESTERN = b"\x81\x8d\x8f\x90\x9d"


class Encoding(NamedTuple):
    """How a file is to be read."""

    name: str
    """As Python calls it: utf-8-sig, utf-16, cp1252 or latin-1."""
    lines: int
    remark: str
    """What the person should know, or nothing."""


def encoding_of(path: Path) -> Encoding:
    """The encoding of a text file, which is read once from end to end.

    Raises:
        OSError: it cannot be read.
    """
    lines, good, western = 0, True, True
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        mark = file.read(2)
        if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            lines = sum(block.count(b"\n") for block in iter(lambda: file.read(_CHUNK), b""))
            return Encoding("utf-16", lines, "Read as UTF-16.")
        file.seek(0)
        while block := file.read(_CHUNK):
            lines += block.count(b"\n") or block.count(b"\r")
            if good:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError:
                    good = False
            western = western and not any(byte in block for byte in _UNUSED_IN_WESTERN)
    if good:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            good = False
    if good:
        return Encoding("utf-8-sig", lines, "")
    name, encoding = ("Windows-1252", "cp1252") if western else ("Latin-1", "latin-1")
    return Encoding(encoding, lines, f"The file is not UTF-8: it was read as {name}. Look at a few accented names.")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns what goes wrong while a file is read into a sentence.

    Raises:
        ImportRefused: the file cannot be read, or is another one than a moment ago.
    """
    try:
        yield
    except OSError as error:
        raise ImportRefused(f"The file {path} cannot be read ({error.strerror}).") from error
    except UnicodeError as error:
        raise ImportRefused(
            f"The file {path} was changed or cut short while it was read: import it again when it is whole."
        ) from error


class Lines:
    """The lines of a file, none longer than `LONGEST_LINE`, with a look ahead that can be given back."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._ahead: deque[str] = deque()
        self.number = 0
        """Number of the line that `take` gave last, from 1."""

    def _read(self) -> str | None:
        line = self._file.readline(LONGEST_LINE)
        if not line:
            return None
        if len(line) >= LONGEST_LINE:
            rest = line
            while rest and not rest.endswith(("\n", "\r")):
                rest = self._file.readline(LONGEST_LINE)
        return line

    def take(self) -> str | None:
        """The next line with its end, or None."""
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
        """Pass over lines that were looked at."""
        for _ in range(count):
            self.take()


class LineSource(ABC):
    """A file of customers that is read line by line. Iterating reads it from the beginning."""

    headings: tuple[str, ...] = ()
    expected = 0
    _newline: str | None = None

    def __init__(self, path: Path, encoding: Encoding) -> None:
        self._path = path
        self._encoding = encoding.name
        self.remarks: tuple[str, ...] = (encoding.remark,) if encoding.remark else ()

    @contextmanager
    def _lines(self) -> Iterator[Lines]:
        """
        Raises:
            ImportRefused: the file cannot be read, went away, or was changed while it was read.
        """
        with reading(self._path), self._path.open(encoding=self._encoding, newline=self._newline) as file:
            yield self._lines_of(file)

    def _lines_of(self, file: TextIO) -> Lines:
        return Lines(file)

    def __iter__(self) -> Iterator[SourceRow | TornRow]:
        with self._lines() as lines:
            yield from self._rows(lines)

    @abstractmethod
    def _rows(self, lines: Lines) -> Iterator[SourceRow | TornRow]: ...
