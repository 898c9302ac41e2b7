"""The command line (the contract in DESIGN): thin, each command calls what `data` and the app do.

Exit 0 done · 1 some rows refused, or a check found faults · 2 wrong usage · 3 hub unreachable. An error is one
sentence on standard error that says what to do next."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from console.settings import Settings
    from data.queue import figures
    from data.store.database import Store

app = typer.Typer(
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="A terminal console for agents who take calls, chats and messages, and for supervisors.",
)
imports = typer.Typer(
    no_args_is_help=True, help="Bring customers or a queue_log into the store.", rich_markup_mode=None
)
app.add_typer(imports, name="import")

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder of the store; else AGENT_CONSOLE_HOME, else the platform's."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Hub = Annotated[
    Path | None, typer.Option("--hub", help="File of the embedded hub; else hub.db in the data folder.")
]
FAULTS, USAGE, UNREACHABLE = 1, 2, 3


def fail(sentence: str, code: int) -> typer.Exit:
    """Say one sentence on standard error; to be raised."""
    print(sentence, file=sys.stderr)
    return typer.Exit(code)


def _settings(folder: Path, hub: Path | None = None) -> Settings:
    from console.settings import SettingsError, load

    try:
        settings = load(folder)
    except SettingsError as error:
        raise fail(str(error), USAGE) from error
    return settings.model_copy(update={"hub": hub}) if hub is not None else settings


def _folder(chosen: Path | None, *, practice: bool = False) -> Path:
    from console.settings import data_folder

    return data_folder(chosen, practice=practice)


@contextmanager
def _store(chosen: Path | None) -> Iterator[Store]:
    """The store of the data folder; what is wrong with it becomes a sentence."""
    from data.store.database import STORE_FILE, Store
    from data.store.errors import StoreError

    try:
        with Store(_folder(chosen) / STORE_FILE) as store:
            yield store
    except StoreError as error:
        raise fail(str(error), FAULTS) from error


def _open_console(
    chosen: Path | None, hub: Path | None, role: str, floor: list[str] | None, *, name: str = ""
) -> None:
    from data.models.agent import Role

    if role not in set(Role):
        raise fail(f"--role is agent or supervisor, not '{role}'.", USAGE)
    if not sys.stdin.isatty() or not sys.stderr.isatty():  # Textual draws on standard error
        raise fail("The console needs a terminal: start it in one, or use a command (agent-console --help).", USAGE)
    os.environ.setdefault("TEXTUAL_FPS", "240")  # read by Textual when it is imported: keys show at once
    folder = _folder(chosen, practice=floor is not None)
    settings = _settings(folder, hub)
    from console.app import AgentConsole, Launch

    console = AgentConsole(Launch(folder, settings, Role(role), floor))
    sentence = console.run()
    if sentence:
        raise fail(sentence, FAULTS)
    if console.return_code:
        raise typer.Exit(FAULTS)


@app.callback(invoke_without_command=True)
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


@app.command()
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
    folder = _folder(data_dir, practice=True)
    folder.mkdir(parents=True, exist_ok=True)
    settings = _settings(folder, hub)
    import subprocess

    hub_file = settings.hub or folder / "hub.db"
    options += ["--seconds", str(seconds), "--hub", str(hub_file), *(["--json"] if as_json else [])]
    raise typer.Exit(subprocess.call([sys.executable, "-m", "data.floor", *options]))


def _print(as_json: bool, body: dict[str, Any] | list[dict[str, Any]], text: Callable[[], str]) -> None:
    print(json.dumps(body, ensure_ascii=False, default=str) if as_json else text())


def _progress(as_json: bool) -> Callable[[int, int], None] | None:
    """A progress line on standard error while a person looks on."""
    if as_json or not sys.stderr.isatty():
        return None
    last = [0.0]

    def show(done: int, total: int) -> None:
        now = time.monotonic()
        if now - last[0] < 0.1 and done < total:
            return
        last[0] = now
        share = done / total if total else 1.0
        bar = "█" * round(share * 30)
        print(f"\r{bar:<30} {share:4.0%}", end="\n" if done >= total else "", file=sys.stderr, flush=True)

    return show


REPORT = ("read", "added", "updated", "unchanged", "rejected", "seconds")


def _import_outcome(report: Any, as_json: bool, notes: list[str]) -> None:
    body = {name: getattr(report, name) for name in REPORT}
    body["seconds"] = round(body["seconds"], 3)
    for note in notes[:20]:
        print(note, file=sys.stderr)
    if len(notes) > 20:
        print(f"… and {len(notes) - 20} more", file=sys.stderr)
    _print(
        as_json,
        body,
        lambda: (
            f"{body['read']} read: {body['added']} added, {body['updated']} updated, {body['unchanged']} unchanged,"
            f" {body['rejected']} rejected, in {body['seconds']} s"
        ),
    )
    if body["rejected"]:
        raise typer.Exit(FAULTS)


@imports.command("queue-log")
def import_queue_log(files: list[Path], data_dir: DataDir = None, as_json: Json = False) -> None:
    """Import Asterisk queue_logs (also .xz, .gz); again, or in pieces, changes nothing."""
    from data.queue import history
    from data.queue.log_file import QueueLogError

    with _store(data_dir) as store:
        try:
            report = history.import_queue_log(store, files, progress=_progress(as_json))
        except QueueLogError as error:
            raise fail(str(error), USAGE) from error
        _import_outcome(report, as_json, [str(one) for one in report.skipped])


@imports.command("customers")
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

    with _store(data_dir) as store:
        try:
            report = importing.import_customers(
                store,
                file,
                read_mapping(mapping) if mapping is not None else None,
                dry_run=dry_run,
                rejects=rejects,
                region=_settings(_folder(data_dir)).region,
                progress=_progress(as_json),
            )
        except ImportRefused as error:
            raise fail(str(error), USAGE) from error
        _import_outcome(report, as_json, [str(one) for one in report.warnings])


@app.command()
def lookup(
    query: Annotated[str | None, typer.Argument(help="Name, phone, last digits, account, ticket…")] = None,
    batch: Annotated[Path | None, typer.Option(help="One query a line; prints one JSON line each.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Find customers, best first."""
    from data.customers import lookup as customers
    from data.customers.phone import display

    if (query is None) == (batch is None):
        raise fail("Give a query, or --batch FILE with one query a line.", USAGE)

    def shape(row: customers.LookupRow) -> dict[str, Any]:
        return {
            "id": row.id,
            "account": row.account,
            "name": row.name,
            "company": row.company,
            "phones": list(row.phones),
            "plan": int(row.plan) if row.plan is not None else None,
        }

    with _store(data_dir) as store:
        if batch is not None:
            try:
                queries = batch.read_text(encoding="utf-8", errors="replace").splitlines()
            except OSError as error:
                raise fail(
                    f"{batch} cannot be read ({error.strerror}): check the name and its rights.", USAGE
                ) from error
            for text in queries:
                start = time.perf_counter()
                found = customers.lookup(store, text, limit)
                ms = (time.perf_counter() - start) * 1000
                body = {"query": text, "ms": round(ms, 3), "customers": [shape(one.customer) for one in found]}
                print(json.dumps(body, ensure_ascii=False))
            return
        found = customers.lookup(store, query or "", limit)
        _print(
            as_json,
            [shape(one.customer) for one in found],
            lambda: (
                "\n".join(
                    "  ".join(
                        (
                            f"{_shown(one.customer.name):<28}",
                            f"{_shown(one.customer.company):<22}",
                            f"{one.customer.account:<10}",
                            f"{', '.join(display(phone) for phone in one.customer.phones):<18}",
                            _shown(one.why),
                        )
                    )
                    for one in found
                )
                or "Nobody found: try fewer letters, or the last digits of the phone."
            ),
        )


def _shown(text: str) -> str:
    """Text from outside, safe to print on a terminal."""
    from widgets.safe_text import clean

    return clean(text)


@app.command()
def stats(
    by: Annotated[str | None, typer.Option(help="day, half-hour, queue or agent; without it one row.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="From this day or time on (ISO 8601).")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Up to this day or time, not included.")] = None,
    sl: Annotated[str, typer.Option(help="Service-level formula, SL1 to SL6.")] = "SL4",
    threshold: Annotated[float, typer.Option(help="Seconds within which a call should be answered.")] = 20,
    tz: Annotated[str, typer.Option(help="Zone of days and half-hours.")] = "",
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Offered, answered, abandoned, service level, ASA, AHT, longest wait."""
    from data.queue.stats import stats as figures_of

    zone = tz or os.environ.get("TZ") or "UTC"
    with _store(data_dir) as store:
        try:
            rows = figures_of(
                store,
                by=_grouping(by),
                start=_moment(start, zone),
                end=_moment(end, zone),
                formula=sl,
                threshold_s=threshold,
                tz=zone,
            )
        except ValueError as error:
            raise fail(str(error), USAGE) from error
        body = [row.as_json() for row in rows]
        _print(as_json, body, lambda: _table(body))


def _grouping(by: str | None) -> figures.By | None:
    from typing import get_args

    from data.queue import figures

    known: dict[str, figures.By] = {name: name for name in get_args(figures.By)}
    if by is None:
        return None
    if by not in known:
        raise ValueError(f"--by is one of {', '.join(known)}, not '{by}'.")
    return known[by]


def _moment(text: str | None, zone: str) -> datetime | None:
    """A day or time as typed, in the zone of the figures when it names none."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))
    except ZoneInfoNotFoundError as error:
        raise ValueError(f"There is no time zone '{zone}': write it like Europe/Berlin.") from error
    except ValueError as error:
        raise ValueError(f"'{text}' is no day or time: write it like 2026-01-31 or 2026-01-31T13:00.") from error


def _table(rows: list[dict[str, Any]]) -> str:
    """Rows as an aligned table; 0/0 is a dash."""
    if not rows:
        return "No contacts in this time."

    def cell(value: Any) -> str:
        if value is None:
            return "–"
        return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)

    heads = list(rows[0])
    texts = [[cell(row[head]) for head in heads] for row in rows]
    widths = [max(len(head), *(len(line[at]) for line in texts)) for at, head in enumerate(heads)]
    lines = ["  ".join(head.rjust(size) for head, size in zip(heads, widths, strict=True))]
    lines += ["  ".join(text.rjust(size) for text, size in zip(line, widths, strict=True)) for line in texts]
    return "\n".join(lines)


sync = typer.Typer(no_args_is_help=True, help="What waits for the hub.", rich_markup_mode=None)
app.add_typer(sync, name="sync")


@sync.command("status")
def sync_status(data_dir: DataDir = None, hub: Hub = None, as_json: Json = False) -> None:
    """What is queued, refused or in conflict, and when the hub was last heard."""
    from data.clock import SYSTEM_CLOCK
    from data.sync.contract import HubUnreachable
    from data.sync.embedded import EmbeddedHub
    from data.sync.replica import Replica

    folder = _folder(data_dir)
    file = _settings(folder, hub).hub or folder / "hub.db"
    with _store(data_dir) as store:
        replica = Replica(store, SYSTEM_CLOCK)
        queued, refused, conflicts = replica.counts()
        try:
            if not file.exists():
                raise HubUnreachable(f"There is no hub at {file}: start the console once, or name one with --hub.")
            EmbeddedHub(file).close()
            state, problem = "online", ""
        except HubUnreachable as error:
            state, problem = "offline", str(error)
        body = {
            "hub": str(file),
            "state": state,
            "queued": queued,
            "refused": refused,
            "conflicts": conflicts,
            "cursor": replica.cursor,
            "last_push": replica.state("last_push"),
            "last_pull": replica.state("last_pull"),
        }
        _print(as_json, body, lambda: "\n".join(f"{name:<10} {value}" for name, value in body.items()))
    if problem:
        raise fail(problem, UNREACHABLE)


def main() -> None:
    """The `agent-console` command."""
    app()


if __name__ == "__main__":
    main()
