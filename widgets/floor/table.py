"""A table of the dashboard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from widgets.lines import Row
from widgets.safe_text import Line


@dataclass(frozen=True, slots=True)
class Table:
    """A line of headings and the rows below it."""

    head: Line
    rows: tuple[Row, ...]


def fitting(sizes: Iterable[int], cells: int) -> int:
    """How many columns of these sizes have room in so many cells: half a figure is none."""
    return sum(end <= cells for end in accumulate(sizes))
