"""One seat that says the same to a PostgreSQL hub again and again, while the line breaks at one byte after the other
(SYNC, level 4)."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from data.floor.pace import LeapClock
from data.models.base import AgentId, new_id
from data.sync.address import open_hub
from data.sync.wire import AskClaim, Claimed, FromWorker, Wake
from data.sync.worker import Worker
from tests.postgres import PORT
from tests.sync.checker import Site, check, reads
from tests.sync.proxy import Fault, How, Proxy, Way
from tests.sync.saver import open_saver, save_one
from tests.sync.writers import Writer, contact


class Talker:
    """A seat behind a proxy. Use it as a context manager."""

    def __init__(self, folder: Path, dsn: str, seed: int = 1) -> None:
        parts = conninfo_to_dict(dsn)
        self.proxy = Proxy(f"{parts['host']}/.s.PGSQL.{PORT}")
        self._parts = parts
        self._chance = random.Random(seed)
        self._clock = LeapClock()
        self._store = open_saver(folder / "seat.db")
        self.site = Site(dsn, [folder / "seat.db"])
        self.told: list[Claimed] = []
        self.length: dict[Way, int] = {}
        """Of the last conversation, in bytes."""
        self._feed = Writer(open_hub(f"postgresql:///{parts['dbname']}?host={parts['host']}&user={parts['user']}"))

    def __enter__(self) -> Talker:
        self.proxy.__enter__()
        self._worker = self._new_worker()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._worker.close()
        self._store.close()
        self._feed.hub.close()
        self.proxy.__exit__()

    def _new_worker(self) -> Worker:
        address = f"postgresql://{self._parts['user']}@127.0.0.1:{self.proxy.port}/{self._parts['dbname']}"
        address += "?sslmode=disable&gssencmode=disable"
        return Worker(self._store, lambda: open_hub(address), self._hear, self._clock, self._chance)

    def _hear(self, message: FromWorker) -> None:
        if isinstance(message, Claimed):
            self.told.append(message)

    def talk(self, fault: Fault | None = None) -> list[str]:
        """The whole conversation on a new connection (signing on, numbers, a push, a claim, pulls), broken so; then
        the line is mended and the worker goes on. Returns what is wrong."""
        self._worker.close()
        self._feed.add(contact())
        self.site.saved |= set(save_one(self._store, self._chance))
        self.proxy.arm(fault)
        self._worker = self._new_worker()
        self._step()
        self._worker.hear(AskClaim(request_id=new_id(), agent=AgentId("dana")))
        self._step()
        self.length = dict(self.proxy.passed)
        self.proxy.arm(None)
        return self._at_rest()

    def _step(self) -> None:
        self._worker.hear(Wake())
        self._clock.leap(1.0)
        self._worker.step()

    def _at_rest(self) -> list[str]:
        for _ in range(30):
            self._step()
            if not self._store.value("SELECT count(*) FROM outbox WHERE state <> 'refused'"):
                break
        else:
            return ["I9: the queue is not empty 30 s after the line was mended"]
        return reads(self._store, self.site)

    def books(self) -> list[str]:
        """What the checker finds, with everything pulled."""
        self._step()
        self._step()
        return check(self.site)


def cut_everywhere(
    talker: Talker, places: Callable[[int], range], how: How, say: Callable[[str], None]
) -> list[str]:
    """Cut a conversation at the places that are chosen of each way's bytes. Returns what is wrong."""
    talker.talk()
    found = talker.talk()
    whole = talker.length
    for way in Way:
        fired = 0
        for after in places(whole[way]):
            fault = Fault(way, after, how)
            found += [f"{how} after {after} bytes {way}: {line}" for line in talker.talk(fault)]
            fired += fault.fired.is_set()
        say(f"{fired} times {how}, {way} ({whole[way]} bytes)")
    return found + talker.books()
