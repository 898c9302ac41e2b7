"""When what is typed is written: soon after the first key, again and again while typing goes on, never at each key.

Waits are on the loop's own clock, which no change of the time of day moves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from console.services.seat import Seat

KEEP_S = 0.4
"""How long typing may go on before it is written: less than the second that a crash may cost."""
RETRY_S = 1.0
"""How long to wait when it could not be written."""


class Keeper:
    """Calls `write` when something was typed. What could not be written is told, and tried again."""

    def __init__(self, seat: Seat, write: Callable[[], Awaitable[None]]) -> None:
        self._seat = seat
        self._write = write
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    def soon(self, seconds: float = KEEP_S) -> None:
        """Write in so many seconds, or sooner when that is due already."""
        loop = asyncio.get_running_loop()
        at = loop.time() + seconds
        if self._timer is not None and self._timer.when() <= at:
            return
        self._rest()
        self._timer = loop.call_at(at, self._begin)

    def _begin(self) -> None:
        self._timer = None
        self._task = asyncio.create_task(self.now())

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def now(self) -> None:
        """Write at once; one after the other."""
        async with self._turn:
            if await self._seat.guard(self._written()) is None:
                self.soon(RETRY_S)

    async def _written(self) -> bool:
        await self._write()
        return True

    async def close(self) -> None:
        """Write for the last time."""
        self._rest()
        await self.now()
        self._rest()
