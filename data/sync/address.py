"""Where a hub is: the one place that knows which kinds there are."""

from __future__ import annotations

from pathlib import Path

from data.clock import SYSTEM_CLOCK, Clock
from data.sync.contract import Hub, Login


def open_hub(address: str, *, clock: Clock = SYSTEM_CLOCK, create: bool = True, login: Login | None = None) -> Hub:
    """Connect to the hub at `address`: `postgresql://…`, or the path of an embedded hub's file. With `create` a missing
    file is made.

    Raises:
        HubUnreachable: it is not there, or not a hub that this program can speak with.
        WrongLogin: it does not let this person in.
    """
    if address.startswith(("postgresql://", "postgres://")):
        from data.sync.postgres.hub import PostgresHub

        return PostgresHub(address, clock, login)
    from data.sync.embedded import EmbeddedHub

    return EmbeddedHub(Path(address), clock, create=create)
