"""`wallboard`: the floor in browsers, read-only."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.shared import (
    FAULTS,
    UNREACHABLE,
    USAGE,
    DataDir,
    Hub,
    fail,
    folder_of,
    log_to,
    needs,
    settings_of,
    shown,
)

if TYPE_CHECKING:
    from data.sync.contract import Login


def wallboard(
    host: Annotated[
        str, typer.Option("--host", help="The address to listen on; as it is, only this machine can look.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port to listen on; 0: one that is free.")
    ] = 8790,
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file",
            metavar="FILE",
            help="Holds the token, and is made (0600) when it is missing; else wallboard/token in the data folder.",
        ),
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(
            "--origin",
            metavar="ORIGIN",
            help="Under which other name browsers see the page, like https://board.example.com.",
        ),
    ] = None,
    viewers: Annotated[
        int, typer.Option("--viewers", min=1, max=100, help="So many browsers may look on at once.")
    ] = 10,
    login: Annotated[
        str | None, typer.Option("--login", metavar="NAME", help="Whom the hub knows: a supervisor of its own.")
    ] = None,
    password_file: Annotated[
        Path | None,
        typer.Option("--password-file", metavar="FILE", help="Its first line is the password of --login (0600)."),
    ] = None,
    data_dir: DataDir = None,
    hub: Hub = None,
) -> None:
    """Serve the floor to browsers, to be read from across the room.

    Whoever looks on needs the token, and can change nothing: no key, click or paste reaches the board. It ends by ctrl+c
    or SIGTERM within two seconds.
    """
    needs("textual_serve", "The wallboard", "wallboard")
    from console.wallboard.access import Access, AccessError, token_in
    from console.wallboard.process import WallProcess
    from console.wallboard.server import WallServer
    from console.wallboard.source import FOLDER, Source
    from console.wallboard.viewer import arguments
    from data.store.errors import StoreError
    from data.store.users import StoreInUse
    from data.supervision.thresholds import load_floor
    from data.sync.address import absolute
    from data.text.reviewed import ContentError

    folder = folder_of(data_dir).absolute()
    settings = settings_of(folder, hub)
    known = _login(login, password_file)
    own = folder / FOLDER
    log_to(own, "server.log", quiet=known is not None)
    file = (token_file or own / "token").expanduser()
    try:
        load_floor(settings.floor)
        access = Access(token_in(file), origin or ())
        source = Source(own, absolute(settings.hub, folder), settings, known)
        source.prepare()
    except (AccessError, ContentError) as error:
        raise fail(str(error), USAGE) from error
    except (StoreInUse, StoreError) as error:
        raise fail(str(error), FAULTS) from error
    except OSError as error:
        raise fail(
            f"{error.filename or own} cannot be used ({error.strerror}): check its rights.", FAULTS
        ) from error
    server = WallServer(
        arguments(folder, source.store), source.key, access,
        host=host, port=port, title=settings.organisation, most=viewers,
    )  # fmt: skip
    process = WallProcess(source, server, _say)
    if not _is_here(host):
        _say(
            "Whoever reaches this machine and has the token sees the floor, and the way there is not encrypted: put a"
            " proxy with TLS before it, and name that with --origin."
        )
    import asyncio

    try:
        asyncio.run(process.run(lambda bound: _serving(host, bound, file)))
    except OSError as error:
        raise fail(
            f"The wallboard cannot listen on {host}, port {port} ({error.strerror}): name another with --host or --port.",
            FAULTS,
        ) from error
    if process.why:
        raise fail(process.why, UNREACHABLE)
    print("Ended.", flush=True)


def _login(name: str | None, file: Path | None) -> Login | None:
    """Who speaks to the hub.

    Raises:
        typer.Exit: half of it is missing, or the file cannot be used.
    """
    if name is None and file is None:
        return None
    if name is None or file is None:
        raise fail("--login and --password-file belong together: give both, or none of them.", USAGE)
    from console.gateway.config import ConfigError, secret
    from console.wallboard.source import login_of

    try:
        password = secret(file.expanduser())
    except ConfigError as error:
        raise fail(str(error), USAGE) from error
    assert password is not None, "a file was named"
    return login_of(name, password)


def _is_here(host: str) -> bool:
    """Whether only this machine reaches the address."""
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _serving(host: str, port: int, token: Path) -> None:
    """Say where the wallboard is. The token is shown to a person at a terminal only: what else takes our output in may be
    a log."""
    from console.wallboard.access import token_in

    name = {"0.0.0.0": os.uname().nodename, "::": os.uname().nodename}.get(host, host)
    address = f"http://{f'[{name}]' if ':' in name else name}:{port}/"
    if sys.stdout.isatty():
        print(f"The wallboard: {shown(address)}?token={token_in(token)}\nThe token stays in {shown(str(token))}.")
    else:
        print(f"The wallboard: {shown(address)}?token=… with the token in {shown(str(token))}", flush=True)


def _say(sentence: str) -> None:
    print(shown(sentence), file=sys.stderr, flush=True)
