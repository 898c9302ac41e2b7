"""Claims at the embedded hub: each contact to one agent, with a fence and a lease (SYNC rule 9)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from data.clock import Clock
from data.models.base import AgentId, ContactId, QueueId, instant_text
from data.models.contact import IN_QUEUE, LIVE, Contact, ContactKind, ContactState
from data.sync.contract import Claim
from data.sync.hub_file import HubFile

LEASE = timedelta(seconds=45)
HUB_WRITER = 0
"""Number of the hub itself as a writer of fields."""


class Claims:
    """What is claimed, by whom and until when. Every method is one transaction."""

    def __init__(self, file: HubFile, clock: Clock) -> None:
        self._file = file
        self._db = file.db
        self._clock = clock

    def claim(
        self,
        replica_id: str,
        request_id: str,
        agent: AgentId,
        queues: Sequence[QueueId],
        contact_id: ContactId | None,
    ) -> Claim:
        """See `Hub.claim_v1`."""
        with self._file.writing() as db:
            known = db.execute("SELECT answer FROM claim_request WHERE request_id = ?", (request_id,)).fetchone()
            if known is not None:
                return Claim.model_validate_json(known[0])
            now = self._clock.now()
            self._requeue_expired(now)
            chosen = self._choose(agent, queues, contact_id)
            if chosen is None:
                answer = Claim(request_id=request_id, contact_id=None, why=self._why_not(agent, contact_id))
            else:
                answer = self._give(chosen, request_id, replica_id, agent, now)
            db.execute(
                "INSERT INTO claim_request VALUES (?, ?, ?)",
                (request_id, answer.model_dump_json(), instant_text(now)),
            )
            return answer

    def _choose(self, agent: AgentId, queues: Sequence[QueueId], contact_id: ContactId | None) -> str | None:
        if contact_id is not None:
            found = self._db.execute(
                "SELECT contact_id FROM claimable WHERE contact_id = ?"
                " AND (state = 'waiting' OR (state = 'ringing' AND ringing_agent = ? AND agent IS NULL))",
                (contact_id, agent),
            ).fetchone()
        else:
            wanted = json.dumps(list(queues))
            found = self._db.execute(
                "SELECT contact_id FROM claimable WHERE state = 'waiting'"
                " AND (? = '[]' OR queue IN (SELECT value FROM json_each(?)))"
                " ORDER BY priority DESC, queued_at, contact_id LIMIT 1",
                (wanted, wanted),
            ).fetchone()
        return str(found[0]) if found else None

    def _why_not(self, agent: AgentId, contact_id: ContactId | None) -> str:
        if contact_id is None:
            return "nobody is waiting"
        row = self._file.find(Contact.entity, contact_id)
        if row is None:
            return "the hub does not know this contact"
        state, holder = row.body["state"], row.body["agent"]
        if state == ContactState.ABANDONED:
            return "the caller hung up first"
        if holder is None:
            return "it is ringing at another agent" if state in IN_QUEUE else "it is no longer waiting"
        if holder == agent and state in LIVE:
            return "it is yours already"
        return "another agent took it first"

    def _give(self, contact_id: str, request_id: str, replica_id: str, agent: AgentId, now: datetime) -> Claim:
        fence = 1 + int(
            self._db.execute(
                "SELECT coalesce(max(fence), 0) FROM claim WHERE contact_id = ?", (contact_id,)
            ).fetchone()[0]
        )
        lease_until = now + LEASE
        self._db.execute(
            "INSERT INTO claim (contact_id, fence, agent, replica_id, lease_until, comes_back)"
            " SELECT contact_id, ?, ?, ?, ?, kind <> ? FROM claimable WHERE contact_id = ?",
            (fence, agent, replica_id, instant_text(lease_until), ContactKind.CALL, contact_id),
        )
        patch = {
            "state": ContactState.RINGING.value,
            "ringing_agent": agent,
            "ringing_since": instant_text(now),
            "agent": agent,
            "fence": fence,
        }
        self._patch_contact(contact_id, patch)
        return Claim(request_id=request_id, contact_id=ContactId(contact_id), fence=fence, lease_until=lease_until)

    def _patch_contact(self, contact_id: str, patch: dict[str, Any]) -> None:
        row = self._file.find(Contact.entity, contact_id)
        if row is not None:
            self._file.put(Contact.entity, contact_id, row, {**row.body, **patch}, patch, HUB_WRITER)

    def _requeue_expired(self, now: datetime) -> None:
        """Give back what a vanished seat holds. A live call belongs to the PBX and is left alone, and what is
        over stays over."""
        expired = self._db.execute(
            "SELECT claim.contact_id, claim.fence, claimable.state FROM claim JOIN claimable USING (contact_id)"
            " WHERE comes_back AND NOT finished AND lease_until < ?"
            " AND fence = (SELECT max(fence) FROM claim AS newest WHERE newest.contact_id = claim.contact_id)",
            (instant_text(now),),
        ).fetchall()
        for contact_id, fence, state in sorted(map(tuple, expired)):
            self._db.execute(
                "UPDATE claim SET finished = 1 WHERE contact_id = ? AND fence = ?", (contact_id, fence)
            )
            if state in LIVE:
                back = {"state": ContactState.WAITING.value, "agent": None, "ringing_agent": None}
                self._patch_contact(contact_id, back)

    def heartbeat(self, replica_id: str, contact_id: ContactId, fence: int) -> bool:
        """See `Hub.heartbeat_v1`."""
        with self._file.writing() as db:
            kept = db.execute(
                "UPDATE claim SET lease_until = ? WHERE contact_id = ? AND fence = ? AND replica_id = ?"
                " AND NOT finished AND fence = (SELECT max(fence) FROM claim AS newest WHERE newest.contact_id = claim.contact_id)"
                " RETURNING fence",
                (instant_text(self._clock.now() + LEASE), contact_id, fence, replica_id),
            ).fetchone()
            return kept is not None

    def finish(self, replica_id: str, contact_id: ContactId, fence: int) -> bool:
        """See `Hub.finish_v1`."""
        with self._file.writing() as db:
            ended = db.execute(
                "UPDATE claim SET finished = 1 WHERE contact_id = ? AND fence = ? AND replica_id = ?"
                " AND fence = (SELECT max(fence) FROM claim AS newest WHERE newest.contact_id = claim.contact_id)"
                " RETURNING fence",
                (contact_id, fence, replica_id),
            ).fetchone()
            return ended is not None
