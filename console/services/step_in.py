"""Stepping in: what a supervisor does from the floor, and what this console does when one steps in here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from console.messages import SignedOff
from console.services.drafts import Drafts, Slip
from console.services.phone import Phone
from console.services.seat import Seat
from data.desk.drafts import DraftKind, draft_id
from data.models.agent import AgentState
from data.models.contact import Request
from data.models.supervision import IN_TIME, Intervention, InterventionOutcome, StepKind
from data.playbook.choices import KeyedChoice
from data.queue.agent_state import HANDLING, IllegalMoveError
from data.supervision import seeing, step_in
from data.supervision.step_in import STATES, StepWish
from data.supervision.steps import read_steps

if TYPE_CHECKING:
    from data.supervision.snapshot import Alert

STEP_ENTITIES = frozenset({Intervention.entity, InterventionOutcome.entity, Request.entity})
"""When rows of these change, what supervisors wish is read again."""


class StepIn:
    """What a supervisor does from the floor."""

    def __init__(self, seat: Seat, drafts: Drafts) -> None:
        self._seat = seat
        self._drafts = drafts
        self._open: set[str] = set()
        """Ids of what was wished here, and has not come to anything yet."""

    @property
    def reasons(self) -> tuple[KeyedChoice, ...]:
        """The reasons for a not-ready."""
        return self._seat.choices.not_ready

    def slip(self, kind: StepKind, *about: str) -> Slip:
        """The draft of a step's form. `about`: the ids of whom and what it is about; what was begun for one is never
        offered for another."""
        return Slip(self._drafts, draft_id(DraftKind.STEP_IN, ":".join((kind, *about))))

    async def acknowledge(self, alert: Alert) -> None:
        """This supervisor has seen it."""
        await self._seat.write(seeing.acknowledge, alert, self._seat.me, self._seat.clock)

    async def step_in(self, wish: StepWish, slip: Slip) -> None:
        """Do it; what comes of it is told when it is known.

        Raises:
            StepFaultError: it cannot be.
        """
        step = await self._drafts.finish(slip.id, step_in.step_in, wish, self._seat.me, self._seat.clock)
        self._open.add(step.id)
        self._seat.tell("Sent: what comes of it is told here and stands under the alerts.")
        await self.hear()

    async def hear(self) -> None:
        """Tell what came of the steps that were made here."""
        if not self._open:
            return
        for line in await self._seat.read(read_steps, self._seat.clock.now() - step_in.HEARD):
            if line.step.id not in self._open or line.came == "asked":
                continue
            self._open.discard(line.step.id)
            whom = " · ".join(part for part in (line.agent, line.caller) if part)
            done = line.came == "done"
            why = f": {line.why.rstrip('.')}" if line.why else ""
            told = "Done" if done else "Not done"
            self._seat.tell(f"{told} ({line.step.kind}, {whom}){why}.", "information" if done else "warning")


class SteppedIn:
    """What this console does when a supervisor steps in here. The notice of it comes by itself."""

    def __init__(self, seat: Seat, phone: Phone, sign_off: Callable[[], Awaitable[bool]]) -> None:
        self._seat = seat
        self._phone = phone
        self._sign_off = sign_off

    async def follow(self) -> None:
        """Carry out what is wished and say what came of it. The seat's turn is held."""
        seat = self._seat
        for step in await seat.read(step_in.pending, seat.me, seat.clock.now()):
            why = await self._carry_out(step) if step.kind is StepKind.STATE else ""
            done = not why or why.startswith(AFTER)
            await seat.write(step_in.answer, step, seat.me, seat.clock, done=done, why=why)
            if done and step.state is AgentState.SIGNED_OUT:
                seat.post(SignedOff(f"A supervisor has signed you off: {step.reason}"))

    async def _carry_out(self, step: Intervention) -> str:
        """Why it could not be done; of a not-ready that waits for a contact's end, that."""
        status, now = self._phone.status, self._seat.clock.now()
        if now - step.at > IN_TIME or step.state is None:
            return "the agent's console heard of it too late"
        try:
            if step.state is AgentState.SIGNED_OUT and status.state not in HANDLING:
                await self._sign_off()
            else:
                await self._phone.move(STATES[step.state], reason=step.text)
        except IllegalMoveError:
            return f"{status.state} now"
        return f"{AFTER} in hand" if self._phone.status.after_call and status.state in HANDLING else ""


AFTER = "after the contact"
"""How it is said that a not-ready was taken down, and comes once the contact is wrapped up."""
