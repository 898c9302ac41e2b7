"""`sync status`: what waits for the hub."""

from __future__ import annotations

import typer

from console.cli.shared import UNREACHABLE, DataDir, Hub, Json, fail, hub_of, open_store, say

app = typer.Typer(no_args_is_help=True, help="How this seat stands with its hub.", rich_markup_mode=None)


@app.command("status")
def sync_status(data_dir: DataDir = None, hub: Hub = None, as_json: Json = False) -> None:
    """Say what waits for the hub.

    What is queued, refused or in conflict, and when the hub was last heard. Exit code 3: it cannot be reached.
    """
    from data.clock import SYSTEM_CLOCK
    from data.sync.address import open_hub, without_password
    from data.sync.contract import HubUnreachable, WrongLogin
    from data.sync.replica import Replica

    address = hub_of(data_dir, hub)
    with open_store(data_dir) as store:
        replica = Replica(store, SYSTEM_CLOCK)
        queued, refused, conflicts = replica.counts()
        try:
            open_hub(address, create=False).close()
            state, problem = "online", ""
        except WrongLogin:  # it answers, and asks who comes
            state, problem = "online", ""
        except HubUnreachable as error:
            state, problem = "offline", str(error)
        body = {
            "hub": without_password(address),
            "state": state,
            "queued": queued,
            "refused": refused,
            "conflicts": conflicts,
            "cursor": replica.cursor,
            "last_push": replica.state("last_push"),
            "last_pull": replica.state("last_pull"),
        }
        say(
            as_json,
            body,
            lambda: "\n".join(f"{name:<10} {'–' if value is None else value}" for name, value in body.items()),
        )
    if problem:
        raise fail(problem, UNREACHABLE)
