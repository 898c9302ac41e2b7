"""The wallboard in a real browser (`make desk`): what it draws, what it asks for, and that keys do nothing."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import time
from pathlib import Path

import pytest
from PIL import Image

from data.clock import SYSTEM_CLOCK
from data.sync.embedded import EmbeddedHub
from tests.data.supervision.floors import a_floor
from tests.desk.chromium import Chromium
from tests.pty.emulator import Emulator
from tests.wallboard.stage import Wallboard, push, running

pytestmark = [
    pytest.mark.desk,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed here"),
]
KEPT = "AGENT_CONSOLE_PICTURES"
"""Names a folder for the picture that was taken, to be looked at."""


async def test_the_wallboard_in_chromium(tmp_path: Path) -> None:
    """It is drawn, keys do nothing, and after a new start of the server it comes back by itself."""
    push(EmbeddedHub(tmp_path / "hub.db"), list(a_floor(SYSTEM_CLOCK.now())))
    page = await asyncio.to_thread(Chromium, tmp_path / "chromium")
    try:
        async with running(tmp_path) as board:
            await asyncio.to_thread(look_at, page, board)
        await asyncio.to_thread(page.wait_for, lambda: is_lost(page), "the word that it is lost")
        assert "Connection lost" in page.value("document.querySelector('#told').innerText")
        page.heard.clear()
        async with running(tmp_path, "--port", board.port):
            await asyncio.to_thread(page.wait_for, lambda: "hub ●" in seen(page), "the board once more")
            assert not is_lost(page)
    finally:
        left = await asyncio.to_thread(page.close)
    assert not left


def is_lost(page: Chromium) -> bool:
    """Whether the page says that nobody answers."""
    return bool(page.value("document.body.classList.contains('-lost')"))


def look_at(page: Chromium, board: Wallboard) -> None:
    """The first visit."""
    page.open(f"{board.url}/?token={board.token}")
    page.wait_for(lambda: "hub ●" in seen(page), "the board")
    assert "Support" in seen(page) and "Dana Reyes" in seen(page)
    assert page.value("location.href") == f"{board.url}/", "the token does not stay in the address"
    assert page.value("document.cookie") == "", "no script reads the cookie"

    for key, text in (("q", "q"), ("Escape", ""), ("F1", ""), ("Enter", "\r")):
        page.press(key, text)
    page.press("q", modifiers=2)
    page.ask("Input.insertText", text="pasted")
    count = len(page.heard)
    page.wait_for(lambda: len(page.heard) > count + 3, "the clock")
    assert "WALLBOARD" in seen(page) and "─Now" in seen(page) and len(board.viewers()) == 1

    until_drawn(page)
    assert not page.complaints
    assert all(one.startswith((board.url, "data:")) for one in page.asked_for), page.asked_for


def seen(page: Chromium) -> str:
    """What the page was told to draw, as a terminal of its size draws it."""
    terminal = Emulator(160, 45)
    for data in page.heard:
        terminal.feed(data)
    return "\n".join(terminal.lines)


def until_drawn(page: Chromium) -> None:
    """Wait until the picture holds what the terminal does: letters all over, in the colours of the board."""
    end = time.monotonic() + 20
    while True:
        picture = page.picture()
        if KEPT in os.environ:
            (Path(os.environ[KEPT]) / "wallboard.png").write_bytes(picture)
        image = Image.open(io.BytesIO(picture)).convert("RGB")
        colours = image.getcolors(1 << 24) or []
        bright = sum(count for count, (red, green, blue) in colours if red + green + blue > 450)
        if len(colours) > 50 and bright > 10_000:
            return
        assert time.monotonic() < end, f"{len(colours)} colours, {bright} bright dots"
        time.sleep(0.5)
