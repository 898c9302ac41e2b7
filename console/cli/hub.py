"""`hub init|status|serve|backup|restore`: for whoever looks after the hub of several seats."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.cli import hub_server
from console.cli.shared import (
    FAULTS,
    UNREACHABLE,
    USAGE,
    DataDir,
    Hub,
    Json,
    fail,
    file_of,
    folder_of,
    hub_of,
    log_to,
    say,
    shown,
)
from console.cli.shelves import backup_named, list_backups, place_for, undone_by

if TYPE_CHECKING:
    from data.backup.hubs import HubManifest, RestoredHub
    from data.sync.served.server import Figures
    from data.sync.status import HubStatus

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The hub that several seats share: make it, look at it, serve it, back it up and put it back.",
)
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
LOG = "hub.log"


@app.command()
def init(
    address: Annotated[
        str | None, typer.Argument(metavar="[ADDRESS]", help="As --hub; without one, the hub of the settings.")
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Make a hub.

    An embedded one is a file, for the seats of one machine. In PostgreSQL the database becomes a hub, or the hub in it is
    brought to this version; the address is an administrator's. Where there is a hub already, nothing of it is lost.
    """
    from data.sync.address import Kind, kind_of, path_of
    from data.sync.contract import HubUnreachable
    from data.sync.embedded import EmbeddedHub

    named = hub_of(data_dir, address)
    if kind_of(named) is Kind.SOCKET:
        raise fail(
            f"{named} is a socket: name the file of the hub, then `agent-console hub serve` makes it.", USAGE
        )
    if kind_of(named) is Kind.POSTGRESQL:
        hub_server.init(named, as_json)
        return
    file = path_of(named)
    made = not file.exists()
    try:
        _private(file.parent)
        EmbeddedHub(file).close()
    except HubUnreachable as error:
        raise fail(str(error), UNREACHABLE) from error
    say(
        as_json,
        {"hub": str(file), "made": made},
        lambda: (
            f"{'Made' if made else 'There is a hub already, and it is well'}: {shown(str(file))}\n"
            f"Seats work with it by --hub {shown(str(file))}, or by the setting hub."
        ),
    )


def _private(folder: Path) -> None:
    """A folder that only this user can open; one that is there stays as it is."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise fail(f"The folder {folder} cannot be made ({error.strerror}): name another.", FAULTS) from error


@app.command()
def status(data_dir: DataDir = None, hub: Hub = None, as_json: Json = False) -> None:
    """Say how the hub stands.

    Its seats and when each was last heard, its rows, what is claimed, how large it is and who serves it. Exit code 3:
    it cannot be reached.
    """
    from data.sync.address import look_at, without_password
    from data.sync.contract import HubUnreachable

    address = hub_of(data_dir, hub)
    named = without_password(address)
    try:
        found = look_at(address)
    except HubUnreachable as error:
        if as_json:
            say(as_json, {"hub": named, "state": "offline", "problem": str(error)}, str)
        raise fail(str(error), UNREACHABLE) from error
    body = {"hub": named, "state": "online", "problem": "", **found.model_dump(mode="json")}
    say(as_json, body, lambda: "\n".join(shown(line) for line in _lines(found)))


def _lines(found: HubStatus) -> list[str]:
    served = found.served
    by = (
        f"on {served.socket} by process {served.pid} since {served.since:%Y-%m-%d %H:%M} UTC"
        if served
        else "by nobody"
    )
    rows = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(found.rows.items()))
    lines = [
        f"hub      {found.place} ({found.kind}), {found.bytes / 1e6:.1f} MB",
        *([f"served   {by}"] if found.kind == "embedded" else []),
        f"epoch    {found.epoch}"
        + ("" if found.epoch == found.hub_id else f", put back from a backup of {found.hub_id}"),
        f"changes  {found.ops} came in, {found.refused} of them refused; the newest is number {found.clock}",
        f"claims   {found.open_claims} open",
        f"rows     {rows or 'none'}",
        f"seats    {len(found.seats)}",
    ]
    for seat in found.seats:
        heard = (
            f"heard {seat.heard_at:%Y-%m-%d %H:%M} UTC, change {seat.last_seq}"
            if seat.heard_at
            else "no change yet"
        )
        lines.append(f"  {seat.number:>4}  {seat.name:<20}  {heard}{'; revoked' if seat.revoked else ''}")
    return lines


# serving


@app.command()
def serve(
    socket: Annotated[
        Path | None,
        typer.Option("--socket", metavar="PATH", help="Where to listen; else hub.sock beside the hub."),
    ] = None,
    data_dir: DataDir = None,
    hub: Hub = None,
) -> None:
    """Serve the hub until it is told to stop.

    One process owns the file of an embedded hub and answers the seats of this machine in order, so that no claim waits
    long however many there are. Seats work with it by --hub unix:SOCKET. It ends by ctrl+c or SIGTERM, after what is in
    the works. A hub in PostgreSQL is answered by its server; here it is told to its seats when something is new, so that
    they need not ask.
    """
    from data.sync.address import Kind, kind_of, path_of
    from data.sync.contract import HubUnreachable
    from data.sync.served.place import SOCKET, CannotServe
    from data.sync.served.server import HubServer

    address = hub_of(data_dir, hub)
    if kind_of(address) is Kind.SOCKET:
        raise fail(
            f"{address} is a socket already: name the hub's file with --hub, and the socket with --socket.", USAGE
        )
    if kind_of(address) is Kind.POSTGRESQL:
        hub_server.serve(address)
        return
    file = path_of(address)
    if hub is not None and not file.exists():
        raise fail(
            f"There is no hub at {shown(str(file))}: name the right one, or make it with hub init.", UNREACHABLE
        )
    place = (socket or file.with_name(SOCKET)).expanduser().absolute()
    log_to(file.parent, LOG)

    def ready() -> None:
        print(f"Serving {shown(str(file))}: seats work with it by --hub unix:{shown(str(place))}", flush=True)

    server = HubServer(file, place, on_ready=ready, on_figures=_status_line if sys.stderr.isatty() else None)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: server.stop())
    try:
        done = server.run()
    except CannotServe as error:
        raise fail(str(error), FAULTS) from error
    except HubUnreachable as error:
        raise fail(str(error), UNREACHABLE) from error
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print(f"Ended: {done.calls} calls were answered, the longest after {done.longest_s:.2f} s.")


def _status_line(now: Figures) -> None:
    says = f"{now.clients} connected · {now.calls} calls · the longest took {now.longest_s:.2f} s"
    print(f"\r{says:<70}", end="", file=sys.stderr, flush=True)


# backup and restore


@app.command()
def backup(
    to: Annotated[
        Path | None,
        typer.Argument(
            metavar="[TO]",
            help="The backup to make, or a folder to put it in; else the folder backups beside the hub.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a backup that is there.")] = False,
    data_dir: DataDir = None,
    hub: Hub = None,
    as_json: Json = False,
) -> None:
    """Back the hub up, while seats work with it.

    A copy of one moment with a manifest of its sums, read through before it gets its name; of a hub in PostgreSQL a file
    of its rows, in the data folder's backups unless a place is named.
    """
    from data.backup import shelf
    from data.backup.hubs import back_up_hub, hub_manifest_of
    from data.backup.shelf import BackupError, Reason
    from data.clock import SYSTEM_CLOCK
    from data.sync.address import Kind, kind_of
    from data.sync.contract import HubUnreachable

    address = hub_of(data_dir, hub)
    if kind_of(address) is Kind.POSTGRESQL:
        where = to.expanduser().absolute() if to is not None else None
        hub_server.backup(address, folder_of(data_dir) / shelf.SHELF, where, force=force, as_json=as_json)
        return
    now = SYSTEM_CLOCK.now()
    file = file_of(address)
    try:
        made = back_up_hub(file, Reason.BY_HAND, now, place_for(file, now, to), force=force)
        manifest = hub_manifest_of(made)
    except HubUnreachable as error:
        raise fail(str(error), UNREACHABLE) from error
    except BackupError as error:
        raise fail(str(error), FAULTS) from error
    body = _told(made, manifest)
    say(
        as_json,
        body,
        lambda: (
            f"Backed up and checked: {shown(str(made))}\n"
            f"{body['bytes'] / 1e6:.1f} MB: {sum(manifest.rows.values())} rows of {manifest.seats} seats."
        ),
    )


def _told(place: Path, manifest: HubManifest) -> dict[str, Any]:
    told = manifest.model_dump(
        mode="json", include={"made_at", "reason", "hub_id", "epoch", "clock", "rows", "seats", "ops"}
    )
    return {"backup": str(place), "bytes": sum(mark.bytes for mark in manifest.files.values()), **told}


@app.command()
def restore(
    source: Annotated[
        Path | None, typer.Argument(metavar="[FROM]", help="The backup; without one, those there are.")
    ] = None,
    yes: Yes = False,
    data_dir: DataDir = None,
    hub: Hub = None,
    as_json: Json = False,
) -> None:
    """Put a backup in the place of the hub.

    The backup is checked before anything is touched, and the hub that is there is kept as a backup, which undoes it. A
    new epoch begins: every seat takes the rows anew and sends again what the hub lacks. Seats may stay open.
    """
    from data.backup.hubs import restore_hub
    from data.backup.shelf import SHELF, BackupError
    from data.clock import SYSTEM_CLOCK
    from data.sync.address import Kind, kind_of

    address = hub_of(data_dir, hub)
    if kind_of(address) is Kind.POSTGRESQL:
        where = source.expanduser().absolute() if source is not None else None
        hub_server.restore(address, folder_of(data_dir) / SHELF, where, yes=yes, as_json=as_json)
        return
    file = file_of(address)
    if source is None:
        _list(file, as_json)
        return
    chosen = backup_named(file, source, "agent-console hub restore")
    _sure(file, chosen, yes=yes)
    try:
        done = restore_hub(file, chosen.absolute(), SYSTEM_CLOCK.now())
    except BackupError as error:
        raise fail(str(error), FAULTS) from error
    say(as_json, done.model_dump(mode="json"), lambda: "\n".join(shown(line) for line in _outcome(file, done)))


def _sure(file: Path, chosen: Path, *, yes: bool) -> None:
    """Ask, unless that was answered on the command line or there is nothing to replace."""
    if yes or not file.exists():
        return
    if not sys.stdin.isatty():
        raise fail(f"This puts {chosen} in the place of the hub {file}: say --yes to do so.", USAGE)
    if not typer.confirm(f"Put {shown(str(chosen))} in the place of the hub {shown(str(file))}?", err=True):
        raise typer.Abort


def _outcome(file: Path, done: RestoredHub) -> list[str]:
    lines = [
        f"Put back: the hub {file} is as it was at {done.made_at:%Y-%m-%d %H:%M:%S} UTC, in a new epoch.",
        "Every seat takes its rows anew and sends again what the hub lacks.",
    ]
    if done.seats_carried:
        lines.append(f"{done.seats_carried} seats that enrolled since keep their number.")
    if done.kept is not None:
        lines.append(
            undone_by("hub", "hub", "restore", str(done.kept), "--hub", str(file), "--yes")
            if done.undo
            else f"The hub before could not be read; its files are kept in {done.kept}"
        )
    return lines


def _list(file: Path, as_json: bool) -> None:
    from data.backup.hubs import hub_manifest_of
    from data.backup.shelf import shelf_of

    list_backups(
        file,
        lambda place: _told(place, hub_manifest_of(place)),
        lambda one: f"{sum(one['rows'].values()):>8} rows",
        f"There is no backup in {shown(str(shelf_of(file)))}: `agent-console hub backup` makes one.",
        as_json=as_json,
    )
