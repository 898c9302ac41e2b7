"""How a hub in PostgreSQL stands, for whoever runs it: as an administrator reaches it, none of it is for seats."""

from __future__ import annotations

from psycopg.rows import dict_row

from data.sync.postgres.dialling import dial, place_of, told
from data.sync.status import HubStatus, SeatSeen

_SEATS = """
SELECT replica_id, number, name, enrolled_at, last_seq, revoked_at IS NOT NULL AS revoked, (
    SELECT received_at FROM agent_console.ops WHERE ops.replica_id = replica.replica_id
    ORDER BY replica_seq DESC LIMIT 1
) AS heard_at FROM agent_console.replica ORDER BY number
"""
_COUNTS = """
SELECT (SELECT v FROM agent_console.hub_clock) AS clock,
    (SELECT count(*) FROM agent_console.ops) AS ops,
    (SELECT count(*) FROM agent_console.ops WHERE hub_seq = 0) AS refused,
    (SELECT count(*) FROM agent_console.claim WHERE NOT finished AND lease_until > agent_console.hub_now()) AS open_claims,
    pg_database_size(current_database()) AS bytes
"""


def status(address: str) -> HubStatus:
    """Look at the hub in the database at `address`; nothing is written.

    Raises:
        HubUnreachable: it is not there, or no hub.
        WrongLogin: whoever asks may not look.
    """
    line = dial(address)
    try:
        with told(place_of(address)), line.transaction(), line.cursor(row_factory=dict_row) as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT 'agent_console.version_v1'::regproc")  # who finds none is told that it is no hub
            cursor.execute("SET LOCAL ROLE agent_console_owner")
            facts = {row["key"]: row["value"] for row in cursor.execute("SELECT * FROM agent_console.hub_info")}
            rows = "SELECT entity, count(*) AS count FROM agent_console.entity_row GROUP BY entity"
            counted = {row["entity"]: row["count"] for row in cursor.execute(rows)}
            seats = tuple(SeatSeen.model_validate(row) for row in cursor.execute(_SEATS))
            counts = cursor.execute(_COUNTS).fetchone() or {}
    finally:
        line.close()
    return HubStatus(
        kind="postgresql",
        place=place_of(address),
        epoch=facts["epoch"],
        hub_id=facts["hub_id"],
        seats=seats,
        rows=counted,
        **counts,
    )
