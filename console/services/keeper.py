"""When what is typed is written: soon after the first key, again and again while typing goes on, never at each key.

Waits are on the loop's own clock, which no change of the time of day moves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from console.messages import Unwritten
from console.services.seat import Seat
from data.store.errors import StoreError

KEEP_S = 0.4
"""How long typing may go on before it is written: less than the second that a crash may cost."""
RETRY_S = 2.0
"""How long to wait when it could not be written."""


class Keeper:
    """Calls `write` when something was typed. What could not be written is told, and tried again."""

    def __init__(self, seat: Seat, write: Callable[[], Awaitable[None]]) -> None:
        self._seat = seat
        self._write = write
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[bool] | None = None
        self._turn = asyncio.Lock()
        self._trouble = ""
        """Why the last try failed, in two or three words."""

    def soon(self, seconds: float = KEEP_S) -> None:
        """Write in so many seconds, or sooner when that is due already."""
        loop = asyncio.get_running_loop()
        at = loop.time() + seconds
        if self._timer is not None and self._timer.when() <= at:
            return
        self._rest()
        self._timer = loop.call_at(at, self._begin)

    def again(self) -> None:
        """It could not be written: try again a little later."""
        self.soon(RETRY_S)

    def _begin(self) -> None:
        self._timer = None
        self._task = asyncio.create_task(self.now())
        self._task.add_done_callback(self._done)

    def _done(self, _task: asyncio.Task[bool]) -> None:
        """Let go of it: a task remembers the dialog in which its typing was done."""
        self._task = None

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def now(self) -> bool:
        """Write at once, one after the other; whether it could be written."""
        async with self._turn:
            return bool(await self._seat.guard(self._written()))

    async def _written(self) -> bool:
        """A store that cannot be written is told once, and shown until it can."""
        try:
            await self._write()
        except StoreError as error:
            if error.brief != self._trouble:
                self._seat.tell(f"What you type stays here and is written as soon as it can be. {error}", "error")
            self._show(error.brief)
            self.again()
            return False
        except BaseException:
            self.again()
            raise
        if self._trouble:
            self._seat.tell("What you typed is written now.")
            self._show("")
        return True

    def _show(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self._seat.post(Unwritten(trouble))

    async def close(self) -> None:
        """Write for the last time."""
        self._rest()
        await self.now()
        self._rest()
