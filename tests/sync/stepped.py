"""A seat whose worker the test steps itself: a real store, a real hub file, a clock that the worker's own pauses move."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data.floor.pace import LeapClock
from data.store.database import Store
from data.sync.contract import WHOLE, Hub, HubUnreachable, Scope
from data.sync.embedded import EmbeddedHub
from data.sync.wire import FromWorker, SyncStatus, ToWorker, Wake
from data.sync.worker import Worker
from data.tickets import tickets
from tests.sync.saver import open_saver, save_one
from tests.sync.writers import ME


class WorkerDied(BaseException):
    """Stands for kill -9: nothing in the worker may catch it."""


class Stepped:
    """One store, opened as the console and as the worker have it."""

    def __init__(
        self,
        path: Path,
        hub: Path,
        clock: LeapClock,
        scope: Scope = WHOLE,
        connect: Callable[[], Hub] | None = None,
    ) -> None:
        self.path, self._hub, self._clock = path, hub, clock
        self._connect = connect or (lambda: EmbeddedHub(hub, clock))
        self.online = True
        self.saved: set[str] = set()
        self.told: list[FromWorker] = []
        self.store = open_saver(path)
        self.start(scope)

    def start(self, scope: Scope = WHOLE) -> None:
        """Another worker: the one before it is gone, whatever it was doing."""
        self._scope = scope
        self._beside = Store(self.path, durable=False)
        self.worker = Worker(
            self._beside,
            self._connected,
            self.told.append,
            self._clock,
            random.Random(1),
            scope=scope,
            sleep=self._clock.leap,
        )

    def _connected(self) -> Hub:
        if not self.online:
            raise HubUnreachable("The line is down.")
        return self._connect()

    def kill(self) -> None:
        """The worker is gone; another one starts."""
        self._let_go()
        self._beside.close()
        self.start(self._scope)

    def _let_go(self) -> None:
        if self.worker._hub is not None:
            self.worker._hub.close()
            self.worker._hub = None

    def cut(self) -> None:
        """The line is down; what was connected is not any more."""
        self.online = False
        self._let_go()

    def again(self, scope: Scope) -> None:
        """The seat is started with another scope."""
        self._let_go()
        self._beside.close()
        self.start(scope)

    def step(self) -> float:
        return self.worker.step()

    def sync(self, most: int = 2000) -> None:
        """Step until everything is pushed and pulled."""
        self.worker._retry_at = 0.0
        self.worker.hear(Wake())
        quiet = 0
        for _ in range(most):
            quiet = quiet + 1 if self.step() >= 0.05 else 0
            if quiet == 3:
                return
            self._clock.leap(0.6)
        raise AssertionError(f"not at rest after {most} steps: {self.status}")

    def say(self, message: ToWorker) -> None:
        self.worker.hear(message)

    @property
    def status(self) -> SyncStatus:
        return next(told for told in reversed(self.told) if isinstance(told, SyncStatus))

    def save(self, count: int, chance: random.Random) -> None:
        for _ in range(count):
            self.saved |= set(save_one(self.store, chance))

    def said(self) -> None:
        """Note the op_ids of saves that were made past `save`."""
        self.saved |= {row[0] for row in self.store.execute("DELETE FROM said RETURNING op_id").fetchall()}

    def ticket(self, title: str, **fields: str) -> str:
        """A new ticket; its id."""
        made = tickets.create(self.store, {"title": title, **fields}, title, ME, self._clock).ticket
        self.said()
        return made.id

    def edit(self, ticket_id: str, **fields: str) -> None:
        one = tickets.get(self.store, ticket_id)
        assert one is not None
        tickets.update(self.store, one, tickets.form_of(one) | fields, ME, self._clock)
        self.said()

    def titles(self) -> set[str]:
        return {row["title"] for row in self.store.rows("SELECT title FROM ticket")}

    def value(self, sql: str) -> Any:
        return self.store.value(sql)

    def close(self) -> None:
        self._let_go()
        self._beside.close()
        self.store.close()


MakeSeat = Callable[..., Stepped]
"""The fixture `seat`: a seat by its name, and its scope."""
