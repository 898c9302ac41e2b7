"""What a supervisor does from the floor: see an alert, set a state, give a contact to somebody, change its place, let a
rule not hold, write to an agent. Each asks for its reason."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from textual.screen import Screen

from console.screens.asking import AnswerDialog
from console.screens.picking import PickDialog
from console.services.step_in import StepIn
from data.models.agent import AgentState
from data.models.base import AgentId, ContactId
from data.models.supervision import IN_TURN, NEXT, StepKind
from data.playbook.actions import Asked
from data.supervision.snapshot import AgentNow, Alert, FloorSnapshot, WaitingNow
from data.supervision.step_in import STATES, StepWish
from widgets.floor.alerts import OVER
from widgets.lines import Row
from widgets.safe_text import clean, fit, line
from widgets.times import since

WHY = Asked(name="reason", label="Why?", hint="the agent reads it; it is kept")
PLACES = ((NEXT, "1 before everybody"), (IN_TURN, "2 where its queue has it"))


class PickLine(PickDialog[str]):
    """One of a list of names with a word about each; returns its key."""

    def __init__(self, title: str, placeholder: str, lines: Sequence[tuple[str, str, str]], does: str) -> None:
        """`lines`: (key, name, a word about it), best first; `does`: what enter does."""
        super().__init__(title, placeholder)
        self._lines, self._does = lines, does

    @property
    def foot(self) -> Sequence[tuple[str, str]]:
        return (("enter", self._does), ("esc", "back"))

    def rows(self, typed: str) -> list[Row]:
        wanted = typed.casefold()
        return [
            Row(key, line("  ", fit(name, 26), (about, "dim")))
            for key, name, about in self._lines
            if wanted in f"{name} {about}".casefold()
        ]

    def result(self, key: str) -> str:
        return key


class FloorSteps(Screen[None]):
    """The keys with which one steps in. A floor without `stepping` only shows."""

    stepping: StepIn | None
    _do: Callable[[Coroutine[Any, Any, None]], None]
    _snap: FloorSnapshot | None

    def under(self, panel: str) -> str | None:
        """The key of the row under the cursor of a panel, when the keys go there."""
        raise NotImplementedError

    # alerts

    def alert_here(self) -> Alert | None:
        """The alert under the cursor."""
        key = self.under("alerts")
        return next((one for one in self._snap.alerts if one.key == key), None) if self._snap is not None else None

    def action_see_alert(self) -> None:
        """This supervisor has seen the alert under the cursor."""
        alert = self.alert_here()
        if alert is None:
            over = (self.under("alerts") or "").startswith(OVER)
            self._hint(
                "This alert is over: there is nothing left to see to."
                if over
                else "Go to an alert first: the arrows move in the list."
            )
        elif not alert.open:
            self._hint(f"{alert.seen_by or 'Somebody'} has seen it already.")
        elif self._may() and self.stepping is not None:
            self._do(self.stepping.acknowledge(alert))

    # agents

    def agent_here(self) -> AgentNow | None:
        """The agent under the cursor: of the agents, or the one whom an alert is about."""
        alert = self.alert_here()
        key = alert.agent_id if alert is not None else self.under("agents")
        return next((one for one in self._snap.agents if one.id == key), None) if self._snap is not None else None

    def action_set_state(self) -> None:
        """Set the state of the agent under the cursor."""
        agent, stepping = self.agent_here(), self.stepping
        if not self._may() or stepping is None:
            return
        if agent is None:
            self._hint("Go to an agent first, then set the state.")
            return
        reasons = tuple((one.label, f"{place} {one.label}") for place, one in enumerate(stepping.reasons, 1))
        asked = (
            Asked(
                name="state",
                label="State",
                choices=tuple((str(one), str(one)) for one in STATES),
                value="not ready",
            ),
            Asked(name="text", label="Not ready for", choices=reasons, optional=True),
            WHY,
        )

        def wish(given: dict[str, str]) -> StepWish:
            state = AgentState(given["state"])
            text = given["text"] if state is AgentState.NOT_READY else ""
            return StepWish(StepKind.STATE, given["reason"], agent=AgentId(agent.id), state=state, text=text)

        self._ask(f"Set the state of {agent.name} ({agent.state})", StepKind.STATE, (agent.id,), asked, wish)

    def action_message_agent(self) -> None:
        """Write to the agent under the cursor."""
        agent = self.agent_here()
        if not self._may():
            return
        if agent is None:
            self._hint("Go to an agent first, then write to them.")
            return
        asked = (Asked(name="text", label="Message", hint="what they read at once"),)

        def wish(given: dict[str, str]) -> StepWish:
            return StepWish(StepKind.MESSAGE, given["text"], agent=AgentId(agent.id), text=given["text"])

        self._ask(f"Message to {agent.name}", StepKind.MESSAGE, (agent.id,), asked, wish)

    def action_override(self) -> None:
        """A rule does not hold for the agent under the cursor, this once."""
        agent = self.agent_here()
        if not self._may():
            return
        if agent is None:
            self._hint("Go to an agent first: the rule does not hold for whom, and in which contact?")
            return
        contact_id = ContactId(agent.contact_id) if agent.contact_id is not None else None
        asked = (Asked(name="text", label="Which rule?", hint="say which, in a few words"), WHY)

        def wish(given: dict[str, str]) -> StepWish:
            return StepWish(
                StepKind.OVERRIDE,
                given["reason"],
                agent=AgentId(agent.id),
                contact_id=contact_id,
                text=given["text"],
            )

        about = f", with {agent.caller}" if agent.caller else ""
        whose = (agent.id, contact_id or "")
        self._ask(f"A rule does not hold for {agent.name}{about}", StepKind.OVERRIDE, whose, asked, wish)

    # waiting contacts

    def contact_here(self) -> WaitingNow | None:
        """The waiting contact under the cursor: itself, or the next of the queue under it."""
        snap, alert = self._snap, self.alert_here()
        if snap is None:
            return None
        queue, contact = self.under("queues"), self.under("waiting")
        if alert is not None:
            contact, queue = alert.contact_id, alert.key.partition(":")[2]
        found = (one for one in snap.waiting if contact == one.contact_id or (not contact and queue == one.queue))
        return next(found, None)

    def action_reassign(self) -> None:
        """Give the waiting contact under the cursor to an agent."""
        snap, contact, agent = self._snap, self.contact_here(), self.agent_here()
        if not self._may() or snap is None:
            return
        if contact is not None:
            self._choose_agent(snap, contact)
        elif agent is not None and snap.waiting:
            self._choose_contact(snap, agent)
        else:
            self._hint("Go to a waiting contact first (Queues), or to the agent who is to have one.")

    def _choose_agent(self, snap: FloorSnapshot, contact: WaitingNow) -> None:
        """Whoever is ready first."""
        ready = sorted(snap.agents, key=lambda one: (one.state is not AgentState.READY, one.since, one.name))
        lines = [(one.id, one.name, f"{one.state} {since(one.since, snap.at)} {one.reason}") for one in ready]

        def chosen(key: str | None) -> None:
            agent = next((one for one in snap.agents if one.id == key), None)
            if agent is not None:
                self._give(contact, agent)

        self.app.push_screen(PickLine(f"Give {contact.who} to", "name or state", lines, "give it"), chosen)

    def _choose_contact(self, snap: FloorSnapshot, agent: AgentNow) -> None:
        lines = [
            (one.contact_id, one.who, f"{snap.queue_name(one.queue)} {since(one.since, snap.at)}")
            for one in snap.waiting
        ]

        def chosen(key: str | None) -> None:
            contact = next((one for one in snap.waiting if one.contact_id == key), None)
            if contact is not None:
                self._give(contact, agent)

        self.app.push_screen(PickLine(f"Give to {agent.name}", "caller or queue", lines, "give it"), chosen)

    def _give(self, contact: WaitingNow, agent: AgentNow) -> None:
        rules = (("keep", "1 as always"), ("override", "2 also if they do not serve it"))
        asked = (Asked(name="rule", label="Queues", choices=rules), WHY)

        def wish(given: dict[str, str]) -> StepWish:
            override = given["rule"] == "override"
            return StepWish(
                StepKind.OVERRIDE if override else StepKind.REASSIGN,
                given["reason"],
                agent=AgentId(agent.id),
                contact_id=ContactId(contact.contact_id),
                text="the agent need not serve the queue" if override else "",
            )

        self._ask(
            f"Give {contact.who} to {agent.name}", StepKind.REASSIGN, (contact.contact_id, agent.id), asked, wish
        )

    def action_priority(self) -> None:
        """Change the place of the waiting contact under the cursor."""
        contact = self.contact_here()
        if not self._may():
            return
        if contact is None:
            self._hint("Go to a waiting contact first: the Queues tab lists them.")
            return
        asked = (Asked(name="text", label="Served", choices=PLACES), WHY)

        def wish(given: dict[str, str]) -> StepWish:
            contact_id = ContactId(contact.contact_id)
            return StepWish(StepKind.PRIORITY, given["reason"], contact_id=contact_id, text=given["text"])

        self._ask(f"The place of {contact.who}", StepKind.PRIORITY, (contact.contact_id,), asked, wish)

    # asking

    def _ask(
        self,
        title: str,
        kind: StepKind,
        about: Sequence[str],
        asked: Sequence[Asked],
        wish: Callable[[dict[str, str]], StepWish],
    ) -> None:
        """`about`: the ids of whom and what the step is about."""
        stepping = self.stepping
        if stepping is None:
            return
        slip = stepping.slip(kind, *about)

        def given(texts: dict[str, str] | None) -> None:
            if texts is not None:
                self._do(stepping.step_in(wish(texts), slip))

        self.app.push_screen(AnswerDialog(title, asked, slip), given)

    def _may(self) -> bool:
        if self.stepping is None:
            self._hint("Here one only looks: step in from a supervisor's console.")
        return self.stepping is not None

    def _hint(self, sentence: str) -> None:
        self.app.notify(clean(sentence), markup=False, timeout=4)
