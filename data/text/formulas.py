"""Text on its way into a spreadsheet: it must not be run there."""

from __future__ import annotations

_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n")


def formula_safe(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would otherwise run it as a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_BEGINNINGS) else text
