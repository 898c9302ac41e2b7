"""Push: a person who is ready is rung by the caller who is next; the one who has been idle longest first."""

from __future__ import annotations

import math

from data.floor.calls import Call
from data.floor.switch import REJECTED_REST_S, Switch
from data.models.agent import Agent, AgentState, AgentStatus
from data.models.base import AgentId
from data.models.contact import LIVE, Contact, EventKind
from data.queue.agent_state import SIGN_ON_REASON

SEEN_S = 1.5
"""A caller rings nowhere before having waited so long, so that the list is seen first."""
OLD_READY_S = 15.0
"""Somebody who was ready before the floor opened may be left over from a console that died: others come first."""
ALONE_REST_S = 5.0
"""A rejected caller rings at the same person again so soon when nobody else is there."""
_AWAY = frozenset({AgentState.SIGNED_OUT, AgentState.NOT_READY})


class Ringing:
    """Chooses whom to ring among the people at the consoles."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._found = dict(switch.line.statuses)

    def ready(self) -> bool:
        """Whether somebody can be rung who is surely there."""
        return any(not self._may_be_gone(agent) for agent in self._ready())

    def wanted(self) -> bool:
        """Whether somebody at a console looks for a call: ready, or just signed on and reading the list."""
        return self.ready() or any(
            status.state is AgentState.NOT_READY
            and status.reason == SIGN_ON_REASON
            and self._found.get(status.id) != status
            and not self._switch.busy(AgentId(status.id))
            and (agent := self._switch.line.agents.get(status.id)) is not None
            and not agent.played
            for status in self._switch.line.statuses.values()
        )

    def _ready(self) -> list[Agent]:
        """The people who can be rung, longest idle first."""
        line = self._switch.line
        able: list[tuple[AgentStatus, Agent]] = []
        for status in line.statuses.values():
            agent = line.agents.get(status.id)
            if status.state is not AgentState.READY or agent is None or agent.played:
                continue
            me = AgentId(agent.id)
            if not self._switch.rings_in_vain(me) and not self._switch.busy(me):
                able.append((status, agent))
        able.sort(key=lambda pair: (pair[0].since, pair[1].id))
        return [agent for _status, agent in able]

    def _may_be_gone(self, agent: Agent) -> bool:
        return self._found.get(agent.id) == self._switch.line.statuses.get(agent.id)

    def step(self) -> None:
        """Ring whom there is somebody for; a telephone whose owner has signed out, or taken another call, rings no longer."""
        self._stop_at_empty_chairs()
        people = self._ready()
        if not people:
            return
        waiting = self._switch.waiting()
        for agent in people:
            for call in waiting:
                if self._may_ring(call, agent):
                    waiting.remove(call)
                    self._switch.ring(call, AgentId(agent.id))
                    break

    def _may_ring(self, call: Call, agent: Agent) -> bool:
        now = self._switch.t
        if not call.open_to(AgentId(agent.id), now):
            return False
        if now < self._rings_from(call, agent):
            return False
        if agent.queues and self._switch.contact(call).queue not in agent.queues:
            return False
        me = AgentId(agent.id)
        until = call.rejected.get(me)
        if until is None or until <= now:
            return True
        soon = until - (REJECTED_REST_S - ALONE_REST_S) * self._switch.person_pace
        return soon <= now and self._alone(me)

    def _rings_from(self, call: Call, agent: Agent) -> float:
        wait_s = OLD_READY_S if self._may_be_gone(agent) else SEEN_S
        return call.queued_t + wait_s * self._switch.person_pace

    def _alone(self, me: AgentId) -> bool:
        """Whether nobody else is on the floor who could take a call."""
        return not any(
            status.id != me and status.state not in _AWAY for status in self._switch.line.statuses.values()
        )

    def _stop_at_empty_chairs(self) -> None:
        line = self._switch.line
        for call in list(self._switch.calls.values()):
            contact = line.contacts.get(call.contact_id)
            if contact is None or contact.ringing_agent is None or contact.agent is not None:
                continue
            owner, status = line.agents.get(contact.ringing_agent), line.statuses.get(contact.ringing_agent)
            if owner is None or owner.played:
                continue
            if status is not None and status.state is AgentState.SIGNED_OUT:
                self._switch.stop_ringing(call, EventKind.MISSED)
            elif self._has_another(contact):  # a claim crossed this ring on the way: nobody missed anything
                self._switch.stop_ringing(call, None)

    def _has_another(self, ringing: Contact) -> bool:
        """Whether the one whose telephone rings has claimed another contact."""
        return any(
            other.agent == ringing.ringing_agent and other.state in LIVE and other.id != ringing.id
            for other in self._switch.line.contacts.values()
        )

    def next_due(self) -> float:
        """The floor second at which a waiting caller may first ring, when somebody is ready."""
        people = self._ready()
        if not people:
            return math.inf
        from_t = [self._rings_from(call, agent) for call in self._switch.waiting() for agent in people]
        return min((due for due in from_t if due > self._switch.t), default=math.inf)
