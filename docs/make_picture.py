"""Make the pictures of the README: a busy practice floor, played for half a minute, as it stands on the screens of an
agent and of a supervisor.

`python docs/make_picture.py FOLDER` writes workspace-160x45, workspace-80x24 and floor-160x45 there, as .svg; where
Chromium is installed, as .png instead."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from textual.pilot import Pilot

from console.app import AgentConsole
from console.launch import Launch
from console.screens.floor import FloorScreen
from console.screens.workspace import WorkspaceScreen
from console.settings import load
from data.clock import RehearsalClock
from data.models.agent import AgentState
from data.models.base import ContactId
from widgets.fields import TextField
from widgets.queue_pane import QueuePane

BUSY = ("--seed", "12", "--agents", "4", "--calls-per-hour", "900")
QUIETER = ("--seed", "12", "--agents", "7", "--calls-per-hour", "70")
SPEED = 360.0
SIZES = ((160, 45), (80, 24))


async def until(pilot: Pilot[str], true: Callable[[], object], seconds: float = 60) -> None:
    """Let the console work until something is so."""
    for _ in range(int(seconds / 0.05)):
        if true():
            return
        await pilot.pause(0.05)
    raise TimeoutError("the practice floor did not get there")


async def picture(folder: Path, width: int, height: int) -> Path:
    """Take a call from Maria Alvarez, write the ticket, wait until the queue is long, and take the picture."""
    with tempfile.TemporaryDirectory() as home:
        data = Path(home)
        app = AgentConsole(Launch(data, load(data).model_copy(update={"theme": "night"}), floor=BUSY))
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
            await pilot.press("1")
            for ticked in (1, 2):
                await pilot.press("v")
                await until(pilot, lambda done=ticked: screen.glance and len(screen.glance.glance.verified) >= done)
            await pilot.press(
                "f5", *"Laptop", "space", *"very", "space", *"slow", "space", *"after", "space", *"update"
            )
            details = screen.query_one("#field-details", TextField)
            details.focus()
            details.value = (
                "Windows update on 19 Nov; since then start takes six minutes. Disk at 100 % in task manager.\n"
                "Tried restart. Wants it before Monday."
            )
            await pilot.pause(1.2)
            await pilot.press("f10")
            await pilot.pause(0.3)
            await pilot.press("escape", "f4")
            await until(pilot, lambda: len(queue.waiting) >= 6)
            app.clear_notifications()
            await pilot.pause(1.2)
            return saved(app, folder / f"workspace-{width}x{height}.svg")


async def floor_picture(folder: Path) -> Path:
    """Six hours of the floor in a minute, as a supervisor sees it."""
    with tempfile.TemporaryDirectory() as home:
        data = Path(home)
        settings = load(data).model_copy(update={"theme": "night", "time_zone": "UTC"})
        clock = RehearsalClock.beginning_now(datetime(2026, 3, 2, 8, tzinfo=UTC), SPEED)
        floor = (*QUIETER, "--speed", str(SPEED))
        app = AgentConsole(Launch(data, settings, role="supervisor", floor=floor, rehearsal=clock), clock)
        async with app.run_test(size=SIZES[0]) as pilot:
            await until(pilot, lambda: bool(getattr(app.screen, "people", [])))
            await pilot.press(*"Robin", "enter", "enter")
            await until(pilot, lambda: isinstance(app.screen, FloorScreen))
            await until(pilot, lambda: clock.now().hour == 14)
            app.clear_notifications()
            await pilot.pause(0.5)
            return saved(app, folder / "floor-160x45.svg")


def saved(app: AgentConsole, drawn: Path) -> Path:
    """The screen as it stands."""
    drawn.write_text(app.export_screenshot(title="agent-console"), encoding="utf-8")
    return drawn


def png(drawn: Path, browser: str) -> None:
    """Turn an SVG into a PNG of the same name, by a browser without a window."""
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)', drawn.read_text(encoding="utf-8"))
    width, height = (int(float(one)) + 1 for one in found.groups()) if found else (1500, 900)
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
        command += [f"--user-data-dir={profile}", f"--window-size={width},{height}"]
        command += [f"--screenshot={drawn.with_suffix('.png').resolve()}", drawn.resolve().as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    drawn.unlink()


def main() -> None:
    """Make every picture."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    folder = Path(sys.argv[1])
    for taken in (*(picture(folder, *size) for size in SIZES), floor_picture(folder)):
        drawn = asyncio.run(taken)
        if browser:
            png(drawn, browser)


if __name__ == "__main__":
    main()
