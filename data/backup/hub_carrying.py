"""What does not go back in time when an embedded hub is put back. A PostgreSQL hub does the same
(`data.sync.postgres.archive`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from data.models.contact import Contact
from data.store import driver
from data.sync.contract import NUMBERS_LOST, HubUnreachable
from data.sync.hub_file import HubFile
from data.sync.hub_people import has_people, take_over


def carry(new: HubFile, hub: Path) -> int:
    """Take over from the hub that is there, if it can be read: which ticket numbers were given away, which seats
    enrolled or were revoked since, who claimed what and the contacts that were claimed, and who may sign in. Returns
    how many seats were."""
    db = new.db
    try:
        with closing(HubFile(hub, create=False)) as old, old.snapshot() as theirs:
            seats, claims, answers = (_all(theirs, table) for table in ("replica", "claim", "claim_request"))
            claimed = _claimed(theirs) if old.info("hub_id") == new.info("hub_id") else []
            people = _all(theirs, "person_login") if has_people(old) else []
            next_ticket = int(old.info("next_ticket"))
    except (driver.Error, HubUnreachable):
        db.execute("UPDATE hub_info SET value = value + ? WHERE key = 'next_ticket'", (NUMBERS_LOST,))
        return 0
    db.execute(
        "UPDATE hub_info SET value = max(CAST(value AS INTEGER), ?) WHERE key = 'next_ticket'", (next_ticket,)
    )
    carried = 0
    for seat in seats:
        carried += _insert(db, "replica", {**seat, "last_seq": 0})
        if seat["revoked"]:
            db.execute("UPDATE replica SET revoked = 1 WHERE replica_id = ?", (seat["replica_id"],))
    for table, rows in (("claim", claims), ("claim_request", answers)):
        for row in rows:
            _insert(db, table, row, "REPLACE")
    for contact in claimed:
        contact.keep(new)
    db.execute(_HELD)
    if people:
        take_over(new, people)
    return carried


class _Claimed:
    """A contact that somebody took: its row, and the changes that made it so.

    Who holds it is in no change that a seat could send again. And a contact that went back to waiting for a moment would
    be over for the agent who is talking to it."""

    def __init__(self, row: dict[str, Any], claimable: dict[str, Any] | None) -> None:
        self._row = row
        self._claimable = claimable
        self.ops: list[dict[str, Any]] = []
        """In the hub's order."""

    def keep(self, new: HubFile) -> None:
        """Put it in the place of what the backup has of it, where it goes on from there; a seat that sends one of its
        changes again hears what it heard before. Where another restore lies between the two, the seats settle it."""
        db, contact_id = new.db, self._row["entity_id"]
        there = db.execute(
            "SELECT ver, body FROM row WHERE entity = ? AND entity_id = ?", (Contact.entity, contact_id)
        ).fetchone()
        if there is not None and tuple(there) == (self._row["ver"], self._row["body"]):
            return
        had = {
            row[0]
            for row in db.execute(
                "SELECT op_id FROM ops WHERE entity = ? AND entity_id = ? AND hub_seq > 0",
                (Contact.entity, contact_id),
            )
        }
        if not had <= {op["op_id"] for op in self.ops}:
            return
        for op in self.ops:
            if op["op_id"] not in had:
                hub_seq = new.next_number()
                result = json.dumps({**json.loads(op["result"]), "hub_seq": hub_seq})
                _insert(db, "ops", {**op, "hub_seq": hub_seq, "replica_seq": -hub_seq, "result": result})
        _insert(db, "row", {**self._row, "hub_seq": new.next_number()}, "REPLACE")
        db.execute("DELETE FROM claimable WHERE contact_id = ?", (contact_id,))
        if self._claimable is not None:
            _insert(db, "claimable", self._claimable)


def _claimed(theirs: driver.Connection) -> list[_Claimed]:
    waits = {row["contact_id"]: row for row in _all(theirs, "claimable")}
    of_claimed = "entity = 'contact' AND entity_id IN (SELECT contact_id FROM claim)"
    contacts = {
        row["entity_id"]: _Claimed(row, waits.get(row["entity_id"])) for row in _all(theirs, "row", of_claimed)
    }
    for op in _all(theirs, "ops", f"hub_seq > 0 AND {of_claimed} ORDER BY hub_seq"):
        if op["entity_id"] in contacts:
            contacts[op["entity_id"]].ops.append(op)
    return list(contacts.values())


_HELD = """
UPDATE claimable SET state = 'ringing', ringing_agent = claim.agent, agent = claim.agent FROM claim
WHERE claim.contact_id = claimable.contact_id AND NOT finished AND state IN ('waiting', 'ringing')
"""
"""What somebody holds is offered to nobody else, though the backup says that it waits, until that seat has said what
became of it or its lease runs out."""


def _all(db: driver.Connection, table: str, where: str = "TRUE") -> list[dict[str, Any]]:
    return [dict(row) for row in db.execute(f"SELECT * FROM {table} WHERE {where}")]  # noqa: S608


def _insert(db: driver.Connection, table: str, row: Mapping[str, object], otherwise: str = "IGNORE") -> int:
    """Insert a row; 1 when it was done. `otherwise`: what if it is there."""
    marks = ", ".join("?" * len(row))
    sql = f"INSERT OR {otherwise} INTO {table} ({', '.join(row)}) VALUES ({marks})"  # noqa: S608
    return int(db.execute(sql, list(row.values())).rowcount)
