"""The outage board of a session: what is down, and whether the customer in hand is on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from console.messages import BannerChanged, OutagesChanged
from console.services.drafts import Drafts
from console.services.seat import Seat
from data.customers import lookup
from data.models.agent import LEADERS
from data.models.base import CustomerId
from data.models.outage import Outage
from data.outages import outages
from data.outages.rules import ONLY_LEADERS, OutageFaultError
from data.store.database import Store
from widgets.outage_words import place

SHOWN_AFTER = timedelta(hours=24)
"""So long what is over stays on the board."""


@dataclass(frozen=True, slots=True)
class OutageWish:
    """An outage as its form was filled in."""

    node: str
    city: str
    since: datetime | None
    expected: datetime | None
    text: str


class Outages:
    """What is down."""

    def __init__(self, seat: Seat, drafts: Drafts, *, leads: bool = False) -> None:
        """`leads`: a supervisor sits here, whatever the agent's record says."""
        self._seat = seat
        self._drafts = drafts
        self._leads = leads
        self.lines: tuple[Outage, ...] = ()
        """What is down, then what was over a short while ago."""
        self._banner: Outage | None = None

    @property
    def down(self) -> tuple[Outage, ...]:
        """What is down now."""
        return tuple(one for one in self.lines if one.over is None)

    @property
    def may_write(self) -> bool:
        """Whether who sits here may write on the board."""
        return self._leads or self._seat.agent.role in LEADERS

    async def read(self) -> None:
        """Read the board again."""
        before, since = self.lines, self._seat.clock.now() - SHOWN_AFTER
        self.lines = tuple(await self._seat.read(outages.history, since))
        if self.lines != before:
            self._seat.post(OutagesChanged(self.lines))

    async def look_at(self, customer_id: CustomerId | None) -> None:
        """The customer in hand is this one: say whether they are on an outage."""
        outage = await self._seat.read(_of, customer_id) if customer_id is not None else None
        if outage != self._banner:
            self._banner = outage
            self._seat.post(BannerChanged(outage))

    async def set_down(self, wish: OutageWish, draft: str = "") -> None:
        """Put a node on the board; its form's draft is done with.

        Raises:
            OutageFaultError: it cannot be, or who sits here may not.
        """
        self._check()
        seat = self._seat
        made = await self._drafts.finish(
            draft,
            outages.set_down,
            wish.node,
            wish.city,
            seat.me,
            seat.clock,
            since=wish.since,
            expected=wish.expected,
            text=wish.text,
        )
        seat.tell(f"On the board: {place(made)} is down.")

    async def change(self, outage_id: str, wish: OutageWish, draft: str = "") -> None:
        """Another expected end, or other words. Raises as `set_down`."""
        self._check()
        seat = self._seat
        changed = await self._drafts.finish(
            draft, outages.change, outage_id, seat.me, seat.clock, expected=wish.expected, text=wish.text
        )
        seat.tell(f"Changed on the board: {place(changed)}.")

    async def set_up(self, outage_id: str) -> None:
        """It is up again. Raises as `set_down`."""
        self._check()
        up = await self._seat.write(outages.set_up, outage_id, self._seat.me, self._seat.clock)
        self._seat.tell(f"On the board: {place(up)} is up again.")

    async def take_back(self, outage_id: str) -> None:
        """It is not up after all. Raises as `set_down`."""
        self._check()
        down = await self._seat.write(outages.set_down_again, outage_id, self._seat.me, self._seat.clock)
        self._seat.tell(f"On the board: {place(down)} is down, as before.")

    def _check(self) -> None:
        if not self.may_write:
            raise OutageFaultError(ONLY_LEADERS)


def _of(store: Store, customer_id: str) -> Outage | None:
    customer = lookup.get(store, customer_id)
    return outages.affecting(store, customer) if customer is not None else None
