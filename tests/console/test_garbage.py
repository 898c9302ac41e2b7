"""Garbage is looked for at a rest, and only when there has been work."""

from __future__ import annotations

import gc
import platform
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator

import pytest

from console import garbage


class Knot:
    """Holds itself."""

    def __init__(self) -> None:
        self.me = self


class Later:
    """Calls when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[tuple[float, Callable[[], None]]] = []

    def __call__(self, seconds: float, call: Callable[[], None]) -> None:
        self.waiting.append((seconds, call))

    def come(self) -> float:
        """The next call; returns how long it was put off."""
        seconds, call = self.waiting.pop(0)
        call()
        return seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    now = [100.0]
    monkeypatch.setattr(garbage.time, "monotonic", lambda: now[0])
    thresholds = gc.get_threshold()
    gc.collect()
    gc.set_threshold(5_000, 3, 100)
    yield now
    gc.set_threshold(*thresholds)


def work(objects: int) -> tuple[list[list[int]], weakref.ref[Knot]]:
    """Make objects that stay, then a piece of garbage."""
    stay = [[place] for place in range(objects)]
    return stay, weakref.ref(Knot())


def test_garbage_goes_at_the_first_rest(clock: list[float]) -> None:
    later, forgotten = Later(), []
    tidying = garbage.Tidying(later, lambda: forgotten.append(True))
    tidying.key()
    _stay, left = work(45_000)
    clock[0] += 0.3
    tidying.key()
    assert len(later.waiting) == 1, "one look is enough for all keys"
    clock[0] += 0.2
    assert later.come() == garbage.REST_S
    assert left() is not None, "the agent still types"
    clock[0] += 0.3
    assert later.come() == pytest.approx(0.3)
    assert left() is None
    assert forgotten == [True]
    assert later.waiting == [], "nothing wakes at rest"


def test_nothing_is_looked_for_when_there_was_little_work(clock: list[float]) -> None:
    later = Later()
    tidying = garbage.Tidying(later)
    tidying.key()
    _stay, left = work(5_000)
    clock[0] += 1
    later.come()
    assert left() is not None
    gc.collect()


def test_what_stayed_as_long_as_a_session_goes_with_it(clock: list[float]) -> None:
    _stay, left = work(10)
    gc.freeze()
    gc.collect()
    assert left() is not None, "frozen, it is not looked at"
    garbage.let_go()
    assert left() is None
    gc.unfreeze()


HOLES = """
from console import garbage
def size():
    with open("/proc/self/statm") as told:
        return int(told.read().split()[1]) * 4096
pieces = [bytes(2_000) for _ in range(20_000)]
del pieces[:-1]
before = size()
garbage.settle()
print(before - size())
"""
"""Forty megabytes are freed below a piece that stays."""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library gives nothing back on demand")
def test_what_is_free_is_given_back_to_the_machine() -> None:
    done = subprocess.run([sys.executable, "-c", HOLES], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 20_000_000
