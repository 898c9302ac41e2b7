"""Reading queue_log files from disk, page by page, whatever their size: plain, .gz or .xz."""

from __future__ import annotations

import gzip
import lzma
import zlib
from collections.abc import Iterator, Sequence
from io import BufferedIOBase, BufferedReader
from pathlib import Path
from typing import NamedTuple

LONGEST_LINE = 16 * 1024 * 1024
"""Bytes. A longer line is passed over without being held in memory."""
_CHUNK = 256 * 1024
_GZIP = b"\x1f\x8b"
_XZ = b"\xfd7zXZ\x00"
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class QueueLogError(Exception):
    """A queue_log file cannot be read; the message is one sentence for a person."""


class Page(NamedTuple):
    """Some lines that stand together."""

    first: int
    """Number of the first line, from 1."""
    lines: list[bytes | None]
    """Without their line ends; None for a line longer than LONGEST_LINE."""
    tail: bytes | None
    """In the last page, what stands after the last line end (empty when the file ends with one); else None."""
    done: int
    """Bytes of the file on disk that have been read so far."""


def check_readable(files: Sequence[Path]) -> int:
    """See that every file can be read, before the first one is.

    Returns:
        their size together, in bytes on disk.

    Raises:
        QueueLogError: one is missing, a folder, or may not be read.
    """
    total = 0
    for path in files:
        try:
            if path.is_dir():
                raise QueueLogError(f"{path} is a folder: name the queue_log files in it.")
            total += path.stat().st_size
            if path.is_file():
                path.open("rb").close()
        except OSError as error:
            raise _sentence(path, error) from error
    return total


def _sentence(path: Path, error: Exception) -> QueueLogError:
    if isinstance(error, FileNotFoundError):
        return QueueLogError(f"There is no file {path}: check the path and try again.")
    if isinstance(error, PermissionError):
        return QueueLogError(f"This user may not read {path}: ask for read permission on it and try again.")
    if isinstance(error, OSError) and error.strerror:
        return QueueLogError(f"{path} cannot be read ({error.strerror}): check the disk and try again.")
    return QueueLogError(
        f"{path} is not a whole compressed file: copy it again. What was read before the damage is kept, and "
        "importing the good copy adds only what is missing."
    )


def _unpacked(raw: BufferedReader) -> BufferedIOBase:
    start = raw.peek(len(_XZ))
    if start.startswith(_GZIP):
        return gzip.GzipFile(fileobj=raw)
    if start.startswith(_XZ):
        return lzma.LZMAFile(raw)
    return raw


def pages(path: Path, size: int = 1000) -> Iterator[Page]:
    """The lines of a file in pages of at most `size`; the last page, perhaps an empty one, has the tail.

    Raises:
        QueueLogError: the file cannot be read, or its compression is damaged. Pages before that were given.
    """
    number, done = 1, 0
    waiting: list[bytes | None] = []
    try:
        with path.open("rb") as raw:
            source = _unpacked(raw)
            tail, skipping, first = b"", False, True
            while chunk := source.read(_CHUNK):
                if first:
                    chunk, first = _without_mark(chunk), False
                parts = chunk.split(b"\n")
                parts[0] = tail + parts[0]
                tail = parts.pop()
                if skipping and parts:
                    skipping = False
                    waiting.append(None)
                    waiting += parts[1:]
                else:
                    waiting += parts
                if skipping or len(tail) > LONGEST_LINE:
                    tail, skipping = b"", True
                done = raw.tell() if raw.seekable() else done + len(chunk)
                while len(waiting) > size:
                    yield Page(number, waiting[:size], None, done)
                    del waiting[:size]
                    number += size
            if skipping:
                waiting.append(None)
            yield Page(number, waiting, tail, done)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise _sentence(path, error) from error


def _without_mark(chunk: bytes) -> bytes:
    for mark in _BYTE_ORDER_MARKS:
        chunk = chunk.removeprefix(mark)
    return chunk
