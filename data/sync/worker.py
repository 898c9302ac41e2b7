"""The worker: the one process of a seat that talks to the hub, so that the keys never wait for it.

`step` does whatever is due and returns how long the worker may sleep. Clock, random source, hub and the
way to speak are passed in; `python -m data.sync` puts the real ones together."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime

from data.clock import Clock
from data.models.base import ContactId
from data.store.database import Store
from data.store.errors import StoreError
from data.sync.contract import Claim, Hub, HubUnreachable
from data.sync.replica import Replica, StalePage
from data.sync.wire import AskClaim, Claimed, Finish, FromWorker, Pulled, SyncStatus, ToWorker, Wake

POLL_S = 0.05
"""How often the embedded hub's change counter is looked at (about 20 µs a look)."""
SAFETY_POLL_S = 5.0
HEARTBEAT_S = 10.0
STATUS_S = 1.0
PAGE_PAUSE_S = 0.01
"""Between two pages of a long pull, so that the console's own saves get in between."""
BACKOFF_FIRST_S, BACKOFF_LAST_S = 0.5, 30.0
BLOCK = 20
"""Ticket numbers leased at a time."""


class Worker:
    """Pushes, pulls and claims for one replica."""

    def __init__(
        self,
        store: Store,
        connect: Callable[[], Hub],
        tell: Callable[[FromWorker], None],
        clock: Clock,
        rng: random.Random,
        name: str = "seat",
    ) -> None:
        self._replica = Replica(store, clock)
        self._connect = connect
        self._tell = tell
        self._clock = clock
        self._rng = rng
        self._name = name
        self._id = self._replica.identity()
        self._hub: Hub | None = None
        self._hub_version = -1
        self._failures = 0
        self._retry_at = 0.0
        self._pull_at = 0.0
        self._beat_at = 0.0
        self._status_at = 0.0
        self._status = SyncStatus(since=clock.now())
        self._claims: dict[ContactId, int] = {}

    # speaking with the console

    def hear(self, message: ToWorker) -> None:
        """Do what the console asks. Claims are answered at once; the rest is looked at in the next step."""
        match message:
            case Wake():
                self._retry_at = min(self._retry_at, self._clock.monotonic() + BACKOFF_FIRST_S)
            case AskClaim():
                self._answer_claim(message)
            case Finish():
                self._finish(message)

    def _answer_claim(self, ask: AskClaim) -> None:
        try:
            hub = self._online()
            claim = hub.claim_v1(self._id, ask.request_id, ask.agent, ask.queues, ask.contact_id)
        except HubUnreachable as error:
            self._lost(str(error))
            why = "the hub does not answer, and only it can give a call to one agent: try again in a moment"
            self._tell(Claimed(claim=Claim(request_id=ask.request_id, contact_id=None, why=why), refused=True))
            return
        if claim.contact_id is not None:
            self._claims[claim.contact_id] = claim.fence
        self._pull_all()
        self._tell(Claimed(claim=claim))

    def _finish(self, finish: Finish) -> None:
        self._claims.pop(finish.contact_id, None)
        try:
            self._online().finish_v1(self._id, finish.contact_id, finish.fence)
        except HubUnreachable as error:  # the lease runs out by itself
            self._lost(str(error))

    # the work

    def step(self) -> float:
        """Do what is due; returns seconds until there may be more. Never raises HubUnreachable."""
        now = self._clock.monotonic()
        if self._hub is None and now < self._retry_at:
            self._report(now)
            return min(self._retry_at - now, STATUS_S)
        try:
            self._work(now)
        except HubUnreachable as error:
            self._lost(str(error))
        except StoreError as error:
            self._status = self._status.model_copy(update={"problem": str(error)})
        self._report(now)
        return POLL_S

    def _work(self, now: float) -> None:
        hub = self._online()
        self._push_all(hub)
        version = hub.version()
        if version != self._hub_version or now >= self._pull_at:
            self._hub_version = version
            self._pull_all()
            self._pull_at = now + SAFETY_POLL_S * (0.75 + self._rng.random() / 2)
        if now >= self._beat_at:
            self._beat_at = now + HEARTBEAT_S
            for contact_id, fence in list(self._claims.items()):
                if not hub.heartbeat_v1(self._id, contact_id, fence):
                    del self._claims[contact_id]
        if self._replica.numbers_left() <= BLOCK // 2:
            self._replica.add_block(hub.lease_numbers_v1(self._id, BLOCK))

    def _push_all(self, hub: Hub) -> None:
        while ops := self._replica.next_ops():
            try:
                results = hub.push_v1(self._id, ops)
            except HubUnreachable as error:
                self._replica.tried(ops, str(error))
                raise
            self._replica.acknowledge(results)
            self._pull_all()

    def _pull_all(self) -> None:
        hub = self._online()
        changed: set[str] = set()
        more = True
        while more:
            page = hub.pull_v1(self._id, self._replica.cursor)
            more = page.more
            if not page.rows and page.end == page.start:
                break
            try:
                changed |= self._replica.apply(page)
            except StalePage:
                break
            if more:
                self._pause(PAGE_PAUSE_S)
        if changed:
            self._tell(Pulled(entities=tuple(sorted(changed))))

    def _pause(self, seconds: float) -> None:
        """Leave the store to the console for a moment."""
        import time

        time.sleep(seconds)

    def _online(self) -> Hub:
        if self._hub is None:
            hub = self._connect()
            self._replica.enrolled(hub.enrol_v1(self._id, self._name))
            self._hub = hub
            self._failures = 0
            self._hub_version = -1
            self._set_online(True, "")
        return self._hub

    def _lost(self, problem: str) -> None:
        """Go offline and try again later: full jitter from half a second to thirty (SYNC rule 14)."""
        if self._hub is not None:
            self._hub.close()
        self._hub = None
        wait = min(BACKOFF_LAST_S, BACKOFF_FIRST_S * 2**self._failures)
        self._failures = min(self._failures + 1, 10)
        self._retry_at = self._clock.monotonic() + self._rng.uniform(0, wait)
        self._set_online(False, problem)

    def _set_online(self, online: bool, problem: str) -> None:
        since = self._clock.now() if online != self._status.online else self._status.since
        self._status = self._status.model_copy(update={"online": online, "since": since, "problem": problem})
        self._status_at = 0.0

    def _report(self, now: float) -> None:
        if now < self._status_at:
            return
        self._status_at = now + STATUS_S
        queued, refused, conflicts = self._replica.counts()
        current = self._status.model_copy(
            update={
                "queued": queued,
                "refused": refused,
                "conflicts": conflicts,
                "cursor": self._replica.cursor,
                "last_pull": _instant(self._replica.state("last_pull")),
                "last_push": _instant(self._replica.state("last_push")),
            }
        )
        if current != self._status or not self._status.last_pull:
            self._status = current
            self._tell(current)

    def close(self) -> None:
        """Push what can be pushed in one last try, then let go of the hub."""
        try:
            if self._hub is not None:
                self._push_all(self._hub)
        except (HubUnreachable, StoreError):
            pass
        finally:
            if self._hub is not None:
                self._hub.close()
            self._hub = None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
