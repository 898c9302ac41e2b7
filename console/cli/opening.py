"""Opening the console, with or without the practice floor."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from console.cli.shared import FAULTS, USAGE, DataDir, Hub, Json, fail, folder_of, settings_of


def _open_console(
    chosen: Path | None, hub: Path | None, role: str, floor: list[str] | None, *, name: str = ""
) -> None:
    from data.models.agent import Role

    if role not in set(Role):
        raise fail(f"--role is agent or supervisor, not '{role}'.", USAGE)
    if not sys.stdin.isatty() or not sys.stderr.isatty():  # Textual draws on standard error
        raise fail("The console needs a terminal: start it in one, or use a command (agent-console --help).", USAGE)
    os.environ.setdefault("TEXTUAL_FPS", "240")  # read by Textual when it is imported: keys show at once
    folder = folder_of(chosen, practice=floor is not None)
    settings = settings_of(folder, hub)
    from console.app import AgentConsole, Launch

    console = AgentConsole(Launch(folder, settings, Role(role), floor))
    sentence = console.run()
    if sentence:
        raise fail(sentence, FAULTS)
    if console.return_code:
        raise typer.Exit(FAULTS)


def console(
    context: typer.Context,
    role: Annotated[str, typer.Option(help="agent or supervisor.")] = "agent",
    data_dir: DataDir = None,
    hub: Hub = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Open the console."""
    if version:
        from importlib.metadata import version as installed

        print(f"agent-console {installed('agent-console')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        _open_console(data_dir, hub, role, None)


def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="No console: run the floor and print what happened.")
    ] = False,
    seconds: Annotated[float, typer.Option(help="End after so many seconds (headless).")] = 60.0,
    seed: Annotated[int, typer.Option(help="The same seed plays the same callers.")] = 1,
    speed: Annotated[float, typer.Option(help="How many times faster than real.")] = 1.0,
    replay: Annotated[Path | None, typer.Option(help="Play this queue_log instead (also .xz, .gz).")] = None,
    day: Annotated[str | None, typer.Option(help="Only this day of the replayed log, YYYY-MM-DD.")] = None,
    role: Annotated[str, typer.Option(help="agent or supervisor.")] = "agent",
    data_dir: DataDir = None,
    hub: Hub = None,
    as_json: Json = False,
) -> None:
    """Open the practice floor: a played PBX, callers and colleagues; nothing real is touched."""
    options = ["--seed", str(seed), "--speed", str(speed)]
    if replay is not None:
        if not replay.is_file():
            raise fail(f"There is no file {replay}: name a queue_log to replay.", USAGE)
        options += ["--replay", str(replay)]
    if day is not None:
        options += ["--day", day]
    if not headless:
        _open_console(data_dir, hub, role, options)
        return
    folder = folder_of(data_dir, practice=True)
    folder.mkdir(parents=True, exist_ok=True)
    settings = settings_of(folder, hub)
    hub_file = settings.hub or folder / "hub.db"
    options += ["--seconds", str(seconds), "--hub", str(hub_file), *(["--json"] if as_json else [])]
    raise typer.Exit(subprocess.call([sys.executable, "-m", "data.floor", *options]))
