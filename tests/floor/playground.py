"""A floor and a seat on one hub file under a clock that leaps: what the tests of the floor play with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from data.clock import Clock
from data.floor.floor import Floor
from data.floor.options import FloorOptions
from data.floor.pace import LeapClock
from data.floor.practice import Practice
from data.models.agent import Agent, AgentState, AgentStatus
from data.models.base import AgentId, ContactId, Entity, new_id
from data.models.contact import Contact, ContactEvent, ContactState, EventKind, Request, RequestAction, RequestState
from data.store.save import SCHEMA_V
from data.sync.contract import Claim, HubRow, Op, OpOutcome
from data.sync.embedded import EmbeddedHub

E = TypeVar("E", bound=Entity)


class Seat:
    """A person at a console, reduced to what the hub sees of one."""

    def __init__(self, path: Path, clock: Clock, name: str) -> None:
        self.hub = EmbeddedHub(path, clock)
        self._clock = clock
        self._seq = 0
        self.replica = new_id()
        self.hub.enrol_v1(self.replica, name)
        known = [agent for agent in self.all(Agent) if agent.name == name]
        self.agent = known[0] if known else Agent(id=new_id(), name=name)
        if not known:
            self.push(self.agent)

    @property
    def me(self) -> AgentId:
        return AgentId(self.agent.id)

    def rows(self) -> list[HubRow]:
        """Every row of the hub."""
        found: list[HubRow] = []
        cursor, more = 0, True
        while more:
            page = self.hub.pull_v1(self.replica, cursor, 1_000_000)
            found += page.rows
            cursor, more = page.end, page.more
        return found

    def all(self, model: type[E]) -> list[E]:
        """Every row of one kind, checked against its model."""
        return [
            model.model_validate({**row.body, "id": row.entity_id})
            for row in self.rows()
            if row.entity == model.entity
        ]

    def contact(self, contact_id: str) -> Contact:
        return next(contact for contact in self.all(Contact) if contact.id == contact_id)

    def events(self, contact_id: str) -> list[ContactEvent]:
        found = [event for event in self.all(ContactEvent) if event.contact_id == contact_id]
        return sorted(found, key=lambda event: event.id)

    def kinds(self, contact_id: str) -> list[EventKind]:
        return [event.kind for event in self.events(contact_id)]

    def push(self, entity: Entity, **fields: Any) -> OpOutcome:
        """Write an entity, or only these fields of it, as a console would."""
        self._seq += 1
        changed = entity.model_copy(update=fields)
        names = set(fields) or set(type(entity).model_fields) - {"id"}
        versions = {(row.entity, row.entity_id): row.ver for row in self.rows()}
        op = Op(
            op_id=new_id(),
            replica_seq=self._seq,
            txn_id=new_id(),
            entity=entity.entity,
            entity_id=entity.id,
            kind="append" if entity.append_only else "put",
            base_ver=versions.get((entity.entity, entity.id), 0),
            patch=changed.model_dump(mode="json", include=names),
            actor=self.me if hasattr(self, "agent") else AgentId(""),
            schema_v=SCHEMA_V,
        )
        return self.hub.push_v1(self.replica, [op])[0].outcome

    def be(self, state: AgentState, reason: str = "") -> None:
        """Write the person's own status row."""
        self.push(AgentStatus(id=self.agent.id, state=state, reason=reason, since=self._clock.now()))

    def claim(self, contact_id: str | None = None) -> Claim:
        wanted = ContactId(contact_id) if contact_id is not None else None
        return self.hub.claim_v1(self.replica, new_id(), self.me, (), wanted)

    def ask(self, contact: Contact, action: RequestAction, target: str = "") -> str:
        """Ask the floor for something; the request's id."""
        request = Request(
            id=new_id(),
            contact_id=contact.id,
            agent=self.me,
            action=action,
            target=target,
            fence=contact.fence,
            at=self._clock.now(),
        )
        self.push(request)
        return request.id

    def answer(self, request_id: str) -> tuple[RequestState, str]:
        """What became of a request, and why."""
        found = next(request for request in self.all(Request) if request.id == request_id)
        return found.state, found.why


class Playground:
    """A floor without played agents and with only the opening callers, unless told otherwise."""

    def __init__(self, path: Path, practice: Practice | None = None, **options: Any) -> None:
        self.path = path
        self.clock = LeapClock()
        self.hub = EmbeddedHub(path, self.clock)
        given = {"seed": 1, "agents": 0, "calls_per_hour": 1e-6, **options}
        self.floor = Floor(self.hub, FloorOptions(hub=path, **given), self.clock, practice)

    def seat(self, name: str = "Dana Reyes") -> Seat:
        return Seat(self.path, self.clock, name)

    def play(self, seconds: float, tick: float = 0.05) -> None:
        """Let the floor run."""
        until = self.clock.monotonic() + seconds
        while self.clock.monotonic() < until:
            pause = min(max(self.floor.step(), tick), until - self.clock.monotonic())
            self.clock.leap(max(pause, 1e-3))
        self.floor.step()

    def play_until(self, true: Callable[[], bool], limit: float = 600.0, tick: float = 0.25) -> None:
        """Let the floor run until something is so."""
        waited = 0.0
        while not true():
            assert waited < limit, "it never came about"
            self.floor.step()
            self.clock.leap(tick)
            waited += tick
        self.floor.step()


def waiting(seat: Seat) -> list[Contact]:
    """The callers who wait, in the order of service."""
    found = [contact for contact in seat.all(Contact) if contact.state is ContactState.WAITING]
    return sorted(found, key=lambda contact: (-contact.priority, contact.queued_at, contact.id))
