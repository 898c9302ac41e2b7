"""Backups of a PostgreSQL hub that need no tool of the server's: its tables as JSON lines, of one moment.

A hub that was put back has the same id and another epoch: every seat takes a new snapshot and sends again what the hub
lacks (SYNC rule 18). Passwords are the server's own and in no backup."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from psycopg import sql

from data.models.base import new_id
from data.sync.contract import NUMBERS_LOST, HubUnreachable
from data.sync.postgres import people, schema
from data.sync.postgres.admin import administering
from data.sync.postgres.dialling import Line

TABLES = (
    "hub_info",
    "hub_clock",
    "next_number",
    "member",
    "login",
    "replica",
    "ops",
    "entity_row",
    "interest",
    "claimable",
    "claim",
    "claim_request",
)
SLICE = 500
_CARRIED = {
    "replica": "ON CONFLICT (replica_id) DO UPDATE SET revoked_at = excluded.revoked_at",
    "member": "ON CONFLICT (person) DO UPDATE SET name = excluded.name, role = excluded.role,"
    " revoked_at = excluded.revoked_at",
    "login": "ON CONFLICT (login) DO UPDATE SET person = excluded.person",
    "claim": "ON CONFLICT (contact_id, fence) DO UPDATE SET agent = excluded.agent,"
    " replica_id = excluded.replica_id, lease_until = excluded.lease_until, comes_back = excluded.comes_back,"
    " finished = excluded.finished",
    "claim_request": "ON CONFLICT DO NOTHING",
}
"""What never goes back in time: tables whose rows are carried over from the hub that was there, and what then becomes of
the backup's row. `data.backup.hub_carrying` does the same for an embedded hub."""

_OF_CLAIMED = {
    "entity_row": "entity = 'contact' AND entity_id IN (SELECT contact_id FROM claim)",
    "ops": "entity = 'contact' AND hub_seq > 0 AND entity_id IN (SELECT contact_id FROM claim)",
    "claimable": "contact_id IN (SELECT contact_id FROM claim)",
}
"""Contacts that somebody took do not go back either, nor do the changes that made them so: who holds one is in no change
that a seat could send again, and one that went back to waiting for a moment would be over for the agent who is talking
to it."""
_KEEP_CLAIMED = """
CREATE TEMP TABLE kept ON COMMIT DROP AS
    SELECT entity_id, row_number() OVER (ORDER BY former.hub_seq) AS place
    FROM former_entity_row AS former LEFT JOIN entity_row AS there USING (entity, entity_id)
    WHERE (there.ver, there.body) IS DISTINCT FROM (former.ver, former.body) AND entity_id NOT IN (
        -- The history goes on from another one than the backup's: another restore lies between the two, and the seats
        -- settle it.
        SELECT ops.entity_id FROM ops LEFT JOIN former_ops AS known USING (op_id)
        WHERE ops.entity = 'contact' AND ops.hub_seq > 0 AND known.op_id IS NULL);
DELETE FROM former_ops WHERE entity_id NOT IN (SELECT entity_id FROM kept) OR op_id IN (SELECT op_id FROM ops);
UPDATE former_ops SET hub_seq = v + place, replica_seq = -v - place, -- its replica numbers what it sends anew
        result = result || jsonb_build_object('hub_seq', v + place)
    FROM hub_clock, (SELECT op_id, row_number() OVER (ORDER BY hub_seq) AS place FROM former_ops) AS numbered
    WHERE numbered.op_id = former_ops.op_id;
INSERT INTO ops SELECT * FROM former_ops;
UPDATE hub_clock SET v = v + (SELECT count(*) FROM former_ops);
DELETE FROM entity_row WHERE entity = 'contact' AND entity_id IN (SELECT entity_id FROM kept);
UPDATE former_entity_row AS former SET hub_seq = v + place FROM hub_clock, kept WHERE kept.entity_id = former.entity_id;
INSERT INTO entity_row SELECT * FROM former_entity_row WHERE entity_id IN (SELECT entity_id FROM kept);
UPDATE hub_clock SET v = v + (SELECT count(*) FROM kept);
DELETE FROM claimable WHERE contact_id IN (SELECT entity_id FROM kept);
INSERT INTO claimable SELECT * FROM former_claimable WHERE contact_id IN (SELECT entity_id FROM kept);
"""
_HUB_ID = "SELECT value FROM hub_info WHERE key = 'hub_id'"


def backup(address: str, file: Path) -> int:
    """Write the hub to a new file, whoever works with it meanwhile; returns how many rows it holds.

    Raises:
        FileExistsError: there is a file.
        HubUnreachable: the hub cannot be read.
    """
    count = 0
    with administering(address) as line, gzip.open(file, "xt", encoding="utf-8") as out:
        file.chmod(0o600)
        line.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        out.write(json.dumps({"agent-console hub": schema.shape_of(line)}) + "\n")
        for table in TABLES:
            query = sql.SQL("SELECT to_jsonb(stored)::text FROM agent_console.{} AS stored").format(
                sql.Identifier(table)
            )
            with line.cursor(f"backup_{table}") as rows:
                for (row,) in rows.execute(query):
                    out.write(f"{table} {row}\n")
                    count += 1
        out.write(json.dumps({"rows": count}) + "\n")
    return count


def restore(address: str, file: Path) -> str:
    """Put a backup in the place of what the hub has; returns the new epoch. Seats that enrolled since keep their
    numbers; claims with their fences, contacts that were claimed, people and revocations stay as they are. Where a
    superuser restores, whoever is connected is disconnected; any other line takes nothing any more, so that each seat
    comes back and hears of the new epoch.

    Raises:
        HubUnreachable: the file is no whole backup, or of a newer program; the hub is as it was.
    """
    with administering(address) as line, gzip.open(file, "rt", encoding="utf-8") as lines:
        head = _fact(next(lines, ""), "agent-console hub")
        if head != schema.SHAPE or schema.shape_of(line) != schema.SHAPE:
            raise HubUnreachable(
                f"{file.name} is no backup that this agent-console can put back; nothing was touched."
            )
        line.execute(f"LOCK TABLE {', '.join(TABLES)} IN ACCESS EXCLUSIVE MODE")
        line.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            " AND current_setting('is_superuser')::boolean"
        )
        for table in (*_CARRIED, *_OF_CLAIMED):
            keep = sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT * FROM {} WHERE {}")
            which = sql.SQL(_OF_CLAIMED.get(table, "true"))
            line.execute(keep.format(sql.Identifier(f"former_{table}"), sql.Identifier(table), which))
        given = line.execute("SELECT ticket, replica FROM next_number").fetchone()
        former = line.execute(_HUB_ID).fetchone()
        for table in reversed(TABLES):
            line.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        _take_in(line, lines, file.name)
        epoch = new_id()
        line.execute("UPDATE hub_info SET value = %s WHERE key = 'epoch'", (epoch,))
        line.execute(
            "UPDATE next_number SET ticket = greatest(ticket + %s, %s), replica = greatest(replica, %s)",
            (NUMBERS_LOST, *(given or (0, 0))),
        )
        _carry(line, same_hub=former == line.execute(_HUB_ID).fetchone())
        return epoch


def _carry(line: Line, *, same_hub: bool) -> None:
    """Take over what never goes back in time. What somebody holds is offered to nobody else, though the backup says
    that it waits, until that seat has said what became of it or its lease runs out."""
    line.execute("UPDATE former_replica SET last_seq = 0, refetch = true, taking = NULL")
    line.execute(
        "DELETE FROM former_replica USING replica"
        " WHERE replica.number = former_replica.number AND replica.replica_id <> former_replica.replica_id"
    )
    for table, then in _CARRIED.items():
        kept = sql.Identifier(f"former_{table}")
        insert = sql.SQL("INSERT INTO {} SELECT * FROM {} {}")
        line.execute(insert.format(sql.Identifier(table), kept, sql.SQL(then)))
    if same_hub:
        line.execute(_KEEP_CLAIMED)
    line.execute(
        "UPDATE claimable SET state = 'ringing', ringing_agent = claim.agent, agent = claim.agent FROM claim"
        " WHERE claim.contact_id = claimable.contact_id AND NOT finished AND state IN ('waiting', 'ringing')"
    )
    for member in people.everyone(line):
        people.tell_seats(line, member)


def _take_in(line: Line, lines: Iterator[str], name: str) -> None:
    count = 0
    while some := list(islice(lines, SLICE)):
        if (told := _fact(some[-1], "rows")) is not None:
            some.pop()
        by_table: dict[str, list[str]] = {}
        for one in some:
            table, _, row = one.partition(" ")
            by_table.setdefault(table, []).append(row)
        for table, rows in by_table.items():
            if table not in TABLES:
                raise HubUnreachable(f"{name} is damaged; nothing was touched.")
            insert = sql.SQL("INSERT INTO {0} SELECT * FROM jsonb_populate_recordset(NULL::{0}, %s::jsonb)")
            line.execute(insert.format(sql.Identifier(table)), (f"[{','.join(rows)}]",))
        count += len(some)
        if told is not None:
            if told != count:
                raise HubUnreachable(f"{name} is not whole; nothing was touched.")
            return
    raise HubUnreachable(f"{name} is not whole; nothing was touched.")


def _fact(text: str, name: str) -> Any:
    try:
        return json.loads(text).get(name) if text.startswith("{") else None
    except ValueError:
        return None
