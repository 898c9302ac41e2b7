"""Seeds of the practice floor that begin with the caller that a test needs, found by drawing, so that the
practice content may change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import time

from data.floor.callers import Arrivals, Caller, Callers
from data.floor.practice import load_practice

SOON_S = 9.0
"""A caller who comes later than this may be taken by a played agent first."""
NAME_SEEN = 8
"""Letters of a name that the narrowest queue pane shows beside other things."""


def seed_with(wanted: Callable[[Caller, int], bool]) -> tuple[int, Caller]:
    """The first seed with a wanted caller among those of the first seconds, and that caller.

    `wanted` is asked with the caller and how many customers have that number. Callers whose names begin alike
    are left out: a test looks for the name on the screen."""
    practice = load_practice()
    customers = practice.customers()
    owners = Counter(phone.e164 for customer in customers for phone in customer.phones)
    opening = practice.callers.opening_at_s
    for seed in range(1, 2000):
        arrivals = Arrivals(practice.day.curve, practice.day.calls_per_hour, time(9), seed)
        at = [*opening, practice.callers.written.at_s, arrivals.after(practice.callers.written.at_s)]
        callers = Callers(practice, customers, seed, messages=True)
        drawn = [callers.next() for _ in at]
        names = Counter(caller.name[:NAME_SEEN] for caller in drawn)
        for caller, when in zip(drawn, at, strict=True):
            if when <= SOON_S and names[caller.name[:NAME_SEEN]] == 1 and wanted(caller, owners[caller.e164]):
                return seed, caller
    raise AssertionError("no seed under 2,000 begins with such a caller: look at the practice content")
