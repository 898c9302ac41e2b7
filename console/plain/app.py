"""Opens the plain console on the terminal: lines are typed in the main thread, everything else runs on an event loop
in a thread of its own."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn, TypeVar

from console.launch import Launch
from console.plain import commands
from console.plain.console import PlainConsole
from console.plain.terminal import Terminal
from data.store.errors import StoreError
from data.text.reviewed import ContentError

T = TypeVar("T")
CLOSE_S = 5.0
"""Longest wait for the loop's thread at the end."""


def run(launch: Launch) -> str | None:
    """The plain console, until the agent leaves. Returns a sentence when it could not start.

    Raises:
        SettingsError: keys of the settings that cannot be used.
    """
    with _loop() as loop:
        terminal = Terminal(loop, commands.names(), at_once=launch.settings.announce == "at once")
        console = PlainConsole(launch, launch.clock, terminal.say, terminal.bell, _copied)
        for number in (signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, _end)
        try:
            _wait(loop, console.start())
            _converse(loop, terminal, console)
        except (StoreError, ContentError) as error:
            return str(error)
        finally:
            for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)
            _wait(loop, console.close())
    return None


def _converse(loop: asyncio.AbstractEventLoop, terminal: Terminal, console: PlainConsole) -> None:
    """Line by line, until the agent leaves or nobody is there any more."""
    while not console.done:
        try:
            line = terminal.read(console.prompt, secret=console.secret)
            if not console.asking:
                terminal.remember(line)
            _wait(loop, console.take(line))
        except KeyboardInterrupt:
            terminal.say("")
            _wait(loop, console.interrupt())
        except EOFError:
            break
    terminal.say("Leaving; what you typed is kept.")


def _wait(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T]) -> T:
    """Let the loop do something, and wait for it."""
    return asyncio.run_coroutine_threadsafe(work, loop).result()


@contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="desk", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(CLOSE_S)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    """The terminal is gone, or somebody ends the program: all is closed in order."""
    raise SystemExit(128 + number)


def _copied(text: str) -> bool:
    """Put a text on the clipboard; False where there is none."""
    import pyperclip

    try:
        pyperclip.copy(text)
    except pyperclip.PyperclipException:
        return False
    return True
