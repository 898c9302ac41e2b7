"""What comes from the hub into a seat's store: new rows, and snapshots.

Both come in pieces that are small enough for the console to write in between, and the console is told what changed."""

from __future__ import annotations

from collections.abc import Callable

from data.clock import Clock
from data.models import SYNCED
from data.sync.contract import Hub, MustRefetch, Scope
from data.sync.facts import Place
from data.sync.replica import Replica, StalePage
from data.sync.snapshots import Snapshots

PULL_SLICE_S = 0.1
"""A long pull is left off after so long. Between two slices the console is heard: it may want a call claimed."""
SNAPSHOT_PAGE = 200
"""Rows of a snapshot that are asked for at a time; they go into the store in smaller pieces."""
MOST_ROWS, FEWEST_ROWS = 100, 20
HELD_S = 0.012
"""Rows of one transaction: so many that the store is not held much longer than this."""
PAGE_PAUSE_S = 0.01
"""Between two pages of a long pull, so that the console's own saves get in between."""


class Incoming:
    """Takes in what the hub has for one replica."""

    def __init__(
        self,
        replica: Replica,
        snapshots: Snapshots,
        scope: Scope,
        tell: Callable[[tuple[str, ...]], None],
        clock: Clock,
        sleep: Callable[[float], None],
    ) -> None:
        """`tell`: is given the names of the entities that changed. `sleep`: how to wait for a moment between two writes,
        in seconds."""
        self._replica = replica
        self._snapshots = snapshots
        self._scope = scope
        self._tell = tell
        self._clock = clock
        self._sleep = sleep
        self._rows = MOST_ROWS
        self._applied = False
        """Whether a page was taken in: the first one is, even when it is empty, so that the seat knows when it heard."""
        self.behind = False
        """The hub has more."""
        self.news: set[str] = set(SYNCED)
        """Entities that changed since the console was told. At first all: the last worker may have died between
        taking rows in and telling of them."""

    def tell(self) -> None:
        """Tell what changed, if anything did."""
        if self.news:
            self._tell(tuple(sorted(self.news)))
            self.news = set()

    def pause(self) -> None:
        """Let the console write in between."""
        self._sleep(PAGE_PAUSE_S)

    def pull(self, hub: Hub) -> None:
        """Take in what is new, for as long as a slice; the rest follows in the next step. The console is told of
        whatever came in, even when the hub goes away in the middle."""
        until = self._clock.monotonic() + PULL_SLICE_S
        self.behind = True
        try:
            while self.behind:
                at = self._snapshots.place
                if at is not None and at.cursor is None:
                    self._take_page(hub, at)  # which says where to pull from
                page = hub.pull_v1(self._replica.identity(), self._replica.pulled, self._rows)
                self.behind = page.more
                if page.rows or page.end != page.start or not self._applied:
                    start = self._clock.monotonic()
                    self.news |= self._replica.apply(page)
                    self._applied = True
                    self._fit(len(page.rows), start)
                if self.behind:
                    self.pause()
                    if self._clock.monotonic() >= until:
                        break
        except StalePage:
            self.behind = False
        except MustRefetch:
            self.behind = False
            if self._snapshots.place is None:
                self._replica.must_refetch(self._scope)
        finally:
            self.tell()

    def take_snapshot(self, hub: Hub) -> bool:
        """Take in a piece of the snapshot, or tidy up after it; False when there is none (any more)."""
        at = self._snapshots.place
        if at is None:
            return False
        until = self._clock.monotonic() + PULL_SLICE_S
        try:
            while at is not None and self._clock.monotonic() < until:
                if at.whole:
                    done, changed = self._snapshots.sweep()
                    self.news |= changed
                    if done:
                        self.behind = True
                        return True
                else:
                    self._take_page(hub, at)
                self.pause()
                at = self._snapshots.place
        finally:
            self.tell()
        return True

    def _take_page(self, hub: Hub, at: Place) -> None:
        page = hub.snapshot_v1(self._replica.identity(), at.after, SNAPSHOT_PAGE)
        if at.cursor is None or at.after is None:
            self._snapshots.first_page(page)
        rows = list(page.rows)
        while True:
            piece, rows = rows[: self._rows], rows[self._rows :]
            start = self._clock.monotonic()
            self.news |= self._snapshots.take(piece, last=not rows and not page.more)
            self._fit(len(piece), start)
            if not rows:
                return
            self.pause()

    def _fit(self, rows: int, start: float) -> None:
        """So many rows took so long: fit the size of the next transaction to it."""
        took = self._clock.monotonic() - start
        if rows >= FEWEST_ROWS:
            fitting = int(rows * HELD_S / took) if took > 0 else MOST_ROWS
            self._rows = max(FEWEST_ROWS, min(MOST_ROWS, fitting, 2 * self._rows))
