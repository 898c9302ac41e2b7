"""One browser's process, seen from the server."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from data.store.key import Key

BEHIND = 64 * 1024
"""Bytes that a viewer may leave waiting."""
FPS = 10
_NOT_FOR_VIEWERS = ("PG", "AGENT_CONSOLE_HUB", "TEXTUAL")
"""Beginnings of variables that a viewer has no need of, since it knows no hub."""


class Viewer(AppService):
    """Starts the process, passes on what it draws, and tells it nothing that comes from hands."""

    def __init__(
        self,
        arguments: list[str],
        key: Key | None,
        *,
        write: Callable[[bytes], Awaitable[None]],
        close: Callable[[], Awaitable[object]],
    ) -> None:
        """`arguments`: of `python -m console.wallboard`."""

        async def closed() -> None:
            await close()

        async def nothing(_text: str) -> None:
            """Links and files are for no wall."""

        super().__init__("", write_bytes=write, write_str=nothing, close=closed, download_manager=DownloadManager())
        self._arguments = arguments
        self._key = key

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        built = super()._build_environment(width, height)
        kept = {name: value for name, value in built.items() if not name.startswith(_NOT_FOR_VIEWERS)}
        return {**kept, "TEXTUAL_FPS": str(FPS), "TEXTUAL_COLOR_SYSTEM": built["TEXTUAL_COLOR_SYSTEM"]}

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        command = [sys.executable, "-m", "console.wallboard", *self._arguments]
        pipe = self._key_pipe()
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                *command, *(["--key-fd", str(pipe)] if pipe is not None else []),
                stdin=PIPE, stdout=PIPE, stderr=PIPE, env=self._build_environment(width, height),
                pass_fds=(pipe,) if pipe is not None else (), start_new_session=True,
            )  # fmt: skip
        finally:
            if pipe is not None:
                os.close(pipe)
        self._stdin = process.stdin
        return process

    def _key_pipe(self) -> int | None:
        """A pipe that holds the key, for a store that has one."""
        if self._key is None:
            return None
        ours, theirs = os.pipe()[::-1]
        with os.fdopen(ours, "w", encoding="ascii") as end:
            end.write(self._key.hex)
        return theirs

    def tell(self, kind: str, **what: str) -> None:
        """Tell the viewer of something, without waiting. One that has long taken nothing in would show what is no longer so:
        it is ended, and its browser comes back with another."""
        stdin = self._stdin
        if stdin is None or stdin.is_closing():
            return
        if stdin.transport.get_write_buffer_size() > BEHIND:
            if self._process is not None and self._process.returncode is None:
                self._process.kill()
            return
        stdin.write(self.encode_packet(b"M", json.dumps({"type": kind, **what}).encode()))

    async def run(self) -> None:
        """Pass on what is drawn, to the end of the process; then the browser is let go, and comes back by itself."""
        await super().run()
        await self.remote_close()

    async def on_meta(self, data: bytes) -> None:
        """What a viewer says beside its picture matters to nobody: its end is heard as the end of the pipe."""

    async def on_packed(self, payload: bytes) -> None:
        """The same."""

    async def stop(self) -> None:
        """End the process at once: it only reads, so there is nothing that it would have to finish."""
        process, task = self._process, self._task
        self._task = None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def arguments(folder: Path, store: Path) -> list[str]:
    """Of a viewer's process."""
    return ["--data-dir", str(folder.absolute()), "--store", str(store.absolute())]
