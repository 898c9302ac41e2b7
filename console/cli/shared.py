"""What every command shares: options, exit codes, errors as one sentence, printing."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from console.settings import Settings
    from data.models.base import AgentId
    from data.store.database import Store
    from data.store.key import Key

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder of the store; else AGENT_CONSOLE_HOME, else the platform's."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Hub = Annotated[
    str | None,
    typer.Option(
        "--hub",
        metavar="ADDRESS",
        help="The hub: an embedded hub's file, unix:SOCKET, or postgresql://…; else what the settings name.",
    ),
]
FAULTS, USAGE, UNREACHABLE = 1, 2, 3
whose: ContextVar[str | None] = ContextVar("whose", default=None)
"""The agent that `--as` names, where stores are encrypted."""

_ESCAPED = {
    code: f"\\u{code:04x}"
    for code in (*range(0x7F, 0xA0), 0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
}
"""What JSON lets through and a terminal would obey: control bytes, and signs that turn the writing direction."""


def fail(sentence: str, code: int) -> typer.Exit:
    """Say one sentence on standard error; to be raised."""
    print(shown(sentence), file=sys.stderr)
    return typer.Exit(code)


def needs(module: str, who: str, extra: str) -> None:
    """What a seat is installed without.

    Raises:
        typer.Exit: it is not installed.
    """
    from importlib.util import find_spec

    if find_spec(module) is None:
        raise fail(f"{who} needs more than a seat: install it with `pip install 'agent-console[{extra}]'`.", USAGE)


def settings_of(folder: Path, hub: str | None = None) -> Settings:
    """The settings of a data folder, with the hub that the command line names."""
    from console.settings import SettingsError, load
    from data.sync.address import absolute

    if hub is not None:
        refuse_password(hub)

    try:
        settings = load(folder)
    except SettingsError as error:
        raise fail(str(error), USAGE) from error
    except OSError as error:
        raise fail(
            f"The settings in {folder} cannot be read ({error.strerror}): check the rights of the folder.", USAGE
        ) from error
    if hub is not None:
        return settings.model_copy(update={"hub": absolute(hub, Path.cwd())})
    return settings.model_copy(update={"hub": without_secret(settings.hub)})


def without_secret(address: str) -> str:
    """The address without its password, which is put where libpq looks for it, here and in the processes that this one
    starts: it is on no command line and in no sentence."""
    from data.sync.address import parted

    address, password = parted(address)
    if password is not None:
        os.environ["PGPASSWORD"] = password
    return address


def refuse_password(address: str) -> None:
    """A password on a command line can be read by everybody on the machine.

    Raises:
        typer.Exit: there is one in the address.
    """
    from data.sync.address import has_password

    if has_password(address):
        raise fail(
            "A password on the command line can be read by everybody on this machine: leave it out, and put it into"
            " ~/.pgpass, PGPASSWORD or settings.toml (0600).",
            USAGE,
        )


def hub_of(data_dir: Path | None, hub: str | None) -> str:
    """The address of the hub that a command works on."""
    from data.sync.address import absolute

    folder = folder_of(data_dir)
    return absolute(settings_of(folder, hub).hub, folder)


def folder_of(chosen: Path | None, *, practice: bool = False) -> Path:
    """The data folder that a command works on."""
    from console.settings import data_folder

    return data_folder(chosen, practice=practice)


def file_of(address: str) -> Path:
    """The file of an embedded hub, also of one that is served."""
    from data.sync.address import Kind, kind_of, look_at, path_of
    from data.sync.contract import HubUnreachable

    if kind_of(address) is Kind.FILE:
        return path_of(address)
    if kind_of(address) is Kind.POSTGRESQL:
        raise fail(
            "A hub in PostgreSQL has no file: name an embedded one.",
            USAGE,
        )
    try:
        return Path(look_at(address).place)
    except HubUnreachable as error:
        raise fail(str(error), UNREACHABLE) from error


@contextmanager
def open_store(chosen: Path | None, *, create: bool = True) -> Iterator[Store]:
    """The store of the data folder; what is wrong with it becomes a sentence."""
    from data.store.database import Store
    from data.store.errors import StoreError

    path, key = store_of(folder_of(chosen))
    try:
        with Store(path, create=create, key=key) as store, store.in_words():
            yield store
    except StoreError as error:
        raise fail(str(error), FAULTS) from error


def log_to(folder: Path, name: str, *, quiet: bool = False) -> None:
    """Unexpected errors go to a file in this folder, which only its owner may read. `quiet`: agents share the seat, so
    neither the log nor the core of a program that the system ends may hold anything of theirs.

    Raises:
        typer.Exit: the folder cannot be made.
    """
    import logging
    import resource
    from logging.handlers import RotatingFileHandler

    from console.masked_log import MaskedLog, QuietLog

    os.umask(0o077)
    if quiet:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(folder / name, maxBytes=1_000_000, backupCount=2, delay=True)
    except OSError as error:
        raise fail(f"The folder {folder} cannot be used ({error.strerror}): name another.", USAGE) from error
    handler.setFormatter((QuietLog if quiet else MaskedLog)("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler])


def store_of(folder: Path) -> tuple[Path, Key | None]:
    """The store that a command works on, and its key where agents sign in by password: `--as` says whose it is, and
    the password is typed, or is the first line of standard input."""
    from data.store.database import STORE_FILE

    if settings_of(folder).sign_in == "name":
        return folder / STORE_FILE, None
    from data.identity.agents import Agents
    from data.identity.keybox import KeyBoxError, WrongPassword
    from data.identity.tries import Tries

    agents, name = Agents(folder), whose.get()
    if name is None:
        raise fail(
            "Every agent of this seat has an encrypted store: say whose with `agent-console --as NAME` before the command.",
            USAGE,
        )
    box = agents.find(name)
    card = box.card() if box is not None else None
    if box is None or card is None:
        raise fail(f"Nobody called {name} has signed in at this seat: look at the name.", FAULTS)
    tries = Tries(agents.folder)
    if (wait := tries.wait(card.person)) > 0:
        raise fail(f"After a wrong password one waits: try again in {wait:.0f} seconds.", FAULTS)
    try:
        key = box.open(_password(card.name))
    except WrongPassword as error:
        tries.failed(card.person)
        raise fail(f"That is not the password of {card.name} on this seat.", FAULTS) from error
    except KeyBoxError as error:
        raise fail(str(error), FAULTS) from error
    tries.succeeded(card.person)
    return box.folder / STORE_FILE, key


def leader_of(store: Store) -> AgentId | None:
    """Who writes what only supervisors and administrators write: whom `--as` names, if they are one; where nobody signs in
    by password, the program itself."""
    from data.models.agent import LEADERS
    from data.models.base import AgentId
    from data.queue.people import everyone

    name = whose.get()
    if name is None:
        return AgentId("import")
    known = [one for one in everyone(store) if one.name.casefold() == name.casefold() and one.role in LEADERS]
    return AgentId(known[0].id) if known else None


def _password(name: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    import getpass

    try:
        return getpass.getpass(f"Password of {shown(name)}: ")
    except (EOFError, KeyboardInterrupt) as error:
        raise typer.Abort from error


def say(as_json: bool, body: dict[str, Any] | list[dict[str, Any]], text: Callable[[], str]) -> None:
    """Print what a command found, as one line of JSON or as text for a person."""
    print(json_line(body) if as_json else text())


def json_line(body: dict[str, Any] | list[dict[str, Any]]) -> str:
    """JSON on one line, in letters that standard output can carry and no terminal obeys."""
    unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return json.dumps(body, ensure_ascii=not unicode, default=str).translate(_ESCAPED)


def shown(text: str) -> str:
    """Text from outside, safe to print on a terminal."""
    from widgets.safe_text import clean

    return clean(text)


def progress_line(as_json: bool) -> Callable[[int, int], None] | None:
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
