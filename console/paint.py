"""What Textual keeps of what it has painted, held to what is on the screen.

Textual 8.2.8 keeps painted lines longer than anybody sees them, in two places. Both are mended here and nowhere else;
tests/console/test_paint.py tells when Textual has mended them itself and this module can go.

* `StylesCache.get_inner_outer` is remembered by `lru_cache` with the widget's own `StylesCache` as part of the key: the
  lines of the last 1,024 widgets stay in memory (25 MB), closed dialogs and old toasts among them.
* `Strip.divide` puts a line that need not be divided into the line's own cache. A line that holds itself is freed only
  when Python looks for garbage, and each line takes a score of objects: the looks get long and memory grows between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from textual._styles_cache import StylesCache
from textual.color import Color
from textual.strip import Strip
from textual.style import Style

textual_inner_outer = StylesCache.get_inner_outer
textual_divide = Strip.divide


def keep_less() -> None:
    """Put the two in the place of Textual's own, for this process. A second call does nothing new."""
    StylesCache.get_inner_outer = _inner_outer  # type: ignore[method-assign, assignment]
    Strip.divide = _divide  # type: ignore[method-assign, assignment]


@lru_cache(maxsize=1024)
def _grounds(around: Color, background: Color) -> tuple[Style, Style]:
    return Style(background=around + background), Style(background=around)


def _inner_outer(_lines: StylesCache, base_background: Color, background: Color) -> tuple[Style, Style]:
    return _grounds(base_background, background)


def _divide(strip: Strip, cuts: Iterable[int]) -> Sequence[Strip]:
    within = [cut for cut in cuts if cut <= strip.cell_length]
    return [strip] if within == [strip.cell_length] else textual_divide(strip, within)
