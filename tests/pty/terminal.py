"""A program in a real pseudo-terminal, in a session of its own, as a person at a terminal has it.

Nothing here sleeps: whoever waits for something reads what the program writes until it is so."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

import psutil

from tests.pty.emulator import Emulator
from tests.pty.processes import environment, marked, told

PATIENCE_S = 20.0
"""How long to wait for anything; only a failing test waits so long."""
LOOK_S = 0.05
"""How often to ask for something that no byte of the program tells, such as a row in a store."""

NAMED = {
    "enter": "\r", "tab": "\t", "s-tab": "\x1b[Z", "bs": "\x7f", "esc": "\x1b", "space": " ", "lt": "<",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
    "pgup": "\x1b[5~", "pgdn": "\x1b[6~", "del": "\x1b[3~",
    "f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~",
    "f7": "\x1b[18~", "f8": "\x1b[19~", "f9": "\x1b[20~", "f10": "\x1b[21~", "f11": "\x1b[23~", "f12": "\x1b[24~",
}  # fmt: skip
"""What a terminal sends for keys that are no character."""

Want = str | re.Pattern[str] | Callable[[], object]


def key_bytes(keys: str) -> str:
    """`Dana<enter>`: characters as they are, named keys and `<c-q>` in angle brackets."""

    def named(found: re.Match[str]) -> str:
        name = found[1].lower()
        return chr(ord(name[2].upper()) & 31) if re.fullmatch("c-[a-z]", name) else NAMED[name]

    return re.sub("<([^<>]+)>", named, keys)


def console(*options: object) -> list[str]:
    """The command line of the console, from the environment that runs the tests."""
    program = Path(sys.executable).with_name("agent-console")
    assert program.exists(), f"{program} is not there: make setup installs it"
    return [str(program), *map(str, options)]


class Terminal:
    """One program and the screen that it draws on. `close` it, or use it as a context manager."""

    def __init__(
        self,
        command: Sequence[str],
        cols: int = 160,
        rows: int = 45,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self._command = list(command)
        self._emulator = Emulator(cols, rows)
        self._mark = str(uuid4())
        self.raw = bytearray()
        """Every byte that the program wrote."""
        self.ended = False
        """The program, and whatever it left behind, has let go of the terminal."""
        self.exit_code: int | None = None
        """As a shell has it, but minus the signal where one ended the program."""
        self._closed = False
        size = struct.pack("HHHH", rows, cols, 0, 0)
        chosen = {**environment(self._mark), "TERM": "xterm-256color", **(env or {})}
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            self._become(size, chosen, cwd)
        os.set_inheritable(self._fd, False)  # or the next program would hold this line open
        os.set_blocking(self._fd, False)

    def _become(self, size: bytes, env: Mapping[str, str], cwd: Path | None) -> NoReturn:
        """In the child: be the program."""
        try:
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            if cwd is not None:
                os.chdir(cwd)
            os.execvpe(self._command[0], self._command, env)
        finally:
            os._exit(127)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    # the keyboard

    def keys(self, keys: str) -> None:
        """Press keys, in the notation of `key_bytes`."""
        self._write(key_bytes(keys))

    def type(self, text: str) -> None:
        """Type a text in which nothing is a named key."""
        self._write(text)

    def paste(self, text: str) -> None:
        """Paste, the way a terminal marks it: whatever is in the text is text."""
        self._write(f"\x1b[200~{text}\x1b[201~")

    def _write(self, text: str) -> None:
        left = text.encode()
        while left:
            self.take_in(0)
            _, free, _ = select.select([], [self._fd], [], LOOK_S)
            if free:
                left = left[os.write(self._fd, left) :]

    # the screen

    def take_in(self, timeout: float) -> bool:
        """Read what the program has written, waiting at most so many seconds for it; False: nothing came."""
        if self.ended:
            select.select([], [], [], timeout)
            return False
        ready, _, _ = select.select([self._fd], [], [], timeout)
        if not ready:
            return False
        try:
            data = os.read(self._fd, 1 << 18)
        except BlockingIOError:
            return False
        except OSError:  # EIO: nobody has the other end any more
            data = b""
        if not data:
            self.ended = True
            return False
        self.raw += data
        if answer := self._emulator.feed(data):
            os.write(self._fd, answer)
        return True

    def screen(self) -> list[str]:
        """The lines on the screen."""
        return self._emulator.lines

    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.screen())

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column of the cursor, from 0."""
        return self._emulator.cursor

    def wait_for(self, want: Want, timeout: float = PATIENCE_S) -> str:
        """Read until a text or pattern stands on the screen, or until a call returns something true.

        Returns the screen as it then is.

        Raises:
            AssertionError: it never came about; the message holds the screen.
        """
        self._until(lambda: self._holds(want), repr(want), timeout)
        return self.text()

    def wait_gone(self, text: str, timeout: float = PATIENCE_S) -> str:
        """Read until a text no longer stands on the screen."""
        self._until(lambda: text not in self.text(), f"the end of {text!r}", timeout)
        return self.text()

    def _holds(self, want: Want) -> bool:
        if isinstance(want, str):
            return want in self.text()
        if isinstance(want, re.Pattern):
            return want.search(self.text()) is not None
        return bool(want())

    def _until(self, true: Callable[[], bool], what: str, timeout: float) -> None:
        end = time.monotonic() + timeout
        while self._emulator.drawing or not true():
            left = end - time.monotonic()
            assert left > 0, f"{what} did not come within {timeout:g} s. The screen:\n{self.text()}"
            assert not self.ended, f"the program ended before {what} came. The screen:\n{self.text()}"
            if self.take_in(min(left, LOOK_S)):
                while self.take_in(0):  # a burst is one picture
                    pass

    def resize(self, cols: int, rows: int) -> None:
        """Give the terminal another size; the program is told by SIGWINCH."""
        self._emulator.resize(cols, rows)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    # the program

    @property
    def line(self) -> int:
        """The terminal's own end of the line."""
        return self._fd

    def family(self) -> list[psutil.Process]:
        """Every process that this program started, whoever is its parent now, and the program itself."""
        return marked(self._mark)

    def cpu_s(self) -> float:
        """Seconds of CPU that the processes of the family have used so far."""
        total = 0.0
        for process in self.family():
            try:
                times = process.cpu_times()
            except psutil.Error:
                continue
            total += times.user + times.system
        return total

    def wait_exit(self, timeout: float = PATIENCE_S) -> int:
        """Read on until the program has ended; returns its exit code."""
        end = time.monotonic() + timeout
        while self.exit_code is None:
            self._reap()
            assert self.exit_code is not None or time.monotonic() < end, f"it did not end:\n{self.text()}"
            self.take_in(LOOK_S)
        while self.take_in(0):
            pass
        return self.exit_code

    def wait_alone(self, timeout: float) -> list[str]:
        """Wait until no process of the family is left; returns what is there still after the timeout."""
        end = time.monotonic() + timeout
        while self._reap() or self.family():
            if time.monotonic() > end:
                return told(self.family())
            self.take_in(LOOK_S)
        return []

    def _reap(self) -> None:
        """Take note of the program's end."""
        if self.exit_code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.exit_code = os.waitstatus_to_exitcode(status)

    def kill(self) -> None:
        """End the program without a word (kill -9)."""
        os.kill(self.pid, signal.SIGKILL)
        self.wait_exit()

    def hang_up(self) -> None:
        """Lose the line: the terminal goes away, and the program gets SIGHUP."""
        self.ended = True
        self._let_go()

    def _let_go(self) -> None:
        if not self._closed:
            self._closed = True
            os.close(self._fd)

    def close(self, patience_s: float = 5.0) -> list[str]:
        """Hang up and see that every process ends; returns those that had to be killed."""
        if self._closed and self.exit_code is not None and not self.family():
            return []
        self.hang_up()
        left = self.wait_alone(patience_s)
        for process in self.family():
            try:
                process.kill()
            except psutil.Error:
                continue
        self.wait_alone(patience_s)
        return left
