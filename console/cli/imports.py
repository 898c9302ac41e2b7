"""`import customers`, `import queue-log`, `import schedule` and `import outages`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
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
    leader_of,
    open_store,
    progress_line,
    say,
    settings_of,
    shown,
    whose,
)

app = typer.Typer(
    no_args_is_help=True,
    help="Bring customers, outages, a schedule or a queue_log into the store.",
    rich_markup_mode=None,
)

REPORT = ("read", "added", "updated", "unchanged", "rejected", "seconds")
TOLD = 20
"""Remarks about single rows that are printed."""


def _import_outcome(report: Any, as_json: bool, notes: Sequence[str], more: str) -> None:
    """Print what became of the rows; `more` says where the remarks beyond the first are."""
    body = {name: getattr(report, name) for name in REPORT}
    body["seconds"] = round(body["seconds"], 3)
    for note in notes[:TOLD]:
        print(shown(note), file=sys.stderr)
    if len(notes) > TOLD:
        print(f"… and more like these{more}.", file=sys.stderr)
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


def _all_refused(rejects: Path | None) -> str:
    """Where every refused row is."""
    return f": {rejects} has every refused row" if rejects else ": --rejects FILE writes every refused row"


@app.command("queue-log")
def import_queue_log(
    files: Annotated[list[Path], typer.Argument(help="The logs, also as .xz or .gz.")],
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Import Asterisk queue_logs.

    Importing again, or in pieces, changes nothing. Lines that cannot be read are told and left out.
    """
    from data.queue import history
    from data.queue.log_file import QueueLogError

    with open_store(data_dir) as store:
        try:
            report = history.import_queue_log(store, files, progress=progress_line(as_json))
        except QueueLogError as error:
            raise fail(str(error), USAGE) from error
        _import_outcome(report, as_json, [str(one) for one in report.skipped], "")


@app.command("schedule")
def import_schedule(
    file: Annotated[
        Path, typer.Argument(help="The CSV file: date, from, to, name, activity; its first line names the columns.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, change nothing.")] = False,
    rejects: Annotated[Path | None, typer.Option(help="Write the refused rows here, with the reason.")] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Import who gives the queue reports when, and what people are planned for.

    Activity is report where it is left out, else work, lunch, break or training. In the site's time. The days of the file are replaced, but for whoever a refused row is about; importing again changes nothing.
    """
    from data.clock import SYSTEM_CLOCK
    from data.customers.mapping import ImportRefused
    from data.models.base import AgentId
    from data.queue import people
    from data.queue_report import schedule

    with open_store(data_dir) as store:
        name = whose.get()
        by = people.meant(people.everyone(store), name) if name is not None else None
        agent = AgentId(by.id if by is not None else "import")
        zone = settings_of(folder_of(data_dir)).terms.zone
        try:
            report = schedule.import_schedule(
                store, file, zone, agent, SYSTEM_CLOCK, dry_run=dry_run, rejects=rejects
            )
        except ImportRefused as error:
            raise fail(str(error), USAGE) from error
        gone = [f"{report.withdrawn} earlier turns of these days are not in the file: they are taken away"]
        _import_outcome(
            report, as_json, [*(gone if report.withdrawn else ()), *report.problems], _all_refused(rejects)
        )


@app.command("customers")
def import_customers(
    file: Annotated[
        Path, typer.Argument(help="The file: .csv (its first line names the columns), .vcf or .jsonl.")
    ],
    mapping: Annotated[
        Path | None, typer.Option("--map", help="TOML file that says which column, property or name is which.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, change nothing.")] = False,
    rejects: Annotated[Path | None, typer.Option(help="Write the refused rows here, with the reason.")] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Import customers from CSV, vCards or JSON Lines.

    All of the file or nothing. Importing again changes nothing; a refused row is told with its reason.
    """
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
        _import_outcome(
            report,
            as_json,
            (*report.remarks, *report.problems, *report.warnings),
            _all_refused(rejects),
        )


@app.command("outages")
def import_outages(
    file: Annotated[
        Path, typer.Argument(help="A .csv file with the columns node, city, since, expected and text.")
    ],
    rejects: Annotated[Path | None, typer.Option(help="Write the refused rows here, with the reason.")] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Put the outages of a CSV file on the board.

    Times are of the site's clock unless they name a zone. Importing again changes nothing; a node that is down already
    gets the expected end and the text of its row. Only supervisors and administrators may, where people sign in.
    """
    from data.clock import SYSTEM_CLOCK
    from data.customers.mapping import ImportRefused
    from data.outages.importing import import_outages as take
    from data.outages.rules import ONLY_LEADERS

    folder = folder_of(data_dir)
    with open_store(data_dir) as store:
        actor = leader_of(store)
        if actor is None:
            raise fail(ONLY_LEADERS, USAGE)
        try:
            report = take(store, file, settings_of(folder).terms.zone, actor, SYSTEM_CLOCK, rejects=rejects)
        except ImportRefused as error:
            raise fail(str(error), USAGE) from error
        _import_outcome(report, as_json, report.problems, _all_refused(rejects))
