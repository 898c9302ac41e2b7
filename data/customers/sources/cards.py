"""vCards as rows: each property of a card under the heading that says what it is to a customer.

What has no field of its own is kept under its name in the card (`X-ACCOUNT`), so that a mapping can name it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from data.customers.mapping import ImportRefused
from data.customers.sources.rows import LONGEST_CELL, MOST_HEADINGS, SourceRow, TornRow
from data.customers.sources.text import Encoding, Lines, LineSource
from data.customers.sources.vcard import Card, Property, TornCard, cards, plain, texts

_PLAIN = {
    "UID": "id",
    "NOTE": "notes",
    "BDAY": "birthday",
    "TITLE": "title",
    "ROLE": "role",
    "NICKNAME": "nickname",
    "CATEGORIES": "categories",
}
_IGNORED = (
    *(
        "BEGIN",
        "END",
        "VERSION",
        "N",
        "REV",
        "PRODID",
        "SORT-STRING",
        "CLIENTPIDMAP",
        "SOURCE",
        "XML",
        "PROFILE",
        "NAME",
    ),
    *(
        "MAILER",
        "CLASS",
        "TZ",
        "GEO",
        "KIND",
        "CALURI",
        "CALADRURI",
        "FBURL",
        "PHOTO",
        "LOGO",
        "SOUND",
        "KEY",
        "AGENT",
    ),
    *("LABEL", "X-ABLABEL", "X-ABADR", "X-ABSHOWAS", "X-ABUID"),
)
_READ = ("FN", "ORG", "TEL", "EMAIL", "ADR", "URL")
_KNOWN = frozenset((*_PLAIN, *_IGNORED, *_READ))
_HEADINGS = (
    *("id", "name", "company", "department", "other company", "phone", "mobile", "fax", "email", "street", "city"),
    *("state", "postcode", "country", "other address", "website", "other website", "notes", "birthday", "title"),
    *("role", "nickname", "categories"),
)
_BEGINS = re.compile(r"(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)\s*[:;]")
_EXTENSION = re.compile(r";ext=([0-9]+)", re.IGNORECASE)


class VcardSource(LineSource):
    """A file of vCards. It is read twice: the properties that it has are headings."""

    def __init__(self, path: Path, encoding: Encoding) -> None:
        """
        Raises:
            ImportRefused: the file cannot be read, holds no card, or too many different properties.
        """
        super().__init__(path, encoding)
        self._fallback = encoding.name if encoding.name in ("cp1252", "latin-1") else "cp1252"
        if encoding.name != "utf-16":
            self._encoding = "latin-1"
            if encoding.remark:
                self.remarks = (
                    "Not all of the file is UTF-8: texts without a charset were read as Windows-1252 where they must be.",
                )
        own: dict[str, None] = {}
        with self._lines() as lines:
            while (line := lines.take()) is not None:
                found = _BEGINS.match(line.lstrip("\xef\xbb\xbf"))
                name = found[1].upper() if found is not None else ""
                self.expected += name == "BEGIN"
                if name and len(own) <= MOST_HEADINGS and len(name) < 100:
                    own[name] = None
        if not self.expected:
            raise ImportRefused(f"The file {path} holds no vCard: each begins with BEGIN:VCARD.")
        kept = [name for name in own if name not in _KNOWN]
        if len(kept) > MOST_HEADINGS - len(_HEADINGS):
            raise ImportRefused(f"The cards in {path} have more than {MOST_HEADINGS:,} different properties.")
        self._own = frozenset(kept)
        self.headings = (*_HEADINGS, *kept)

    def _lines_of(self, file: TextIO) -> Lines:
        return _Octets(file) if self._encoding == "utf-16" else Lines(file)

    def _rows(self, lines: Lines) -> Iterator[SourceRow | TornRow]:
        return map(self._row, cards(lines, "utf-8", self._fallback))

    def _row(self, card: Card | TornCard) -> SourceRow | TornRow:
        if isinstance(card, TornCard):
            return TornRow(*card)
        if any(one.name == "KIND" and one.value.strip().upper() == "GROUP" for one in card.properties):
            return TornRow(card.line, "a list of other cards, not a customer", card.written[:LONGEST_CELL])
        cells = [cell for cell in _cells(card, self._own) if cell[1]]
        if any(len(text) > LONGEST_CELL for _, text in cells):
            return TornRow(card.line, f"a text longer than {LONGEST_CELL:,} characters", card.written[:200])
        return SourceRow(card.line, [name for name, _ in cells], [text for _, text in cells], card.written)


class _Octets(Lines):
    """The lines of a UTF-16 file as if it were UTF-8, one character a byte."""

    def _read(self) -> str | None:
        line = super()._read()
        return line.encode("utf-8", "replace").decode("latin-1") if line is not None else None


def _cells(card: Card, own: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What a card says, heading by heading."""
    by_name: dict[str, list[Property]] = {}
    for one in card.properties:
        by_name.setdefault(one.name, []).append(one)
    for names in by_name.values():
        names.sort(key=_preference)
    labels = {one.group: one.value.upper() for one in by_name.get("X-ABLABEL", ()) if one.group}

    def written(name: str) -> Iterable[str]:
        return (plain(one.value, card.version) for one in by_name.get(name, ()))

    yield (
        "name",
        next((name for name in written("FN") if name), "") or _joined_name(by_name.get("N", ()), card.version),
    )
    for place, one in enumerate(by_name.get("ORG", ())):
        company, *units = texts(one.value, ";", card.version)
        yield "other company" if place else "company", company
        yield "department", ", ".join(unit for unit in units if unit)
    for one in by_name.get("TEL", ()):
        yield _phone_kind(one, labels.get(one.group, "")), _number(plain(one.value, card.version))
    for address in written("EMAIL"):
        yield "email", address.removeprefix("mailto:")
    for place, one in enumerate(by_name.get("ADR", ())):
        yield from _address(texts(one.value, ";", card.version), first=not place)
    for place, address in enumerate(written("URL")):
        yield "other website" if place else "website", address
    for name, heading in _PLAIN.items():
        for text in written(name):
            yield heading, text
    for name in by_name:
        if name in own:
            yield from ((name, text) for text in written(name))


def _preference(one: Property) -> int:
    """0 to 100, what is preferred first: PREF=1 of 4.0, TYPE=PREF of the older ones."""
    if "PREF" in one.parameters.get("TYPE", ()):
        return 0
    (text, *_) = one.parameters.get("PREF", ("100",))
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else 100


def _joined_name(names: Iterable[Property], version: str) -> str:
    """`Dr Ann Lee`: prefix, given, additional and family name of the N property."""
    for one in names:
        family, given, additional, prefix, suffix = (*texts(one.value, ";", version), "", "", "", "", "")[:5]
        return " ".join(part for part in (prefix, given, additional, family, suffix) if part)
    return ""


def _phone_kind(one: Property, label: str) -> str:
    kinds = {*one.parameters.get("TYPE", ()), *label.strip("_$!<>").split()}
    if any("FAX" in kind for kind in kinds):
        return "fax"
    return "mobile" if kinds & {"CELL", "MOBILE", "IPHONE"} else "phone"


def _number(text: str) -> str:
    """A number that may be a `tel:` address."""
    if text[:4].lower() != "tel:":
        return text
    extension = _EXTENSION.search(text)
    return text[4:].partition(";")[0] + (f" ext. {extension[1]}" if extension is not None else "")


def _address(parts: list[str], *, first: bool) -> Iterator[tuple[str, str]]:
    box, extended, street, city, state, postcode, country = (*parts, *[""] * 7)[:7]
    line = ", ".join(part for part in (box, extended, street) if part)
    if first:
        yield from (
            ("street", line),
            ("city", city),
            ("state", state),
            ("postcode", postcode),
            ("country", country),
        )
    else:
        yield "other address", ", ".join(part for part in (line, city, state, postcode, country) if part)
