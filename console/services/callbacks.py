"""The callbacks of this agent and those that are anybody's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from console.messages import CallbacksChanged
from console.services.drafts import Drafts
from console.services.seat import Seat
from data.callbacks import callbacks
from data.callbacks.rules import CallbackLine, attempts_left
from data.desk.journal import DeskItem
from data.models.base import CustomerId
from data.models.callback import Callback, CallbackAttempt, CallbackOutcome, CallbackState

CALLBACK_ENTITIES = frozenset({Callback.entity, CallbackAttempt.entity})


@dataclass(frozen=True, slots=True)
class CallbackWish:
    """A callback as its form was filled in."""

    due_at: datetime
    number: str
    about: str
    mine: bool
    """Whether it is the agent's own, and nobody else's."""


class Callbacks:
    """The open callbacks that this agent may make."""

    def __init__(self, seat: Seat, drafts: Drafts) -> None:
        self._seat = seat
        self._drafts = drafts
        self.lines: tuple[CallbackLine, ...] | None = None
        """Overdue ones first; None before the first reading."""

    @property
    def most(self) -> int:
        """How often one tries."""
        return self._seat.settings.callback_attempts

    async def read(self) -> None:
        """Read them again."""
        before, now = self.lines, self._seat.clock.now()
        self.lines = tuple(await self._seat.read(callbacks.due, self._seat.me, now))
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
            wish.number,
            wish.due_at,
            self._seat.me,
            self._seat.clock,
            about=wish.about,
            for_agent=self._seat.me if wish.mine else None,
            customer_id=customer_id,
            contact_id=item.contact_id if item is not None and same else None,
            ticket_id=item.ticket_id if item is not None and same else None,
            region=self._seat.settings.region,
        )
        due_at = made.due_at.astimezone()
        self._seat.tell(f"Callback promised for {due_at:%a} {due_at.day} {due_at:%b %H:%M}.")
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
