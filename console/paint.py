"""What Textual paints and what it keeps of that, held to what is on the screen and has changed.

Textual 8.2.8 keeps painted lines longer than anybody sees them, in two places, and more beside each line than the line
itself; and it goes through widgets of which nothing changed. All are mended here and nowhere else;
tests/console/test_paint.py tells when Textual has mended them itself and this module can go.

* `StylesCache.get_inner_outer` is remembered by `lru_cache` with the widget's own `StylesCache` as part of the key: the
  lines of the last 1,024 widgets stay in memory (25 MB), closed dialogs and old toasts among them.
* `Strip.divide` puts a line that need not be divided into the line's own cache. A line that holds itself is freed only
  when Python looks for garbage, and each line takes a score of objects: the looks get long and memory grows between them.
* A `Strip` makes seven caches, 1 KB and fourteen objects, of which few are ever asked. Here each is made when it is.
* Places that were worked out are remembered by the thousand, which a shift fills bit by bit, of dialogs that are long closed.
  They are forgotten at rests, since a screen has a hundred.
* `Compositor` draws every widget between the highest changed line and the lowest, to throw away the lines that did not
  change. The clock on top and a figure at the bottom are enough for that: the whole screen four times a second.
* A dialog keeps the picture of what lies under it. Of several that stand over each other only the one on top is told
  that something there has changed, and it takes the picture of the one below: under two dialogs everything stood still."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from rich.segment import Segment
from textual._compositor import Compositor
from textual._styles_cache import StylesCache
from textual.cache import FIFOCache
from textual.color import Color
from textual.css.scalar import Scalar
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.style import Style

textual_inner_outer = StylesCache.get_inner_outer
textual_divide = Strip.divide
textual_strip = Strip.__init__
textual_chops = Compositor._render_chops
textual_refresh = Screen._compositor_refresh
_CACHES = {
    "_divide_cache": 4, "_crop_cache": 16, "_style_cache": 16, "_filter_cache": 4, "_line_length_cache": 4,
    "_crop_extend_cache": 4, "_offsets_cache": 4,
}  # fmt: skip
"""The caches of a line and how much each holds, as in Textual."""


def keep_less() -> None:
    """Put these in the place of Textual's own, for this process. A second call does nothing new."""
    StylesCache.get_inner_outer = _inner_outer  # type: ignore[method-assign, assignment]
    Strip.divide = _divide  # type: ignore[method-assign, assignment]
    Strip.__init__ = _strip  # type: ignore[method-assign, assignment]
    Strip.__getattr__ = _cache  # type: ignore[attr-defined]
    Compositor._render_chops = _chops  # type: ignore[method-assign, assignment]
    Screen._compositor_refresh = _refresh  # type: ignore[method-assign, assignment]


def forget() -> None:
    """Let go of places that were worked out: those of what is on the screen are worked out again, in half a millisecond."""
    for kind in (Region, Scalar):
        for work in vars(kind).values():
            if (clear := getattr(work, "cache_clear", None)) is not None:
                clear()


@lru_cache(maxsize=1024)
def _grounds(around: Color, background: Color) -> tuple[Style, Style]:
    return Style(background=around + background), Style(background=around)


def _inner_outer(_lines: StylesCache, base_background: Color, background: Color) -> tuple[Style, Style]:
    return _grounds(base_background, background)


def _divide(strip: Strip, cuts: Iterable[int]) -> Sequence[Strip]:
    within = [cut for cut in cuts if cut <= strip.cell_length]
    return [strip] if within == [strip.cell_length] else textual_divide(strip, within)


def _strip(strip: Strip, segments: Iterable[Segment], cell_length: int | None = None) -> None:
    strip._segments = list(segments)
    strip._cell_length = cell_length
    strip._render_cache = strip._link_ids = strip._cell_count = None


def _cache(strip: Strip, name: str) -> FIFOCache[Any, Any]:
    """A cache that is asked for the first time."""
    if name not in _CACHES:
        raise AttributeError(name)
    cache: FIFOCache[Any, Any] = FIFOCache(_CACHES[name])
    setattr(strip, name, cache)
    return cache


def _chops(
    compositor: Compositor, crop: Region, is_rendered_line: Callable[[int], bool]
) -> Sequence[Mapping[int, Strip]]:
    """What is drawn anew, from the widgets that stand in a line which is."""
    lines = [y for y in crop.line_range if is_rendered_line(y)]
    _ = compositor.cuts  # reckoned from all that is seen, and kept
    placed = compositor.visible_widgets
    there = {
        widget: (region, clip)
        for widget, (region, clip) in placed.items()
        if (seen := region.intersection(clip)) and bisect_left(lines, seen.y) < bisect_left(lines, seen.bottom)
    }
    compositor._visible_widgets = there
    try:
        return textual_chops(compositor, crop, is_rendered_line)
    finally:
        # another one is there when something that was drawn asked for its place, and all were laid out anew
        if compositor._visible_widgets is there:
            compositor._visible_widgets = placed


def _refresh(screen: Screen[Any]) -> None:
    """Bring what has changed to the terminal; whatever stands over a screen that is not on top keeps it no longer."""
    app, changed = screen.app, screen._compositor._dirty_regions
    if changed and screen is not app.screen and screen in (under := app._background_screens):
        for over in under[under.index(screen) + 1 :]:
            over._set_dirty(*changed)
    textual_refresh(screen)
