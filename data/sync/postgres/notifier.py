"""Tells the seats of a PostgreSQL hub that there is something to pull (SYNC rule 15).

One process a hub, for sites with many seats: without it each seat asks the hub's clock at every look. A NOTIFY in an
agent's transaction would cost more than half of the hub's commits; this one looks at the clock and says so for all."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from data.clock import SYSTEM_CLOCK, Clock
from data.sync.contract import HubUnreachable
from data.sync.postgres.dialling import dial, place_of, told
from data.sync.postgres.hub import CHANNEL, NOTIFIER_BEAT_S

LOOK_S = 0.02
"""From one look at the clock to the next; a look costs the server about 0.1 ms."""
APART_S = 0.2
"""From one notice to the next: at most five a second, however many changes there are. The first change after a pause
is told at once."""
AGAIN_S = 5.0
"""After the hub was not there."""


def run(
    address: str, stop: Event, clock: Clock = SYSTEM_CLOCK, tell: Callable[[str], None] = lambda _problem: None
) -> None:
    """Notify until `stop` is set. A hub that is away is waited for; `tell` is given a sentence each time."""
    while not stop.is_set():
        try:
            _watch(address, stop, clock)
        except HubUnreachable as error:
            tell(str(error))
            stop.wait(AGAIN_S)


def _watch(address: str, stop: Event, clock: Clock) -> None:
    line = dial(address)
    try:
        with told(place_of(address)):
            before, said_at = -1, float("-inf")
            while not stop.is_set():
                found = line.execute("SELECT agent_console.version_v1()").fetchone()
                version, now = int(found[0]) if found else -1, clock.monotonic()
                quiet = now - said_at
                if (version != before and quiet >= APART_S) or quiet >= NOTIFIER_BEAT_S:
                    line.execute("SELECT pg_notify(%s, %s)", (CHANNEL, str(version)))
                    before, said_at = version, now
                stop.wait(LOOK_S)
    finally:
        line.close()
