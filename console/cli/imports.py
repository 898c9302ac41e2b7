"""`import customers` and `import queue-log`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from console.cli.shared import (
    FAULTS,
    USAGE,
    DataDir,
    Json,
    fail,
    folder_of,
    open_store,
    progress_line,
    say,
    settings_of,
)

app = typer.Typer(
    no_args_is_help=True, help="Bring customers or a queue_log into the store.", rich_markup_mode=None
)

REPORT = ("read", "added", "updated", "unchanged", "rejected", "seconds")


def _import_outcome(report: Any, as_json: bool, notes: list[str]) -> None:
    body = {name: getattr(report, name) for name in REPORT}
    body["seconds"] = round(body["seconds"], 3)
    for note in notes[:20]:
        print(note, file=sys.stderr)
    if len(notes) > 20:
        print(f"… and {len(notes) - 20} more", file=sys.stderr)
    say(
        as_json,
        body,
        lambda: (
            f"{body['read']} read: {body['added']} added, {body['updated']} updated, {body['unchanged']} unchanged,"
            f" {body['rejected']} rejected, in {body['seconds']} s"
        ),
    )
    if body["rejected"]:
        raise typer.Exit(FAULTS)


@app.command("queue-log")
def import_queue_log(files: list[Path], data_dir: DataDir = None, as_json: Json = False) -> None:
    """Import Asterisk queue_logs (also .xz, .gz); again, or in pieces, changes nothing."""
    from data.queue import history
    from data.queue.log_file import QueueLogError

    with open_store(data_dir) as store:
        try:
            report = history.import_queue_log(store, files, progress=progress_line(as_json))
        except QueueLogError as error:
            raise fail(str(error), USAGE) from error
        _import_outcome(report, as_json, [str(one) for one in report.skipped])


@app.command("customers")
def import_customers(
    file: Path,
    mapping: Annotated[
        Path | None, typer.Option("--map", help="TOML file that says which column is which.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, change nothing.")] = False,
    rejects: Annotated[Path | None, typer.Option(help="Write the refused rows here, with the reason.")] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Import customers from CSV; nothing is half-imported."""
    from data.customers import importing
    from data.customers.mapping import ImportRefused, read_mapping

    with open_store(data_dir) as store:
        try:
            report = importing.import_customers(
                store,
                file,
                read_mapping(mapping) if mapping is not None else None,
                dry_run=dry_run,
                rejects=rejects,
                region=settings_of(folder_of(data_dir)).region,
                progress=progress_line(as_json),
            )
        except ImportRefused as error:
            raise fail(str(error), USAGE) from error
        _import_outcome(report, as_json, [str(one) for one in report.warnings])
