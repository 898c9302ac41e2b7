"""A telephone exchange played by the test itself: it puts callers into a hub and carries out what the console
asks for, through the same calls of the hub that every feed uses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from data.clock import SYSTEM_CLOCK
from data.models import Contact, Customer, Entity, Queue, Request, Ticket
from data.models.base import AgentId, QueueId, instant_text, new_id
from data.models.contact import Capability, ContactState, RequestAction, RequestState
from data.store.save import SCHEMA_V
from data.sync.contract import HubRow, Op, OpOutcome
from data.sync.embedded import EmbeddedHub
from data.text.cards import mask_everything

FEED = "test"
QUEUE = QueueId("support")


class Feed:
    """The only feed of a hub file. Use it as a context manager."""

    def __init__(self, hub: Path) -> None:
        self._hub = EmbeddedHub(hub)
        self._id = new_id()
        self._seq = 0
        self._hub.enrol_v1(self._id, FEED)
        self._put([Queue(id=QUEUE, name="Support")])

    def __enter__(self) -> Feed:
        return self

    def __exit__(self, *_error: object) -> None:
        self._hub.close()

    # what reaches the hub

    def calls(self, callers: Sequence[tuple[str, str]]) -> list[Contact]:
        """Callers (name, E.164 number) join the queue, a second apart, the first having waited longest."""
        now = datetime.now(UTC)
        contacts = []
        for place, (name, number) in enumerate(callers):
            at = now - timedelta(seconds=len(callers) - place)
            contacts.append(
                Contact(
                    id=new_id(),
                    feed=FEED,
                    queue=QUEUE,
                    caller_name=name,
                    caller_number=number,
                    caller_e164=number,
                    can=tuple(Capability),
                    offered_at=at,
                    queued_at=at,
                )
            )
        self._put(contacts)
        return contacts

    def ticket(self, number: str, title: str) -> Ticket:
        """A ticket that somebody wrote before."""
        now = datetime.now(UTC)
        written = Ticket(
            id=new_id(), number=number, title=title, created_at=now, created_by=AgentId("before"), updated_at=now
        )
        self._put([written])
        return written

    def give_up(self, contacts: Sequence[Contact]) -> None:
        """Callers who hang up before anybody answers."""
        gone = {contact.id: contact for contact in contacts}
        patch = {"state": "abandoned", "ended_at": instant_text(SYSTEM_CLOCK.now()), "end_reason": "abandoned"}
        self._push(
            [
                self._op(gone[row.entity_id], patch, row.ver)
                for row in self._rows("contact")
                if row.entity_id in gone
            ]
        )

    def customers(self, customers: Sequence[Customer]) -> None:
        """Customers who are known at the hub."""
        self._put(customers)

    def _put(self, entities: Sequence[Entity]) -> None:
        self._push([self._op(one, one.model_dump(mode="json", exclude={"id"}), 0) for one in entities])

    def _change(self, row: HubRow, entity: Entity, **fields: Any) -> None:
        changed = entity.model_copy(update=fields)
        self._push([self._op(changed, changed.model_dump(mode="json", include=set(fields)), row.ver)])

    def _push(self, ops: Sequence[Op]) -> None:
        for start in range(0, len(ops), 500):
            for result in self._hub.push_v1(self._id, ops[start : start + 500]):
                assert result.outcome is OpOutcome.APPLIED, result

    def _op(self, entity: Entity, patch: dict[str, Any], base_ver: int) -> Op:
        """A change as every writer sends it: free text is masked before it leaves."""
        self._seq += 1
        clean = {
            name: mask_everything(value) if name in entity.free_text else value for name, value in patch.items()
        }
        return Op(
            op_id=new_id(),
            replica_seq=self._seq,
            txn_id=new_id(),
            entity=entity.entity,
            entity_id=entity.id,
            kind="put",
            base_ver=base_ver,
            patch=clean,
            actor=AgentId("feed"),
            schema_v=SCHEMA_V,
        )

    # what the hub tells

    def _rows(self, entity: str) -> list[HubRow]:
        page = self._hub.snapshot_v1(self._id, None, limit=1_000_000)
        return [row for row in page.rows if row.entity == entity]

    def contacts(self) -> dict[str, Contact]:
        """Every contact as the hub has it, by id."""
        return {row.entity_id: Contact.model_validate(row.body) for row in self._rows(Contact.entity)}

    def play(self) -> bool:
        """Connect what was claimed and end what an agent wants to end; True when there was something to do.
        For `Terminal.wait_for`, which asks again and again."""
        done = False
        now = SYSTEM_CLOCK.now()
        for row in self._rows(Contact.entity):
            contact = Contact.model_validate(row.body)
            if contact.state is ContactState.RINGING and contact.agent is not None:
                self._change(row, contact, state=ContactState.TALKING, answered_at=now, ringing_agent=None)
                done = True
        for row in self._rows(Request.entity):
            request = Request.model_validate(row.body)
            if request.state is RequestState.ASKED and request.action is RequestAction.HANG_UP:
                [live] = [one for one in self._rows(Contact.entity) if one.entity_id == request.contact_id]
                contact = Contact.model_validate(live.body)
                self._change(live, contact, state=ContactState.ENDED, ended_at=now, end_reason="agent")
                self._change(row, request, state=RequestState.DONE)
                done = True
        return done
