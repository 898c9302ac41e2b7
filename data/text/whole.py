"""Halves of characters (lone surrogates): Python can hold them, no file, pipe or terminal can. They come in with
wrongly decoded text and are replaced at the doors: the save, the draft, the search, the ops."""

from __future__ import annotations

import re
from typing import Any

_HALF = re.compile("[\ud800-\udfff]")


def whole(text: str) -> str:
    """The text with each half of a character replaced by U+FFFD; text without one is the same object."""
    return text if text.isascii() else _HALF.sub("\N{REPLACEMENT CHARACTER}", text)


def whole_body(value: Any) -> Any:
    """`whole` on every string inside a JSON-like value, keys too."""
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, list | tuple):
        return [whole_body(part) for part in value]
    if isinstance(value, dict):
        return {whole(key): whole_body(part) for key, part in value.items()}
    return value
