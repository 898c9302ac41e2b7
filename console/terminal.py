"""The agent's terminal: what it sends is read as keys and pastes, and its end is the console's end, in good order.

Textual's own driver takes an escape character inside a paste for the start of a key: what follows it arrives before
the paste, as keys, which may be commands. Here a paste is one piece from its first mark to its last."""

from __future__ import annotations

import asyncio
import codecs
import os
import select
import signal
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import IO, Any, Protocol, cast

from textual import events
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

LOOK_S = 0.1
"""How often to see whether an escape was a key by itself, and whether the console ends."""
PASTE_PATIENCE_S = 2.0
"""After so much silence a paste without its last mark is over: the keys are keys again."""
LONGEST_PASTE = 4_000_000
"""Letters of one paste that are kept in memory; no field takes as many."""
ENDINGS = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)


class Ending(Protocol):
    """An application that can be told to end."""

    async def end(self, code: int) -> None:
        """Write what is typed, let everything go, and leave with this exit code."""


class Input:
    """Turns what a terminal sends into keys, mouse events and pastes."""

    def __init__(self) -> None:
        self._parser = XTermParser()
        self._seen = ""
        """The last letters outside a paste: the mark that begins one may come in two pieces."""
        self._paste: list[str] | None = None
        """What has come of a paste; None outside of one."""
        self._pasted = 0
        self._since = 0.0

    def feed(self, data: str) -> Iterator[Message]:
        """What these letters mean, as far as it is known by now."""
        while data:
            if self._paste is None:
                data = yield from self._keys(data)
            else:
                data = yield from self._pasting(self._paste, data)

    def _keys(self, data: str) -> Generator[Message, None, str]:
        known = len(self._seen)
        place = (self._seen + data).find(BRACKETED_PASTE_START)
        if place < 0:
            self._seen = (self._seen + data)[1 - len(BRACKETED_PASTE_START) :]
            yield from self._parser.feed(data)
            return ""
        cut = place + len(BRACKETED_PASTE_START) - known
        yield from self._parser.feed(data[:cut])
        self._seen, self._paste, self._pasted, self._since = "", [], 0, time.monotonic()
        return data[cut:]

    def _pasting(self, paste: list[str], data: str) -> Generator[Message, None, str]:
        self._since = time.monotonic()
        before = paste.pop() if paste else ""  # the mark that ends it may come in two pieces as well
        if len(before) > len(BRACKETED_PASTE_END):
            paste.append(before[: -len(BRACKETED_PASTE_END)])
            before = before[-len(BRACKETED_PASTE_END) :]
        text, mark, rest = (before + data).partition(BRACKETED_PASTE_END)
        self._pasted += len(data)
        if mark or self._pasted <= LONGEST_PASTE:
            paste.append(text)
        else:
            paste.append(text[-len(BRACKETED_PASTE_END) :])
        if mark:
            yield from self._done(paste)
        return rest

    def _done(self, paste: list[str]) -> Iterator[Message]:
        self._paste = None
        for _empty in self._parser.feed(BRACKETED_PASTE_END):
            pass
        yield events.Paste("".join(paste))

    def tick(self) -> Iterator[Message]:
        """What has become certain because nothing more came."""
        if self._paste is not None and time.monotonic() - self._since > PASTE_PATIENCE_S:
            yield from self._done(self._paste)
        yield from self._parser.tick()


class _Line:
    """The way to the screen. When nobody is at the other end any more, what is written goes nowhere."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()


class Terminal(LinuxDriver):
    """Textual's driver with our reading of the input; a signal or the loss of the line ends the application."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file: Any = _Line(cast(IO[str], sys.__stderr__))
        self._ending: asyncio.Task[None] | None = None

    def start_application_mode(self) -> None:
        """Begin to draw and to read."""
        for number in ENDINGS:
            self._loop.add_signal_handler(number, self._end, 128 + number)
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def _end(self, code: int) -> None:
        if self._ending is None:
            self._ending = self._loop.create_task(cast(Ending, self._app).end(code))

    def run_input_thread(self) -> None:
        """Read until the application ends or the line is lost."""
        reader, decode = Input(), codecs.getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            readable, _, _ = select.select([self.fileno], [], [], LOOK_S)
            try:
                data = os.read(self.fileno, 1 << 16) if readable else b""
            except OSError:
                data = b""
            if readable and not data:
                self._loop.call_soon_threadsafe(self._end, 128 + signal.SIGHUP)
                return
            for event in reader.feed(decode(data)):
                self.process_message(event)
            for event in reader.tick():
                self.process_message(event)
