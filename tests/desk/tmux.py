"""A program in a tmux pane, driven over tmux's control mode: commands and answers over a pipe, and word of
every output, so that waiting needs no sleep."""

from __future__ import annotations

import os
import re
import select
import shlex
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from tests.pty.processes import environment, marked, told
from tests.pty.steps import Want
from tests.pty.terminal import LOOK_S, PATIENCE_S

NAMED = {
    "enter": "Enter", "tab": "Tab", "s-tab": "BTab", "bs": "BSpace", "esc": "Escape", "space": "Space", "up": "Up",
    "down": "Down", "right": "Right", "left": "Left", "home": "Home", "end": "End", "pgup": "PageUp",
    "pgdn": "PageDown", "del": "DC",
}  # fmt: skip
"""tmux's names of keys; F-keys and `c-q` are made from ours."""
SETTINGS = "set -g default-terminal tmux-256color\nset -g escape-time 10\nset -g status off\n"


class Tmux:
    """A tmux server of its own with one pane. `close` it."""

    def __init__(self, command: Sequence[str], folder: Path, cols: int = 160, rows: int = 45) -> None:
        self._mark = str(uuid4())
        settings = folder / "tmux.conf"
        settings.write_text(SETTINGS, encoding="utf-8")
        tmux = ["tmux", "-S", str(folder / "tmux.sock"), "-f", str(settings), "-C"]
        self._process = subprocess.Popen(
            [*tmux, "new-session", "-x", str(cols), "-y", str(rows), shlex.join(command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**environment(self._mark), "TERM": "xterm-256color"},
        )
        assert self._process.stdout is not None
        self._out = self._process.stdout.fileno()
        os.set_blocking(self._out, False)
        self._rest = b""
        self._answer: list[str] = []
        self._answers: list[list[str]] = []
        self._answering = False
        self.ended = False
        """The pane's program has ended, and the server with it."""
        self._until(lambda: bool(self._answers), "tmux", PATIENCE_S)  # of new-session itself
        self._ask(f"refresh-client -C {cols}x{rows}")

    # control mode

    def _take_in(self, timeout: float) -> bool:
        """Read what tmux says; False: nothing within so many seconds."""
        ready, _, _ = select.select([self._out], [], [], timeout)
        if not ready:
            return False
        data = os.read(self._out, 1 << 18)
        if not data:
            self.ended = True
            return False
        *lines, self._rest = (self._rest + data).split(b"\n")
        for raw in lines:
            line = raw.decode("utf-8", "replace")
            if line.startswith("%begin "):
                self._answer, self._answering = [], True
            elif line.startswith(("%end ", "%error ")):
                self._answers.append(self._answer)
                self._answering = False
            elif self._answering:
                self._answer.append(line)
        return True

    def _ask(self, command: str) -> list[str]:
        """A command's answer."""
        assert self._process.stdin is not None
        self._answers.clear()
        self._process.stdin.write(command.encode() + b"\n")
        self._process.stdin.flush()
        end = time.monotonic() + PATIENCE_S
        while not self._answers:
            assert time.monotonic() < end, f"tmux did not answer {command!r}"
            assert not self.ended, f"tmux ended before it answered {command!r}"
            self._take_in(LOOK_S)
        return self._answers.pop()

    # the keyboard

    def keys(self, keys: str) -> None:
        """Press keys, in the notation of `tests.pty.terminal`."""
        for found in re.finditer("<([^<>]+)>|([^<]+)", keys):
            if found[2]:
                self.type(found[2])
            else:
                name = found[1].lower()
                known = NAMED.get(name) or (f"C-{name[2]}" if name.startswith("c-") else name.upper())
                self._ask(f"send-keys {known}")

    def type(self, text: str) -> None:
        """Type a text in which nothing is a named key."""
        self._ask("send-keys -H " + " ".join(f"{ord(char):x}" for char in text))

    # the screen

    def screen(self) -> list[str]:
        """The lines on the screen."""
        return self._ask("capture-pane -p")

    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.screen())

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column of the cursor, from 0."""
        [answer] = self._ask("display-message -p '#{cursor_y} #{cursor_x}'")
        row, column = answer.split()
        return int(row), int(column)

    def wait_for(self, want: Want, timeout: float = PATIENCE_S) -> str:
        """Wait until a text or pattern stands on the screen, or a call returns something true."""
        seen = [""]

        def holds() -> bool:
            if callable(want):
                return bool(want())
            seen[0] = self.text()
            return want in seen[0] if isinstance(want, str) else want.search(seen[0]) is not None

        self._until(holds, repr(want), timeout)
        return self.text()

    def wait_gone(self, text: str, timeout: float = PATIENCE_S) -> str:
        """Wait until a text no longer stands on the screen."""
        self._until(lambda: text not in self.text(), f"the end of {text!r}", timeout)
        return self.text()

    def _until(self, true: Want, what: str, timeout: float) -> None:
        assert callable(true)
        end = time.monotonic() + timeout
        while not true():
            assert not self.ended, f"the program ended before {what} came"
            assert time.monotonic() < end, f"{what} did not come within {timeout:g} s. The screen:\n{self.text()}"
            self._take_in(LOOK_S)

    # the end

    def wait_end(self, timeout: float) -> list[str]:
        """Wait until the program has ended by itself; returns the processes that are there still."""
        end = time.monotonic() + timeout
        while (left := marked(self._mark)) and time.monotonic() < end:
            self._take_in(LOOK_S)
        return told(left)

    def close(self) -> list[str]:
        """Close the window; returns the processes that did not end by themselves within five seconds."""
        assert self._process.stdin is not None
        if not self.ended and self._process.poll() is None:
            self._process.stdin.write(b"kill-server\n")
            self._process.stdin.close()
        left = self.wait_end(5)
        for process in marked(self._mark):
            process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        return left
