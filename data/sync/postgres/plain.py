"""Text that PostgreSQL cannot hold: the character NUL. It goes in as two others and comes back as it was."""

from __future__ import annotations

import json
from typing import Any

from data.text.whole import whole

_MARK = "\U000f0000"
"""A character for private use, which stands before what was replaced."""
_NUL, _ITSELF = f"{_MARK}0", f"{_MARK}1"


def held(text: str) -> str:
    """A text as PostgreSQL holds it."""
    text = whole(text)
    if "\0" in text or _MARK in text:
        return text.replace(_MARK, _ITSELF).replace("\0", _NUL)
    return text


def given(text: str) -> str:
    """The opposite of `held`."""
    return text.replace(_NUL, "\0").replace(_ITSELF, _MARK)


def to_json(value: Any) -> str:
    """JSON that PostgreSQL holds."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if "\\u0000" in text or _MARK in text:
        return json.dumps(_through(value, held), ensure_ascii=False)
    return text


def from_json(text: str | bytes) -> Any:
    """The opposite of `to_json`."""
    value = json.loads(text)
    if _MARK in (text if isinstance(text, str) else text.decode()):
        return _through(value, given)
    return value


def _through(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list | tuple):
        return [_through(part, change) for part in value]
    if isinstance(value, dict):
        return {change(key): _through(part, change) for key, part in value.items()}
    return value
