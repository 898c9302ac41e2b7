"""What was painted goes when it is not seen any more, and what is painted is the same."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from textual._compositor import Compositor
from textual._styles_cache import StylesCache
from textual.app import ComposeResult
from textual.cache import FIFOCache
from textual.color import Color
from textual.containers import Container, Horizontal
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

from console import paint
from console.screens.modal import ReadDialog
from tests.widgets.stage import Stage
from widgets.lines import Lines
from widgets.pane import Pane
from widgets.safe_text import line

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


class _Counted(Lines):
    """Knows how often it was gone through."""

    looks = 0

    def render_lines(self, crop: Region) -> list[Strip]:
        self.looks += 1
        return super().render_lines(crop)


class _Part(Pane):
    pane_name = "Part"

    def compose_body(self) -> ComposeResult:
        yield _Counted()

    def focus_target(self) -> Lines:
        return self.query_one(Lines)


class _Whole(Container):
    """Panes over and beside each other, between a line on top and one below."""

    DEFAULT_CSS = "_Whole { Lines.bar { height: 1; } Horizontal { height: 1fr; } }"

    def compose(self) -> ComposeResult:
        yield Lines(classes="bar")
        for high in "ab":
            with Horizontal():
                yield _Part(id=f"left-{high}")
                yield _Part(id=f"right-{high}")
        yield Lines(classes="bar")


def test_places_are_forgotten() -> None:
    assert Region(0, 0, 4, 4).intersection(Region(2, 2, 4, 4)) == Region(2, 2, 2, 2)
    assert Region.intersection.cache_info().currsize  # type: ignore[attr-defined]
    paint.forget()
    assert not Region.intersection.cache_info().currsize  # type: ignore[attr-defined]
    assert Region(0, 0, 4, 4).intersection(Region(2, 2, 4, 4)) == Region(2, 2, 2, 2)


@asynccontextmanager
async def _parts(over: bool) -> AsyncIterator[Compositor]:
    stage = Stage(_Whole)
    async with stage.run_test(size=(80, 24)) as pilot:
        if over:
            await stage.push_screen(ReadDialog("Over", lambda _cells: [line(" it is over them")]))
        for place, lines in enumerate(stage.screen_stack[0].query(Lines)):
            lines.set_lines([line(f" {place} {row}") for row in range(8)])
        await pilot.pause()
        yield stage.screen._compositor


def _chops(
    chops: Callable[[Compositor, Region, Callable[[int], bool]], Sequence[Mapping[int, Strip]]],
    compositor: Compositor,
    changed: set[int],
) -> list[Mapping[int, Strip]]:
    crop = Region(0, min(changed), 80, max(changed) - min(changed) + 1)
    drawn = chops(compositor, crop, changed.__contains__)
    return [drawn[y] for y in sorted(changed)]


@pytest.mark.parametrize("over", [False, True], ids=["alone", "under a dialog"])
async def test_what_changed_is_drawn_as_textual_does(over: bool) -> None:
    async with _parts(over) as compositor:
        placed = [*compositor.visible_widgets]

        @given(st.sets(st.integers(0, 23), min_size=1))
        def equal(changed: set[int]) -> None:
            drawn = []
            for chops in (paint._chops, paint.textual_chops):
                compositor._cuts = None  # as after each change of the layout
                drawn += [_chops(chops, compositor, changed), compositor.cuts]
            assert drawn[:2] == drawn[2:]
            assert [*compositor.visible_widgets] == placed

        equal()


async def test_what_did_not_change_is_not_gone_through() -> None:
    """When the second half fails, console/paint.py has one reason less."""
    async with _parts(over=False) as compositor:
        between = [one for one in compositor.visible_widgets if isinstance(one, _Counted)]
        assert len(between) == 4
        looked = sum(one.looks for one in between)
        _chops(paint._chops, compositor, {0, 23})
        assert sum(one.looks for one in between) == looked
        _chops(paint.textual_chops, compositor, {0, 23})
        assert sum(one.looks for one in between) == looked + 4


@pytest.mark.parametrize("mended", [True, False])
async def test_what_lies_under_several_dialogs_goes_on(monkeypatch: pytest.MonkeyPatch, mended: bool) -> None:
    """When it fails without what is mended, console/paint.py has one reason less."""
    if not mended:
        monkeypatch.setattr(Screen, "_compositor_refresh", paint.textual_refresh)
    stage = Stage(_Whole)
    async with stage.run_test(size=(80, 24)) as pilot:
        for title in ("First", "Second"):
            await stage.push_screen(ReadDialog(title, lambda _cells: [line(" it is over them")]))
        await pilot.pause()
        top = stage.screen_stack[0].query(Lines).first()
        assert "later" not in stage.export_screenshot()
        top.set_lines([line("later")])
        for _ in range(10):
            await pilot.pause()
        assert ("later" in stage.export_screenshot()) is mended
