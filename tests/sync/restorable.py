"""A seat that is backed up and put back in a test, with a worker that is stepped by hand."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from data.backup.making import back_up
from data.backup.restoring import Restored, restore
from data.backup.shelf import Reason
from data.clock import SYSTEM_CLOCK
from data.models.ticket import Ticket
from data.sync.contract import HubUnreachable
from data.sync.embedded import EmbeddedHub
from data.sync.wire import Wake
from data.sync.worker import Worker
from data.tickets import tickets
from tests.sync.checker import Site, check
from tests.sync.saver import open_saver, save_one
from tests.sync.writers import ME


class Seat:
    """A store, opened as the console and the worker have it, that is closed for a restore and goes on after it."""

    def __init__(self, path: Path, hub: Path) -> None:
        self.path, self._hub = path, hub
        self.saved: set[str] = set()
        self.online = True
        self.open()

    def open(self) -> None:
        self.store = open_saver(self.path)
        self._worker = Worker(self.store, self._connect, lambda _told: None, SYSTEM_CLOCK, random.Random(1))

    def _connect(self) -> EmbeddedHub:
        if not self.online:
            raise HubUnreachable("The line is down.")
        return EmbeddedHub(self._hub)

    def save(self, count: int, chance: random.Random) -> None:
        for _ in range(count):
            self.saved |= set(save_one(self.store, chance))

    def edit(self, ticket_id: str, **fields: str) -> None:
        one = tickets.get(self.store, ticket_id)
        assert one is not None
        tickets.update(self.store, one, tickets.form_of(one) | fields, ME, SYSTEM_CLOCK)
        self.saved |= {row["op_id"] for row in self.store.execute("DELETE FROM said RETURNING op_id").fetchall()}

    def now_is(self, ticket_id: str, **fields: str) -> Ticket:
        """A ticket as it is here, but for what these fields should be."""
        one = tickets.get(self.store, ticket_id)
        assert one is not None
        return one.model_copy(update=fields)

    def push_some(self, most: int) -> None:
        """Push so many ops, and end before they are pulled back."""
        replica = self._worker._replica
        ops = replica.next_ops(most)
        hub = EmbeddedHub(self._hub)
        for one in {replica.identity(), replica.sender(ops)}:
            hub.enrol_v1(one, "seat")
        replica.acknowledge(hub.push_v1(replica.sender(ops), ops))
        hub.close()

    def sync(self) -> None:
        self._worker._retry_at = 0.0
        self._worker.hear(Wake())
        for _ in range(4):
            while self._worker.step() < 0.05:
                pass

    def back_up(self) -> Path:
        return back_up(self.store.connection, self.path, Reason.BY_HAND, SYSTEM_CLOCK.now())

    def only_enrol(self) -> None:
        """Hear what the hub says first, and be cut off."""
        self._worker._online()
        self.go_offline()

    def go_offline(self) -> None:
        self.online = False
        if self._worker._hub is not None:
            self._worker._hub.close()
            self._worker._hub = None

    def close(self) -> None:
        """The line goes down first: what waits, waits."""
        self.go_offline()
        self._worker.close()
        self.store.close()

    def restore(self, backup: Path) -> Restored:
        self.close()
        done = restore(self.path, backup, SYSTEM_CLOCK.now())
        self.online = True
        self.open()
        return done

    def value(self, sql: str) -> object:
        return self.store.value(sql)


StartSeat = Callable[[str], Seat]


def faults(seats: list[Seat], hub: Path) -> list[str]:
    saved = {op for seat in seats for op in seat.saved}
    return check(Site(hub, [seat.path for seat in seats], saved))
