"""The callbacks of this agent and those that are anybody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from console.messages import CallbacksChanged
from console.services.drafts import Drafts
from console.services.seat import Seat
from data.callbacks import callbacks
from data.callbacks.callbacks import Override
from data.callbacks.hours import in_hours, is_zone, their_time, zone_of
from data.callbacks.policy import CallbackPolicy
from data.callbacks.rules import CallbackLine, attempts_left
from data.clock import Clock
from data.customers.phone import normalise
from data.desk.journal import DeskItem
from data.models.agent import LEADERS, Agent
from data.models.base import AgentId, CustomerId
from data.models.callback import Callback, CallbackAttempt, CallbackOutcome, CallbackState
from data.queue.people import everyone

CALLBACK_ENTITIES = frozenset({Callback.entity, CallbackAttempt.entity})


@dataclass(frozen=True, slots=True)
class CallbackWish:
    """A callback as its form was filled in."""

    due_at: datetime
    until: datetime | None
    numbers: tuple[tuple[str, str], ...]
    """Each with when it works; the first one is called."""
    zone: str
    about: str
    mine: bool
    """Whether it is the agent's own, and nobody else's."""
    verified: tuple[str, ...] = ()
    override: Override | None = None


@dataclass(frozen=True, slots=True)
class CallbackGround:
    """What the form goes by."""

    clock: Clock
    region: str
    site: str
    """The site's zone."""
    policy: CallbackPolicy
    leaders: tuple[tuple[str, str], ...]
    """Id and name of everybody who may allow a callback outside the hours."""
    me: AgentId
    me_leads: bool


class Callbacks:
    """The open callbacks that this agent may make."""

    def __init__(self, seat: Seat, drafts: Drafts) -> None:
        self._seat = seat
        self._drafts = drafts
        self.lines: tuple[CallbackLine, ...] | None = None
        """Overdue ones first; None before the first reading."""
        self._people: Sequence[Agent] = ()

    @property
    def most(self) -> int:
        """How often one tries."""
        return self._seat.settings.callback_attempts

    def zone_of(self, callback: Callback) -> str:
        """The zone of whoever is called: as it was said where there is such a one here, else by the number."""
        if is_zone(callback.zone):
            return callback.zone
        site = self._seat.settings.terms.zone.key
        return zone_of(normalise(callback.number, self._seat.settings.region), site).zone

    def too_early_or_late(self, line: CallbackLine) -> str:
        """What to know before calling now, where it is outside the hours of their clock; empty: nothing."""
        now, zone = self._seat.clock.now(), self.zone_of(line.callback)
        if in_hours(self._seat.duties.callbacks, now, None, ZoneInfo(zone)):
            return ""
        return f"It is {their_time(now, zone)} for them"

    @property
    def ground(self) -> CallbackGround:
        """What the form for a callback goes by."""
        seat = self._seat
        leaders = tuple((one.id, one.name) for one in self._people if one.role in LEADERS)
        site, region = seat.settings.terms.zone.key, seat.settings.region
        leads = seat.agent.role in LEADERS
        return CallbackGround(seat.clock, region, site, seat.duties.callbacks, leaders, seat.me, leads)

    async def read(self) -> None:
        """Read them again."""
        before, now = self.lines, self._seat.clock.now()
        self.lines = tuple(await self._seat.read(callbacks.due, self._seat.me, now))
        self._people = await self._seat.read(everyone)
        if self.lines != before:
            self._seat.post(CallbacksChanged(self.lines))

    async def promise(
        self, wish: CallbackWish, customer_id: CustomerId | None, item: DeskItem | None, draft: str = ""
    ) -> None:
        """Write a callback, about the thing in hand when that is the same customer's; its form's draft is done with.

        Raises:
            CallbackFaultError: it cannot be promised so.
        """
        same = item is not None and customer_id in (None, item.customer_id)
        made = await self._drafts.finish(
            draft,
            callbacks.make,
            wish.numbers[0][0],
            wish.due_at,
            self._seat.me,
            self._seat.clock,
            about=wish.about,
            until=wish.until,
            for_agent=self._seat.me if wish.mine else None,
            customer_id=customer_id,
            contact_id=item.contact_id if item is not None and same else None,
            ticket_id=item.ticket_id if item is not None and same else None,
            region=self._seat.settings.region,
            works=wish.numbers[0][1],
            more=wish.numbers[1:],
            zone=wish.zone,
            verified=wish.verified,
            policy=self._seat.duties.callbacks,
            override=wish.override,
        )
        due_at = made.due_at.astimezone()
        theirs = their_time(made.due_at, made.zone)
        told = f", {theirs} for them" if not theirs.startswith(f"{due_at:%H:%M}") else ""
        self._seat.tell(f"Callback promised for {due_at:%a} {due_at.day} {due_at:%b %H:%M}{told}.")
        await self.read()

    async def log(self, callback_id: str, outcome: CallbackOutcome) -> None:
        """Log what came of a call; when no try is left, say so.

        Raises:
            CallbackFaultError: somebody has closed it before.
        """
        seat = self._seat
        try:
            line = await seat.write(callbacks.attempt, callback_id, outcome, seat.me, seat.clock)
        finally:
            await self.read()
        if line.callback.state is not CallbackState.DUE:
            seat.tell(f"Callback {line.callback.state}: {line.customer or line.callback.number}.")
        elif not attempts_left(line.attempts, self.most):
            seat.tell(f"All {self.most} tries are used: give it up, or ask your leader what to do.", "warning")
