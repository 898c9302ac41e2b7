"""Stepping in: a supervisor sets an agent's state, gives a waiting contact to somebody, changes its place in the queue,
lets a rule not hold this once, or writes to an agent. Each is one transaction: the record, what carries it out, and the
notice by which the agent hears of it. Who may is asked by the caller and by hubs (`contract.BY_LEADERS`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from data.clock import Clock
from data.conduct import conduct
from data.models.agent import Agent, AgentState, AgentStatus
from data.models.base import AgentId, ContactId, instant_text, new_id
from data.models.conduct import ConductKind
from data.models.contact import IN_QUEUE, Contact, Request, RequestAction
from data.models.notice import Notice, NoticeRole
from data.models.presence import Presence
from data.models.shift import AgentMove
from data.models.supervision import IN_TIME, IN_TURN, NEXT, Intervention, InterventionOutcome, StepKind
from data.queue.agent_state import IllegalMoveError, Move, moved
from data.store.database import Store
from data.store.save import Change, saving

NO_ANSWER: Final = timedelta(seconds=30)
"""A console that has said nothing to a wish for so long is not there."""
HEARD: Final = timedelta(hours=12)
"""A message that waited longer than this for its agent stays in the notices alone."""
STATES: Final = {
    AgentState.READY: Move.READY,
    AgentState.NOT_READY: Move.NOT_READY,
    AgentState.SIGNED_OUT: Move.SIGN_OUT,
}
"""The states that can be set, with the move that leads there."""
_ASKED: Final = {
    StepKind.REASSIGN: RequestAction.REASSIGN,
    StepKind.OVERRIDE: RequestAction.REASSIGN,
    StepKind.PRIORITY: RequestAction.PRIORITISE,
}


class StepFaultError(ValueError):
    """It cannot be done; the message says what to do."""


@dataclass(frozen=True, slots=True)
class StepWish:
    """What a supervisor wants done, and why."""

    kind: StepKind
    reason: str
    agent: AgentId | None = None
    contact_id: ContactId | None = None
    state: AgentState | None = None
    text: str = ""
    """The message, the rule, the reason of a not-ready, or the place in the queue."""


def step_in(store: Store, wish: StepWish, by: AgentId, clock: Clock) -> Intervention:
    """Do it, or ask whoever carries it out.

    Raises:
        StepFaultError: something is missing, or it cannot be.
        StoreError: nothing was written.
    """
    reason, text = " ".join(wish.reason.split()), wish.text.strip()
    if not reason:
        raise StepFaultError("Say why: the agent reads it, and so does whoever looks at it later.")
    agent = _agent(store, wish.agent) if wish.agent is not None else None
    contact = _contact(store, wish.contact_id) if wish.contact_id is not None else None
    _check(wish, agent, contact, text)
    step = Intervention(
        id=new_id(),
        by=by,
        at=clock.now(),
        kind=wish.kind,
        agent=wish.agent,
        contact_id=wish.contact_id,
        state=wish.state,
        reason=reason,
        text=text,
    )
    with saving(store, by, clock) as change:
        gone = wish.kind is StepKind.STATE and agent is not None and is_gone(store, agent, clock.now())
        change.add(step)
        if gone and agent is not None:
            _sign_out(store, change, agent, step)
        elif contact is not None and contact.state in IN_QUEUE:
            change.add(_request(step, contact))
        if agent is not None and not agent.played and not gone:
            change.add(_notice(step, contact))
        if wish.kind is StepKind.OVERRIDE:
            _grant(store, step, agent, contact, clock)
    return step


def _check(wish: StepWish, agent: Agent | None, contact: Contact | None, text: str) -> None:
    kind = wish.kind
    if kind in (StepKind.STATE, StepKind.MESSAGE, StepKind.REASSIGN) and agent is None:
        raise StepFaultError("Choose an agent first.")
    if kind in (StepKind.REASSIGN, StepKind.PRIORITY):
        if contact is None:
            raise StepFaultError("Choose a waiting contact first.")
        if contact.state not in IN_QUEUE or contact.agent is not None:
            raise StepFaultError("This contact does not wait any more: somebody has it, or the caller has gone.")
    if kind is StepKind.STATE and wish.state not in STATES:
        raise StepFaultError("An agent can be set ready, not ready or signed out; calls bring the other states.")
    if kind is StepKind.STATE and wish.state is AgentState.NOT_READY and not text:
        raise StepFaultError("Not ready needs its reason: lunch, training …")
    if kind is StepKind.PRIORITY and text not in (NEXT, IN_TURN):
        raise StepFaultError(f"Choose its place: {NEXT}, or {IN_TURN}.")
    if kind is StepKind.MESSAGE and not text:
        raise StepFaultError("Type the message.")
    if kind is StepKind.OVERRIDE and not text:
        raise StepFaultError("Say which rule does not hold this once.")
    if kind is StepKind.OVERRIDE and agent is None:
        raise StepFaultError("Choose the agent for whom the rule does not hold.")


def _request(step: Intervention, contact: Contact) -> Request:
    """What the feed is asked; its id is that of the record, by which the feed knows that a supervisor asks."""
    return Request(
        id=step.id,
        contact_id=contact.id,
        agent=step.by,
        action=_ASKED[step.kind],
        target=step.text if step.kind is StepKind.PRIORITY else f"agent:{step.agent}",
        fence=contact.fence,
        at=step.at,
    )


def _notice(step: Intervention, contact: Contact | None) -> Notice:
    """What the agent reads of it; its id is that of the record."""
    who = (contact.caller_name or contact.caller_number or "a caller") if contact is not None else ""
    kind, about = {
        StepKind.STATE: (
            "your state is set",
            f"{step.state}{f' ({step.text})' if step.text else ''}: {step.reason}",
        ),
        StepKind.REASSIGN: ("a contact for you", f"{who} is to ring at you: {step.reason}"),
        StepKind.OVERRIDE: ("a rule does not hold this once", f"{step.text}: {step.reason}"),
        StepKind.MESSAGE: ("message", step.text),
        StepKind.PRIORITY: ("place in the queue", f"{who}, {step.text}: {step.reason}"),
    }[step.kind]
    return Notice(
        id=step.id,
        to_role=NoticeRole.AGENT,
        to_agent=step.agent,
        kind=kind,
        about=about,
        contact_id=step.contact_id,
        by=step.by,
        at=step.at,
    )


def _grant(store: Store, step: Intervention, agent: Agent | None, contact: Contact | None, clock: Clock) -> None:
    """A rule that did not hold stands with the contact, as any exception does."""
    conduct.record(
        store,
        ConductKind.EXCEPTION,
        step.by,
        clock,
        contact_id=step.contact_id,
        customer_id=contact.customer_id if contact is not None else None,
        ticket_id=contact.ticket_id if contact is not None else None,
        reason=step.reason,
        text=f"{step.text}, for {agent.name}" if agent is not None else step.text,
        record_id=step.id,
    )


# an agent whose console is gone


def is_gone(store: Store, agent: Agent, now: datetime) -> bool:
    """Whether an agent's console is gone: it has stopped saying that somebody is there, or has not answered a wish."""
    if agent.played:
        return False
    row = store.row("SELECT * FROM presence WHERE id = ?", (agent.id,))
    if row is not None and Presence.from_row(row).until < now:
        return True
    asked = store.value(
        "SELECT min(i.at) FROM intervention i LEFT JOIN intervention_outcome o ON o.id = i.id"
        " WHERE i.agent = ? AND i.kind = ? AND i.at > ? AND o.id IS NULL",
        (agent.id, StepKind.STATE, instant_text(now - IN_TIME * 5)),
    )
    return asked is not None and datetime.fromisoformat(asked) < now - NO_ANSWER


def _sign_out(store: Store, change: Change, agent: Agent, step: Intervention) -> None:
    if step.state is not AgentState.SIGNED_OUT:
        raise StepFaultError(
            f"The console of {agent.name} is not there: signing out is all that can be done from here."
        )
    status = status_of(store, AgentId(agent.id))
    if status is None or status.state is AgentState.SIGNED_OUT:
        raise StepFaultError(f"{agent.name} is signed out already.")
    try:
        after = moved(status, Move.SIGN_OUT, step.at)
    except IllegalMoveError as error:
        raise StepFaultError(
            f"{agent.name} is {status.state}: sign out once the hub has given the contact back."
        ) from error
    change.update(AgentStatus, agent.id, **after.model_dump(mode="json", exclude={"id"}))
    # hubs take another's move by the id of the step alone
    change.add(AgentMove(id=step.id, agent=AgentId(agent.id), at=after.since, state=after.state))
    change.add(InterventionOutcome(id=step.id, by=step.by, at=step.at, done=True, why="the console was gone"))


# what the agent's console does


def pending(store: Store, agent: AgentId, now: datetime) -> list[Intervention]:
    """What this agent's console has not answered yet, oldest first."""
    rows = store.rows(
        "SELECT i.* FROM intervention i LEFT JOIN intervention_outcome o ON o.id = i.id WHERE i.agent = ? AND i.at > ?"
        " AND o.id IS NULL AND i.kind IN (?, ?) ORDER BY i.at, i.id",
        (agent, instant_text(now - HEARD), StepKind.STATE, StepKind.MESSAGE),
    )
    return [Intervention.from_row(row) for row in rows]


def answer(
    store: Store, step: Intervention, by: AgentId, clock: Clock, *, done: bool, why: str = ""
) -> InterventionOutcome:
    """Say what came of it. Within a write transaction of the caller it is a part of that one."""
    with saving(store, by, clock) as change:
        return change.add(InterventionOutcome(id=step.id, by=by, at=clock.now(), done=done, why=why))


def status_of(store: Store, agent: AgentId) -> AgentStatus | None:
    """What an agent does now."""
    row = store.row("SELECT * FROM agent_status WHERE id = ?", (agent,))
    return AgentStatus.from_row(row) if row else None


def _agent(store: Store, agent: AgentId) -> Agent:
    row = store.row("SELECT * FROM agent WHERE id = ?", (agent,))
    if row is None:
        raise StepFaultError("This agent is not known here any more: choose another one.")
    return Agent.from_row(row)


def _contact(store: Store, contact_id: ContactId) -> Contact:
    row = store.row("SELECT * FROM contact WHERE id = ?", (contact_id,))
    if row is None:
        raise StepFaultError("This contact is not here any more: choose another one.")
    return Contact.from_row(row)
