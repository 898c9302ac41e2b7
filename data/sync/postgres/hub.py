"""The hub in PostgreSQL, for a site of any size. The rules are functions in the database (`sql/functions`), so that
every program that speaks to it keeps the same ones; here is only how they are called."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from psycopg.types.json import Jsonb, set_json_loads
from pydantic import TypeAdapter

from data.clock import SYSTEM_CLOCK, Clock
from data.models.base import AgentId, ContactId, QueueId
from data.sync.contract import (
    WHOLE,
    Claim,
    Enrolment,
    HubRow,
    Login,
    Member,
    NumberBlock,
    Op,
    OpResult,
    Page,
    Scope,
)
from data.sync.postgres.dialling import RACES, dial, place_of, told
from data.sync.postgres.plain import from_json, held, to_json

CHANNEL = "agent_console"
"""On which the notifier says that the hub's clock has moved."""
NOTIFIER_BEAT_S = 2.0
"""So often the notifier is heard though nothing happens."""
NOTIFIER_GONE_S = 5 * NOTIFIER_BEAT_S
SAFETY_POLL_S = 5.0
TRIES = 4

_RESULTS = TypeAdapter(list[OpResult])
_ROWS = TypeAdapter(list[HubRow])


class PostgresHub:
    """A hub in the database at `address`. One object a thread."""

    def __init__(self, address: str, clock: Clock = SYSTEM_CLOCK, login: Login | None = None) -> None:
        """Connect; see `dial` for what it raises."""
        self._clock = clock
        self._place = place_of(address)
        self._line = dial(address, login)
        set_json_loads(from_json, self._line)
        self._heard_at = float("-inf")
        self._asked_at = float("-inf")
        self._version = -1
        self.member: Member | None = None
        try:
            with told(self._place):
                self._line.execute(f"LISTEN {CHANNEL}")
            known = self._ask("SELECT agent_console.member_v1()") if login is not None else None
            self.member = Member.model_validate(known) if known is not None else None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._line.close()

    def version(self) -> int:
        """The last number of the hub's order. While a notifier is heard it is asked for only when that says so, and now
        and then; without one at every look."""
        now = self._clock.monotonic()
        if notices := self._notices():
            self._heard_at = now
            if notices[-1] != str(self._version):
                self._asked_at = float("-inf")
        if now - self._heard_at > NOTIFIER_GONE_S or now - self._asked_at > SAFETY_POLL_S:
            self._version = int(self._ask("SELECT agent_console.version_v1()"))
            self._asked_at = now
        return self._version

    def _notices(self) -> list[str]:
        with told(self._place):
            return [notice.payload for notice in self._line.notifies(timeout=0)]

    def _ask(self, call: str, *values: Any) -> Any:
        """The answer to one call: all of it happened, or nothing. Of two seats that do the same at once the second one
        asks again, and finds what the first one did."""
        plain = [held(value) if isinstance(value, str) else value for value in values]
        with told(self._place):
            for _ in range(TRIES - 1):
                with suppress(*RACES):
                    return self._answer(call, plain)
            return self._answer(call, plain)

    def _answer(self, call: str, values: Sequence[Any]) -> Any:
        row = self._line.execute(call, values).fetchone()
        return row[0] if row is not None else None

    # enrolment and numbers

    def enrol_v1(self, replica_id: str, name: str, scope: Scope = WHOLE) -> Enrolment:
        call = "SELECT agent_console.enrol_v1(%s, %s, %s, %s)"
        return Enrolment.model_validate(self._ask(call, replica_id, name, scope.directory, scope.days))

    def lease_numbers_v1(self, replica_id: str, count: int) -> NumberBlock:
        return NumberBlock.model_validate(
            self._ask("SELECT agent_console.lease_numbers_v1(%s, %s)", replica_id, count)
        )

    # push

    def push_v1(self, replica_id: str, ops: Sequence[Op]) -> list[OpResult]:
        sent = Jsonb([op.model_dump(mode="json") for op in ops], dumps=to_json)
        return _RESULTS.validate_python(self._ask("SELECT agent_console.push_v1(%s, %s)", replica_id, sent))

    # pull

    def pull_v1(self, replica_id: str, cursor: int, limit: int = 100) -> Page:
        return Page.model_validate(self._ask("SELECT agent_console.pull_v1(%s, %s, %s)", replica_id, cursor, limit))

    def snapshot_v1(self, replica_id: str, after: tuple[str, str] | None, limit: int = 500) -> Page:
        call = "SELECT agent_console.snapshot_v1(%s, %s, %s, %s)"
        return Page.model_validate(self._ask(call, replica_id, *(after or (None, None)), limit))

    def lookup_v1(self, replica_id: str, query: str, limit: int = 20) -> list[HubRow]:
        return _ROWS.validate_python(
            self._ask("SELECT agent_console.lookup_v1(%s, %s, %s)", replica_id, query, limit)
        )

    # claims

    def claim_v1(
        self,
        replica_id: str,
        request_id: str,
        agent: AgentId,
        queues: Sequence[QueueId],
        contact_id: ContactId | None,
    ) -> Claim:
        call = "SELECT agent_console.claim_v1(%s, %s, %s, %s::text[], %s)"
        wanted = [held(queue) for queue in queues]
        return Claim.model_validate(self._ask(call, replica_id, request_id, agent, wanted, contact_id))

    def heartbeat_v1(self, replica_id: str, contact_id: ContactId, fence: int) -> bool:
        return bool(self._ask("SELECT agent_console.heartbeat_v1(%s, %s, %s)", replica_id, contact_id, fence))

    def finish_v1(self, replica_id: str, contact_id: ContactId, fence: int) -> bool:
        return bool(self._ask("SELECT agent_console.finish_v1(%s, %s, %s)", replica_id, contact_id, fence))
