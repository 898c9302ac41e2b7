"""Where a hub is: the one place that knows which kinds there are."""

from __future__ import annotations

from pathlib import Path

from data.clock import SYSTEM_CLOCK, Clock
from data.sync.contract import Hub, Login, WrongLogin


def open_hub(address: str, *, clock: Clock = SYSTEM_CLOCK, create: bool = True, login: Login | None = None) -> Hub:
    """Connect to the hub at `address`: the path of an embedded hub's file. With `create` a missing file is made.

    Raises:
        HubUnreachable: it is not there, or not a hub that this program can speak with.
        WrongLogin: it does not let this person in.
    """
    from data.sync.embedded import EmbeddedHub

    return EmbeddedHub(Path(address), clock, create=create, login=login)


def seat_hub(address: str, *, create: bool, login: Login | None) -> Hub:
    """The same for a seat: a hub that has people lets nobody in without a login, unlike a feed beside it.

    Raises:
        HubUnreachable, WrongLogin: see `open_hub`.
    """
    from data.sync.embedded import EmbeddedHub
    from data.sync.hub_people import ASKS

    hub = open_hub(address, create=create, login=login)
    if login is None and isinstance(hub, EmbeddedHub) and hub.asks:
        hub.close()
        raise WrongLogin(ASKS)
    return hub
