"""A wallboard as the process that it is, and a browser's end of its socket."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp

from console.wallboard.access import token_in
from data.models.base import Entity
from data.sync.contract import Hub, Op, OpOutcome
from tests.pty.emulator import Emulator
from tests.pty.processes import environment, marked, told

ROOT = Path(__file__).parents[2]
PATIENCE_S = 20.0


class Wallboard:
    """A running one."""

    def __init__(self, process: asyncio.subprocess.Process, mark: str, port: int, token: str) -> None:
        self.process = process
        self.port = port
        self.token = token
        self._mark = mark

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def family(self) -> list[str]:
        """The processes that there are of it, in words."""
        return told(marked(self._mark))

    def viewers(self) -> list[str]:
        return [one for one in self.family() if "console.wallboard" in one]

    async def end(self, number: int = signal.SIGTERM) -> tuple[int, float, str, str]:
        """End it: exit code, seconds until nothing of it was left, and what it said."""
        began = time.monotonic()
        if self.process.returncode is None:
            self.process.send_signal(number)
        out, err = await asyncio.wait_for(self.process.communicate(), 10)
        for _ in range(100):
            if not self.family():
                break
            await asyncio.sleep(0.05)
        assert self.process.returncode is not None
        return self.process.returncode, time.monotonic() - began, out.decode(), err.decode()


async def started(
    folder: Path, *options: object, env: Mapping[str, str] | None = None
) -> tuple[asyncio.subprocess.Process, str]:
    """`agent-console wallboard` on a free port, and the mark of its processes."""
    mark = str(uuid4())
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "console", "wallboard", "--port", "0", "--data-dir", str(folder), *map(str, options),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**environment(mark), "PYTHONPATH": str(ROOT), "AGENT_CONSOLE_TIME_ZONE": "UTC", **(env or {})},
    )  # fmt: skip
    return process, mark


@asynccontextmanager
async def running(folder: Path, *options: object, env: Mapping[str, str] | None = None) -> AsyncIterator[Wallboard]:
    """A wallboard that serves."""
    process, mark = await started(folder, *options, env=env)
    try:
        assert process.stdout is not None
        said = (await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)).decode()
        found = re.search(r":(\d+)/\?token=… with the token in (.+)\n", said)
        if found is None:
            assert process.stderr is not None
            raise AssertionError(f"it said {said!r}, {(await process.stderr.read()).decode()!r}")
        yield Wallboard(process, mark, int(found[1]), token_in(Path(found[2])))
    finally:
        if process.returncode is None:
            process.terminate()
            await process.communicate()
        for left in marked(mark):
            left.kill()


class Browser:
    """The page's socket, and what a terminal makes of its bytes."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, columns: int, lines: int) -> None:
        self.socket = socket
        self.pongs: list[str] = []
        self._terminal = Emulator(columns, lines)

    @property
    def text(self) -> str:
        return "\n".join(self._terminal.lines)

    async def say(self, *what: Any) -> None:
        """One message, as textual.js writes it."""
        await self.socket.send_json(list(what))

    async def resize(self, columns: int, lines: int) -> None:
        self._terminal.resize(columns, lines)
        await self.say("resize", {"width": columns, "height": lines})

    async def take_in(self, seconds: float) -> None:
        """Draw what comes within so many seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self.socket.closed:
            try:
                message = await self.socket.receive(left)
            except TimeoutError:
                return
            if message.type is aiohttp.WSMsgType.BINARY:
                self._terminal.feed(message.data)
            elif message.type is aiohttp.WSMsgType.TEXT:
                self.pongs.append(message.data)

    async def wait_for(self, want: str | Callable[[str], bool]) -> str:
        """Wait until a text stands on the screen."""
        end = time.monotonic() + PATIENCE_S
        while not (want in self.text if isinstance(want, str) else want(self.text)):
            assert time.monotonic() < end and not self.socket.closed, f"{want!r} did not come:\n{self.text}"
            await self.take_in(0.05)
        return self.text


@asynccontextmanager
async def let_in(board: Wallboard) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser that has shown the token."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.get(f"{board.url}/?token={board.token}") as page:
            assert page.status == 200
        yield session


@asynccontextmanager
async def looking_on(
    board: Wallboard, session: aiohttp.ClientSession, columns: int = 160, lines: int = 45
) -> AsyncIterator[Browser]:
    """A browser that shows the board."""
    address = f"{board.url}/ws?width={columns}&height={lines}"
    async with session.ws_connect(address, origin=board.url) as socket:
        yield Browser(socket, columns, lines)


def push(hub: Hub, rows: list[Entity], feed: str = "pbx") -> None:
    """Put rows into a hub, and close it."""
    hub.enrol_v1(feed, feed)
    ops = [
        Op(
            op_id=f"{feed}-{place}", replica_seq=place, txn_id=feed, entity=one.entity, entity_id=one.id,
            kind="append" if one.append_only else "put", base_ver=0, patch=one.model_dump(mode="json"), actor=feed,
            schema_v=1,
        )
        for place, one in enumerate(rows, 1)
    ]  # fmt: skip
    assert {one.outcome for one in hub.push_v1(feed, ops)} == {OpOutcome.APPLIED}
    hub.close()
