"""A floor in the middle of its day, the same each time: two queues, some agents, what happened since eight."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from data.models.agent import Agent, AgentState, AgentStatus
from data.models.base import AgentId, ContactId, Entity, QueueId
from data.models.contact import Contact, ContactEvent, ContactState, EventKind, Queue

QUEUES = (
    Queue(id="billing", name="Billing", threshold_s=30),
    Queue(id="support", name="Support"),
)
PEOPLE = (
    ("Dana Reyes", AgentState.ON_CALL, ""),
    ("Grace Kim", AgentState.ON_CALL, ""),
    ("Kofi Osei", AgentState.WRAP_UP, ""),
    ("Priya Nair", AgentState.ON_HOLD, ""),
    ("Tomás Novák", AgentState.NOT_READY, "lunch"),
    ("Jonas Weiss", AgentState.READY, ""),
    ("Aiko Tanaka", AgentState.NOT_READY, "training"),
)


def a_floor(now: datetime, calls: int = 90, seed: int = 7) -> Iterator[Entity]:
    """The rows of a floor at a moment."""
    rng = random.Random(seed)
    yield from QUEUES
    for place, (name, _state, _reason) in enumerate(PEOPLE):
        yield Agent(id=f"agent-{place}", name=name, queues=())
    begins = now.replace(hour=8, minute=0, second=0, microsecond=0)
    span = (now - begins).total_seconds()
    for place in range(calls):
        offered = begins + timedelta(seconds=span * place / calls)
        yield from a_call(rng, f"call-{place}", offered, now)
    for place, (_name, state, reason) in enumerate(PEOPLE):
        since = now - timedelta(seconds=(182, 584, 250, 75, 2300, 12, 62)[place])
        contact_id = None
        if state in (AgentState.ON_CALL, AgentState.ON_HOLD, AgentState.WRAP_UP):
            contact_id = ContactId(f"hand-{place}")
            yield in_hand(contact_id, AgentId(f"agent-{place}"), since, state, place)
            yield event(contact_id, since - timedelta(seconds=20), EventKind.OFFERED, "support")
            yield event(contact_id, since, EventKind.ANSWERED, "support", f"agent-{place}", wait_s=20)
        yield AgentStatus(id=f"agent-{place}", state=state, since=since, reason=reason, contact_id=contact_id)
    for place, waited in enumerate((242, 110, 44, 9)):
        since, queue = now - timedelta(seconds=waited), ("support", "support", "billing", "support")[place]
        yield Contact(
            id=f"wait-{place}", feed="test", queue=QueueId(queue), offered_at=since, queued_at=since,
            caller_name=("Maria Alvarez", "[b]Lee[/b] & Sons", "", "Zoë Park")[place],
        )  # fmt: skip
        yield event(f"wait-{place}", since, EventKind.OFFERED, queue)


def in_hand(contact_id: str, agent: AgentId, since: datetime, state: AgentState, place: int) -> Contact:
    """A contact that an agent has."""
    stands = {AgentState.ON_HOLD: ContactState.HELD, AgentState.WRAP_UP: ContactState.ENDED}
    return Contact(
        id=contact_id, feed="test", queue=QueueId("support"), state=stands.get(state, ContactState.TALKING), agent=agent,
        offered_at=since - timedelta(seconds=20), queued_at=since - timedelta(seconds=20), answered_at=since,
        caller_name=("Maria Alvarez", "Lee & Sons", "Ann Lee", "Omar Haddad")[place % 4],
    )  # fmt: skip


def a_call(rng: random.Random, contact_id: str, offered: datetime, now: datetime) -> Iterator[ContactEvent]:
    """What happened to a call until now; some are answered, some are not."""
    queue = rng.choice(("support", "support", "billing"))
    wait = rng.choice((0, 4, 12, 18, 25, 40, 90))
    yield event(contact_id, offered, EventKind.OFFERED, queue)
    left = offered + timedelta(seconds=wait)
    if left > now:
        return
    if rng.random() < 0.08:
        yield event(contact_id, left, EventKind.ABANDONED, queue, wait_s=wait)
        return
    agent = f"agent-{rng.randrange(len(PEOPLE))}"
    yield event(contact_id, left, EventKind.ANSWERED, queue, agent, wait_s=wait)
    talk = rng.choice((60, 150, 240, 420))
    ended = left + timedelta(seconds=talk)
    if ended > now:
        return
    yield event(contact_id, ended, EventKind.ENDED, queue, agent, talk_s=talk)
    if (done := ended + timedelta(seconds=30)) <= now:
        yield event(contact_id, done, EventKind.DISPOSED, queue, agent)


def event(
    contact_id: str, at: datetime, kind: EventKind, queue: str, agent: str | None = None, **figures: float
) -> ContactEvent:
    """One contact event; its id tells what it is."""
    return ContactEvent(
        id=f"{contact_id}/{kind}/{at.timestamp():.0f}", contact_id=contact_id, at=at, kind=kind, queue=QueueId(queue),
        agent=AgentId(agent) if agent else None, source="test", **figures,
    )  # fmt: skip
