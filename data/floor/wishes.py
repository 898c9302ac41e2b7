"""What agents ask of the floor (hold, transfer, call out…): carried out, or refused with a reason in words."""

from __future__ import annotations

import re
from collections.abc import Callable

from data.customers.phone import normalise
from data.floor.callers import Caller, Callers
from data.floor.calls import Call
from data.floor.switch import EVERYTHING, REJECTED_REST_S, Switch
from data.models.agent import AgentState
from data.models.base import AgentId, ContactId, QueueId
from data.models.contact import (
    IN_QUEUE,
    Contact,
    ContactState,
    Direction,
    EventKind,
    Request,
    RequestAction,
)
from data.models.supervision import NEXT, Intervention, StepKind

MEANT_S = 30.0
"""So long a contact that a supervisor gave to somebody rings at nobody else."""
_NUMBER = re.compile(r"\+?[\d\s().\-/]{2,24}")
_ANSWERS_S = (2.0, 6.0)
_NO_ANSWER = 0.25
_TALKS = frozenset({ContactState.TALKING, ContactState.HELD})


class Refused(Exception):
    """A wish that cannot be carried out; the message is the reason, for the agent."""


class Wishes:
    """Answers requests, each once."""

    def __init__(self, switch: Switch, callers: Callers, feed: str) -> None:
        self._switch = switch
        self._callers = callers
        self._feed = feed
        self._does: dict[RequestAction, Callable[[Request, Call, Contact], None]] = {
            RequestAction.HOLD: self._hold,
            RequestAction.RESUME: self._resume,
            RequestAction.TRANSFER: self._transfer,
            RequestAction.CONSULT: self._consult,
            RequestAction.COMPLETE_TRANSFER: self._complete,
            RequestAction.CANCEL_CONSULT: self._cancel,
            RequestAction.HANG_UP: self._hang_up,
            RequestAction.VOICE_MAIL: self._voice_mail,
        }
        self._leads: dict[RequestAction, Callable[[Intervention, Call, Contact], None]] = {
            RequestAction.REASSIGN: self._reassign,
            RequestAction.PRIORITISE: self._prioritise,
        }

    def answer(self, request: Request) -> None:
        """Carry a request out or refuse it; either way its row says so.

        Raises:
            HubUnreachable: nothing was answered; ask again.
        """
        try:
            self._carry_out(request)
        except Refused as refusal:
            self._switch.line.close_request(request, str(refusal))
        else:
            self._switch.line.close_request(request)

    def _carry_out(self, request: Request) -> None:
        if request.action is RequestAction.CALL_OUT:
            self._call_out(request)
            return
        call = self._switch.calls.get(request.contact_id)
        contact = self._switch.line.contacts.get(request.contact_id)
        if call is None or contact is None:
            raise Refused("This call is not on the line any more.")
        if request.fence != contact.fence:
            raise Refused("This call has been given to somebody again since: it is not yours any more.")
        if request.action in self._leads:
            self._step_in(request, call, contact)
            return
        if request.action is RequestAction.REJECT:
            self._reject(request, call, contact)
            return
        if contact.agent != request.agent:
            raise Refused("This call is not yours: take it first.")
        self._does[request.action](request, call, contact)

    # for supervisors, while it waits

    def _step_in(self, request: Request, call: Call, contact: Contact) -> None:
        step = self._switch.line.steps.get(request.id)  # hubs take these from supervisors only
        if step is None or step.contact_id != contact.id or step.by != request.agent:
            raise Refused("Only supervisors give waiting contacts to somebody and change their place.")
        if contact.state not in IN_QUEUE or contact.agent is not None:
            raise Refused("This contact has been taken already.")
        self._leads[request.action](step, call, contact)

    def _reassign(self, step: Intervention, call: Call, contact: Contact) -> None:
        line, switch = self._switch.line, self._switch
        agent = line.agents.get(step.agent or "")
        status = line.statuses.get(step.agent or "")
        if agent is None or status is None:
            raise Refused("There is no such agent: choose one from the list.")
        if contact.ringing_agent == agent.id:
            raise Refused(f"It rings at {agent.name} already.")
        me = AgentId(agent.id)
        if status.state is not AgentState.READY or switch.busy(me):
            state = AgentState.RINGING if status.state is AgentState.READY else status.state
            raise Refused(f"{agent.name} is {state}: choose somebody who is ready.")
        if agent.played and call.scripted:
            raise Refused(f"{agent.name} is played from a log: give it to a person.")
        if agent.queues and contact.queue not in agent.queues and step.kind is not StepKind.OVERRIDE:
            raise Refused(
                f"{agent.name} does not serve this queue: override that with a reason, or choose another."
            )
        if contact.state is ContactState.RINGING and not switch.stop_ringing(call, None):
            raise Refused("This contact was answered at that moment.")
        call.meant_for, call.meant_until_t = me, switch.t + MEANT_S * switch.person_pace
        call.rejected.pop(me, None)
        line.log(switch.event(call, EventKind.OTHER, me, text=f"given to {agent.name}: {step.reason}"))
        if not agent.played and not switch.ring(call, me):
            raise Refused("This contact was answered at that moment.")

    def _prioritise(self, step: Intervention, call: Call, contact: Contact) -> None:
        line = self._switch.line
        queue = line.queues.get(contact.queue)
        priority = queue.priority if queue is not None else 0
        if step.text == NEXT:
            others = (
                one.priority for one in line.contacts.values() if one.state in IN_QUEUE and one.id != contact.id
            )
            priority = max([priority, contact.priority, *(other + 1 for other in others)])
        if priority == contact.priority:
            raise Refused("It has that place already.")
        told = self._switch.event(call, EventKind.OTHER, text=f"served {step.text}: {step.reason}")
        line.change(contact, told, priority=priority)

    # while it rings

    def _reject(self, request: Request, call: Call, contact: Contact) -> None:
        if contact.state is not ContactState.RINGING or contact.ringing_agent != request.agent:
            raise Refused("This call does not ring at your telephone any more.")
        if contact.agent is not None:
            raise Refused("You have taken this call already: hang up instead.")
        if not self._switch.stop_ringing(call, EventKind.REJECTED):
            raise Refused("This call was answered at that moment.")
        call.rejected[request.agent] = self._switch.t + REJECTED_REST_S * self._switch.person_pace

    # while they talk

    def _hold(self, _request: Request, call: Call, contact: Contact) -> None:
        if contact.state is not ContactState.TALKING:
            raise Refused(f"Only a call that is being talked on can be held; this one is {contact.state}.")
        self._switch.hold(call)

    def _resume(self, _request: Request, call: Call, contact: Contact) -> None:
        if contact.state is not ContactState.HELD:
            raise Refused(f"Only a held call can be resumed; this one is {contact.state}.")
        if contact.consult is not None:
            raise Refused("You are talking to somebody else about this call: cancel that first.")
        self._switch.resume(call)

    def _consult(self, request: Request, call: Call, contact: Contact) -> None:
        self._must_talk(contact)
        if contact.consult is not None:
            raise Refused("You are talking to somebody about this call already: cancel that first.")
        self._check_target(request)
        self._switch.hold(call, consult=request.target)

    def _cancel(self, _request: Request, call: Call, contact: Contact) -> None:
        if contact.consult is None:
            raise Refused("There is nobody whom you are asking about this call.")
        self._switch.resume(call)

    def _complete(self, request: Request, call: Call, contact: Contact) -> None:
        if contact.consult is None:
            raise Refused("Nobody was asked yet: a warm transfer begins with that.")
        self._pass_on(request.model_copy(update={"target": request.target or contact.consult}), call)

    def _transfer(self, request: Request, call: Call, contact: Contact) -> None:
        self._must_talk(contact)
        self._pass_on(request, call)

    def _pass_on(self, request: Request, call: Call) -> None:
        queue = self._check_target(request)
        if queue is not None:
            self._switch.requeue(call, queue, request.target)
        else:
            self._switch.pass_on(call, request.target)

    def _hang_up(self, _request: Request, call: Call, contact: Contact) -> None:
        dialling = contact.direction is Direction.OUTBOUND and contact.state is ContactState.RINGING
        if not dialling:
            self._must_talk(contact)
        self._switch.end(call, "agent")

    def _voice_mail(self, _request: Request, call: Call, contact: Contact) -> None:
        self._must_talk(contact)
        self._switch.end(call, "voice mail", kind=EventKind.VOICE_MAIL)

    def _must_talk(self, contact: Contact) -> None:
        if contact.state not in _TALKS:
            raise Refused(f"You are not through to this caller: the call is {contact.state}.")

    # targets

    def _check_target(self, request: Request) -> QueueId | None:
        """The queue that a target names; None for an agent or a number that can be called.

        Raises:
            Refused: there is no such queue or agent, or it is no telephone number.
        """
        kind, _, name = request.target.partition(":")
        if kind == "queue":
            return self._queue(name)
        if kind == "agent":
            self._colleague(name, request.agent)
            return None
        self._number(request.target)
        return None

    def _queue(self, name: str) -> QueueId:
        for queue in self._switch.line.queues.values():
            if name.casefold() in (queue.id.casefold(), queue.name.casefold()):
                return QueueId(queue.id)
        raise Refused("There is no such queue: choose one from the list.")

    def _colleague(self, name: str, asking: AgentId) -> None:
        for agent in self._switch.line.agents.values():
            if name == agent.id or name.casefold() == agent.name.casefold():
                if agent.id == asking:
                    raise Refused("You cannot transfer a call to yourself.")
                return
        raise Refused("There is no such agent: choose one from the list.")

    def _number(self, text: str) -> str:
        number = text.strip()
        if not _NUMBER.fullmatch(number) or sum(char.isdigit() for char in number) < 2:
            raise Refused("That is no telephone number: type digits, with + and the country code if it is abroad.")
        return number

    # calls out

    def _call_out(self, request: Request) -> None:
        switch = self._switch
        if request.contact_id in switch.calls:
            raise Refused("This call is being made already.")
        number = self._number(request.target)
        if switch.talking(request.agent):
            raise Refused("You are on a call: hold it or end it first.")
        queue = self._home_queue(request.agent)
        rng = switch.rng
        caller = Caller(
            place=0,
            queue=queue,
            number=number,
            e164=normalise(number),
            name="",
            patience_s=0.0,
            talk_s=0.0,
            talk_to_person_s=self._callers.talk_to_person(rng),
        )
        contact = Contact(
            id=request.contact_id,
            direction=Direction.OUTBOUND,
            feed=self._feed,
            queue=queue,
            state=ContactState.RINGING,
            caller_number=number,
            caller_e164=caller.e164,
            can=EVERYTHING,
            offered_at=switch.now,
            queued_at=switch.now,
            ringing_agent=request.agent,
            ringing_since=switch.now,
        )
        if contact.id not in switch.line.contacts:  # else asked once more, after trouble with the hub
            switch.line.put(contact)
        claim = switch.line.claim(contact.id, request.agent)
        if claim.contact_id is None:
            raise Refused(f"The call could not be made: {claim.why}.")
        call = Call(ContactId(contact.id), caller, switch.t, source=self._feed, pace=switch.person_pace)
        call.fails = rng.random() < _NO_ANSWER
        rings_s = rng.uniform(*_ANSWERS_S) * (3 if call.fails else 1)
        call.dials_until_t = switch.t + rings_s * call.pace
        switch.calls[contact.id] = call
        switch.line.log(switch.event(call, EventKind.OTHER, request.agent, text=f"call out: {number}"))

    def _home_queue(self, agent: AgentId) -> QueueId:
        """The queue in whose name an agent calls: the first served, or the first there is."""
        row = self._switch.line.agents.get(agent)
        if row is not None and row.queues:
            return row.queues[0]
        queues = sorted(self._switch.line.queues.values(), key=lambda queue: (queue.priority, queue.id))
        return QueueId(queues[0].id) if queues else QueueId("")
