"""Nodes that are down, as they are typed and read in a report. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from data.models.queue_report import NodeDown

_BETWEEN = re.compile(r"[,;\n]")
_PARTS = re.compile(r"\s+[·/–-]\s+|\s*[·/]\s*")


def nodes_of(typed: str) -> tuple[NodeDown, ...]:
    """`RP-09 · Ridgeport, MB-02 Millbrook`: parted by commas; the first word is the node, the rest its city."""
    found: dict[str, NodeDown] = {}
    for part in _BETWEEN.split(typed):
        text = " ".join(part.split())
        node, _, city = _PARTS.sub(" ", text, count=1).strip().partition(" ")
        if node:
            found.setdefault(node.casefold(), NodeDown(node=node, city=city.strip()))
    return tuple(found.values())


def nodes_text(nodes: Iterable[NodeDown]) -> str:
    """The opposite of `nodes_of`."""
    return ", ".join(" · ".join(part for part in (one.node, one.city) if part) for one in nodes)
