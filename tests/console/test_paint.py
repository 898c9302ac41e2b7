"""What was painted goes when it is not seen any more, and what is painted is the same."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Sequence

import pytest
from rich.segment import Segment
from textual._styles_cache import StylesCache
from textual.cache import FIFOCache
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


def test_the_caches_of_a_line_are_made_when_they_are_asked_for() -> None:
    ours, theirs = strip(), Strip.__new__(Strip)
    paint.textual_strip(theirs, [Segment("a printer "), Segment("is")], CELLS)
    slots = {slot for slot in Strip.__slots__ if isinstance(getattr(theirs, slot), FIFOCache)}
    assert slots == paint._CACHES.keys()
    assert not any(slot in slots for slot in _filled(ours))
    assert {slot: getattr(ours, slot)._maxsize for slot in slots} == {
        slot: getattr(theirs, slot)._maxsize for slot in slots
    }
    assert sorted(_filled(ours)) == sorted(_filled(theirs))
    assert ours.crop(2, 5) is ours.crop(2, 5), "what is in a cache is found there"
    with pytest.raises(AttributeError):
        _ = ours.nothing  # type: ignore[attr-defined]


def _filled(one: Strip) -> list[str]:
    """The slots that hold something, without asking for what they do not hold."""
    held = []
    for slot in Strip.__slots__:
        try:
            Strip.__dict__[slot].__get__(one)
        except AttributeError:
            continue
        held.append(slot)
    return held
