"""Ids of practice rows."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5


def stable_id(kind: str, name: str) -> str:
    """An id that is the same at every start, so that starting again changes nothing."""
    return str(uuid5(NAMESPACE_URL, f"https://example.com/practice/{kind}/{name}"))
