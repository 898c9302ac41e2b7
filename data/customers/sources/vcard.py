"""vCards 2.1, 3.0 and 4.0 (versit 1996, RFC 2426, RFC 6350) taken apart: cards, their properties, their texts.

Lines come as one character a byte (Latin-1): a fold may cut a character in two, and each property may have a
charset of its own. No library that is installed reads vCards, and those on the registry read one version or raise
on the first odd line; what is read here is what a customer needs. Pictures and keys are passed over as they come."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from data.customers.sources.rows import LONGEST_CELL
from data.customers.sources.text import LONGEST_LINE, Lines
from data.text.whole import whole

_LONGEST_CARD = 1_000_000
_MOST_LINES = 10_000
_PROPERTY = re.compile(r'((?:[A-Za-z0-9-]+\.)?)([A-Za-z0-9-]+)\s*((?:;(?:[^:;"]|"[^"]*")*)*):', re.DOTALL)
_PARAMETER = re.compile(r'(?:[^;"]|"[^"]*")+', re.DOTALL)
_ENCODINGS = frozenset({"QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"})
_PASSED = frozenset({"PHOTO", "LOGO", "SOUND", "KEY", "AGENT"})
"""Pictures, keys, and cards inside a card."""
_QUOTED_PRINTABLE = re.compile(r";\s*(?:ENCODING\s*=\s*)?\"?QUOTED-PRINTABLE", re.IGNORECASE)
_BASE64 = re.compile(r";\s*(?:ENCODING\s*=\s*)?\"?(?:BASE64|B)\"?\s*[;:]", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED_2 = re.compile(r"\\([;,:\\])")


class Property(NamedTuple):
    """One line of a card, unfolded."""

    group: str
    name: str
    """In capitals."""
    parameters: Mapping[str, tuple[str, ...]]
    """Names and values in capitals; what stands alone (`TEL;HOME`) is a TYPE."""
    value: str
    """Decoded, with the escapes still in it."""


class Card(NamedTuple):
    """One vCard."""

    line: int
    version: str
    properties: tuple[Property, ...]
    written: str


class TornCard(NamedTuple):
    """What should have been a card, and why it is none."""

    line: int
    reason: str
    written: str


class _Torn(Exception):
    """Why a card is none."""


def cards(lines: Lines, charset: str, fallback: str) -> Iterator[Card | TornCard]:
    """The cards of a file.

    Args:
        lines: of a file opened as Latin-1.
        charset: of texts that name none.
        fallback: of those that are not in it after all.
    """
    stray: tuple[int, str] | None = None
    line = lines.take()
    while line is not None:
        if not line.isspace():
            if _is(line, "BEGIN"):
                yield from _stray(stray)
                stray = None
                first = lines.number
                try:
                    yield _card(first, _physical(lines), charset, fallback)
                except _Torn as reason:
                    yield TornCard(first, str(reason), line[:LONGEST_CELL])
            elif stray is None:
                stray = lines.number, line
        line = lines.take()
    yield from _stray(stray)


def _stray(stray: tuple[int, str] | None) -> Iterator[TornCard]:
    if stray is not None:
        yield TornCard(stray[0], "text that belongs to no card: BEGIN:VCARD is missing before it", stray[1][:200])


def _is(line: str, edge: str) -> bool:
    """Whether a line is BEGIN:VCARD or END:VCARD."""
    name, _, value = line.partition(":")
    return value.strip().upper() == "VCARD" and name.strip().lstrip("\xef\xbb\xbf").upper() == edge


def _physical(lines: Lines) -> list[str]:
    """The lines of a card up to its END, without pictures and inner cards. The next card's BEGIN is left to the next.

    Raises:
        _Torn: the card does not end, or is too long.
    """
    kept: list[str] = []
    size, inner, passing, last = 0, 0, False, ""
    while True:
        ahead = lines.peek(1)
        begins = ahead is not None and _is(ahead, "BEGIN")
        if begins and last.rstrip().upper() != "AGENT:":
            raise _Torn("the card does not end: END:VCARD is missing")
        line = lines.take()
        if line is None:
            raise _Torn("the card does not end: END:VCARD is missing, the file may be cut short")
        last = line
        if begins or inner:
            inner += begins - _is(line, "END")
            continue
        if _is(line, "END"):
            break
        found = _PROPERTY.match(line) if line[0] not in " \t" else None
        if found is not None:
            passing = found[2].upper() in _PASSED
        if not passing:
            size += len(line)
            if size < _LONGEST_CARD and len(line) < LONGEST_LINE and len(kept) < _MOST_LINES:
                kept.append(line)
            else:
                size = _LONGEST_CARD
    if size >= _LONGEST_CARD:
        raise _Torn(f"a card longer than {_LONGEST_CARD:,} characters or {_MOST_LINES:,} lines")
    return kept


def _card(first: int, physical: list[str], charset: str, fallback: str) -> Card:
    """
    Raises:
        _Torn: a line is no property, or holds bytes that are no text.
    """
    version = next((line.partition(":")[2].strip() for line in physical if line[:8].upper() == "VERSION:"), "2.1")
    old = version.startswith("2")
    properties = [_property(line, charset, fallback) for line in _unfolded(physical, old)]
    return Card(first, version, tuple(properties), "".join(physical))


def _unfolded(physical: list[str], old: bool) -> Iterator[str]:
    """Whole lines. Since 3.0 a fold is a line end and one blank; 2.1 folds where a blank already was, except in
    base64; quoted-printable goes on after a line that ends with `=`."""
    pieces: list[str] = []
    soft = blank_stays = False
    for line in physical:
        text = line.rstrip("\r\n")
        if soft:
            pieces[-1] = pieces[-1][:-1]
            pieces.append(text)
        elif pieces and text[:1] in (" ", "\t"):
            pieces.append(text if blank_stays else text[1:])
        else:
            if pieces:
                yield "".join(pieces)
            pieces = [text] if text else []
            head = text.partition(":")[0] + ":"
            quoted = bool(_QUOTED_PRINTABLE.search(head))
            blank_stays = old and not _BASE64.search(head)
        soft = bool(pieces) and quoted and text.endswith("=")
    if pieces:
        yield "".join(pieces)


def _property(line: str, charset: str, fallback: str) -> Property:
    """
    Raises:
        _Torn: it is no property.
    """
    found = _PROPERTY.match(line)
    if found is None:
        raise _Torn(f"a line that is no property: {line[:40]!a}")
    parameters: dict[str, tuple[str, ...]] = {}
    for written in _PARAMETER.findall(found[3]):
        name, _, value = written.replace('"', "").upper().partition("=")
        key, value = (name.strip(), value) if value else ("TYPE", name)
        if value.strip() in _ENCODINGS:
            key = "ENCODING"
        parameters[key] = (*parameters.get(key, ()), *(part.strip() for part in value.split(",")))
    text = _text(line[found.end() :], found[2], parameters, charset, fallback)
    return Property(found[1].rstrip(".").upper(), found[2].upper(), parameters, text)


def _text(raw: str, name: str, parameters: Mapping[str, tuple[str, ...]], charset: str, fallback: str) -> str:
    """
    Raises:
        _Torn: it is not in its charset, or holds a NUL.
    """
    octets = raw.encode("latin-1")
    coded = parameters.get("ENCODING", ("",))[0]
    if coded == "QUOTED-PRINTABLE":
        octets = quopri.decodestring(octets)
    elif coded in ("B", "BASE64"):
        try:
            octets = binascii.a2b_base64(octets)
        except binascii.Error:
            raise _Torn(f"{name} is not base64") from None
    named = parameters.get("CHARSET", ("",))[0]
    try:
        text = octets.decode(named) if named else _decoded(octets, charset, fallback)
    except (LookupError, ValueError, TypeError):
        # Some of Python's codecs are no charsets, and raise what they like.
        raise _Torn(f"{name} is not in its charset {named[:20]!a}") from None
    if "\0" in text:
        raise _Torn(f"{name} holds a NUL character")
    return whole(text.replace("\r\n", "\n").replace("\r", "\n"))


def _decoded(octets: bytes, charset: str, fallback: str) -> str:
    try:
        return octets.decode(charset)
    except UnicodeDecodeError:
        return octets.decode(fallback)


def texts(value: str, separator: str, version: str) -> list[str]:
    """The parts of a structured value (`;`) or of a list (`,`), without their escapes."""
    parts, start = [], 0
    for found in re.finditer(rf"\\.|{separator}", value, re.DOTALL):
        if found[0] == separator:
            parts.append(value[start : found.start()])
            start = found.end()
    return [plain(part, version) for part in (*parts, value[start:])]


def plain(value: str, version: str) -> str:
    """A text without its escapes. In 2.1 a backslash before a letter is one (`C:\\\\new`)."""
    if "\\" not in value:
        return value.strip()
    if version.startswith("2"):
        return _ESCAPED_2.sub(r"\1", value).strip()
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value).strip()
