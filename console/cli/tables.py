"""Rows of a report as an aligned table and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from console.cli.shared import shown
from data.text.formulas import formula_safe
from widgets.safe_text import Span, fit, width

Cell = str | int | float | None


def table(rows: Sequence[Mapping[str, Cell]]) -> str:
    """An aligned table; 0/0 is a dash."""
    heads = list(rows[0])
    texts = [heads, *([_cell(row[head]) for head in heads] for row in rows)]
    sizes = [max(width([Span(line[at])]) for line in texts) for at in range(len(heads))]
    return "\n".join(
        "  ".join(fit(text, size, "right") for text, size in zip(line, sizes, strict=True)) for line in texts
    )


def _cell(value: Cell) -> str:
    if value is None:
        return "–"
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else shown(str(value))


def csv_text(rows: Sequence[Mapping[str, Cell]]) -> str:
    """CSV with a line of headings; 0/0 is an empty cell, and no text can be run as a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        writer.writerow([formula_safe(shown(value)) if isinstance(value, str) else value for value in row.values()])
    return out.getvalue()
