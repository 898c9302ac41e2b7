"""Lines in and out of an ordinary terminal, or of a pipe: nothing is drawn, placed or coloured.

Lines are typed in the main thread, with readline where it is a terminal. News arrives meanwhile from the event
loop's thread. It must not be written there while readline works on the line: a signal wakes the main thread between
two keys, which says the news and then writes the prompt and the half-typed line once more."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from types import FrameType

from console.plain.conversation import COMMAND_PROMPT
from console.plain.wording import safe
from data.text.cards import mask_cards
from widgets.safe_text import wrap

GATHER_S = 0.03
"""News of one moment is told in one go."""
AGAIN_S, LATER_S = 0.05, 0.5
"""A signal may come just before the thread waits for a key, or find a line that must not be interrupted: it is sent
until the news is told."""
BELL = "\a"
SMALLEST = 20
"""A terminal has at least so many columns."""


class Terminal:
    """Standard input and output. `read` in the main thread only; `say` in any."""

    def __init__(self, loop: asyncio.AbstractEventLoop, words: Sequence[str], *, at_once: bool) -> None:
        """`words`: what the tab key completes. `at_once`: news is told also while a line is half typed."""
        if isinstance(sys.stdin, io.TextIOWrapper):  # a byte that is no letter ends nothing
            sys.stdin.reconfigure(errors="replace")
        self.interactive = sys.stdin.isatty() and sys.stdout.isatty()
        self._loop = loop
        self._at_once = at_once
        self._lock = threading.RLock()
        self._news: deque[str] = deque()
        self._prompt: str | None = None
        """The prompt of the line that is being typed; None when none is."""
        self._waking = False
        self._deaf = False
        """Nobody hears what is said any more."""
        self._main = threading.main_thread().ident
        self._typed = _readline(words) if self.interactive else None
        if self.interactive:
            signal.signal(signal.SIGUSR1, self._woken)

    # out

    def say(self, line: str) -> None:
        """Say one line."""
        with self._lock:
            self._news.append(safe(line))
            if self._prompt is None or not self.interactive:
                self._tell()
            elif not self._waking:
                self._waking = True
                self._loop.call_soon_threadsafe(self._loop.call_later, GATHER_S, self._wake)

    def bell(self) -> None:
        """Ring, where somebody listens."""
        if self.interactive:
            self._write(BELL)

    def _tell(self) -> None:
        while self._news:
            self._write("\n".join(self._parted(self._news.popleft())) + "\n")

    def _parted(self, line: str) -> list[str]:
        """A line as it fits on a terminal, parted between words; a pipe has it in one."""
        if not self.interactive:
            return [line]
        return wrap(line, max(SMALLEST, shutil.get_terminal_size().columns - 1))

    def _write(self, text: str) -> None:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError:  # the terminal or the reader of the pipe is gone
            self._deaf = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _wake(self) -> None:
        """Let the main thread tell the news; until it has."""
        with self._lock:
            self._waking = bool(self._news) and self._prompt is not None
            if self._waking and self._main is not None:
                signal.pthread_kill(self._main, signal.SIGUSR1)
                self._loop.call_later(AGAIN_S if self._at_once else LATER_S, self._wake)

    def _woken(self, _signal: int, _frame: FrameType | None) -> None:
        with self._lock:
            if self._prompt is None or not self._news:
                return
            half = self._typed() if self._typed is not None else ""
            if half and not self._at_once:
                return
            self._write("\n")
            self._tell()
            self._write(self._prompt + "".join(_as_typed(char) for char in half))

    # in

    def read(self, prompt: str, *, secret: bool = False) -> str:
        """The next line; a secret one is not shown while it is typed.

        Raises:
            EOFError: there is no more, or nobody is there any more.
            KeyboardInterrupt: ctrl+c.
        """
        *above, prompt = self._parted(safe(prompt).rstrip())
        prompt += " "
        with self._lock:
            self._tell()
            self._write("".join(f"{part}\n" for part in above))
            self._prompt = None if secret else prompt
        if self._deaf:
            raise EOFError
        try:
            if not self.interactive:
                line = self._piped(prompt)
            else:
                line = self._unseen(prompt) if secret else input(prompt)
        except OSError as error:
            raise EOFError from error
        finally:
            with self._lock:
                self._prompt = None
                self._tell()
        return line

    def _unseen(self, prompt: str) -> str:
        """The next line, without readline, which would show and remember it."""
        import getpass

        return getpass.getpass(prompt)

    def _piped(self, prompt: str) -> str:
        """The next line of a pipe; a question is a line of its own there."""
        if prompt != COMMAND_PROMPT:
            self._write(prompt.rstrip() + "\n")
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.rstrip("\r\n")

    def remember(self, line: str) -> None:
        """A command can be had again with the arrow keys, while the console runs: it is written nowhere."""
        if self._typed is not None and line.strip() and mask_cards(line) == line:
            import readline

            readline.add_history(line)


def _as_typed(char: str) -> str:
    """A control byte in the line as readline writes it."""
    return f"^{chr(ord(char) ^ 64)}" if ord(char) < 32 or ord(char) == 127 else safe(char)


def _readline(words: Sequence[str]) -> Callable[[], str] | None:
    """Let readline edit the lines; returns what tells the half-typed one, None where there is no readline."""
    try:
        import readline
    except ImportError:
        return None

    def complete(text: str, place: int) -> str | None:
        fitting = [word for word in words if word.startswith(text)]
        return fitting[place] if place < len(fitting) else None

    readline.set_auto_history(False)
    readline.set_completer_delims("")
    readline.set_completer(complete)
    readline.parse_and_bind("tab: complete")
    return readline.get_line_buffer
