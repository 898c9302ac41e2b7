"""Who may sign in at a PostgreSQL hub: login roles of the server, and what the hub knows of each person.

Passwords are the server's: they are sent to it as SCRAM secrets, never as they were typed."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from data.models.agent import Agent, Role
from data.models.base import AgentId, new_id
from data.sync.contract import Member
from data.sync.hub_people import PeopleError, as_name, be_fit
from data.sync.postgres.dialling import Line, login_of
from data.sync.postgres.plain import to_json
from data.sync.postgres.schema import GROUPS

LONGEST_LOGIN = 63
"""Bytes of a role's name; PostgreSQL cuts off what is longer."""
FEED = "feed"


def everyone(line: Line) -> list[Member]:
    """Everybody who was added, by name."""
    return [_member(row) for row in line.execute(f"{_MEMBERS} ORDER BY lower(name)")]


def add(line: Line, name: str, role: Role, password: str) -> Member:
    """Let somebody in. Who signed on by that name before keeps their id and all that is theirs.

    Raises:
        PeopleError: there is somebody of that name, or the name or password cannot be.
    """
    name = as_name(name)
    be_fit(password)
    if _find(line, name) is not None:
        raise PeopleError(f"There is a {name} already: choose another name, or change that one.")
    member = Member(id=_signed_on_before(line, name) or AgentId(new_id()), name=name, role=role)
    _enter(line, member, str(role), password)
    tell_seats(line, member)
    return member


def add_feed(line: Line, name: str, password: str) -> None:
    """Let in what speaks for others: a gateway, or the practice floor, which plays many agents.

    Raises:
        PeopleError: see `add`.
    """
    be_fit(password)
    _enter(line, Member(id=AgentId(name), name=name), FEED, password)


def set_role(line: Line, name: str, role: Role) -> Member:
    """Give somebody another role. Raises PeopleError: nobody is called so; here as below."""
    before = _known(line, name)
    member = before.model_copy(update={"role": role})
    line.execute("UPDATE agent_console.member SET role = %s WHERE person = %s", (str(role), member.id))
    former, group = sql.Identifier(GROUPS[before.role]), sql.Identifier(GROUPS[role])
    for login in map(sql.Identifier, _logins(member)):
        line.execute(sql.SQL("REVOKE {} FROM {}").format(former, login))
        line.execute(sql.SQL("GRANT {} TO {}").format(group, login))
    tell_seats(line, member)
    return member


def set_password(line: Line, name: str, password: str) -> Member:
    """Give somebody another password; the former one holds no longer. On a server where a hub was put back that came
    from another one, this lets them in again."""
    member = _known(line, name)
    be_fit(password)
    for login in _logins(member):
        if _has_role(line, login):
            change = sql.SQL("ALTER ROLE {} PASSWORD {}")
            line.execute(change.format(sql.Identifier(login), _secret(line, login, password)))
        else:
            _make_role(line, login, str(member.role), password)
    return member


def revoke(line: Line, name: str, *, withdrawn: bool = True) -> Member:
    """Withdraw somebody's access, or give it back. Who was revoked may still push what waits, and is given nothing."""
    member = _known(line, name)
    line.execute(
        "UPDATE agent_console.member SET revoked_at = CASE WHEN %s THEN agent_console.hub_now() END WHERE person = %s",
        (withdrawn, member.id),
    )
    return member.model_copy(update={"revoked": withdrawn})


def tell_seats(line: Line, member: Member) -> None:
    """The person as a row that every seat pulls, unless it says so already."""
    said = {"name": member.name, "role": str(member.role)}
    held = "SELECT FROM agent_console.entity_row WHERE entity = 'agent' AND entity_id = %s AND body @> %s"
    if line.execute(held, (member.id, to_json(said))).fetchone() is not None:
        return
    whole = Agent.model_validate({**said, "id": member.id}).model_dump(mode="json")
    line.execute("SELECT agent_console.tell_of_person(%s, %s, %s)", (member.id, to_json(whole), to_json(said)))


def _enter(line: Line, member: Member, role: str, password: str) -> None:
    for login in _logins(member):
        if len(login.encode()) > LONGEST_LOGIN:
            raise PeopleError(f"{member.name} is too long a name for PostgreSQL: choose a shorter one.")
        if _has_role(line, login):
            raise PeopleError(f"The server has a role '{login}' already: choose another name.")
        _make_role(line, login, role, password)
    values = (member.id, member.name, role)
    line.execute("INSERT INTO agent_console.member VALUES (%s, %s, %s, agent_console.hub_now())", values)
    for login in _logins(member):
        line.execute("INSERT INTO agent_console.login VALUES (%s, %s)", (login, member.id))


def _make_role(line: Line, login: str, role: str, password: str) -> None:
    make = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE {}")
    line.execute(make.format(sql.Identifier(login), _secret(line, login, password), sql.Identifier(GROUPS[role])))


def _has_role(line: Line, login: str) -> bool:
    return line.execute("SELECT FROM pg_roles WHERE rolname = %s", (login,)).fetchone() is not None


def _logins(member: Member) -> list[str]:
    return list(dict.fromkeys((login_of(member.name), login_of(member.id))))


def _secret(line: Line, login: str, password: str) -> sql.Literal:
    hashed = line.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256")
    return sql.Literal(hashed.decode())


def _signed_on_before(line: Line, name: str) -> AgentId | None:
    found = line.execute(
        "SELECT entity_id FROM agent_console.entity_row WHERE entity = 'agent' AND NOT deleted"
        " AND lower(body->>'name') = lower(%s) AND body->>'played' IS DISTINCT FROM 'true' ORDER BY hub_seq LIMIT 1",
        (name,),
    ).fetchone()
    return AgentId(found[0]) if found is not None else None


def _find(line: Line, typed: str) -> Member | None:
    by_login = "person = (SELECT person FROM agent_console.login WHERE login = %s)"
    found = line.execute(f"{_MEMBERS} AND {by_login}", (login_of(typed),)).fetchone()
    return _member(found) if found is not None else None


def _known(line: Line, name: str) -> Member:
    member = _find(line, name)
    if member is None:
        raise PeopleError(f"Nobody at this hub is called {name}: `agent-console user list` says who is there.")
    return member


_MEMBERS = "SELECT person, name, role, revoked_at IS NOT NULL FROM agent_console.member WHERE role <> 'feed'"


def _member(row: tuple[Any, ...]) -> Member:
    person, name, role, revoked = row
    return Member(id=person, name=name, role=Role(role), revoked=revoked)
