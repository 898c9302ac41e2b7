"""The command line (the contract in DESIGN): thin, each command calls what `data` and the app do.

Exit 0 done · 1 some rows refused, or a check found faults · 2 wrong usage · 3 hub unreachable. An error is one
sentence on standard error that says what to do next."""

from __future__ import annotations

import typer

from console.cli import asking, imports, opening, syncing

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
app.command()(asking.lookup)
app.command()(asking.stats)
app.add_typer(syncing.app, name="sync")


def main() -> None:
    """The `agent-console` command."""
    app()
