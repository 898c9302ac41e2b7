"""Where a hub is: the one place that knows which kinds there are."""

from __future__ import annotations

from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from data.clock import SYSTEM_CLOCK, Clock
from data.sync.contract import Hub, Login, WrongLogin

if TYPE_CHECKING:
    from data.sync.status import HubStatus


class Kind(StrEnum):
    """What answers at an address."""

    FILE = "embedded"
    """The path of an embedded hub's file."""
    SOCKET = "served"
    """`unix:` and the socket of whoever serves an embedded hub."""
    POSTGRESQL = "postgresql"
    """`postgresql://` and what libpq understands."""


_SOCKET = "unix:"
_POSTGRESQL = ("postgresql://", "postgres://")


def kind_of(address: str) -> Kind:
    """Which kind of hub an address names."""
    if address.startswith(_SOCKET):
        return Kind.SOCKET
    return Kind.POSTGRESQL if address.startswith(_POSTGRESQL) else Kind.FILE


def path_of(address: str) -> Path:
    """The file or socket that an address names."""
    return Path(address.removeprefix(_SOCKET))


def absolute(address: str, folder: Path) -> str:
    """The address as it is meant from everywhere: a relative path is relative to `folder`."""
    if kind_of(address) is Kind.POSTGRESQL:
        return address
    path = folder.absolute() / path_of(address).expanduser()
    return f"{_SOCKET}{path}" if kind_of(address) is Kind.SOCKET else str(path)


def has_password(address: str) -> bool:
    """Whether a password is written in an address. One that cannot be taken apart may have one."""
    if kind_of(address) is not Kind.POSTGRESQL:
        return False
    try:
        parts = urlsplit(address)
        return parts.password is not None or any("password" in name for name, _ in parse_qsl(parts.query, True))
    except ValueError:
        return True


def without_password(address: str) -> str:
    """An address that may be shown."""
    if not has_password(address):
        return address
    try:
        return parted(address)[0].partition("?")[0]
    except ValueError:
        return "postgresql://…"


def parted(address: str) -> tuple[str, str | None]:
    """An address without its password, and that one.

    Raises:
        ValueError: it cannot be taken apart.
    """
    if not has_password(address):
        return address, None
    parts = urlsplit(address)
    options = parse_qsl(parts.query, keep_blank_values=True)
    user, at, host = parts.netloc.rpartition("@")
    said = dict(options).get("password", unquote(parts.password) if parts.password is not None else None)
    query = urlencode([one for one in options if one[0] != "password"], quote_via=quote)
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}{at}{host}", query=query)), said


def open_hub(address: str, *, clock: Clock = SYSTEM_CLOCK, create: bool = True, login: Login | None = None) -> Hub:
    """Connect to the hub at `address` (see `Kind`). With `create` a missing file of an embedded hub is made.

    Raises:
        HubUnreachable: it is not there, or not a hub that this program can speak with.
        WrongLogin: it does not let this person in.
    """
    match kind_of(address):
        case Kind.SOCKET:
            from data.sync.served.client import SocketHub

            return SocketHub(path_of(address), login)
        case Kind.POSTGRESQL:
            from data.sync.postgres.hub import PostgresHub

            return PostgresHub(address, clock, login)
        case Kind.FILE:
            from data.sync.embedded import EmbeddedHub

            return EmbeddedHub(path_of(address), clock, create=create, login=login)


def look_at(address: str, *, clock: Clock = SYSTEM_CLOCK) -> HubStatus:
    """How the hub at `address` stands; nothing is made there.

    Raises:
        HubUnreachable: it is not there, or not a hub that this program can read.
    """
    match kind_of(address):
        case Kind.SOCKET:
            from data.sync.served.client import SocketHub

            with closing(SocketHub(path_of(address))) as hub:
                return hub.status()
        case Kind.POSTGRESQL:
            from data.sync.postgres.admin import status

            return status(address)
        case Kind.FILE:
            from data.sync.served.place import served_by
            from data.sync.status import status_of

            file = path_of(address)
            return status_of(file, clock.now()).model_copy(update={"served": served_by(file)})


def seat_hub(address: str, *, create: bool, login: Login | None) -> Hub:
    """The same for a seat: a hub that has people lets nobody in without a login, unlike a feed beside it.

    Raises:
        HubUnreachable, WrongLogin: see `open_hub`.
    """
    hub = open_hub(address, create=create, login=login)
    if login is None and getattr(hub, "asks", False):  # a server knows its people by itself
        from data.sync.hub_people import ASKS

        hub.close()
        raise WrongLogin(ASKS)
    return hub
