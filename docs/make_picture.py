"""Make the pictures of the README: the practice floor, played for a few seconds, as SVG.

`python docs/make_picture.py FOLDER` writes workspace-160x45.svg and workspace-80x24.svg."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from console.app import AgentConsole, Launch
from console.screens.workspace import WorkspaceScreen
from console.settings import load
from data.models.agent import AgentState
from data.models.base import ContactId
from widgets.queue_pane import QueuePane


async def until(pilot: Pilot[str], true: Callable[[], bool], seconds: float = 20) -> None:
    """Let the console work until something is so."""
    for _ in range(int(seconds / 0.05)):
        if true():
            return
        await pilot.pause(0.05)
    raise TimeoutError("the practice floor did not get there")


async def picture(folder: Path, width: int, height: int) -> None:
    """Take a call from Maria Alvarez, write the ticket, and take the picture."""
    with tempfile.TemporaryDirectory() as home:
        data = Path(home)
        app = AgentConsole(Launch(data, load(data), floor=["--seed", "7"]))
        async with app.run_test(size=(width, height)) as pilot:
            await until(pilot, lambda: any("Dana" in one.name for one in getattr(app.screen, "people", [])))
            await pilot.press(*"Dana", "enter")
            await until(pilot, lambda: isinstance(app.screen, WorkspaceScreen))
            screen = app.screen
            assert isinstance(screen, WorkspaceScreen)
            queue = screen.query_one(QueuePane)
            await until(pilot, lambda: len(queue.waiting) >= 3)
            await pilot.press("r")
            await until(pilot, lambda: screen.session.phone.status.state is AgentState.READY)
            maria = next(one.contact.id for one in queue.waiting if one.contact.caller_name == "Maria Alvarez")
            screen.do(screen.session.phone.take(ContactId(maria)))
            await until(pilot, lambda: screen.session.phone.status.state is AgentState.ON_CALL)
            await pilot.pause(0.5)
            await pilot.press("1", "v", "v")
            await pilot.press("f5", *"Laptop", "space", *"very", "space", *"slow", "space", *"after", "space", *"update")
            for _ in range(9):
                await pilot.press("tab")
            details = screen.query_one("#field-details")
            details.value = (  # type: ignore[attr-defined]
                "Windows update on 19 Nov; since then start takes six minutes. Disk at 100 % in task manager.\n"
                "Tried restart. Wants it before Monday."
            )
            await pilot.pause(1.2)
            await pilot.press("f10")
            await pilot.pause(0.3)
            await pilot.press("escape", "f4")
            app.clear_notifications()
            await pilot.pause(1.2)
            (folder / f"workspace-{width}x{height}.svg").write_text(
                app.export_screenshot(title="agent-console"), encoding="utf-8"
            )


if __name__ == "__main__":
    for size in ((160, 45), (80, 24)):
        asyncio.run(picture(Path(sys.argv[1]), *size))
