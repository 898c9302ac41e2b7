"""The hub's shape in a database: made by steps, its functions and rules written anew at every upgrade."""

from __future__ import annotations

from importlib.resources import files

import psycopg
from psycopg import sql

from data.models.base import new_id
from data.sync.postgres.shapes import fields, shapes

SCHEMA = "agent_console"
OWNER = "agent_console_owner"
MEMBERS = "agent_console_member"
"""The group of all groups: who may call the hub's functions."""
GROUPS = {
    "agent": "agent_console_agent",
    "supervisor": "agent_console_supervisor",
    "feed": "agent_console_feed",
    "administrator": "agent_console_admin",
}
"""The database's group role for each role of a person. A feed may speak for others: it plays many agents."""
FIRST_TICKET_NUMBER = 10001
_ROOT = files("data.sync.postgres") / "sql"


def migrations() -> list[tuple[int, str]]:
    """The steps of the shape, (number, SQL), in order."""
    return [(int(name.partition("_")[0]), text) for name, text in _texts("migrations")]


SHAPE = len(list((_ROOT / "migrations").iterdir()))


def bring_up_to_date(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Make the hub, or bring it to this program's shape, in one transaction of the caller's; a second time does nothing
    more. Older seats go on: functions keep their names, new ones stand beside them."""
    _make_roles(connection)
    connection.execute(
        sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(*map(sql.Identifier, (SCHEMA, OWNER)))
    )
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
    connection.execute(sql.SQL("SET LOCAL search_path = {}, pg_temp").format(sql.Identifier(SCHEMA)))
    known = shape_of(connection)
    if known:  # every call begins there, so that none waits in between for what waits for it
        connection.execute("LOCK TABLE hub_info IN ACCESS EXCLUSIVE MODE")
    for number, text in migrations():
        if number > known:
            connection.execute(text)
    for _, text in _texts("functions"):
        connection.execute(text)
    for table, rows in (("shape", shapes()), ("shape_field", fields())):
        connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        marks = sql.SQL(", ").join([sql.Placeholder()] * len(rows[0]))
        insert = sql.SQL("INSERT INTO {} VALUES ({})").format(sql.Identifier(table), marks)
        connection.cursor().executemany(insert, rows)
    epoch = new_id()
    facts = {"epoch": epoch, "hub_id": epoch}
    connection.cursor().executemany(
        "INSERT INTO hub_info VALUES (%s, %s) ON CONFLICT DO NOTHING", list(facts.items())
    )
    connection.execute("INSERT INTO hub_clock (v) VALUES (0) ON CONFLICT DO NOTHING")
    connection.execute(
        "INSERT INTO next_number (ticket) VALUES (%s) ON CONFLICT DO NOTHING", (FIRST_TICKET_NUMBER,)
    )
    connection.execute(
        "INSERT INTO hub_info VALUES ('shape', %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (str(SHAPE),),
    )


def shape_of(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    """The number of the hub's shape; 0 where there is no hub yet."""
    there = connection.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.hub_info",)).fetchone()
    if there is None or there[0] is None:
        return 0
    found = connection.execute(f"SELECT value FROM {SCHEMA}.hub_info WHERE key = 'shape'").fetchone()  # noqa: S608
    return int(str(found[0])) if found else 0


def _texts(folder: str) -> list[tuple[str, str]]:
    return sorted((one.name, one.read_text()) for one in (_ROOT / folder).iterdir() if one.name.endswith(".sql"))


_MAKE_ROLE = """DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {name}) THEN
        BEGIN
            CREATE ROLE {role} NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another hub of this server was made at the same moment
        END;
    END IF;
END $$"""


def _make_roles(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """The owner of the hub's tables, who is nobody's login, and a group for each role of a person. They belong to the
    server: its hubs share them."""
    for role in (OWNER, MEMBERS, *GROUPS.values()):
        connection.execute(sql.SQL(_MAKE_ROLE).format(name=sql.Literal(role), role=sql.Identifier(role)))
    for role in GROUPS.values():
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(MEMBERS), sql.Identifier(role)))
    me = connection.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    if me is not None and not me[1]:
        groups = sql.SQL(", ").join(map(sql.Identifier, (OWNER, GROUPS["administrator"])))
        connection.execute(sql.SQL("GRANT {} TO {}").format(groups, sql.Identifier(str(me[0]))))
