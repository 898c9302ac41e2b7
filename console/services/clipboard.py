"""Copying, from wherever the console runs: on this machine, over SSH, in tmux or screen.

Three ways, and every one that fits is taken, because none can tell whether it arrived:
the clipboard of this machine (only when somebody sits at it), the terminal (OSC 52, the way through SSH), and the
buffer of tmux (which hands it on to its own terminal). What was done is told, so that nobody pastes yesterday's text."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Callable, Mapping

from widgets.safe_text import clean, fit

SHOWN = 40
"""Characters of the copied text that the notice repeats."""
LIMIT = 74_000
"""Bytes that terminals take by OSC 52; some take less, none is known to take more."""
WAIT_S = 2.0
"""How long a program that keeps a clipboard may take."""


def sequence(text: str, env: Mapping[str, str]) -> str:
    """The bytes that ask the terminal to copy; inside tmux and screen wrapped, so that they pass them on."""
    ask = f"\x1b]52;c;{base64.b64encode(text.encode('utf-8', 'replace')).decode('ascii')}\a"
    if env.get("TMUX"):
        return f"\x1bPtmux;{ask.replace(chr(27), chr(27) * 2)}\x1b\\"
    if env.get("STY"):
        return "".join(f"\x1bP{ask[at : at + 700]}\x1b\\" for at in range(0, len(ask), 700))
    return ask


def copy(text: str, send: Callable[[str], object], env: Mapping[str, str] | None = None) -> str:
    """Copy a text, and say in a sentence how. `send` writes to the terminal, and is called from this thread.

    Blocks up to `WAIT_S` a way: never on the event loop."""
    env = os.environ if env is None else env
    kept = []
    if not (env.get("SSH_CONNECTION") or env.get("SSH_TTY")) and _to_this_machine(text):
        kept.append("the clipboard of this machine")
    if env.get("TMUX") and _to_tmux(text):
        kept.append("the buffer of tmux")
    sent = len(text.encode("utf-8", "replace")) <= LIMIT
    if sent:
        send(sequence(text, env))
    what = clean(text) if len(text) <= SHOWN else fit(text[: 2 * SHOWN], SHOWN).rstrip()
    if kept:
        return f"Copied: {what}. It is in {' and in '.join(kept)}."
    if sent:
        return f"Copied through the terminal: {what}. If pasting brings something else, your terminal does not allow it."
    return "Not copied: this is more than a terminal takes, and there is no clipboard here. Select less of it."


def _to_this_machine(text: str) -> bool:
    """Whether the clipboard of the desktop here took it."""
    import pyperclip

    try:
        pyperclip.copy(text)
        return bool(pyperclip.paste() == text)
    except (pyperclip.PyperclipException, OSError, subprocess.SubprocessError, UnicodeError):
        return False


def _to_tmux(text: str) -> bool:
    """Whether tmux took it; `-w` lets it hand the text on to the terminal around it (tmux 3.2)."""
    for options in (["-w"], []):
        try:
            done = subprocess.run(
                ["tmux", "load-buffer", *options, "-"],
                input=text.encode("utf-8", "replace"),
                timeout=WAIT_S,
                capture_output=True,
                check=False,
            )
        except (OSError, subprocess.SubprocessError):
            return False
        if done.returncode == 0:
            return True
    return False
