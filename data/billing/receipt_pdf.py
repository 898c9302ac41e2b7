"""A receipt as PDF, drawn with reportlab, which is imported only when one is made (it takes a tenth of a second)."""

from __future__ import annotations

import unicodedata
from collections.abc import Container
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from data.billing.amounts import MoneyError
from data.billing.receipt import Receipt, Row, wrapped

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont

LACKING = "•"
NOTICE = "Letters shown as • are not in the font of this page; the text file beside it has them all."
_SIZE, _LEADING, _MARGIN = 10.0, 14.0, 56.0
_STEP = 5.0
"""Points of one column of indent."""


def receipt_pdf(receipt: Receipt, font: Path | None = None) -> bytes:
    """The receipt on A4 pages; the same receipt gives the same bytes.

    Args:
        font: a TrueType font; None is the one that comes with reportlab, which has the Latin letters of western
            Europe. A letter that it lacks is shown as its base letter (`Z` for `Ż`) or else as •, and then a
            line at the end says so. Right-to-left scripts, which want shaping, count as lacking.

    Raises:
        MoneyError: the font cannot be used.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase.pdfmetrics import stringWidth
    from reportlab.pdfgen.canvas import Canvas

    face = _face(font)
    plain, strong = face.fontName, face.fontName if font is not None else _face(None, bold=True).fontName
    fitted = [_fit(row.left, face) for row in receipt.rows]
    rows = [Row(left, row.right, row.strong, row.indent) for left, row in zip(fitted, receipt.rows, strict=True)]
    if any(left.count(LACKING) > row.left.count(LACKING) for left, row in zip(fitted, receipt.rows, strict=True)):
        rows += [Row(), Row(NOTICE)]
    out = BytesIO()
    width, height = A4
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle(receipt.title)
    y = height - _MARGIN
    for row in rows:
        name = strong if row.strong else plain
        left = _MARGIN + row.indent * _STEP
        taken = stringWidth(row.right, name, _SIZE) + 12 if row.right else 0
        measure = partial(stringWidth, fontName=name, fontSize=_SIZE)
        lines = wrapped(row.left, width - _MARGIN - left - taken, measure) or [""]
        for place, line in enumerate(lines):
            if y < _MARGIN:
                canvas.showPage()
                y = height - _MARGIN
            canvas.setFont(name, _SIZE)
            canvas.drawString(left, y, line)
            if row.right and place == len(lines) - 1:
                canvas.drawRightString(width - _MARGIN, y, row.right)
            y -= _LEADING
    canvas.showPage()
    canvas.save()
    return out.getvalue()


@cache
def _face(path: Path | None, *, bold: bool = False) -> TTFont:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    file = str(path) if path is not None else "VeraBd.ttf" if bold else "Vera.ttf"
    try:
        face = TTFont(f"receipt-{path or ''}-{bold}", file)
    except (TTFError, OSError) as error:
        raise MoneyError(f"The font {file} cannot be used ({error}): name another TrueType file.") from error
    pdfmetrics.registerFont(face)
    return face


def _fit(text: str, face: TTFont) -> str:
    """The text in letters that the font has."""
    has = face.face.charToGlyph
    return "".join(_letter(char, has) for char in unicodedata.normalize("NFC", text))


def _letter(char: str, has: Container[int]) -> str:
    if unicodedata.bidirectional(char) in ("R", "AL", "AN"):
        return LACKING
    if ord(char) in has:
        return char
    if unicodedata.combining(char):
        return ""
    base = unicodedata.normalize("NFKD", char)[0]
    return base if ord(base) in has else LACKING
