"""`user`: who may sign in at the hub. Passwords are typed twice without an echo, or come on standard input; they are
never part of a command line, which others on the machine can read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

import typer

from console.cli.shared import (
    FAULTS,
    UNREACHABLE,
    USAGE,
    DataDir,
    Hub,
    Json,
    fail,
    file_of,
    hub_of,
    say,
    shown,
)

if TYPE_CHECKING:
    from data.models.agent import Role
    from data.sync.contract import Member

app = typer.Typer(
    no_args_is_help=True,
    help="Who may sign in at the hub, as what, and with which password.",
    rich_markup_mode=None,
)
FEED = "feed"
Name = Annotated[str, typer.Argument(help="The name as it is to be read on the floor.")]
Named = Literal["agent", "supervisor", "administrator"]
Added = Literal["agent", "supervisor", "administrator", "feed"]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="The password is the first line of standard input.")
]


class Administration(Protocol):
    """What an administrator does to the people of a hub."""

    def everyone(self) -> list[Member]: ...
    def add(self, name: str, role: Role, password: str) -> Member: ...
    def add_feed(self, name: str, password: str) -> None: ...
    def set_role(self, name: str, role: Role) -> Member: ...
    def set_password(self, name: str, password: str) -> Member: ...
    def revoke(self, name: str, *, withdrawn: bool = True) -> Member: ...


class _AtServer:
    """The people of a PostgreSQL hub, through the functions of its administration."""

    def __init__(self, address: str, admin: ModuleType) -> None:
        self._address = address
        self._admin: Any = admin

    def everyone(self) -> list[Member]:
        return list(self._admin.people(self._address))

    def add(self, name: str, role: Role, password: str) -> Member:
        added: Member = self._admin.add_person(self._address, name, role, password)
        return added

    def add_feed(self, name: str, password: str) -> None:
        self._admin.add_feed(self._address, name, password)

    def set_role(self, name: str, role: Role) -> Member:
        changed: Member = self._admin.set_role(self._address, name, role)
        return changed

    def set_password(self, name: str, password: str) -> Member:
        changed: Member = self._admin.set_password(self._address, name, password)
        return changed

    def revoke(self, name: str, *, withdrawn: bool = True) -> Member:
        changed: Member = self._admin.revoke_person(self._address, name, withdrawn=withdrawn)
        return changed


@contextmanager
def _people(chosen: Path | None, hub: str | None, *, create: bool = False) -> Iterator[Administration]:
    """The people of the hub that is meant; what goes wrong becomes a sentence."""
    from data.clock import SYSTEM_CLOCK
    from data.sync.address import Kind, kind_of
    from data.sync.contract import HubUnreachable
    from data.sync.hub_people import People, PeopleError

    address = hub_of(chosen, hub)
    try:
        if kind_of(address) is Kind.POSTGRESQL:
            from importlib import import_module

            yield _AtServer(address, import_module("data.sync.postgres.admin"))
        else:
            with People(file_of(address), SYSTEM_CLOCK, create=create) as people:
                yield people
    except HubUnreachable as error:
        raise fail(str(error), UNREACHABLE) from error
    except (PeopleError, LookupError, ValueError) as error:
        raise fail(str(error), FAULTS) from error


def new_password(from_stdin: bool) -> str:
    """A password that is typed twice, or the first line of standard input."""
    from data.identity.passwords import unfit

    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = asked("Password: ")
        if not unfit(password) and asked("Once more: ") != password:
            raise fail("The two are not the same: nothing was changed, try again.", FAULTS)
    if why := unfit(password):
        raise fail(why, FAULTS)
    return password


def asked(prompt: str) -> str:
    """A password that is typed on the terminal, without an echo."""
    import getpass

    if not sys.stdin.isatty():
        raise fail("A password is typed on a terminal, or comes with --password-stdin.", USAGE)
    try:
        return getpass.getpass(prompt)
    except (EOFError, KeyboardInterrupt) as error:
        raise typer.Abort from error


def _told(member: Member, what: str, as_json: bool) -> None:
    say(as_json, member.model_dump(mode="json"), lambda: shown(f"{what}: {member.name}, {member.role}."))


@app.command("add")
def add(
    name: Name,
    role: Annotated[
        Added, typer.Option("--role", help="What they are; a feed is a gateway, which speaks for others.")
    ] = "agent",
    password_stdin: FromStdin = False,
    hub: Hub = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Let somebody sign in at the hub.

    With the first one the hub asks everybody for a password. Who signed on by that name before stays who they are. A feed
    is for a hub in PostgreSQL; one in a file lets feeds in without a password.
    """
    from data.models.agent import Role

    password = new_password(password_stdin)
    with _people(data_dir, hub, create=True) as people:
        if role == FEED:
            people.add_feed(name, password)
            say(as_json, {"name": name, "role": role}, lambda: shown(f"Added: {name}, {role}."))
        else:
            _told(people.add(name, Role(role), password), "Added", as_json)


@app.command("role")
def role(
    name: Name,
    role: Annotated[Named, typer.Argument(help="What they are from now on.")],
    hub: Hub = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Give somebody another role."""
    from data.models.agent import Role

    with _people(data_dir, hub) as people:
        _told(people.set_role(name, Role(role)), "Changed", as_json)


@app.command("passwd")
def passwd(
    name: Name,
    password_stdin: FromStdin = False,
    hub: Hub = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Give somebody another password.

    On a seat where they have signed in before, the former one is asked for once more: their store there is under it.
    """
    password = new_password(password_stdin)
    with _people(data_dir, hub) as people:
        _told(people.set_password(name, password), "Changed the password of", as_json)


@app.command("revoke")
def revoke(
    name: Name,
    back: Annotated[bool, typer.Option("--undo", help="Give the access back.")] = False,
    hub: Hub = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Withdraw somebody's access.

    Their seats are given nothing more, send what waits there, and then remove everything that is kept for them.
    """
    with _people(data_dir, hub) as people:
        member = people.revoke(name, withdrawn=not back)
        _told(member, "Given back" if back else "Withdrawn", as_json)


@app.command("list")
def everyone(hub: Hub = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Say who may sign in."""
    with _people(data_dir, hub) as people:
        found = people.everyone()
    say(
        as_json,
        [one.model_dump(mode="json") for one in found],
        lambda: (
            "\n".join(
                f"{shown(one.name):<30}  {one.role!s:<13}  {'withdrawn' if one.revoked else ''}".rstrip()
                for one in found
            )
            or "Nobody was added: at this hub everybody signs on by name."
        ),
    )
