"""Signing on and off, and moving between states. Each move is a row, so that the floor and supervisors see it."""

from __future__ import annotations

from collections.abc import Sequence

from data.clock import Clock
from data.models.agent import Agent, AgentState, AgentStatus, Role
from data.models.base import AgentId, ContactId, new_id
from data.models.shift import AgentMove
from data.queue import live
from data.queue.agent_state import Move, moved
from data.store.database import Store
from data.store.save import Change, saving
from data.text.cards import mask_cards

IN_HAND = frozenset({AgentState.ON_CALL, AgentState.ON_HOLD, AgentState.WRAP_UP})
"""States with a contact that outlives the console: signing on again goes on with it."""


def everyone(store: Store, *, played: bool = False) -> list[Agent]:
    """The people who may sign on here, by name; with `played`, the practice floor's agents too."""
    found = store.rows("SELECT * FROM agent WHERE played <= ? ORDER BY name", (int(played),))
    return [Agent.from_row(row) for row in found]


def meant(people: Sequence[Agent], typed: str) -> Agent | None:
    """Whom a typed name means: the person of that name, or the only one whose name begins so."""
    wanted = " ".join(typed.split()).casefold()
    exact = [one for one in people if one.name.casefold() == wanted]
    fitting = exact[:1] or [one for one in people if wanted and one.name.casefold().startswith(wanted)]
    return fitting[0] if len(fitting) == 1 else None


def sign_on(store: Store, name: str, clock: Clock, role: Role = Role.AGENT) -> tuple[Agent, AgentStatus]:
    """Sign a person on by name: the known one (case does not matter) or a new one. Always NOT READY first.

    A contact that the last session left in hand comes back with its state, as long as this seat knows it.

    Raises:
        ValueError: the name is empty.
        StoreError: the store could not be written.
    """
    name = " ".join(name.split())
    if not name:
        raise ValueError("Type your name to sign on.")
    known = next((agent for agent in everyone(store) if agent.name.casefold() == name.casefold()), None)
    agent = known or Agent(id=new_id(), name=name, role=role)
    with saving(store, AgentId(agent.id), clock) as change:
        if known is None:
            agent = change.add(agent)
        return agent, _signed_on(store, change, agent, clock)


def is_known(store: Store, agent: str) -> bool:
    """Whether the hub has told of this person."""
    return bool(store.value("SELECT 1 FROM agent WHERE id = ?", (agent,)))


def sign_on_as(store: Store, agent: Agent, clock: Clock) -> tuple[Agent, AgentStatus]:
    """The same for somebody whom the hub knows: `agent` is how it told of them, if their row is not here yet. It is the
    hub's, so it is not written here."""
    row = store.row("SELECT * FROM agent WHERE id = ?", (agent.id,))
    agent = Agent.from_row(row) if row else agent
    with saving(store, AgentId(agent.id), clock) as change:
        return agent, _signed_on(store, change, agent, clock)


def _signed_on(store: Store, change: Change, agent: Agent, clock: Clock) -> AgentStatus:
    row = store.row("SELECT * FROM agent_status WHERE id = ?", (agent.id,))
    before = AgentStatus.from_row(row) if row else None
    if before is not None and before.state in IN_HAND and live.contact(store, before.contact_id or ""):
        return before
    after = moved(AgentStatus(id=agent.id, since=clock.now()), Move.SIGN_ON, clock.now())
    _write(change, before, after)
    return after


def move(
    store: Store,
    status: AgentStatus,
    move: Move,
    clock: Clock,
    *,
    reason: str = "",
    contact_id: ContactId | None = None,
) -> AgentStatus:
    """Make a move and save it.

    Raises:
        IllegalMoveError: the move is not possible in this state.
        StoreError: the store could not be written.
    """
    after = moved(status, move, clock.now(), reason=mask_cards(reason), contact_id=contact_id)
    with saving(store, AgentId(status.id), clock) as change:
        _write(change, status, after)
    return after


def sign_out(store: Store, agent: AgentId, clock: Clock) -> None:
    """Sign a person out, unless a contact is in hand: that one they find again."""
    row = store.row("SELECT * FROM agent_status WHERE id = ?", (agent,))
    status = AgentStatus.from_row(row) if row else None
    if status is not None and status.state in (AgentState.READY, AgentState.NOT_READY):
        move(store, status, Move.SIGN_OUT, clock)


def _write(change: Change, before: AgentStatus | None, after: AgentStatus) -> None:
    """The state, and the move to it beside those before."""
    if before is None:
        change.add(after)
    else:
        fields = after.model_dump(mode="json", exclude={"id"})
        change.update(AgentStatus, after.id, **fields)
    if before is None or (before.state, before.reason) != (after.state, after.reason):
        change.add(
            AgentMove(
                id=new_id(),
                agent=AgentId(after.id),
                at=after.since,
                state=after.state,
                reason=after.reason,
                contact_id=after.contact_id,
            )
        )
