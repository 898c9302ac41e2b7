"""What was painted goes when it is not seen any more, and what is painted is the same."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Sequence

import pytest
from rich.segment import Segment
from textual._styles_cache import StylesCache
from textual.color import Color
from textual.strip import Strip

from console import paint

CELLS = 12
CUTS: list[list[int]] = [[], [4], [CELLS], [4, CELLS], [4, 7, CELLS], [CELLS, 20], [20], [4, 20]]
Divide = Callable[[Strip, Iterable[int]], Sequence[Strip]]


@pytest.fixture(autouse=True)
def _painted() -> None:
    paint.keep_less()


def strip() -> Strip:
    return Strip([Segment("a printer "), Segment("is")], CELLS)


def kept(divide: Divide) -> int:
    """How many lines are left alive of ten that were painted over their whole width, unless garbage is looked for."""
    gc.collect()
    gc.disable()
    try:
        before = _alive()
        for _ in range(10):
            divide(strip(), [CELLS])
        return _alive() - before
    finally:
        gc.enable()


def _alive() -> int:
    return sum(isinstance(one, Strip) for one in gc.get_objects())


def test_a_line_that_is_not_divided_does_not_hold_itself() -> None:
    assert kept(Strip.divide) == 0


def test_textual_still_needs_that() -> None:
    """When this fails, console/paint.py has one reason less."""
    assert kept(paint.textual_divide) == 10
    assert hasattr(paint.textual_inner_outer, "cache_info")


@pytest.mark.parametrize("cuts", CUTS)
def test_lines_are_divided_as_textual_does(cuts: list[int]) -> None:
    assert [*Strip.divide(strip(), cuts)] == [*paint.textual_divide(strip(), cuts)]


def test_grounds_are_as_textual_has_them_and_shared() -> None:
    around, background = Color.parse("#102030"), Color.parse("#ffffff80")
    cache = StylesCache()
    ours = cache.get_inner_outer(around, background)
    assert ours == paint.textual_inner_outer(cache, around, background)
    assert StylesCache().get_inner_outer(around, background) is ours
    paint.textual_inner_outer.cache_clear()  # type: ignore[attr-defined]
