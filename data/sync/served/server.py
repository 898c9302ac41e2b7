"""The owner of an embedded hub: answers the seats of a machine, first come first served.

The loop moves bytes and nothing else, so that a client who is slow to send or to read holds nobody up; the hub's file,
and the reading of what was sent, belong to one thread. Each client has one call in the works: whoever sends many at
once has no larger share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from data.clock import SYSTEM_CLOCK, Clock
from data.sync.served.desk import Desk, Heard, failed, let_in, line_of
from data.sync.served.place import listening, owning
from data.sync.served.wire import LONGEST_LINE, News

WATCH_S = 0.05
"""How often the file is looked at for what others wrote into it directly."""
TELL_S = 0.02
"""From one telling of news to the next, while calls wait."""
MOST_CLIENTS = 256
LAST_CALLS_S = 2.0
"""At the end, for the calls that are in the works."""
TOO_MANY = f"The hub serves {MOST_CLIENTS} clients already: close some of them, then try again."
TOO_LONG = f"A request is longer than {LONGEST_LINE // 1_000_000} MB: nothing of it was done."
FIGURES_S = 1.0


class Figures(NamedTuple):
    """How the owner is doing."""

    clients: int
    calls: int
    longest_s: float
    """The longest that a call took, its wait for those before it included."""


class _Client:
    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.version = 0
        """The version that it was told last."""


class HubServer:
    """Serves the hub in one file on one socket, from `run` until `stop`."""

    def __init__(
        self,
        hub: Path,
        socket: Path,
        clock: Clock = SYSTEM_CLOCK,
        on_ready: Callable[[], None] = lambda: None,
        on_figures: Callable[[Figures], None] | None = None,
    ) -> None:
        """
        Args:
            hub: the file; made when missing.
            socket: where to listen.
            clock: for leases.
            on_ready: called once clients are let in.
            on_figures: told every second how it goes.
        """
        self._hub = hub
        self._path = socket
        self._clock = clock
        self._on_ready = on_ready
        self._on_figures = on_figures
        self._desk = Desk(hub, clock)
        self._thread = ThreadPoolExecutor(1, "hub")
        self._door = ThreadPoolExecutor(1, "door")
        self._clients: set[_Client] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle: set[asyncio.Task[None] | None] = set()
        """Those of clients that have nothing in the works."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end = asyncio.Event()
        self._waiting = 0
        self._told_at = 0.0
        self._calls = 0
        self._longest = 0.0

    def stop(self) -> None:
        """End soon: calls in the works are answered first. From any thread, or a signal's handler."""
        if self._loop is None:
            self._end.set()
            return
        with suppress(RuntimeError):  # it has ended by itself meanwhile
            self._loop.call_soon_threadsafe(self._end.set)

    def run(self) -> Figures:
        """Serve until `stop`; returns what was done.

        Raises:
            CannotServe: another process serves this hub or listens on this socket.
            HubUnreachable: the file cannot be opened.
        """
        return asyncio.run(self._run())

    async def _run(self) -> Figures:
        self._loop = asyncio.get_running_loop()
        with owning(self._hub, self._path, self._clock.now()):
            try:
                await self._in_thread(self._desk.open)
                await self._listen()
            finally:
                await self._in_thread(self._desk.close)
                self._thread.shutdown()
                self._door.shutdown(cancel_futures=True)
        return self._figures()

    def _figures(self) -> Figures:
        return Figures(len(self._clients), self._calls, self._longest)

    async def _listen(self) -> None:
        made = listening(self._path)
        ours = self._path.lstat()
        server = await asyncio.start_unix_server(self._came, sock=made, limit=LONGEST_LINE)
        chores = [asyncio.create_task(chore()) for chore in (self._watch, self._tell_figures)]
        self._on_ready()
        try:
            await self._end.wait()
        finally:
            with suppress(OSError):
                if self._path.lstat().st_ino == ours.st_ino:
                    self._path.unlink()
            server.close()
            for chore in chores:
                chore.cancel()
            await self._let_go()

    async def _let_go(self) -> None:
        """Answer what is in the works, and close everything else."""
        for task in self._tasks & self._idle:
            task.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=LAST_CALLS_S)
            for task in late:
                task.cancel()

    # clients

    def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = _Client(writer)
        try:
            if len(self._clients) >= MOST_CLIENTS:
                await _say(writer, failed(None, TOO_MANY))
                return
            heard = await self._do(self._desk.hello)
            await _say(writer, heard.says)
            guest = heard.guest
            if guest is None:
                return
            client.version = self._desk.version
            self._clients.add(client)
            while not self._end.is_set():
                line = await self._next(reader)
                heard = await self._do(self._desk.answer, line, guest)
                if heard.login is not None:
                    heard = await self._at_door(partial(let_in, self._hub, self._clock, guest, *heard.login))
                guest = heard.guest or guest
                await _say(writer, heard.says)
                self._calls += 1
        except asyncio.LimitOverrunError:
            writer.write(failed(None, TOO_LONG))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # it went away, or the hub ends
        finally:
            self._clients.discard(client)
            writer.close()

    async def _next(self, reader: asyncio.StreamReader) -> bytes:
        """The next request of a client. At the end of all nobody waits for it."""
        task = asyncio.current_task()
        self._idle.add(task)
        try:
            return await reader.readuntil(b"\n")
        finally:
            self._idle.discard(task)

    async def _do(self, work: Callable[..., Heard], *given: Any) -> Heard:
        """Do a call in its turn. What it changed is told before it is answered, so that who hears the answer can
        count on it; while others wait their turn, it is told now and then."""
        asked_at = self._now()
        self._waiting += 1
        try:
            heard = await self._in_thread(work, *given)
        finally:
            self._waiting -= 1
        now = self._now()
        self._longest = max(self._longest, now - asked_at)
        if heard.another:
            self._show_out()
        if not self._waiting or now - self._told_at > TELL_S:
            self._tell_news(now)
        return heard

    async def _at_door(self, work: Callable[[], Heard]) -> Heard:
        """Passwords take their time by intent: beside the calls of those who are in, one at a time."""
        return await asyncio.get_running_loop().run_in_executor(self._door, work)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def _in_thread(self, work: Callable[..., Heard], *given: Any) -> Heard:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)

    # what changed

    def _show_out(self) -> None:
        """It is another hub by now: everybody has to come in anew."""
        for client in self._clients:
            client.writer.close()

    async def _watch(self) -> None:
        """See what seats write that have the file open themselves."""
        while True:
            await asyncio.sleep(WATCH_S)
            if self._clients:
                heard = await self._in_thread(self._desk.look)
                if heard.another:
                    self._show_out()
                self._tell_news(self._now())

    def _tell_news(self, now: float) -> None:
        """Tell clients that the hub changed. One that does not read is told when it does, of the newest only."""
        self._told_at = now
        version = self._desk.version
        line = line_of(News(version=version))
        for client in self._clients:
            idle = not client.writer.transport.get_write_buffer_size()
            if client.version != version and idle and not client.writer.is_closing():
                client.writer.write(line)
                client.version = version

    async def _tell_figures(self) -> None:
        while self._on_figures is not None:
            await asyncio.sleep(FIGURES_S)
            self._on_figures(self._figures())


async def _say(writer: asyncio.StreamWriter, line: bytes) -> None:
    writer.write(line)
    await writer.drain()
