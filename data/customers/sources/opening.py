"""Which format a file of customers has: by its name, else by how it begins."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from pathlib import Path

from data.customers.mapping import ImportRefused
from data.customers.sources.cards import VcardSource
from data.customers.sources.csv_file import CsvSource
from data.customers.sources.json_lines import JsonLinesSource
from data.customers.sources.rows import Source
from data.customers.sources.text import Encoding, encoding_of, reading

_BY_NAME: dict[str, Callable[[Path, Encoding], Source]] = {
    **dict.fromkeys((".csv", ".tsv"), CsvSource),
    **dict.fromkeys((".vcf", ".vcard"), VcardSource),
    **dict.fromkeys((".jsonl", ".ndjson"), JsonLinesSource),
}
_HEAD = 4096
_CARD = re.compile(r"\s*BEGIN\s*:\s*VCARD\b", re.IGNORECASE)


def open_source(path: Path) -> Source:
    """The customers of a CSV file, vCards or JSON Lines. A file that begins as a vCard is one, whatever its name.

    Raises:
        ImportRefused: the file cannot be read or used; the message says why.
    """
    with reading(path):
        if path.exists() and not path.is_file() and not path.is_dir():
            raise ImportRefused(f"{path} is no plain file: save its content to a file and import that.")
        with path.open("rb") as file:
            head = file.read(_HEAD)
    text = head.decode(
        "utf-16" if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig", "replace"
    )
    kind = VcardSource if _CARD.match(text) else _BY_NAME.get(path.suffix.lower())
    if kind is None:
        kind = JsonLinesSource if text.lstrip().startswith("{") else CsvSource
    with reading(path):
        encoding = encoding_of(path)
    return kind(path, encoding)
