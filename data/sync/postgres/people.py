"""Who may sign in at a PostgreSQL hub: login roles of the server, and what the hub knows of each person.

Passwords are the server's: they are sent to it as SCRAM secrets, never as they were typed."""

from __future__ import annotations

from psycopg import sql

from data.identity.passwords import unfit
from data.models.agent import Agent, Role
from data.models.base import AgentId, new_id
from data.sync.contract import Member
from data.sync.hub_people import PeopleError
from data.sync.postgres.dialling import Line, login_of
from data.sync.postgres.plain import to_json
from data.sync.postgres.schema import GROUPS

LONGEST_LOGIN = 63
"""Bytes of a role's name; PostgreSQL cuts off what is longer."""
FEED = "feed"


def everyone(line: Line) -> list[Member]:
    """Everybody who was added, by name."""
    found = line.execute("SELECT * FROM agent_console.member WHERE role <> 'feed' ORDER BY login")
    return [_member(row) for row in _named_rows(found)]


def add(line: Line, name: str, role: Role, password: str) -> Member:
    """Let somebody in. Who signed on by that name before keeps their id and all that is theirs.

    Raises:
        PeopleError: there is somebody of that name, or the name or password cannot be.
    """
    name = " ".join(name.split())
    if not name:
        raise PeopleError("A person has a name: type it as it is to be read on the floor.")
    _fit(password)
    if _find(line, name) is not None:
        raise PeopleError(f"There is a {name} already: choose another name, or change that one.")
    member = Member(id=_signed_on_before(line, name) or AgentId(new_id()), name=name, role=role)
    _enter(line, member, str(role), password)
    _tell_seats(line, member)
    return member


def add_feed(line: Line, name: str, password: str) -> None:
    """Let in what speaks for others: a gateway, or the practice floor, which plays many agents.

    Raises:
        PeopleError: see `add`.
    """
    _fit(password)
    _enter(line, Member(id=AgentId(name), name=name), FEED, password)


def set_role(line: Line, name: str, role: Role) -> Member:
    """Give somebody another role. Raises PeopleError: nobody is called so; here as below."""
    before = _known(line, name)
    member = before.model_copy(update={"role": role})
    line.execute("UPDATE agent_console.member SET role = %s WHERE person = %s", (str(role), member.id))
    for login in _logins(member):
        change = sql.SQL("REVOKE {} FROM {}; GRANT {} TO {}")
        groups = (sql.Identifier(GROUPS[one]) for one in (before.role, role))
        line.execute(change.format(next(groups), login, next(groups), login))
    _tell_seats(line, member)
    return member


def set_password(line: Line, name: str, password: str) -> Member:
    """Give somebody another password; the former one holds no longer."""
    member = _known(line, name)
    _fit(password)
    for login in _logins(member):
        line.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(login, _secret(line, login, password)))
    return member


def revoke(line: Line, name: str, *, withdrawn: bool = True) -> Member:
    """Withdraw somebody's access, or give it back. Who was revoked may still push what waits, and is given nothing."""
    member = _known(line, name)
    line.execute(
        "UPDATE agent_console.member SET revoked_at = CASE WHEN %s THEN agent_console.hub_now() END WHERE person = %s",
        (withdrawn, member.id),
    )
    return member.model_copy(update={"revoked": withdrawn})


def _enter(line: Line, member: Member, role: str, password: str) -> None:
    for login in _logins(member):
        name = login.as_string(line).strip('"')
        if len(name.encode()) > LONGEST_LOGIN:
            raise PeopleError(f"{member.name} is too long a name for PostgreSQL: choose a shorter one.")
        if line.execute("SELECT FROM pg_roles WHERE rolname = %s", (name,)).fetchone() is not None:
            raise PeopleError(f"The server has a role '{name}' already: choose another name.")
        make = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE {}")
        line.execute(make.format(login, _secret(line, login, password), sql.Identifier(GROUPS[role])))
    line.execute(
        "INSERT INTO agent_console.member VALUES (%s, %s, %s, %s, %s, agent_console.hub_now())",
        (member.id, member.name, login_of(member.name), login_of(member.id), role),
    )


def _logins(member: Member) -> list[sql.Identifier]:
    return [sql.Identifier(login) for login in dict.fromkeys((login_of(member.name), login_of(member.id)))]


def _secret(line: Line, login: sql.Identifier, password: str) -> sql.Literal:
    user = login.as_string(line).strip('"')
    hashed = line.pgconn.encrypt_password(password.encode(), user.encode(), b"scram-sha-256")
    return sql.Literal(hashed.decode())


def _tell_seats(line: Line, member: Member) -> None:
    said = {"name": member.name, "role": str(member.role)}
    whole = Agent.model_validate({**said, "id": member.id}).model_dump(mode="json")
    line.execute("SELECT agent_console.tell_of_person(%s, %s, %s)", (member.id, to_json(whole), to_json(said)))


def _signed_on_before(line: Line, name: str) -> AgentId | None:
    found = line.execute(
        "SELECT entity_id FROM agent_console.entity_row WHERE entity = 'agent' AND NOT deleted"
        " AND lower(body->>'name') = lower(%s) AND body->>'played' IS DISTINCT FROM 'true' ORDER BY hub_seq LIMIT 1",
        (name,),
    ).fetchone()
    return AgentId(found[0]) if found is not None else None


def _find(line: Line, typed: str) -> Member | None:
    found = line.execute(
        "SELECT * FROM agent_console.member WHERE %s IN (login, login_by_id) AND role <> 'feed'", (login_of(typed),)
    )
    rows = _named_rows(found)
    return _member(rows[0]) if rows else None


def _known(line: Line, name: str) -> Member:
    member = _find(line, name)
    if member is None:
        raise PeopleError(f"Nobody at this hub is called {name}: `agent-console user list` says who is there.")
    return member


def _named_rows(found: object) -> list[dict[str, object]]:
    names = [column.name for column in found.description or ()]  # type: ignore[attr-defined]
    return [dict(zip(names, row, strict=True)) for row in found]  # type: ignore[attr-defined]


def _member(row: dict[str, object]) -> Member:
    return Member.model_validate(
        {"id": row["person"], "name": row["name"], "role": row["role"], "revoked": row["revoked_at"] is not None}
    )


def _fit(password: str) -> None:
    if why := unfit(password):
        raise PeopleError(why)
