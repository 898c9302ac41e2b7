"""The practice floor beside the console: a process of its own that ends with it."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence

from data.floor.options import BUSY

SHARED = (
    "Another console plays the practice floor on this hub: this seat shares it, for as long as that one is open."
)


class PracticeFloor:
    """Starts the floor on a hub; its standard input is the line that tells it when to end."""

    def __init__(self, hub: str, options: Sequence[str]) -> None:
        self._command = [sys.executable, "-m", "data.floor", "--hub", hub, "--watch-stdin", *options]
        self._process: Process | None = None

    async def start(self) -> None:
        """Start the process."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=DEVNULL, stderr=PIPE, start_new_session=True
        )

    async def ended(self) -> str:
        """Wait until the floor ends by itself; returns what is to be said of it."""
        if self._process is None or self._process.stderr is None:
            return ""
        said = b""
        async for line in self._process.stderr:
            said = line.strip() or said
        if await self._process.wait() == BUSY:
            return SHARED
        return f"The practice floor has ended: {said.decode(errors='replace')}" if said else ""

    async def close(self) -> None:
        """End the floor; at most a second and a half."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 1.5)
        except TimeoutError:
            process.kill()
