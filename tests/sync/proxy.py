"""A line to a hub that can be broken at any byte: a TCP proxy before a server's socket."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

CHUNK = 65536
LINGER_NOT = struct.pack("ii", 1, 0)
"""A socket that is closed so answers with a reset."""


class Way(StrEnum):
    TO_HUB = "to the hub"
    FROM_HUB = "from the hub"


class How(StrEnum):
    CLOSE = "both sides are told"
    RESET = "both sides get a reset"
    SILENCE = "nothing comes through any more, and nobody is told"
    DELAY = "the rest comes later"


@dataclass
class Fault:
    """What happens once so many bytes went one way."""

    way: Way
    after: int
    how: How
    seconds: float = 0.0
    """Of a delay."""
    fired: threading.Event = field(default_factory=threading.Event)


class Proxy:
    """Listens on a port of this machine. Use it as a context manager."""

    def __init__(self, target: str) -> None:
        """`target`: the path of the server's socket."""
        self._target = target
        self.port = 0
        self.passed: Counter[Way] = Counter()
        """Bytes that came through since `arm`."""
        self._fault: Fault | None = None
        self._silent = False
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Proxy:
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(self, *_exc: object) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def arm(self, fault: Fault | None) -> None:
        """From now on bytes are counted, and this happens. None: the line is sound, also to those who were cut off in
        silence: they get a reset."""
        self._do(self._arm(fault))

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _arm(self, fault: Fault | None) -> None:
        self._fault = fault
        self.passed.clear()
        if fault is None and self._silent:
            self._silent = False
            for writer in list(self._writers):
                _reset(writer)

    async def _accept(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        hub, to_hub = await asyncio.open_unix_connection(self._target)
        pair = (to_client, to_hub)
        self._writers.update(pair)
        pumps = [
            asyncio.create_task(self._pump(client, to_hub, Way.TO_HUB, pair)),
            asyncio.create_task(self._pump(hub, to_client, Way.FROM_HUB, pair)),
        ]
        self._tasks.update(pumps)
        await asyncio.wait(pumps)
        self._tasks.difference_update(pumps)
        self._writers.difference_update(pair)
        for writer in pair:
            writer.close()

    async def _pump(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        way: Way,
        pair: tuple[asyncio.StreamWriter, ...],
    ) -> None:
        with suppress(ConnectionError):
            while chunk := await source.read(CHUNK):
                fault = self._fault
                if self._silent:
                    continue
                left = fault.after - self.passed[way] if fault is not None and fault.way is way else len(chunk)
                if fault is not None and left < len(chunk) and not fault.fired.is_set():
                    await self._send(target, way, chunk[:left])
                    await self._happen(fault, pair)
                    if fault.how is not How.DELAY:
                        continue
                    chunk = chunk[left:]
                await self._send(target, way, chunk)
            if not self._silent:
                target.close()

    async def _send(self, target: asyncio.StreamWriter, way: Way, chunk: bytes) -> None:
        self.passed[way] += len(chunk)
        target.write(chunk)
        await target.drain()

    async def _happen(self, fault: Fault, pair: tuple[asyncio.StreamWriter, ...]) -> None:
        fault.fired.set()
        match fault.how:
            case How.CLOSE:
                for writer in pair:
                    writer.close()
            case How.RESET:
                for writer in pair:
                    _reset(writer)
            case How.SILENCE:
                self._silent = True
            case How.DELAY:
                await asyncio.sleep(fault.seconds)


def _reset(writer: asyncio.StreamWriter) -> None:
    found = writer.get_extra_info("socket")
    if found is not None and found.family == socket.AF_INET:
        with suppress(OSError):
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
    writer.transport.abort()
