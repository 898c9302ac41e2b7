"""The agent's phone: state, the live contact, and what is asked of the feed that carries it (CALL-2 to 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from console.services.drafts import Drafts
from console.services.seat import Seat
from data.models.agent import AgentState, AgentStatus
from data.models.base import ContactId
from data.models.contact import Contact, ContactState, Request, RequestAction, RequestState
from data.queue import handling, live, people
from data.queue.agent_state import Move, observed


class Phone:
    """Owns the agent's state and the live contact: ringing, talking, held or in wrap-up."""

    def __init__(self, seat: Seat, status: AgentStatus, online: Callable[[], bool]) -> None:
        """`online`: whether the hub is there."""
        self._seat = seat
        self._online = online
        self.status = status
        self.contact: Contact | None = None
        self.disposition: str | None = None
        """Chosen while the call was live: applied as soon as it has ended."""
        self._asked: dict[str, Request] = {}
        self._pending: dict[RequestAction, str] = {}
        """Requests since the call last moved, by id: what was asked twice would be done twice."""

    @property
    def talking(self) -> bool:
        """Whether somebody rings or is on the line."""
        return self.status.state in (AgentState.RINGING, AgentState.ON_CALL, AgentState.ON_HOLD)

    @property
    def held(self) -> bool:
        """Whether the caller is on hold."""
        return self.contact is not None and self.contact.state is ContactState.HELD

    def tell_of(self, state: AgentState, text: str, tone: str = "information") -> None:
        """Tell what is so in this state only."""
        self._seat.tell(text, tone, lambda: self.status.state is state)

    async def start(self) -> None:
        """Pick up the contact that a session before this one left."""
        if self.status.contact_id is not None:
            self.contact = await self._seat.read(live.contact, self.status.contact_id)

    async def move(self, move: Move, *, reason: str = "", contact_id: ContactId | None = None) -> None:
        """Change the agent's state.

        Raises:
            IllegalMoveError: not possible in this state.
        """
        self.status = await self._seat.write(
            people.move, self.status, move, self._seat.clock, reason=reason, contact_id=contact_id
        )

    async def follow(self) -> list[tuple[Move, Contact]]:
        """Follow what the feed did since the last look: each move with its contact, oldest first."""
        if self.status.contact_id is not None:
            self.contact = await self._seat.read(live.contact, self.status.contact_id)
        if self.status.state in (AgentState.READY, AgentState.NOT_READY, AgentState.RINGING):
            here = await self._seat.read(live.ringing_at, self._seat.me)
            # A claim may cross another caller's ring on the way: the claimed one is ours, the ring will stop.
            if self.status.state is not AgentState.RINGING or (here is not None and here.agent == self._seat.me):
                self.contact = here
        done: list[tuple[Move, Contact]] = []
        while self.contact is not None and (move := observed(self.status, self.contact)) is not None:
            contact = self.contact
            self._pending.clear()
            await self.move(move, contact_id=ContactId(contact.id))
            if move in (Move.MISSED, Move.ABANDONED):
                self.contact = None
            done.append((move, contact))
        await self._hear_refusals()
        return done

    async def _hear_refusals(self) -> None:
        """Tell what the feed would not do."""
        if not self._asked:
            return
        for request in await self._seat.read(live.requests, list(self._asked)):
            if request.state is RequestState.ASKED:
                continue
            del self._asked[request.id]
            if request.state is RequestState.REFUSED:
                if request.action is RequestAction.HANG_UP:
                    self.disposition = None
                self._seat.tell(f"Not done ({request.action}): {request.why.rstrip('.')}.", "warning")

    # what the agent asks for

    async def toggle_ready(self, reason: str | None = None) -> None:
        """Ready; or, with a reason, not ready, during a contact once it is wrapped up."""
        async with self._seat.turn:
            if reason is None:
                await self.move(Move.READY)
                return
            await self.move(Move.NOT_READY, reason=reason)
            if self.status.after_call:
                told = f"After this contact you will be not ready: {reason}."
                self._seat.tell(told, holds=lambda: self.status.after_call == reason)

    async def take(self, contact_id: ContactId | None) -> None:
        """Ask the hub for the next contact, or for this one; when there is none, say why."""
        state = self.status.state
        if state is AgentState.RINGING:
            await self.answer()
            return
        if state is not AgentState.READY:
            first = ("ready", "get ready") if state is AgentState.NOT_READY else ("wrap_up", "wrap it up")
            self.tell_of(state, f"You are {state}: {self._seat.how(first[0])} to {first[1]} first.", "warning")
            return
        claim = await self._seat.link.claim(self._seat.me, self._seat.agent.queues, contact_id)
        if claim.contact_id is None:
            self._seat.tell(f"Not taken: {claim.why}.", "warning")

    async def answer(self) -> None:
        """Answer what rings here; when nothing rings, take the next."""
        contact = self.contact
        if self.status.state is not AgentState.RINGING or contact is None:
            await self.take(None)
            return
        if contact.agent == self._seat.me:
            return
        claim = await self._seat.link.claim(self._seat.me, (), ContactId(contact.id))
        if claim.contact_id is None:
            self._seat.tell(f"Not answered: {claim.why}.", "warning")

    async def reject(self) -> None:
        """Send the ringing contact back to its place."""
        async with self._seat.turn:
            contact = self.contact
            if self.status.state is not AgentState.RINGING or contact is None or contact.agent == self._seat.me:
                self.tell_of(self.status.state, "Nothing rings here that could be rejected.", "warning")
                return
            await self._request(contact, RequestAction.REJECT)
            await self.move(Move.REJECTED)
            self.contact = None
            self.tell_of(
                self.status.state,
                "Rejected: the caller keeps the place in the queue. You are not ready;"
                f" {self._seat.how('ready')} to be ready again.",
            )

    def cannot(self, action: RequestAction) -> str:
        """Why the call in hand cannot be asked this; empty when it can."""
        return handling.cannot(self.contact, self._seat.me, action)

    def waits(self, action: RequestAction) -> bool:
        """Whether this was asked already, and goes to the feed once the hub is back."""
        return not self._online() and self._pending.get(action) in self._asked

    async def ask(self, action: RequestAction, target: str = "", waiting: str = "") -> bool:
        """Ask the feed to do something with the call in hand; False (and told) when it cannot be asked, or waits for the
        hub already. `waiting`: what is told while the hub is away."""
        contact = self.contact
        if why := self.cannot(action):
            self._seat.tell(why, "warning")
            return False
        if self.waits(action):
            self._seat.tell(f"Waits for the hub already: {action}.", "warning")
            return False
        if contact is not None:
            await self._request(contact, action, target)
            if not self._online():
                waiting = waiting or f"{action}. Until then the call goes on as it is."
                self._seat.tell(f"Waits for the hub: {waiting}", "warning")
        return True

    def heed(self, requests: Iterable[Request]) -> None:
        """The feed was asked these for this agent: what it refuses is told."""
        self._asked.update({one.id: one for one in requests})

    async def _request(self, contact: Contact, action: RequestAction, target: str = "") -> None:
        request = await self._seat.write(handling.ask, contact, action, self._seat.me, self._seat.clock, target)
        self._asked[request.id] = request
        self._pending[action] = request.id

    async def hold(self) -> None:
        """Hold, resume, or come back from a consultation."""
        if self.held and self.contact is not None and self.contact.consult:
            await self.ask(RequestAction.CANCEL_CONSULT)
        else:
            await self.ask(RequestAction.RESUME if self.held else RequestAction.HOLD)

    def may_call_out(self) -> bool:
        """Whether the agent may call somebody now; otherwise told why not."""
        state = self.status.state
        if state in (AgentState.READY, AgentState.NOT_READY):
            return True
        self.tell_of(state, f"You are {state}: end that first, then call out.", "warning")
        return False

    async def call_out(self, number: str, drafts: Drafts | None = None, draft: str = "") -> None:
        """Ask the feed to call a number for this agent; the draft that it was typed in is done with."""
        if not self.may_call_out():
            return
        if drafts is None:
            request = await self._seat.write(handling.call_out, number, self._seat.me, self._seat.clock)
        else:
            request = await drafts.finish(draft, handling.call_out, number, self._seat.me, self._seat.clock)
        self._asked[request.id] = request
        if self._online():
            self._seat.tell(f"Calling {number} …")
        else:
            self._seat.tell(f"Waits for the hub: {number} is called then.", "warning")
