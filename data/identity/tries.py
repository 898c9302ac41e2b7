"""Wrong passwords and the pause after each: longer every time, for each agent apart, whatever is restarted.

The pause is counted on the machine's clock since it was started, which neither a new console nor a changed time of
day moves. After a restart of the machine a pause that was not over begins anew."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from data.models.base import Value

FIRST_S, LONGEST_S = 1.0, 900.0
FILE = "tries.json"
MOST_AGENTS = 200
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Moment(Value):
    """A moment of the machine's own clock."""

    boot: str
    """Which start of the machine; empty where it does not tell."""
    seconds: float
    """Since then, sleep included where the system counts it."""


def since_start() -> Moment:
    """Now, on the clock that counts from the machine's start."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    seconds = time.clock_gettime(clock) if clock is not None else time.monotonic()
    try:
        boot = _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        boot = ""
    return Moment(boot=boot, seconds=seconds)


class Wrong(Value):
    count: int
    last: Moment


class Tries:
    """The wrong tries of a seat, in a file of its data folder. Agents are told apart by their ids; whoever is not known
    here yet is counted under one name, so that nothing that was typed is written down."""

    def __init__(self, folder: Path, now: Callable[[], Moment] = since_start) -> None:
        self._folder = folder
        self._now = now

    def wait(self, whose: str) -> float:
        """Seconds until this agent may try again; 0: now."""
        with self._held() as wrong:
            return self._pause(wrong.get(whose))

    def failed(self, whose: str) -> float:
        """Count a wrong try; returns the seconds to wait now."""
        with self._held() as wrong:
            before = wrong.pop(whose, None)
            wrong[whose] = Wrong(count=(before.count if before else 0) + 1, last=self._now())
            while len(wrong) > MOST_AGENTS:
                del wrong[next(iter(wrong))]
            return self._pause(wrong[whose])

    def succeeded(self, whose: str) -> None:
        """The right one: count from nothing again."""
        with self._held() as wrong:
            wrong.pop(whose, None)

    def _pause(self, wrong: Wrong | None) -> float:
        if wrong is None:
            return 0.0
        pause = min(LONGEST_S, FIRST_S * 2.0 ** min(wrong.count - 1, 20))
        now = self._now()
        same = now.boot == wrong.last.boot and now.seconds >= wrong.last.seconds
        return max(0.0, pause - (now.seconds - wrong.last.seconds if same else now.seconds))

    @contextmanager
    def _held(self) -> Iterator[dict[str, Wrong]]:
        """The tries, for this process alone; what was changed is written."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._folder / FILE, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            text = file.read()
            try:
                wrong = {name: Wrong.model_validate(body) for name, body in json.loads(text or "{}").items()}
            except (ValueError, AttributeError):
                wrong = {}
            yield wrong
            after = json.dumps({name: one.model_dump() for name, one in wrong.items()})
            if after != text:
                file.seek(0)
                file.truncate()
                file.write(after)
