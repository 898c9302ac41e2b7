"""Opening and closing everything that does not stay: dialogs, the palette, the help; what of it is left alive, its
painted lines included."""

from __future__ import annotations

import gc
import weakref
from collections import Counter
from pathlib import Path

from textual.pilot import Pilot

from tests.console.stage import staged, talk, until, workspace

OPENERS = ("question_mark", "f1", "w", "t", "r", "n", "c", "Y", "g", "ctrl+k")
"""Keys that open something during a call with a ticket; esc closes each."""


async def left_alive(folder: Path, times: int) -> dict[str, Counter[str]]:
    """Open and close each thing so many times; by key, what of it is left alive a second later."""
    app, feed = staged(folder)
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await talk(pilot, feed)
        await pilot.press("f5", "P")
        await until(pilot, lambda: bool(screen.session.desk.number))
        await pilot.press("escape")
        seen = {key: await _open_and_close(pilot, key, times) for key in OPENERS}
        await pilot.pause(1)
        gc.unfreeze()  # what lay about when the workspace was frozen is no leak
        gc.collect()
        gc.freeze()
        left = {key: Counter(type(node).__name__ for node in nodes) for key, nodes in seen.items() if nodes}
    feed.close()
    return left


async def _open_and_close(pilot: Pilot[str], key: str, times: int) -> weakref.WeakSet[object]:
    """Open what a key opens and close it again, so many times; all of it that is still alive."""
    screen, seen = workspace(pilot), weakref.WeakSet[object]()
    for _ in range(times):
        await pilot.press(key)
        await until(pilot, lambda: pilot.app.screen is not screen)
        for node in (pilot.app.screen, *pilot.app.screen.walk_children()):
            seen.add(node)
            seen.add(node._styles_cache)
        del node
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
    return seen
