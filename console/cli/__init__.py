"""The command line (the contract in DESIGN): thin, each command calls what `data` and the app do.

Exit 0 done · 1 some rows refused, or a check found faults · 2 wrong usage · 3 hub unreachable. An error is one
sentence on standard error that says what to do next."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from console import lean
from console.cli import (
    asking,
    backups,
    callbacks,
    doctor,
    gateway,
    hub,
    imports,
    opening,
    people,
    playbooks,
    reporting,
    shift,
    stats,
    syncing,
    wallboard,
)
from console.cli.shared import FAULTS, shown

PROGRAM = "agent-console"
TRACEBACK = "AGENT_CONSOLE_TRACEBACK"
"""Set, it lets an error that nobody expected end the program as Python does, for a report."""

app = typer.Typer(
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="A terminal console for agents who take calls, chats and messages, and for supervisors.",
)
app.callback(invoke_without_command=True)(opening.console)
app.command()(opening.demo)
app.add_typer(imports.app, name="import")
app.add_typer(playbooks.app, name="playbook")
app.command()(asking.lookup)
app.command()(stats.stats)
app.command()(callbacks.callbacks)
app.command()(reporting.queue_report)
app.add_typer(shift.app, name="shift")
app.add_typer(syncing.app, name="sync")
app.add_typer(hub.app, name="hub")
app.add_typer(people.app, name="user")
app.command()(gateway.gateway)
app.command()(wallboard.wallboard)
app.command()(backups.backup)
app.command()(backups.restore)
app.command()(doctor.doctor)


def run(arguments: Sequence[str] | None = None) -> int:
    """Do what a command line says (`sys.argv` when none is given); returns the exit code."""
    try:
        code = app(
            args=list(arguments) if arguments is not None else None, prog_name=PROGRAM, standalone_mode=False
        )
    except typer.Abort:
        return FAULTS
    except TyperException as error:
        print(_usage(error), file=sys.stderr)
        return error.exit_code
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        print(
            f"Something went wrong here that should not have ({type(error).__name__}: {shown(str(error)[:300])}):"
            f" set {TRACEBACK}=1, try once more and report what it says.",
            file=sys.stderr,
        )
        return FAULTS
    return code if isinstance(code, int) else 0


def _usage(error: TyperException) -> str:
    """What was wrong with the command line, in one sentence; for a group without a command, its help."""
    message = error.format_message().strip()
    if message.startswith("Usage:"):
        return message
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else PROGRAM
    words = shown(message).replace("Value error, ", "").rstrip(".")
    return f"{words}: `{command} --help` shows what it takes."


def _opens_the_console(arguments: Sequence[str]) -> bool:
    """Whether the console is opened, as far as is known before the line is read: no other command is named."""
    groups = [group.name for group in app.registered_groups]
    commands = [
        one.name or getattr(one.callback, "__name__", "").replace("_", "-") for one in app.registered_commands
    ]
    return {*groups, *commands}.isdisjoint(set(arguments) - {opening.demo.__name__})


def main() -> None:
    """The `agent-console` command."""
    if _opens_the_console(sys.argv[1:]):
        lean.leave_out()  # before the line is read: typer reads it with pydantic
    # the worker and the floor are started with `python -m`: a folder named `data` where the agent stands is not ours
    os.environ["PYTHONSAFEPATH"] = "1"
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that the terminal has no letters for ends no command
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run())
