"""The worker: the one process of a seat that talks to the hub, so that the keys never wait for it.

`step` does whatever is due and returns how long the worker may sleep. Clock, random source, hub and the
way to speak are passed in; `python -m data.sync` puts the real ones together."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime

from data.clock import Clock
from data.models import SYNCED
from data.store.database import Store
from data.store.errors import StoreError
from data.sync.contract import Claim, CopiedReplica, Hub, HubUnreachable, Op, OpOutcome
from data.sync.replica import Replica, StalePage
from data.sync.wire import AskClaim, Claimed, Finish, FromWorker, Ping, Pong, Pulled, SyncStatus, ToWorker, Wake

POLL_S = 0.05
"""How often the embedded hub's change counter is looked at (about 20 µs a look)."""
OUTBOX_POLL_S = 0.5
"""How often the outbox is looked at when the console has said nothing: it says so after each save."""
SAFETY_POLL_S = 5.0
HEARTBEAT_S = 10.0
STATUS_S = 1.0
PAGE_PAUSE_S = 0.01
"""Between two pages of a long pull, so that the console's own saves get in between."""
BACKOFF_FIRST_S, BACKOFF_LAST_S = 0.5, 30.0
PUSH_SLICE = 200
"""Ops pushed at a time."""
PULL_SLICE_S = 0.1
"""A long pull is left off after so long. Between two slices the console is heard: it may want a call claimed."""
STORE_RETRY_S = 1.0
"""After the store could not be written (a full disk, most likely)."""
LAST_PUSH_S = 0.4
"""How long the end may take; what is left then goes out at the next start."""
BLOCK = 20
"""Ticket numbers leased at a time."""

COPIED = "This seat's store is a copy of another one: it goes on under a number of its own."
_SHOWS = frozenset({OpOutcome.REFUSED, OpOutcome.CONFLICT})
"""Outcomes after which the store shows something else than before."""


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
        self._replica.identity()
        self._hub: Hub | None = None
        self._hub_version = -1
        self._failures = 0
        self._retry_at = 0.0
        self._pull_at = 0.0
        self._beat_at = 0.0
        self._status_at = 0.0
        self._behind = False
        self._left = True
        """The outbox may hold what was not pushed."""
        self._look_at = 0.0
        self._store_trouble = False
        self._status = SyncStatus(since=clock.now())
        self._told: SyncStatus | None = None
        self._news: set[str] = set(SYNCED)
        """Entities that changed since the console was told. At first all: the last worker may have died between
        taking rows in and telling of them."""
        self._claims = self._replica.claimed()
        """Whose lease is kept: contact → fence. A worker that is started again finds its own among those in the
        store: the hub refuses the heartbeat of another seat's."""

    # speaking with the console

    def hear(self, message: ToWorker) -> None:
        """Do what the console asks. Claims are answered at once; the rest is looked at in the next step."""
        match message:
            case Wake():
                self._left = True
                self._retry_at = min(self._retry_at, self._clock.monotonic() + BACKOFF_FIRST_S)
            case AskClaim():
                self._answer_claim(message)
            case Finish():
                self._finish(message)
            case Ping():
                self._tell(Pong())

    def _answer_claim(self, ask: AskClaim) -> None:
        try:
            hub = self._online()
            claim = hub.claim_v1(self._replica.identity(), ask.request_id, ask.agent, ask.queues, ask.contact_id)
        except HubUnreachable as error:
            self._lost(str(error))
            why = "the hub does not answer, and only it can give a call to one agent: try again in a moment"
            self._tell(Claimed(claim=Claim(request_id=ask.request_id, contact_id=None, why=why), refused=True))
            return
        if claim.contact_id is not None:
            self._claims[claim.contact_id] = claim.fence
        try:
            self._pull()
        except HubUnreachable as error:
            self._lost(str(error))
        except StoreError as error:
            self._store_failed(error)
        self._tell(Claimed(claim=claim))

    def _finish(self, finish: Finish) -> None:
        self._claims.pop(finish.contact_id, None)
        try:
            self._online().finish_v1(self._replica.identity(), finish.contact_id, finish.fence)
        except HubUnreachable as error:  # the lease runs out by itself
            self._lost(str(error))
        except StoreError as error:
            self._store_failed(error)

    # the work

    def step(self) -> float:
        """Do what is due; returns seconds until there may be more. Raises neither HubUnreachable nor StoreError:
        both are told in the status."""
        now = self._clock.monotonic()
        pause = POLL_S
        try:
            if self._hub is None and now < self._retry_at:
                pause = min(self._retry_at - now, STATUS_S)
            elif self._work(now):
                pause = PAGE_PAUSE_S
            if self._store_trouble:
                self._store_trouble = False
                self._set_problem("")
            self._report(now)
        except HubUnreachable as error:
            self._lost(str(error))
            pause = 0.0
        except StoreError as error:
            self._store_failed(error)
            pause = STORE_RETRY_S
        return pause

    def _work(self, now: float) -> bool:
        """Everything that is due, a piece of it when it is much; True when there is more to push or pull."""
        hub = self._online()
        ops = self._next_ops(now)
        if ops:
            self._push(hub, ops)
            self._pull()
        version = hub.version()
        if version != self._hub_version or now >= self._pull_at or self._behind:
            self._hub_version = version
            self._pull()
            self._pull_at = now + SAFETY_POLL_S * (0.75 + self._rng.random() / 2)
        if now >= self._beat_at:
            self._beat_at = now + HEARTBEAT_S
            for contact_id, fence in list(self._claims.items()):
                if not hub.heartbeat_v1(self._replica.identity(), contact_id, fence):
                    del self._claims[contact_id]
        return self._behind or bool(ops)

    def _next_ops(self, now: float) -> list[Op]:
        """What is to be pushed: looked for when the console says so, and now and then all the same."""
        if not self._left and now < self._look_at:
            return []
        self._look_at = now + OUTBOX_POLL_S
        if self._replica.numbers_left() <= BLOCK // 2:
            self._replica.add_block(self._online().lease_numbers_v1(self._replica.identity(), BLOCK))
        ops = self._replica.next_ops(PUSH_SLICE)
        self._left = bool(ops)
        return ops

    def _push(self, hub: Hub, ops: Sequence[Op]) -> None:
        try:
            results = hub.push_v1(self._replica.sender(ops), ops)
        except HubUnreachable as error:
            self._replica.tried(ops, str(error))
            raise
        except CopiedReplica as error:
            self._replica.renew()
            raise HubUnreachable(COPIED) from error
        self._replica.acknowledge(results)
        self._news |= {op.entity for op, result in zip(ops, results, strict=True) if result.outcome in _SHOWS}

    def _pull(self) -> None:
        """Take in what is new, for as long as a slice; the rest follows in the next step. The console is told of
        whatever came in, even when the hub goes away in the middle."""
        hub = self._online()
        until = self._clock.monotonic() + PULL_SLICE_S
        self._behind = True
        try:
            while self._behind:
                page = hub.pull_v1(self._replica.identity(), self._replica.cursor)
                self._behind = page.more
                if page.rows or page.end != page.start or self._status.last_pull is None:
                    self._news |= self._replica.apply(page)
                if self._behind:
                    self._pause(PAGE_PAUSE_S)
                    if self._clock.monotonic() >= until:
                        break
        except StalePage:
            self._behind = False
        finally:
            self._tell_news()

    def _tell_news(self) -> None:
        if self._news:
            self._tell(Pulled(entities=tuple(sorted(self._news))))
            self._news = set()

    def _pause(self, seconds: float) -> None:
        """Leave the store to the console for a moment."""
        import time

        time.sleep(seconds)

    def _online(self) -> Hub:
        if self._hub is None:
            hub = self._connect()
            try:
                self._enrol(hub)
            except BaseException:
                hub.close()
                raise
            self._hub = hub
            self._failures = 0
            self._hub_version = -1
            self._set_online(True, "")
        return self._hub

    def _enrol(self, hub: Hub) -> None:
        enrolment = hub.enrol_v1(self._replica.identity(), self._name)
        if self._replica.is_copy(enrolment):
            enrolment = hub.enrol_v1(self._replica.renew(), self._name)
        self._replica.enrolled(enrolment)
        for former in self._replica.former_senders():
            hub.enrol_v1(former, self._name)

    def _store_failed(self, error: StoreError) -> None:
        """The store could not be read or written: say so, and try again a little later."""
        self._set_problem(str(error))
        if not self._store_trouble:
            self._tell(self._status)
        self._store_trouble = True

    def _set_problem(self, problem: str) -> None:
        self._status = self._status.model_copy(update={"problem": problem})
        self._told = None
        self._status_at = 0.0

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
        self._status = current
        if current != self._told:
            self._told = current
            self._tell(current)

    def close(self) -> None:
        """Push what can be pushed in a second, then let go of the hub."""
        until = self._clock.monotonic() + LAST_PUSH_S
        try:
            while (
                self._hub is not None
                and self._clock.monotonic() < until
                and (ops := self._replica.next_ops(PUSH_SLICE))
            ):
                self._push(self._hub, ops)
        except (HubUnreachable, StoreError):
            pass
        finally:
            if self._hub is not None:
                self._hub.close()
            self._hub = None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
