"""When Python looks for garbage: while the agent rests, so that no key waits for it and memory stays small.

A dialog that was closed is thousands of objects that hold each other: only a look finds them. Among them and what has
been painted since the start a look takes 20 to 120 ms, so it is not left to chance. What stays as long as the
workspace is frozen out of its sight.

What was freed between pieces that stay is kept by the C library for later, and a day's dialogs leave such holes all over:
after each look it is asked to give whole pages of them back (2 MB after an hour, 3 to 7 ms)."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from functools import cache

COLLECT_AFTER = (1_500, 3, 2)
"""When Python looks by itself, however busy the agent is: a later look finds more, takes longer, and memory has grown."""
REST_S = 0.5
"""A pause between two keys that is a rest."""


def put_off() -> None:
    """Not before `begin`: all that importing makes stays, and to look through it again and again takes 0.1 s."""
    gc.disable()


def begin() -> None:
    """Everything is imported: from here on what stays is not looked at."""
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    gc.enable()


def settle() -> None:
    """What is there now stays for long."""
    gc.collect()
    gc.freeze()
    _give_back()


def let_go() -> None:
    """A session is over: what was to stay as long as it goes now, so that the next one finds the room."""
    gc.unfreeze()
    settle()


def _give_back() -> None:
    """Give back to the machine what is free, where the C library can (glibc)."""
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], object] | None:
    try:
        import ctypes

        return ctypes.CDLL(None).malloc_trim
    except (ImportError, OSError, AttributeError, TypeError):  # TypeError: Windows has no library without a name
        return None


class Tidying:
    """Looks for garbage at the first rest after there was work."""

    def __init__(
        self, after: Callable[[float, Callable[[], None]], object], forget: Callable[[], None] = lambda: None
    ) -> None:
        """`after` calls a function once, so many seconds later. `forget` lets go of what need not be remembered."""
        self._after = after
        self._forget = forget
        self._last_key = 0.0
        self._awaited = False

    def key(self) -> None:
        """A key was pressed."""
        self._last_key = time.monotonic()
        if not self._awaited:
            self._awaited = True
            self._after(REST_S, self._look)

    def _look(self) -> None:
        left = self._last_key + REST_S - time.monotonic()
        if left > 0:
            self._after(left, self._look)
            return
        self._awaited = False
        if gc.get_count()[2]:  # there are 20,000 objects more than at the last look
            self._forget()
            gc.collect()
            _give_back()
