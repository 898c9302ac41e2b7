"""The thread that has the gateway's line to the hub, and opens it anew after the hub was away."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from data.gateway.line import Line
from data.sync.contract import HubUnreachable

T = TypeVar("T")
_Work = Callable[[], None]


class HubLine:
    """Runs functions with the line, one after the other. A thread that hangs in a server that does not answer keeps
    nobody from ending the process."""

    def __init__(self, opened: Callable[[], Line]) -> None:
        """`opened`: connects, enrols and reads; raises HubUnreachable."""
        self._opened = opened
        self._line: Line | None = None
        self._todo: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="hub", daemon=True)
        self._thread.start()

    @property
    def replica_id(self) -> str:
        """Who this gateway is at the hub; empty before it was there."""
        return self._line.replica_id if self._line is not None else ""

    def _run(self) -> None:
        while (work := self._todo.get()) is not None:
            work()
        if self._line is not None:
            self._line.close()

    async def ask(self, work: Callable[[Line], T]) -> T:
        """What `work` returns.

        Raises:
            HubUnreachable: the hub is away; the next call tries to reach it anew.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def tell(give: Callable[[], None]) -> None:
            if not answer.done():
                give()

        def done() -> None:
            try:
                if self._line is None:
                    self._line = self._opened()
                result = work(self._line)
            except BaseException as error:
                if isinstance(error, HubUnreachable):
                    self._hang_up()
                failure = error
                self._answer(loop, lambda: tell(lambda: answer.set_exception(failure)))
            else:
                self._answer(loop, lambda: tell(lambda: answer.set_result(result)))

        self._todo.put(done)
        return await answer

    @staticmethod
    def _answer(loop: asyncio.AbstractEventLoop, give: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the process ends
            loop.call_soon_threadsafe(give)

    def _hang_up(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def close(self, wait_s: float) -> None:
        """Finish what is asked and let go of the hub, in so many seconds at most."""
        self._todo.put(None)
        self._thread.join(wait_s)
