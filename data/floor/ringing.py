"""Push: a person who is ready is rung by the caller who is next; the one who has been idle longest first."""

from __future__ import annotations

from data.floor.calls import Call
from data.floor.switch import REJECTED_REST_S, Switch
from data.models.agent import Agent, AgentState, AgentStatus
from data.models.base import AgentId

SEEN_S = 1.5
"""A caller rings nowhere before having waited so long, so that the list is seen first."""
ALONE_REST_S = 5.0
"""A rejected caller rings at the same person again so soon when nobody else is there."""
_AWAY = frozenset({AgentState.SIGNED_OUT, AgentState.NOT_READY})


class Ringing:
    """Chooses whom to ring among the people at the consoles."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch

    def ready(self) -> list[Agent]:
        """The people who can be rung, longest idle first."""
        line = self._switch.line
        found: list[tuple[AgentStatus, Agent]] = []
        for agent in line.agents.values():
            me = AgentId(agent.id)
            status = line.statuses.get(agent.id)
            if agent.played or status is None or status.state is not AgentState.READY:
                continue
            if self._switch.rings_in_vain(me) or self._switch.busy(me):
                continue
            found.append((status, agent))
        found.sort(key=lambda pair: (pair[0].since, pair[1].id))
        return [agent for _status, agent in found]

    def step(self) -> None:
        """Ring whom there is somebody for."""
        people = self.ready()
        if not people:
            return
        seen_s = SEEN_S * self._switch.person_pace
        waiting = [call for call in self._switch.waiting() if self._switch.t - call.queued_t >= seen_s]
        for agent in people:
            for call in waiting:
                if self._may_ring(call, agent):
                    waiting.remove(call)
                    self._switch.ring(call, AgentId(agent.id))
                    break

    def _may_ring(self, call: Call, agent: Agent) -> bool:
        if agent.queues and self._switch.contact(call).queue not in agent.queues:
            return False
        me = AgentId(agent.id)
        until = call.rejected.get(me)
        if until is None or until <= self._switch.t:
            return True
        return (
            self._alone(me)
            and until - (REJECTED_REST_S - ALONE_REST_S) * self._switch.person_pace <= self._switch.t
        )

    def _alone(self, me: AgentId) -> bool:
        """Whether nobody else is on the floor who could take a call."""
        return not any(
            status.id != me and status.state not in _AWAY for status in self._switch.line.statuses.values()
        )

    def next_due(self) -> float:
        """The floor second at which a waiting caller may first ring, when somebody is ready."""
        soon = float("inf")
        if self.ready():
            for call in self._switch.waiting():
                due = call.queued_t + SEEN_S * self._switch.person_pace
                if due > self._switch.t:
                    soon = min(soon, due)
        return soon
