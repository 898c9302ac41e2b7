"""`sync status`: what waits for the hub. `sync now`: one round with it, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from console.cli.shared import (
    FAULTS,
    UNREACHABLE,
    DataDir,
    Hub,
    Json,
    fail,
    folder_of,
    hub_of,
    open_store,
    say,
    settings_of,
)

if TYPE_CHECKING:
    from console.settings import Settings
    from data.store.database import Store
    from data.sync.contract import Hub as OpenHub
    from data.sync.replica import Replica

app = typer.Typer(no_args_is_help=True, help="How this seat stands with its hub.", rich_markup_mode=None)

NOW_S = 300.0
"""A round that takes longer than this has met a hub that brings more than it takes in."""


@app.command("status")
def sync_status(data_dir: DataDir = None, hub: Hub = None, as_json: Json = False) -> None:
    """Say what waits for the hub.

    What is queued, refused or in conflict, and when the hub was last heard. Exit code 3: it cannot be reached.
    """
    from data.clock import SYSTEM_CLOCK
    from data.sync.address import without_password
    from data.sync.contract import HubUnreachable, WrongLogin
    from data.sync.replica import Replica

    address = hub_of(data_dir, hub)
    with open_store(data_dir) as store:
        replica = Replica(store, SYSTEM_CLOCK)
        try:
            _connect(address).close()
            state, problem = "online", ""
        except WrongLogin:  # it answers, and asks who comes
            state, problem = "online", ""
        except HubUnreachable as error:
            state, problem = "offline", str(error)
        body = {"hub": without_password(address), "state": state, **_counts(replica)}
        say(
            as_json,
            body,
            lambda: "\n".join(f"{name:<10} {'–' if value is None else value}" for name, value in body.items()),
        )
    if problem:
        raise fail(problem, UNREACHABLE)


@app.command("now")
def sync_now(data_dir: DataDir = None, hub: Hub = None, as_json: Json = False) -> None:
    """Push what waits and pull what is new, once, and say what was done.

    A console need not be open; if one is, its own worker does this all the time. Exit code 1: something was refused or
    is in conflict; 3: the hub cannot be reached.
    """
    from data.clock import SYSTEM_CLOCK
    from data.sync.address import without_password
    from data.sync.contract import HubUnreachable
    from data.sync.replica import Replica

    address = hub_of(data_dir, hub)
    with open_store(data_dir) as store:
        replica = Replica(store, SYSTEM_CLOCK)
        queued, cursor = replica.counts()[0], replica.cursor
        try:
            _round(store, address, settings_of(folder_of(data_dir)))
        except HubUnreachable as error:
            raise fail(str(error), UNREACHABLE) from error
        counts = _counts(replica)
        pushed, pulled = max(0, queued - counts["queued"]), max(0, counts["cursor"] - cursor)
        say(
            as_json,
            {"hub": without_password(address), "pushed": pushed, "pulled": pulled, **counts},
            lambda: (
                f"Pushed {pushed}, pulled {pulled}; {counts['queued']} queued, {counts['refused']} refused,"
                f" {counts['conflicts']} in conflict."
            ),
        )
    if counts["refused"] or counts["conflicts"]:
        raise typer.Exit(FAULTS)


def _connect(address: str) -> OpenHub:
    """The hub, which is never made here.

    Raises:
        HubUnreachable: it is not there.
    """
    from data.sync.address import Kind, kind_of, open_hub, path_of
    from data.sync.contract import HubUnreachable

    if kind_of(address) is Kind.FILE and not path_of(address).exists():
        raise HubUnreachable(f"There is no hub at {address}: start the console once, or name one with --hub.")
    return open_hub(address, create=False)


def _round(store: Store, address: str, settings: Settings) -> None:
    """Let a worker work here, for as much as this seat takes, until it has nothing more to do.

    Raises:
        HubUnreachable: the hub is not there, or went away.
    """
    import random

    from data.clock import SYSTEM_CLOCK
    from data.sync.contract import HubUnreachable, Scope
    from data.sync.wire import FromWorker, SyncStatus
    from data.sync.worker import POLL_S, Worker

    told: list[SyncStatus] = []

    def hear(message: FromWorker) -> None:
        if isinstance(message, SyncStatus):
            told.append(message)

    worker = Worker(
        store,
        lambda: _connect(address),
        hear,
        SYSTEM_CLOCK,
        random.Random(),
        name=settings.seat,
        scope=Scope(directory=settings.directory, days=settings.sync_days),
    )
    until = SYSTEM_CLOCK.monotonic() + NOW_S
    try:
        while SYSTEM_CLOCK.monotonic() < until:
            pause = worker.step()
            if told and (not told[-1].online or told[-1].problem):
                raise HubUnreachable(told[-1].problem or "The hub does not answer: try again in a moment.")
            if told and pause >= POLL_S:
                return
    finally:
        worker.close()


def _counts(replica: Replica) -> dict[str, Any]:
    queued, refused, conflicts = replica.counts()
    return {
        "queued": queued,
        "refused": refused,
        "conflicts": conflicts,
        "cursor": replica.cursor,
        "last_push": replica.state("last_push"),
        "last_pull": replica.state("last_pull"),
    }
