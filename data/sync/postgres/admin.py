"""What whoever runs a PostgreSQL hub does to it. Every function takes the address of the hub's database as an
administrator reaches it: a superuser of the server, or a role that may create roles. Each is one transaction.

Raises, all of them: HubUnreachable, WrongLogin; those about people also PeopleError."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from data.models.agent import Role
from data.sync.contract import HubUnreachable, Member
from data.sync.postgres import people as persons
from data.sync.postgres import schema
from data.sync.postgres.dialling import Line, dial, place_of, told
from data.sync.status import HubStatus, SeatSeen


@contextmanager
def administering(address: str) -> Iterator[Line]:
    """One transaction on the hub, in which the server may take its time."""
    line = dial(address, patience_s=float("inf"))
    try:
        with told(place_of(address)), line.transaction():
            line.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '30s'")
            line.execute("SET LOCAL search_path = agent_console, pg_temp")
            yield line
    finally:
        line.close()


def init(address: str) -> bool:
    """Make the database a hub, or bring the hub in it to this program's shape; returns whether there was none."""
    with administering(address) as line:
        if line.info.parameter_status("server_encoding") != "UTF8":
            raise HubUnreachable(
                f"The database {line.info.dbname} cannot hold every character: make one with ENCODING 'UTF8'; nothing was"
                " touched."
            )
        shape = schema.shape_of(line)
        if shape > schema.SHAPE:
            raise HubUnreachable("The hub belongs to a newer agent-console: use that one; nothing was touched.")
        schema.bring_up_to_date(line)
        return shape == 0


upgrade = init


def status(address: str) -> HubStatus:
    """How the hub stands."""
    with administering(address) as line:
        if schema.shape_of(line) == 0:
            raise HubUnreachable(f"{place_of(address)} is no hub yet: make one with 'agent-console hub init'.")
        facts = dict(line.execute("SELECT key, value FROM hub_info").fetchall())
        clock, ops, refused, claims, size = line.execute(_FIGURES).fetchone() or (0, 0, 0, 0, 0)
        return HubStatus(
            kind="postgresql",
            place=place_of(address),
            epoch=facts["epoch"],
            hub_id=facts["hub_id"],
            clock=clock,
            seats=tuple(
                SeatSeen(**dict(zip(SeatSeen.model_fields, row, strict=True))) for row in line.execute(_SEATS)
            ),
            rows=dict(
                line.execute("SELECT entity, count(*) FROM entity_row GROUP BY entity ORDER BY entity").fetchall()
            ),
            ops=ops,
            refused=refused,
            open_claims=claims,
            bytes=size,
        )


_FIGURES = """
SELECT v, (SELECT count(*) FROM ops), (SELECT count(*) FROM ops WHERE hub_seq = 0),
       (SELECT count(*) FROM claim WHERE NOT finished AND lease_until > hub_now()),
       pg_database_size(current_database())
FROM hub_clock
"""
_SEATS = """
SELECT replica_id, number, name, enrolled_at, (
    SELECT received_at FROM ops WHERE ops.replica_id = replica.replica_id ORDER BY replica_seq DESC LIMIT 1
), last_seq, revoked_at IS NOT NULL FROM replica ORDER BY number
"""


# people


def people(address: str) -> list[Member]:
    """Everybody who may sign in, by name."""
    with administering(address) as line:
        return persons.everyone(line)


def add_person(address: str, name: str, role: Role, password: str) -> Member:
    """Let somebody in."""
    with administering(address) as line:
        return persons.add(line, name, role, password)


def add_feed(address: str, name: str, password: str) -> None:
    """Let in what speaks for others: a gateway, or a practice floor."""
    with administering(address) as line:
        persons.add_feed(line, name, password)


def set_role(address: str, name: str, role: Role) -> Member:
    """Give somebody another role."""
    with administering(address) as line:
        return persons.set_role(line, name, role)


def set_password(address: str, name: str, password: str) -> Member:
    """Give somebody another password; the former one holds no longer."""
    with administering(address) as line:
        return persons.set_password(line, name, password)


def revoke_person(address: str, name: str, *, withdrawn: bool = True) -> Member:
    """Withdraw somebody's access, or give it back. What they have still to send is taken."""
    with administering(address) as line:
        return persons.revoke(line, name, withdrawn=withdrawn)
