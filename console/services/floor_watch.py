"""The floor for whoever has the dashboard open: snapshots are made on the store's thread, only while somebody looks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from data.clock import Clock
from data.queue.figures import FigureRow
from data.queue.stats import stats
from data.queue_report.policy import ReportPolicy
from data.store.database import Store
from data.supervision.snapshot import FloorSnapshot
from data.supervision.story import Story, read_story
from data.supervision.thresholds import FloorPolicy
from data.supervision.watch import SHOWN, FloorWatch

QUICK_S = 0.25
"""Least time from one snapshot to the next."""
REST_S = 1.0
"""And the longest: the clocks go on."""
ASIDE_S = 2.0
"""From one snapshot to the next while it is heeded only, and nobody looks."""
FIGURES_S = 1.0
"""Least time from one counting of the day's figures to the next: who waits and who does what is shown sooner."""
T = TypeVar("T")
Show = Callable[[FloorSnapshot], None]


class Reader(Protocol):
    """Runs a function of `data` with the store, off the event loop."""

    def __call__(self, work: Callable[..., T], *args: object, **kwargs: object) -> Awaitable[T]: ...


class FloorWatching:
    """Watches the floor while a dashboard is on top; at a slower pace also while somebody is to be told of alarms."""

    def __init__(
        self,
        read: Reader,
        guard: Callable[[Awaitable[FloorSnapshot]], Awaitable[FloorSnapshot | None]],
        clock: Clock,
        policy: FloorPolicy,
        zone: ZoneInfo,
        reports: ReportPolicy | None = None,
    ) -> None:
        """`reports`: how the queue is reported; None: nobody reports."""
        self.clock = clock
        self.policy = policy
        self.zone = zone
        self._read = read
        self._guard = guard
        self._watch = FloorWatch(policy, zone, reports)
        self._changed: set[str] | None = None
        """None: anything may have changed."""
        self._stirred = asyncio.Event()
        self._looked_at = asyncio.Event()
        self._show: Show | None = None
        self._heed: Show | None = None
        self._task: asyncio.Task[None] | None = None

    def watch(self, show: Show) -> None:
        """Show snapshots from now on."""
        self._show = show
        self._looked_at.set()
        self._begin()

    def rest(self) -> None:
        """Nobody looks."""
        self._show = None
        self._looked_at.clear()
        if self._heed is None:
            self.close()

    def heed(self, heed: Show) -> None:
        """Tell of snapshots also while nobody looks."""
        self._heed = heed
        self._begin()

    def close(self) -> None:
        """Make no more snapshots."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
            self._changed = None

    def _begin(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="floor watch")

    def changed(self, entities: Collection[str]) -> None:
        """Rows of these entities changed; none named: any may have."""
        if not entities:
            self._changed = None
        elif SHOWN.isdisjoint(entities):
            return
        elif self._changed is not None:
            self._changed.update(entities)
        self._stirred.set()

    async def _run(self) -> None:
        counted = -FIGURES_S
        while True:
            began = self.clock.monotonic()
            if count := began - counted >= FIGURES_S:
                counted = began
            self._stirred.clear()
            changed, self._changed = self._changed, set()
            snap = await self._guard(self._read(self._watch.look, self.clock.now(), changed, count=count))
            if snap is None:
                self._changed = None
            else:
                for tell in (self._show, self._heed):
                    if tell is not None:
                        tell(snap)
            await asyncio.sleep(max(0.01, QUICK_S - (self.clock.monotonic() - began)))
            more, pause = (self._stirred, REST_S) if self._show is not None else (self._looked_at, ASIDE_S)
            with suppress(TimeoutError):
                await asyncio.wait_for(more.wait(), max(0.0, pause - (self.clock.monotonic() - began)))

    async def story(self, contact_id: str) -> Story | None:
        """The log of a contact."""
        return await self._read(read_story, contact_id)

    async def by_queue(self, slot: FigureRow) -> list[FigureRow]:
        """A half hour's figures by queue."""
        return await self._read(_slot_by_queue, slot, self.policy, self.zone)


def _slot_by_queue(store: Store, slot: FigureRow, policy: FloorPolicy, zone: ZoneInfo) -> list[FigureRow]:
    return stats(
        store,
        by="queue",
        start=slot.starts,
        end=slot.ends,
        formula=policy.formula,
        threshold_s=policy.threshold_s,
        short_s=policy.short_abandon_s,
        tz=zone.key,
    )
