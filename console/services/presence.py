"""Says which ticket this agent has open, now and then, and only while the hub is there to hear it (TICK-5)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from console.services.seat import Seat
from data.models.base import TicketId
from data.presence import presence
from data.store.errors import StoreError

BEAT_S = 60.0


class PresenceBeat:
    """`look` whenever the desk may show another ticket; it writes when that is so, and once a minute."""

    def __init__(self, seat: Seat, where: Callable[[], TicketId | None], online: Callable[[], bool]) -> None:
        self._seat = seat
        self._where = where
        self._online = online
        self._at: TicketId | None = None
        """Where this agent was said to be."""
        self._again_at = 0.0
        self._beating: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to say it."""
        self._beating = asyncio.create_task(self._beat(), name="presence")
        with suppress(StoreError):
            await self._seat.read(presence.ask_again)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            await self._seat.guard(self.look())

    async def look(self) -> None:
        """Say where the agent is, if that is another place than before or was said a minute ago."""
        await self._say(self._where())

    async def close(self) -> None:
        """The agent goes."""
        if self._beating is not None:
            self._beating.cancel()
        await self._say(None)

    async def _say(self, where: TicketId | None) -> None:
        now = self._seat.clock.monotonic()
        if not self._online() or (where == self._at and (where is None or now < self._again_at)):
            return
        with suppress(StoreError):  # a store that takes nothing is told of where work is saved
            if await self._seat.write(presence.be_at, self._seat.me, where, self._seat.clock):
                self._at, self._again_at = where, now + BEAT_S * 0.9
