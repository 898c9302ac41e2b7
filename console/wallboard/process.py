"""The wallboard's server as a process: replica, worker and page together, until a signal comes."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

from console.wallboard.server import WallServer
from console.wallboard.source import Source
from data.models.agent import LEADERS
from data.sync.wire import Expelled, LetIn, SyncStatus, TurnedAway

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class WallProcess:
    """Everything that `agent-console wallboard` runs."""

    def __init__(self, source: Source, server: WallServer, tell: Callable[[str], None]) -> None:
        """`tell`: takes a sentence for whoever runs it."""
        self._source = source
        self._server = server
        self._tell = tell
        self._problem = ""
        self._over = asyncio.Event()
        self.why = ""
        """Why it ended by itself; empty: it was told to."""

    async def run(self, serving: Callable[[int], None]) -> None:
        """Serve until a signal comes or the hub lets us in no more. `serving`: told the port.

        Raises:
            OSError: the address cannot be had.
        """
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._over.set)
        try:
            serving(await self._server.begin())
            self._source.start(self._server.pulled, self._synced, self._hub_says)
            await self._over.wait()
        finally:
            await asyncio.gather(self._server.close(), self._source.close())

    def _synced(self, status: SyncStatus) -> None:
        self._server.synced(status)
        if status.problem and status.problem != self._problem:
            self._tell(status.problem)
        self._problem = status.problem

    def _hub_says(self, told: LetIn | TurnedAway | Expelled) -> None:
        match told:
            case LetIn(member=member) if member.role not in LEADERS:
                self._end(f"{member.name} is an agent at the hub: give the wallboard the login of a supervisor.")
            case TurnedAway(why=why):
                self._end(why)
            case Expelled():
                self._end("The access of this login was withdrawn at the hub: ask an administrator.")

    def _end(self, why: str) -> None:
        self.why = self.why or why
        self._over.set()
