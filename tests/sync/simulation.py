"""Seats on a bad line, on one seed: the real protocol code with clock, chance, line and disk put in (SYNC, level 2).

What happens: calls and answers are lost, calls arrive twice or long after they were given up, old pages come late,
a seat is cut off for a while, the hub is started again or put back from a backup, and so are the seats' stores, workers
and consoles die between any two writes, disks fill up, and each seat's clock is up to a day off. Then everything heals,
comes to rest, and the checker looks."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from data.backup.making import back_up
from data.backup.restoring import restore
from data.backup.shelf import Reason, shelved
from data.clock import Clock
from data.models import SYNCED
from data.models.base import AgentId, ContactId, new_id
from data.store import driver
from data.store.database import Store
from data.store.errors import StoreError
from data.sync.contract import Hub, HubUnreachable, MustRefetch, Page
from data.sync.replica import Replica
from data.sync.wire import AskClaim, Claimed, Finish, FromWorker, Pulled, Wake
from data.sync.worker import Worker
from tests.stores import new_store
from tests.sync.checker import Site, check, cursor_forward, own_writes, reads
from tests.sync.grounds import Ground, PutBack
from tests.sync.saver import BAD, remember_what_is_said, save_one
from tests.sync.writers import Writer, contact

STEPS = 150
HEAL_S = 30.0
CALLS = frozenset(name for name in dir(Hub) if name.endswith("_v1"))
CHANGING = CALLS - {"pull_v1", "snapshot_v1", "lookup_v1"}


class Died(BaseException):
    """Stands for kill -9: nothing in the program may catch it."""


class SeatClock:
    """The hub's clock, as it stands at a seat that is so far off."""

    def __init__(self, clock: Clock, off: timedelta) -> None:
        self._clock = clock
        self._off = off

    def now(self) -> datetime:
        return self._clock.now() + self._off

    def monotonic(self) -> float:
        return self._clock.monotonic()


class Weather:
    """How bad it is; `heal` ends it."""

    def __init__(self, chance: random.Random, clock: Clock, *, rough: bool) -> None:
        """`rough`: of everything something, and much of it; otherwise chance says how much of what."""

        def some(*levels: float) -> float:
            return levels[-1] if rough else chance.choice(levels)

        self.chance = chance
        self._clock = clock
        self.lost_calls = some(0.0, 0.05, 0.2)
        self.lost_answers = some(0.0, 0.05, 0.2)
        self.twice = some(0.0, 0.1)
        self.late = some(0.0, 0.2)
        self.deaths = some(0.0, 0.01, 0.03)
        self.full = some(0.0, 0.0, 0.01)
        self.cut = some(0.0, 0.01)
        self.restarts = some(0.0, 0.02)
        self.put_backs = some(0.0, 0.0, 0.01)
        self.hub_life = 0
        self.pages: dict[str, list[Page]] = {}
        """What each seat was sent, and may be sent again."""
        self._cut_until: dict[str, float] = {}
        self._under_way: list[Callable[[], Any]] = []

    def happens(self, probability: float) -> bool:
        return probability > 0 and self.chance.random() < probability

    def turn(self, seats: list[Seat]) -> None:
        """What happens by itself between two things that people do."""
        if self.happens(self.restarts):
            self.hub_life += 1
        for seat in seats:
            if self.happens(self.cut):
                self._cut_until[seat.name] = self._clock.monotonic() + self.chance.uniform(1, 60)
            if self.happens(self.full):
                seat.fill_disk(full=not seat.full)
            if self.happens(self.put_backs):
                seat.back_up()
            if self.happens(self.put_backs):
                seat.put_back()
        if self._under_way and self.happens(0.3):
            self._arrive(self._under_way.pop(self.chance.randrange(len(self._under_way))))

    def forget_calls(self) -> None:
        """The hub is another file now: nothing is under way to it."""
        self.hub_life += 1
        self._under_way = []
        self.pages = {}

    def is_cut(self, seat: str) -> bool:
        return self._cut_until.get(seat, 0.0) > self._clock.monotonic()

    def send_on(self, call: Callable[[], Any]) -> None:
        """This call was given up by the one who made it, and is still under way."""
        self._under_way.append(call)

    def _arrive(self, call: Callable[[], Any]) -> None:
        with suppress(Exception):  # nobody hears the answer
            call()

    def heal(self, seats: list[Seat]) -> None:
        for call in self._under_way:
            self._arrive(call)
        self.lost_calls = self.lost_answers = self.twice = self.late = self.deaths = self.full = self.cut = 0.0
        self.restarts = self.put_backs = 0.0
        self._cut_until = {}
        for seat in seats:
            seat.fill_disk(full=False)


class BadLine:
    """A connection to the hub in this weather."""

    def __init__(self, hub: Hub, weather: Weather, seat: str) -> None:
        self._hub = hub
        self._weather = weather
        self._seat = seat
        self._hub_life = weather.hub_life

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._hub, name)
        return self._lossy(found, name) if name in CALLS or name == "version" else found

    def _lossy(self, call: Callable[..., Any], name: str) -> Callable[..., Any]:
        weather = self._weather

        def called(*args: Any) -> Any:
            if weather.is_cut(self._seat) or weather.hub_life != self._hub_life:
                raise HubUnreachable("The line is cut.")
            if name == "version":
                return call()
            if weather.happens(weather.lost_calls):
                if name in CHANGING and weather.chance.random() < 0.5:
                    weather.send_on(lambda: call(*args))
                raise HubUnreachable("The line was cut before the call.")
            if name in CHANGING and weather.happens(weather.twice):
                call(*args)
            answer = call(*args)
            if weather.happens(weather.lost_answers):
                raise HubUnreachable("The line was cut before the answer.")
            if name == "pull_v1":
                pages = weather.pages.setdefault(self._seat, [])
                if answer.rows:
                    pages.append(answer)
                if pages and weather.happens(weather.late):
                    return weather.chance.choice(pages[-20:])
            return answer

        return called


class MortalStore(Store):
    """A store whose process may die before or after any commit, and whose disk may be full."""

    weather: Weather | None = None
    committed: Callable[[], None] = staticmethod(lambda: None)
    """Called after each commit."""

    @contextmanager
    def write(self) -> Iterator[driver.Connection]:
        if self.weather is None or self.connection.in_transaction:
            with super().write() as connection:
                yield connection
            return
        deaths = self.weather.deaths
        with super().write() as connection:
            yield connection
            if self.weather.happens(deaths):
                raise Died
        self.committed()
        if self.weather.happens(deaths):
            raise Died

    def fill_disk(self, *, full: bool) -> None:
        """From now on the file may not grow, or may again."""
        pages = self.value("PRAGMA page_count") if full else 1_000_000_000
        self.execute(f"PRAGMA max_page_count = {pages}")


class Seat:
    """One store, the console that saves in it and its worker. Either may die and is started again."""

    def __init__(self, path: Path, ground: Ground, weather: Weather, site: Site) -> None:
        self.path, self.name = path, path.stem
        self._ground = ground
        self._weather = weather
        self._clock = SeatClock(ground.clock, timedelta(days=weather.chance.choice([0, 0, 1, -1])))
        self._site = site
        self.full = False
        self.put_backs = 0
        """How often its store was put back."""
        self.claims: dict[str, int] = {}
        """What this agent was told that it has: contact → fence."""
        self.told: list[tuple[str, int]] = []
        self.found: list[str] = []
        """What was wrong after a commit of the worker."""
        self.screen: dict[str, list[dict[str, Any]]] = {}
        """What a console shows that reads a table again when it is told of it, and after its own saves."""
        new_store(path).close()
        self.console = self._open_store()
        remember_what_is_said(self.console)
        self._worker_store = self._open_worker_store()
        self._start_worker()
        self.look()

    def _open_store(self) -> MortalStore:
        store = MortalStore(self.path, durable=False)
        store.execute("PRAGMA synchronous = OFF")  # processes die here, not machines
        store.weather = self._weather
        if self.full:
            store.fill_disk(full=True)
        return store

    def _open_worker_store(self) -> MortalStore:
        store = self._open_store()

        def look() -> None:
            self.found += cursor_forward(store, self._site)

        store.committed = look
        return store

    def _start_worker(self) -> None:
        def connect() -> Hub:
            if self._weather.is_cut(self.name):
                raise HubUnreachable("The line is cut.")
            hub: Any = BadLine(self._ground.open(), self._weather, self.name)
            return hub  # type: ignore[no-any-return]

        while True:
            try:
                self._worker = Worker(
                    self._worker_store,
                    connect,
                    self._hear,
                    self._clock,
                    self._weather.chance,
                    self.name,
                    sleep=self._ground.clock.leap,
                )
                return
            except (Died, StoreError):
                self._worker_store.close()
                self._worker_store = self._open_worker_store()
                if self.full:
                    self.fill_disk(full=False)

    def hang_up(self) -> None:
        """The connection to the hub is gone."""
        if self._worker._hub is not None:
            self._worker._hub.close()

    def _worker_died(self) -> None:
        self.hang_up()
        self._worker_store.close()
        self._worker_store = self._open_worker_store()
        self._start_worker()

    def _console_died(self) -> None:
        self.console.close()
        self.console = self._open_store()
        remember_what_is_said(self.console)
        self.look()

    def back_up(self) -> None:
        """While the console and the worker go on."""
        back_up(self.console.connection, self.path, Reason.BY_HAND, self._clock.now())

    def put_back(self) -> None:
        """Put any of its backups, or what was kept of it at another restore, in the place of its store."""
        backups = [one.path for one in shelved(self.path)]
        if not backups:
            return
        self.hang_up()
        for store in (self.console, self._worker_store):
            store.close()
        done = restore(self.path, self._weather.chance.choice(backups), self._clock.now())
        if done.unread or not done.undo:
            self.found.append(f"{self.name} could not be read when it was put back: {done}")
        self._site.seen.pop(self.path, None)
        self.put_backs += 1
        self.console = self._open_store()
        self._worker_store = self._open_worker_store()
        remember_what_is_said(self.console)
        self._start_worker()
        self.look()

    def fill_disk(self, *, full: bool) -> None:
        self.full = full
        for store in (self.console, self._worker_store):
            store.fill_disk(full=full)

    def _hear(self, message: FromWorker) -> None:
        if isinstance(message, Pulled):
            self.look(message.entities)
        elif isinstance(message, Claimed) and message.claim.contact_id is not None:
            self.claims[message.claim.contact_id] = message.claim.fence
            self.told.append((message.claim.contact_id, message.claim.fence))

    def look(self, entities: Iterable[str] = SYNCED) -> None:
        """Read these tables again."""
        for name in entities:
            self.screen[name] = self.console.rows(f'SELECT * FROM "{name}" ORDER BY id')

    def save(self) -> None:
        """The agent saves something."""
        try:
            self._site.saved |= set(save_one(self.console, self._weather.chance, self._clock))
        except Died:
            self._console_died()
        except StoreError:
            pass  # a full disk: the agent was told
        self.look(("ticket", "ticket_event", "charge", "payment"))

    def step(self) -> None:
        self._work(lambda: (self._worker.hear(Wake()), self._worker.step()))

    def claim(self) -> None:
        """The agent wants a call: the worker asks for it and pulls, whatever still waits to be pushed."""
        ask = AskClaim(request_id=new_id(), agent=AgentId(self.name))
        self._work(lambda: self._worker.hear(ask))

    def finish(self) -> None:
        """The agent is done with one of its contacts."""
        if self.claims:
            contact_id = self._weather.chance.choice(sorted(self.claims))
            done = Finish(contact_id=ContactId(contact_id), fence=self.claims.pop(contact_id))
            self._work(lambda: self._worker.hear(done))

    def _work(self, work: Callable[[], object]) -> None:
        try:
            work()
        except (Died, StoreError):
            self._worker_died()

    def faults(self, *, whole: bool) -> list[str]:
        """What is wrong with what this seat shows right now; what it showed before is asked when `whole`."""
        return reads(self.console, self._site) if whole else own_writes(self.console)

    def refused_in_vain(self) -> list[str]:
        """Changes that the hub refused though nothing is wrong with them: they came in the wrong order, or in parts."""
        sql = "SELECT op_id, last_error FROM outbox WHERE state = 'refused' AND json_extract(patch, '$.priority') IS NOT ?"
        return [
            f"{self.name}: {op['op_id']} was refused: {op['last_error']}" for op in self.console.rows(sql, (BAD,))
        ]

    def unseen(self) -> list[str]:
        """Tables that the console was not told to read again."""
        shown = dict(self.screen)
        self.look()
        return [name for name in self.screen if self.screen[name] != shown[name]]

    def at_rest(self, hub: Hub) -> bool:
        """Everything is pushed, and everything pulled."""
        if self.console.value("SELECT count(*) FROM outbox WHERE state <> 'refused'"):
            return False
        replica = Replica(self.console, self._clock)
        try:
            page = hub.pull_v1(replica.identity(), replica.cursor)
        except MustRefetch:  # it will be told so itself, and take a snapshot
            return False
        return not page.rows and page.end == page.start

    def close(self) -> None:
        self._worker.close()
        for store in (self._worker_store, self.console):
            store.close()


def simulate(
    folder: Path, seed: int, ground: Ground, *, steps: int = STEPS, rough: bool = False, put_back_in: float = 0.2
) -> list[str]:
    """One run; returns what was found wrong. `folder` gets the seats' stores; the hub is put back in so many of all
    runs."""
    chance, clock = random.Random(seed), ground.clock
    weather = Weather(chance, clock, rough=rough)
    site = Site(ground.address, [])
    seats = [
        Seat(folder / f"seat-{place}.db", ground, weather, site)
        for place in range(chance.choice([1, 2, 2, 3]) if not rough else 2)
    ]
    site.stores = [seat.path for seat in seats]
    feed = Writer(ground.open())
    feed.add(*(contact(kind=chance.choice(["call", "chat"])) for _ in range(20)))
    found: list[str] = []
    past: list[int] = sorted(chance.sample(range(steps), 2)) if chance.random() < put_back_in else []
    """When the hub is backed up, and when it is put back."""
    put_back: PutBack | None = None
    for step in range(steps):
        if step in past[:1]:
            put_back = ground.back_up()
        elif step in past[1:] and put_back is not None:
            weather.forget_calls()
            feed.hub.close()
            for one in seats:
                one.hang_up()
            put_back(lost=chance.random() < 0.3)
            feed.hub = ground.open()
        seat = chance.choice(seats)
        what = chance.random()
        if what < 0.5:
            seat.save()
        elif what < 0.8:
            seat.step()
        elif what < 0.93:
            seat.claim()
        else:
            seat.finish()
        weather.turn(seats)
        clock.leap(60.0 if chance.random() < 0.01 else chance.random())
        found += seat.faults(whole=chance.random() < 0.2)
    weather.heal(seats)
    healed = clock.monotonic()
    resting = False
    while not resting and clock.monotonic() < healed + HEAL_S:
        for seat in seats:  # once at least: a worker that died last has not said yet what it took in
            seat.step()
        clock.leap(0.3)
        resting = all(seat.at_rest(feed.hub) for seat in seats)
    if not resting:
        found.append(f"I9: not at rest {HEAL_S:.0f} s after the heal")
    found += check(site)
    told = [] if past else sorted(claim for seat in seats for claim in set(seat.told))
    found += [f"I4: {one} was told to two agents" for one, other in pairwise(told) if one == other]
    for seat in seats:
        found += seat.found + seat.refused_in_vain()
        found += [f"{seat.name} was not told that {name} changed" for name in seat.unseen()]
        seat.close()
    feed.hub.close()
    return found
