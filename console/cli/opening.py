"""Opening the console, with or without the practice floor."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from console.cli.shared import (
    FAULTS,
    USAGE,
    DataDir,
    Hub,
    Json,
    fail,
    folder_of,
    log_to,
    settings_of,
    whose,
)

if TYPE_CHECKING:
    from console.launch import Launch
    from data.clock import RehearsalClock

PlainOption = Annotated[
    bool | None,
    typer.Option(
        "--plain/--no-plain", help="As lines, for screen readers and simple terminals.", show_default=False
    ),
]
RoleOption = Annotated[Literal["agent", "supervisor"], typer.Option("--role", help="What you sign on as.")]


NoMouse = Annotated[
    bool, typer.Option("--no-mouse", help="Leave the mouse to the terminal, so that its own selection works.")
]


def _open_console(
    chosen: Path | None,
    hub: str | None,
    role: str,
    floor: list[str] | None,
    *,
    plain: bool | None,
    no_mouse: bool,
    clocks_in: bool = False,
    clock: str | None = None,
    speed: float = 1.0,
) -> None:
    folder = folder_of(chosen, practice=floor is not None)
    settings = settings_of(folder, hub)
    in_lines = settings.plain if plain is None else plain
    if not in_lines:
        _prepare_the_terminal()
    log_to(folder, "console.log", quiet=settings.sign_in == "password")
    from console.launch import Launch
    from console.settings import SettingsError

    if floor is not None:
        floor = [*floor, "--messages", "--site-tz", settings.time_zone]
    launch = Launch(
        folder, settings, role, floor, _rehearsal(clock, settings.time_zone, speed), clocks_in=clocks_in
    )
    try:
        sentence = _in_lines(launch) if in_lines else _on_screen(launch, mouse=settings.mouse and not no_mouse)
    except SettingsError as error:
        raise fail(str(error), USAGE) from error
    if sentence:
        raise fail(sentence, FAULTS)


def _in_lines(launch: Launch) -> str | None:
    """The plain console; returns a sentence when it could not start."""
    from console.plain.app import run

    return run(launch)


def _on_screen(launch: Launch, *, mouse: bool) -> str | None:
    """The full console; returns a sentence when it could not start or had to stop."""
    from console import garbage
    from data.store import beforehand

    store = 0 if launch.by_password else beforehand.begin(launch.folder)
    garbage.put_off()
    from console.app import AgentConsole

    console = AgentConsole(launch, launch.clock)
    beforehand.finish(store)
    sentence = console.run(mouse=mouse)
    if console.return_code and not sentence:
        raise typer.Exit(console.return_code)
    return sentence


def _prepare_the_terminal() -> None:
    """The panes need a terminal that can be drawn on, and some words to Textual before it is imported.

    Raises:
        typer.Exit: there is none.
    """
    if not sys.stdin.isatty() or not sys.stderr.isatty():  # Textual draws on standard error
        raise fail(
            "The console needs a terminal: start it in one, add --plain, or use a command (agent-console --help).",
            USAGE,
        )
    if (term := os.environ.get("TERM", "")) in ("dumb", "unknown"):
        raise fail(
            f"This terminal (TERM={term}) has no cursor that could be placed: open the console in another one, or"
            " read it line by line with agent-console --plain.",
            USAGE,
        )
    if os.environ.get("NO_COLOR") == "":  # set but empty means nothing (no-color.org), which Textual does not know
        del os.environ["NO_COLOR"]
    os.environ.setdefault("TEXTUAL_FPS", "240")  # read by Textual when it is imported: keys show at once
    os.environ.setdefault("ESCDELAY", "50")  # ms until an escape is a key by itself; Textual waits twice as long


def console(
    context: typer.Context,
    role: RoleOption = "agent",
    data_dir: DataDir = None,
    hub: Hub = None,
    plain: PlainOption = None,
    no_mouse: NoMouse = False,
    name: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME", help="Whose store a command works on, at a seat with passwords."),
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Open the console."""
    whose.set(name)
    if version:
        from importlib.metadata import version as installed

        print(f"agent-console {installed('agent-console')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        _open_console(data_dir, hub, role, None, plain=plain, no_mouse=no_mouse)
    else:
        _nothing_before(context, context.invoked_subcommand)


def _nothing_before(context: typer.Context, command: str) -> None:
    """Options before a command are those of opening the console: none of them reaches the command, but for `--as`.

    Raises:
        typer.Exit: one was given.
    """
    for option in context.command.params:
        source = context.get_parameter_source(option.name or "")
        if source is not None and source.name == "COMMANDLINE" and "--as" not in option.opts:
            flag = option.opts[0]
            raise fail(
                f"Write {flag} after {command}: before it, it is for opening the console and would not be heard"
                f" (agent-console {command} --help lists what it takes).",
                USAGE,
            )


def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="No console: run the floor and print what happened.")
    ] = False,
    seconds: Annotated[
        float | None,
        typer.Option(
            min=0.1,
            max=10_000_000,
            help="Headless: end after so many seconds; without it 60, or the end of the replayed log.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed plays the same callers.")] = 1,
    speed: Annotated[float, typer.Option(min=0.01, max=100_000, help="How many times faster than real.")] = 1.0,
    replay: Annotated[Path | None, typer.Option(help="Play this queue_log instead (also .xz, .gz).")] = None,
    day: Annotated[str | None, typer.Option(help="Only this day of the replayed log, YYYY-MM-DD.")] = None,
    shift: Annotated[
        bool, typer.Option("--shift", help="Clock in with signing on, so that queue reports are asked for.")
    ] = False,
    clock: Annotated[
        str | None,
        typer.Option(
            metavar="MOMENT",
            help="The time of day there, like 2026-03-02T07:55; it passes as fast as the floor: a shift in minutes."
            " A log whose day it is is played at its own times.",
        ),
    ] = None,
    role: RoleOption = "agent",
    data_dir: DataDir = None,
    hub: Hub = None,
    plain: PlainOption = None,
    no_mouse: NoMouse = False,
    as_json: Json = False,
) -> None:
    """Open the practice floor.

    A played telephone exchange with callers and colleagues, or a real queue_log played again. Its store is apart
    from yours (the folder `practice` in the data folder), and nothing real is touched.
    """
    options = ["--seed", str(seed), "--speed", str(speed)]
    if replay is not None:
        if not replay.is_file():
            raise fail(f"There is no file {replay}: name a queue_log to replay.", USAGE)
        options += ["--replay", str(replay)]
    if day is not None:
        options += ["--day", _day(day, replay)]
    if not headless:
        _open_console(
            data_dir, hub, role, options, plain=plain, no_mouse=no_mouse, clock=clock, speed=speed, clocks_in=shift
        )
        return
    if clock is not None:
        raise fail("--clock is for the console: leave it out with --headless.", USAGE)
    from data.sync.address import absolute

    folder = folder_of(data_dir, practice=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise fail(
            f"The folder {folder} cannot be used ({error.strerror}): choose another with --data-dir.", FAULTS
        ) from error
    settings = settings_of(folder, hub)
    if seconds is not None or replay is None:
        options += ["--seconds", str(60.0 if seconds is None else seconds)]
    options += [
        "--hub",
        absolute(settings.hub, folder),
        "--site-tz",
        settings.time_zone,
        *(["--json"] if as_json else []),
    ]
    raise typer.Exit(_play(options))


def _rehearsal(text: str | None, zone: str, speed: float) -> RehearsalClock | None:
    """The clock that begins at a moment as typed, in the site's zone when it names none; this process and those that
    it starts are in that zone then, so that the screen says what was typed."""
    if text is None:
        return None
    from zoneinfo import ZoneInfo

    from data.clock import RehearsalClock

    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise fail(f"'{text}' is no moment: write it like 2026-03-02T07:55.", USAGE) from error
    os.environ["TZ"] = zone
    time.tzset()
    return RehearsalClock.beginning_now(at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone)), speed)


def _day(text: str, replay: Path | None) -> str:
    if replay is None:
        raise fail("--day is about a log: name one with --replay FILE.", USAGE)
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise fail(f"'{text}' is no day: write it like 2026-01-31.", USAGE) from error


def _play(options: list[str]) -> int:
    """Run the floor to its end; it ends with us, and a ctrl+c lets it say what happened so far."""
    command = [sys.executable, "-m", "data.floor", "--watch-stdin", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as floor:
        try:
            return floor.wait()
        except KeyboardInterrupt:  # the floor has had it too
            return floor.wait()
