"""What whoever runs a PostgreSQL hub does to it. Every function takes the address of the hub's database as an
administrator reaches it: a superuser of the server, or a role that may create roles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from data.sync.contract import HubUnreachable
from data.sync.postgres import schema
from data.sync.postgres.dialling import Line, dial, place_of, told


@contextmanager
def _administering(address: str) -> Iterator[Line]:
    """One transaction on the hub, in which the server may take its time."""
    line = dial(address)
    try:
        with told(place_of(address)), line.transaction():
            line.execute("SET LOCAL statement_timeout = 0")
            yield line
    finally:
        line.close()


def init(address: str) -> None:
    """Make the database a hub, or bring the hub in it to this program's shape."""
    with _administering(address) as line:
        if schema.shape_of(line) > schema.SHAPE:
            raise HubUnreachable("The hub belongs to a newer agent-console: use that one; nothing was touched.")
        schema.bring_up_to_date(line)


upgrade = init


def revoke_replica(address: str, replica_id: str) -> None:
    """Give nothing to this replica any more; what waits there is still taken."""
    with _administering(address) as line:
        line.execute(
            "UPDATE agent_console.replica SET revoked_at = agent_console.hub_now() WHERE replica_id = %s AND revoked_at IS NULL",
            (replica_id,),
        )
