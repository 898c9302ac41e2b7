"""A replica reduced to what a hub sees of one: it makes ops and pushes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from data.models.base import AgentId, ContactId, Entity, new_id
from data.models.contact import Contact
from data.models.customer import Customer
from data.models.ticket import Ticket, TicketEvent, TicketEventKind
from data.sync.contract import Claim, Hub, HubRow, Op, OpResult

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ME = AgentId("agent-1")


def ticket(title: str = "Printer", **fields: Any) -> Ticket:
    """A ticket with what it must have."""
    body = {"id": new_id(), "number": "1", "created_at": NOON, "created_by": ME, "updated_at": NOON, **fields}
    return Ticket(title=title, **body)


def note(ticket_id: str, text: str = "called back") -> TicketEvent:
    """A note on a ticket: an append-only row."""
    return TicketEvent(id=new_id(), ticket_id=ticket_id, at=NOON, actor=ME, kind=TicketEventKind.NOTE, text=text)


def contact(**fields: Any) -> Contact:
    """A waiting call."""
    body = {"id": new_id(), "feed": "test", "queue": "support", "offered_at": NOON, "queued_at": NOON, **fields}
    return Contact(**body)


def people(count: int) -> list[Customer]:
    """So many customers."""
    return [Customer(id=new_id(), name=f"Customer {place}") for place in range(count)]


class Writer:
    """One enrolled replica on a hub."""

    def __init__(self, hub: Hub, name: str = "seat", replica_id: str | None = None) -> None:
        self.hub = hub
        self.replica = replica_id or new_id()
        self.number = hub.enrol_v1(self.replica, name).number
        self._seq = 0

    def op(
        self,
        entity: str,
        entity_id: str,
        patch: dict[str, Any],
        *,
        base: int = 0,
        kind: str = "put",
        txn: str | None = None,
        op_id: str | None = None,
    ) -> Op:
        """The next op of this replica."""
        self._seq += 1
        return Op(
            op_id=op_id or new_id(),
            replica_seq=self._seq,
            txn_id=txn or new_id(),
            entity=entity,
            entity_id=entity_id,
            kind=kind,
            base_ver=base,
            patch=patch,
            actor=ME,
            schema_v=1,
        )

    def new(self, entity: Entity, txn: str | None = None) -> Op:
        """The op that creates an entity."""
        kind = "append" if entity.append_only else "put"
        return self.op(entity.entity, entity.id, entity.model_dump(mode="json"), kind=kind, txn=txn)

    def push(self, *ops: Op) -> list[OpResult]:
        return self.hub.push_v1(self.replica, ops)

    def add(self, *entities: Entity) -> list[OpResult]:
        return self.push(*(self.new(entity) for entity in entities))

    def edit(self, entity: Entity, base: int, **patch: Any) -> OpResult:
        """Push one edit of an entity as seen at version `base`."""
        return self.push(self.op(entity.entity, entity.id, patch, base=base))[0]

    def rows(self, cursor: int = 0, limit: int = 100) -> list[HubRow]:
        """Every row after a cursor, page by page."""
        found: list[HubRow] = []
        while True:
            page = self.hub.pull_v1(self.replica, cursor, limit)
            assert page.start == cursor
            found += page.rows
            cursor = page.end
            if not page.more:
                return found

    def row(self, entity: Entity) -> HubRow:
        return next(row for row in self.rows() if (row.entity, row.entity_id) == (entity.entity, entity.id))

    def claim(
        self, contact_id: str | None = None, *, agent: str = ME, queues: tuple[str, ...] = (), request: str = ""
    ) -> Claim:
        wanted = ContactId(contact_id) if contact_id is not None else None
        return self.hub.claim_v1(self.replica, request or new_id(), AgentId(agent), queues, wanted)
