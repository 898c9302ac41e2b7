"""Opening and closing everything that does not stay: dialogs, the palette, the help; what of it is left alive."""

from __future__ import annotations

import gc
import weakref
from collections import Counter
from pathlib import Path

from textual.dom import DOMNode
from textual.pilot import Pilot

from tests.console.stage import staged, talk, until, workspace

OPENERS = ("question_mark", "f1", "w", "t", "r", "n", "c", "o", "ctrl+k")
"""Keys that open something during a call with a ticket; esc closes each."""


async def left_alive(folder: Path, times: int) -> dict[str, Counter[str]]:
    """Open and close each thing so many times; by key, what of it is left alive."""
    app, feed = staged(folder)
    left: dict[str, Counter[str]] = {}
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await talk(pilot, feed)
        await pilot.press("f5", "P")
        await until(pilot, lambda: bool(screen.session.desk.number))
        await pilot.press("escape")
        for key in OPENERS:
            if found := await _open_and_close(pilot, key, times):
                left[key] = found
    feed.close()
    return left


async def _open_and_close(pilot: Pilot[str], key: str, times: int) -> Counter[str]:
    """Open what a key opens and close it again, so many times; what is still alive afterwards, by class."""
    screen, seen = workspace(pilot), weakref.WeakSet[DOMNode]()
    for _ in range(times):
        await pilot.press(key)
        await until(pilot, lambda: pilot.app.screen is not screen)
        for node in (pilot.app.screen, *pilot.app.screen.walk_children()):
            seen.add(node)
        del node
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
    await pilot.pause(0.3)
    gc.collect()
    return Counter(type(node).__name__ for node in seen)
