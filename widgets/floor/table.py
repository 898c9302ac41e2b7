"""A table of the dashboard."""

from __future__ import annotations

from dataclasses import dataclass

from widgets.lines import Row
from widgets.safe_text import Line


@dataclass(frozen=True, slots=True)
class Table:
    """A line of headings and the rows below it."""

    head: Line
    rows: tuple[Row, ...]
