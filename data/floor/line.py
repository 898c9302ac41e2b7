"""The floor's line to the hub: a replica without a store, which keeps what is live on this floor in memory.

Sure changes are gathered and pushed once a tick. A change that may race with a claim (a caller hangs up, a
ring moves on) is tried at once, and the hub says who came first."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import ValidationError

from data.models.agent import Agent, AgentStatus
from data.models.base import AgentId, ContactId, Entity, new_id
from data.models.contact import (
    IN_QUEUE,
    LIVE,
    Contact,
    ContactEvent,
    ContactState,
    EventKind,
    Queue,
    Request,
    RequestState,
)
from data.models.customer import Customer
from data.models.supervision import Intervention, StepKind
from data.store.masking import masked_body
from data.store.save import SCHEMA_V
from data.sync.contract import Claim, Hub, HubRow, HubUnreachable, Op, OpOutcome, OpResult
from data.sync.sections import PAGE, section

REPLICA_ID = "practice-floor"
"""One floor plays on a hub at a time, and it goes on under the number of the one before."""
FEEDS = frozenset({"floor", "replay"})
"""The contacts that are ours; those of other feeds are left alone."""
ACTOR = AgentId("practice-floor")
_OVER = frozenset(ContactState) - LIVE - IN_QUEUE
_JUST_BEFORE = timedelta(seconds=10)
_PUSH = 400

E = TypeVar("E", bound=Entity)


class Line:
    """Reads and writes the hub for the floor. Any call may raise HubUnreachable and may then be repeated:
    what could not be pushed stays in line."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._groups: list[list[Op]] = []
        self._seq = 0
        self._cursor = 0
        self._seen_version = -1
        self._vers: dict[tuple[str, str], int] = {}
        self.contacts: dict[str, Contact] = {}
        """Ours that wait, ring or talk."""
        self.agents: dict[str, Agent] = {}
        self.statuses: dict[str, AgentStatus] = {}
        self.queues: dict[str, Queue] = {}
        self.news: list[str] = []
        """Contacts that changed at the hub, by id; the floor takes them away."""
        self.requests: list[Request] = []
        """Requests that nobody has answered; the floor takes them away."""
        self.steps: dict[str, Intervention] = {}
        """Where supervisors stepped in with contacts, by id: what they may ask, nobody else may."""
        self.wanted: list[Intervention] = []
        """What supervisors want of agents whom this floor plays; the floor takes it away."""
        self.claiming: dict[str, str] = {}
        """Request ids of claims whose answer did not arrive, by contact."""
        self.unlogged: list[Contact] = []
        """Callers who gave up just before a floor was killed, and of whom no event tells: the row is written a
        moment before the event, since only the hub knows whether they were quicker than a claim."""
        self._foreign: set[str] = set()
        """Live contacts of other feeds, whose requests are not ours."""

    # start

    def open(self) -> None:
        """Enrol and read what is on the hub now, customers aside."""
        self._seq = self._hub.enrol_v1(REPLICA_ID, "practice floor").last_replica_seq
        self._cursor = self._hub.snapshot_v1(REPLICA_ID, None, 1).start
        for entity in (Agent.entity, AgentStatus.entity, Queue.entity):
            for row in section(self._hub, REPLICA_ID, entity):
                self._take(row)
        gave_up: list[HubRow] = []
        newest = ""
        for row in section(self._hub, REPLICA_ID, Contact.entity):
            if row.body.get("state") in _OVER:
                newest = max(newest, str(row.body.get("ended_at") or ""))
                if row.body["state"] == ContactState.ABANDONED and row.body.get("feed") in FEEDS:
                    gave_up.append(row)
            else:
                self._take(row)
        for row in section(self._hub, REPLICA_ID, Intervention.entity):
            self._take(row)
        for row in section(self._hub, REPLICA_ID, Request.entity):
            if row.body.get("state") == RequestState.ASKED:
                self._take(row)
        self.news.clear()
        self.wanted.clear()
        self.unlogged = self._without_event(gave_up, newest)

    def _without_event(self, gave_up: Sequence[HubRow], newest: str) -> list[Contact]:
        """Those of the last callers who gave up of whom no event tells."""
        last: dict[str, Contact] = {}
        for row in gave_up:
            contact = _model(Contact, row)
            if contact is None or contact.ended_at is None:
                continue
            if datetime.fromisoformat(newest) - contact.ended_at < _JUST_BEFORE:
                last[contact.id] = contact
        if last:  # ids sort by time: an event of a contact is younger than the contact
            for row in section(self._hub, REPLICA_ID, ContactEvent.entity, min(last)):
                if row.body.get("kind") in (EventKind.ABANDONED, EventKind.LEFT):
                    last.pop(row.body.get("contact_id", ""), None)
        return list(last.values())

    def customers(self, limit: int = PAGE) -> list[Customer]:
        """The first customers of the hub, by id."""
        page = self._hub.snapshot_v1(REPLICA_ID, (Customer.entity, ""), limit)
        found = []
        for row in page.rows:
            if row.entity == Customer.entity and (customer := _model(Customer, row)) is not None:
                found.append(customer)
        return found

    # read

    def wake(self) -> bool:
        """Pull when another connection has changed the hub; True when something came."""
        version = self._hub.version()
        if version == self._seen_version:
            return False
        self.pull()
        self._seen_version = version
        return bool(self.news or self.requests)

    def pull(self) -> None:
        """Take in every row that changed. Nothing of ours may be in line (`flush` first)."""
        while True:
            page = self._hub.pull_v1(REPLICA_ID, self._cursor, PAGE)
            for row in page.rows:
                self._take(row)
            self._cursor = page.end
            if not page.more:
                return

    def _take(self, row: HubRow) -> None:
        match row.entity:
            case Contact.entity:
                self._take_contact(row)
            case Request.entity:
                request = _model(Request, row)
                asked = request is not None and request.state is RequestState.ASKED
                if request is not None and asked and request.contact_id not in self._foreign:
                    self._vers[row.entity, row.entity_id] = row.ver
                    self.requests.append(request)
            case Intervention.entity:
                self._take_step(row)
            case Agent.entity:
                self._keep(self.agents, Agent, row)
            case AgentStatus.entity:
                self._keep(self.statuses, AgentStatus, row)
            case Queue.entity:
                self._keep(self.queues, Queue, row)

    def _take_step(self, row: HubRow) -> None:
        step = _model(Intervention, row)
        if step is None:
            return
        if step.contact_id is not None:
            self.steps[step.id] = step
        elif step.kind in (StepKind.STATE, StepKind.MESSAGE):
            self.wanted.append(step)

    def _keep(self, kept: dict[str, E], model: type[E], row: HubRow) -> None:
        entity = _model(model, row)
        if entity is not None:
            kept[row.entity_id] = entity
            self._vers[row.entity, row.entity_id] = row.ver

    def _take_contact(self, row: HubRow) -> None:
        key = (row.entity, row.entity_id)
        contact = _model(Contact, row)
        if contact is None:
            return
        alive = contact.state in LIVE | IN_QUEUE
        if contact.feed not in FEEDS:
            (self._foreign.add if alive else self._foreign.discard)(contact.id)
        elif alive:
            if self.contacts.get(contact.id) != contact:
                self.news.append(contact.id)
            self.contacts[contact.id] = contact
            self._vers[key] = row.ver
        else:
            if self.contacts.pop(contact.id, None) is not None:
                self.news.append(contact.id)
            self._vers.pop(key, None)

    # write

    def put(self, entity: Entity, *events: ContactEvent) -> None:
        """Put a new or whole entity in line, with events in the same transaction."""
        self._groups.append(self._group(entity, entity.model_dump(mode="json", exclude={"id"}), events))
        self._mirror(entity)

    def change(self, contact: Contact, *events: ContactEvent, **fields: Any) -> Contact:
        """Put sure changes of a contact in line: ones that nobody else can make."""
        changed = contact.model_copy(update=fields)
        self._groups.append(self._group(changed, _patch(changed, fields), events))
        self._mirror(changed)
        return changed

    def try_change(self, contact: Contact, **fields: Any) -> bool:
        """Change a contact that somebody may be claiming at this moment. False: the claim came first, and
        the contact is now as the hub has it. Events follow in line once it is known."""
        changed = contact.model_copy(update=fields)
        group = self._group(changed, _patch(changed, fields), ())
        self._groups.append(group)
        try:
            results = self.flush()
        except HubUnreachable:
            self._groups.remove(group)  # asked again at the next tick, if it still holds then
            raise
        if results[group[0].op_id].outcome is OpOutcome.APPLIED:
            self._mirror(changed)
            return True
        self.pull()
        return False

    def close_request(self, request: Request, why: str = "") -> None:
        """Answer a request: done, or refused with a reason."""
        state = RequestState.REFUSED if why else RequestState.DONE
        answer = request.model_copy(update={"state": state, "why": why})
        self._groups.append(self._group(answer, _patch(answer, ("state", "why")), ()))
        self._vers.pop((request.entity, request.id), None)

    def log(self, entry: Entity) -> None:
        """Put an append-only row in line."""
        self._groups.append([self._op(entry, "append", entry.model_dump(mode="json", exclude={"id"}), new_id())])

    def flush(self) -> dict[str, OpResult]:
        """Push what is in line; the results by op_id. A refused op is told on standard error and dropped."""
        results: dict[str, OpResult] = {}
        while self._groups:
            batch: list[Op] = []
            taken = 0
            for group in self._groups:
                if batch and len(batch) + len(group) > _PUSH:
                    break
                batch += group
                taken += 1
            for result in self._hub.push_v1(REPLICA_ID, batch):
                results[result.op_id] = result
                if result.outcome is OpOutcome.REFUSED:
                    print(f"the hub refused a change of the floor: {result.why}", file=sys.stderr)
            del self._groups[:taken]
        return results

    def _group(self, entity: Entity, patch: dict[str, Any], events: Sequence[ContactEvent]) -> list[Op]:
        txn_id = new_id()
        return [
            self._op(entity, "put", patch, txn_id),
            *(self._op(event, "append", event.model_dump(mode="json", exclude={"id"}), txn_id) for event in events),
        ]

    def _op(self, entity: Entity, kind: str, patch: dict[str, Any], txn_id: str) -> Op:
        self._seq += 1
        clean, _masked = masked_body(type(entity), patch)
        return Op(
            op_id=new_id(),
            replica_seq=self._seq,
            txn_id=txn_id,
            entity=entity.entity,
            entity_id=entity.id,
            kind=kind,
            base_ver=self._vers.get((entity.entity, entity.id), 0),
            patch=clean,
            actor=ACTOR,
            schema_v=SCHEMA_V,
        )

    def _mirror(self, entity: Entity) -> None:
        match entity:
            case Contact():
                if entity.state in LIVE | IN_QUEUE:
                    self.contacts[entity.id] = entity
                else:
                    self.contacts.pop(entity.id, None)
            case Agent():
                self.agents[entity.id] = entity
            case AgentStatus():
                self.statuses[entity.id] = entity
            case Queue():
                self.queues[entity.id] = entity

    # claims

    def claim(self, contact_id: str, agent: AgentId) -> Claim:
        """Claim a contact for an agent that the floor plays, after all that is in line.

        Asked again after HubUnreachable it is the same claim; until then the contact is in `claiming`."""
        self.flush()
        request_id = self.claiming.setdefault(contact_id, new_id())
        claim = self._hub.claim_v1(REPLICA_ID, request_id, agent, (), ContactId(contact_id))
        self.pull()
        del self.claiming[contact_id]
        self.news.append(contact_id)
        return claim

    def finish(self, contact_id: ContactId, fence: int) -> None:
        """Give a played agent's claim back."""
        self._hub.finish_v1(REPLICA_ID, contact_id, fence)


def _patch(entity: Entity, names: Any) -> dict[str, Any]:
    return entity.model_dump(mode="json", include=set(names))


def _model(model: type[E], row: HubRow) -> E | None:
    try:
        return model.model_validate({**row.body, "id": row.entity_id})
    except ValidationError:
        return None
