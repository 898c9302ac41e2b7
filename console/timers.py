"""Timers that ring once ring, however late they begin.

In Textual 8.2.8 a timer that rings once and is past its time when it begins is skipped like a beat of a regular one: it
never rings; and with a delay below nothing its loop never ends, and the console stands still for ever. That happens: a
toast is taken along to each dialog that opens, with the time that it has left, which may have run out meanwhile
(or the clock of the machine was set). tests/console/test_timers.py tells when Textual has mended it and this can go."""

from __future__ import annotations

from typing import Any

from textual.timer import Timer

textual_init = Timer.__init__


def never_skip_once() -> None:
    """Put it in the place of Textual's own, for this process. A second call does nothing new."""
    Timer.__init__ = _init  # type: ignore[method-assign, assignment]


def _init(timer: Timer, *args: Any, **kwargs: Any) -> None:
    if kwargs.get("repeat") == 0:
        kwargs["skip"] = False
    textual_init(timer, *args, **kwargs)
