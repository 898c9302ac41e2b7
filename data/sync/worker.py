"""The worker: the one process of a seat that talks to the hub, so that the keys never wait for it.

`step` does whatever is due and returns how long the worker may sleep. Clock, random source, hub and the
way to speak are passed in; `python -m data.sync` puts the real ones together."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from data.clock import Clock
from data.models.base import CustomerId
from data.store.database import Store
from data.store.errors import StoreError
from data.sync.claiming import Claiming
from data.sync.contract import (
    WHOLE,
    CopiedReplica,
    Enrolment,
    Hub,
    HubUnreachable,
    Op,
    Revoked,
    Scope,
)
from data.sync.facts import Place
from data.sync.incoming import PAGE_PAUSE_S, Incoming
from data.sync.loading import Loading
from data.sync.replica import Replica
from data.sync.snapshots import Snapshots
from data.sync.wire import (
    AskClaim,
    AskLookup,
    Finish,
    FromWorker,
    LookedUp,
    Ping,
    Pong,
    Progress,
    Pulled,
    SyncStatus,
    ToWorker,
    Wake,
)

log = logging.getLogger(__name__)
POLL_S = 0.05
"""How often the embedded hub's change counter is looked at (about 20 µs a look)."""
QUIET_POLL_S, QUIET_AFTER_S = 0.15, 5.0
"""The same once nothing has changed for a while: each look wakes the processor."""
OUTBOX_POLL_S = 0.5
"""How often the outbox is looked at when the console has said nothing: it says so after each save."""
SAFETY_POLL_S = 5.0
HEARTBEAT_S = 10.0
STATUS_S = 1.0
BACKOFF_FIRST_S, BACKOFF_LAST_S = 0.5, 30.0
PUSH_SLICE = 200
"""Ops pushed at a time."""
STALLED_S = 60.0
"""With a queue, a hub and nothing done for so long, the hub is connected anew."""
TIDY_S = 600.0
STORE_RETRY_S = 1.0
"""After the store could not be written (a full disk, most likely)."""
LAST_PUSH_S = 0.4
"""How long the end may take; what is left then goes out at the next start."""
BLOCK = 20
"""Ticket numbers leased at a time."""

STALLED = "Nothing was sent for a minute though changes wait: the hub is connected anew."
COPIED = "This seat's store is a copy of another one: it goes on under a number of its own."


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
        scope: Scope = WHOLE,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`sleep`: how to wait for a moment between two writes, in seconds."""
        self._replica = Replica(store, clock)
        self._snapshots = Snapshots(store, clock)
        self._loading = Loading(store, clock)
        self._scope = scope
        self._incoming = Incoming(self._replica, self._snapshots, scope, self._changed, clock, sleep)
        self._connect = connect
        self._tell = tell
        self._clock = clock
        self._rng = rng
        self._name = name
        self._replica.identity()
        self._hub: Hub | None = None
        self._hub_version = -1
        self._news_at = 0.0
        self._failures = 0
        self._retry_at = 0.0
        self._pull_at = 0.0
        self._beat_at = 0.0
        self._status_at = 0.0
        self._tidy_at = 0.0
        self._load_at = 0.0
        self._moved_at = 0.0
        """When the queue moved last, or was empty."""
        self._left = True
        """The outbox may hold what was not pushed."""
        self._look_at = 0.0
        self._store_trouble = False
        self._well_at = 0.0
        """Until then, the trouble is shown."""
        self._status = SyncStatus(since=clock.now())
        self._told: SyncStatus | None = None
        self._revoked = False
        """The hub gives nothing more: what waits is pushed, and nothing else is done."""
        self._claiming = Claiming(self._replica, clock)

    # speaking with the console

    def hear(self, message: ToWorker) -> None:
        """Do what the console asks. Claims are answered at once; the rest is looked at in the next step."""
        match message:
            case Wake():
                self._left = True
                self._retry_at = min(self._retry_at, self._clock.monotonic() + BACKOFF_FIRST_S)
            case AskClaim():
                self._answer_claim(message)
            case AskLookup():
                self._look_up(message)
            case Finish():
                self._finish(message)
            case Ping():
                self._tell(Pong())

    def _answer_claim(self, ask: AskClaim) -> None:
        """The contact is in the store before the console hears that it has it."""
        told = self._claiming.ask(ask, self._online, self._failed)
        if not told.refused:
            try:
                self._incoming.pull(self._online())
            except (HubUnreachable, StoreError) as error:
                self._failed(error)
        self._tell(told)

    def _look_up(self, ask: AskLookup) -> None:
        """Answer a look-up: what the hub finds is in the store before the console hears of it."""
        answer = LookedUp(request_id=ask.request_id, refused=True)
        try:
            rows = self._online().lookup_v1(self._replica.identity(), ask.query)
            self._incoming.news |= self._replica.keep(rows)
            answer = LookedUp(request_id=ask.request_id, customers=tuple(CustomerId(row.entity_id) for row in rows))
            self._incoming.tell()
        except (HubUnreachable, StoreError) as error:
            self._failed(error)
        self._tell(answer)

    def _finish(self, finish: Finish) -> None:
        try:
            self._claiming.finish(finish, self._online)
        except (HubUnreachable, StoreError) as error:
            self._failed(error)

    # the work

    def step(self) -> float:
        """Do what is due; returns seconds until there may be more. Raises neither HubUnreachable nor StoreError:
        both are told in the status."""
        now = self._clock.monotonic()
        pause = POLL_S if now - self._news_at < QUIET_AFTER_S else QUIET_POLL_S
        try:
            if self._hub is None and now < self._retry_at:
                pause = min(self._retry_at - now, STATUS_S)
            elif self._work(now):
                pause = PAGE_PAUSE_S
            if self._store_trouble and now >= self._well_at:
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
        if self._revoked:
            return self._only_push(hub, now)
        at = self._snapshots.place
        ops = self._next_ops(now) if at is None or not at.put_back else []
        if ops:
            self._push(hub, ops)
            self._incoming.pull(hub)
        version = hub.version()
        if version != self._hub_version:
            self._news_at = now
        if version != self._hub_version or now >= self._pull_at or self._incoming.behind:
            self._hub_version = version
            self._incoming.pull(hub)
            self._pull_at = now + SAFETY_POLL_S * (0.75 + self._rng.random() / 2)
        if now >= self._beat_at:
            self._beat_at = now + HEARTBEAT_S
            self._claiming.keep(hub)
        snapshot = self._take_snapshot(hub)
        loading = not snapshot and self._load(hub, now)
        if now >= self._tidy_at:
            self._tidy_at = now + TIDY_S
            self._replica.tidy()
        self._watch(now)
        return self._incoming.behind or bool(ops) or snapshot or loading

    @property
    def revoked(self) -> bool:
        """Whether the hub gives nothing more: what waits is pushed, and nothing else is done."""
        return self._revoked

    def _only_push(self, hub: Hub, now: float) -> bool:
        hub.version()  # raises where the hub is gone
        self._replica.hear_no_more()
        ops = self._replica.next_ops(PUSH_SLICE)
        if ops:
            self._push(hub, ops)
        return self._load(hub, now) or bool(ops)

    def _watch(self, now: float) -> None:
        """The stall watchdog (SYNC rule 14).

        Raises:
            HubUnreachable: ops wait, the hub is there, and nothing has moved for a minute.
        """
        if not self._replica.waits():
            self._moved_at = now
        elif now - self._moved_at >= STALLED_S:
            log.warning(STALLED)
            self._left = True
            self._status = self._status.model_copy(update={"stalls": self._status.stalls + 1})
            self._tell(self._status.model_copy(update={"online": False, "problem": STALLED}))
            raise HubUnreachable(STALLED)

    def _moved(self) -> None:
        self._moved_at = self._clock.monotonic()

    def _next_ops(self, now: float) -> list[Op]:
        """What is to be pushed: looked for when the console says so, and now and then all the same."""
        if not self._left and now < self._look_at:
            return []
        self._look_at = now + OUTBOX_POLL_S
        if not self._revoked and self._replica.numbers_left() <= BLOCK // 2:
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
        if len(results) != len(ops):
            raise HubUnreachable("The hub did not say what became of each change: they are sent again.")
        self._incoming.news |= self._replica.acknowledge(results)
        self._moved()

    def _take_snapshot(self, hub: Hub) -> bool:
        """A piece of the snapshot; False when there is none."""
        at = self._snapshots.place
        taken = self._incoming.take_snapshot(hub)
        if taken and self._snapshots.place is None:
            self._left = True
        elif at is not None and at.put_back:
            self._moved()
        return taken

    def _load(self, hub: Hub, now: float) -> bool:
        """Send a page of an import to the hub; False when there is none to send."""
        if now < self._load_at:
            return False
        try:
            changed = self._loading.send_page(hub, self._name, self._replica, revoked=self._revoked)
        except CopiedReplica as error:  # the next try takes other numbers
            raise HubUnreachable(str(error)) from error
        if changed is not None:
            self._incoming.news |= changed
            self._incoming.behind = True  # what changes by our own hand does not change the hub's version for us
            self._incoming.pause()
        else:
            self._load_at = now + SAFETY_POLL_S
        return changed is not None

    def _changed(self, entities: tuple[str, ...]) -> None:
        self._tell(Pulled(entities=entities))

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
            self._beat_at = 0.0
            self._moved()
            self._set_online(True, str(Revoked()) if self._revoked else "")
        return self._hub

    def _enrol(self, hub: Hub) -> None:
        enrolment = self._enrolled_as(hub, self._replica.identity())
        if self._replica.is_copy(enrolment):
            enrolment = self._enrolled_as(hub, self._replica.renew())
        hub_has = {enrolment.replica_id: enrolment.last_replica_seq}

        def ask_for(senders: set[str]) -> None:
            hub_has.update((one, self._enrolled_as(hub, one).last_replica_seq) for one in senders - hub_has.keys())

        ask_for(self._replica.senders() | self._loading.senders(finished=False))
        if put_back := self._replica.lacks(enrolment, hub_has):
            self._status = self._status.model_copy(update={"put_backs": self._status.put_backs + 1})
        if put_back or self._replica.restored_alone:
            ask_for(self._loading.senders(finished=True))
        self._revoked = enrolment.revoked
        self._replica.enrolled(enrolment, self._scope, hub_has)
        ask_for(self._replica.former_senders())  # the hub takes nothing from one that it does not know

    def _enrolled_as(self, hub: Hub, replica_id: str) -> Enrolment:
        return hub.enrol_v1(replica_id, self._name, self._scope)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """For what is done beside the steps on the same store: when it cannot be written, the status says so and the
        worker goes on."""
        try:
            yield
        except StoreError as error:
            self._store_failed(error)
        except OSError as error:
            sentence = f"{error.filename} cannot be used ({error.strerror}): give this user the right and the room to write it."
            self._store_failed(StoreError(sentence))

    def _failed(self, error: HubUnreachable | StoreError) -> None:
        if isinstance(error, StoreError):
            self._store_failed(error)
        else:
            self._lost(str(error))

    def _store_failed(self, error: StoreError) -> None:
        """The store could not be read or written: say so, and try again a little later."""
        self._set_problem(str(error))
        if not self._store_trouble:
            self._tell(self._status)
        self._store_trouble = True
        self._well_at = self._clock.monotonic() + STORE_RETRY_S

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
                "snapshot": _progress(self._snapshots.place),
                "load": self._loading.progress(),
                "revoked": self._revoked,
                "last_pull": _instant(self._replica.state("last_pull")),
                "last_push": _instant(self._replica.state("last_push")),
            }
        )
        self._status = current
        if current != self._told:
            self._told = current
            self._tell(current)

    def close(self) -> None:
        """Push what can be pushed in LAST_PUSH_S, then let go of the hub."""
        until = self._clock.monotonic() + LAST_PUSH_S
        try:
            at = self._snapshots.place
            while (
                self._hub is not None
                and not (at is not None and at.put_back)
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


def _progress(at: Place | None) -> Progress:
    return Progress(done=at.done, total=max(at.total, at.done, 1)) if at is not None else Progress()


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
