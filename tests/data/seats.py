"""Two seats and an embedded hub, synced when a test says so: what the workers do, without processes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from data.floor.pace import LeapClock
from data.models.base import AgentId
from data.store.database import Store
from data.sync.embedded import EmbeddedHub
from data.sync.replica import Replica
from data.sync.snapshots import Snapshots
from tests.stores import new_store

ANA, BO = AgentId("ana"), AgentId("bo")


@dataclass
class Seat:
    """One seat's store, and its side of the protocol."""

    store: Store
    replica: Replica


class Seats:
    """The seats of a site. Close it in the end."""

    def __init__(self, folder: Path, clock: LeapClock) -> None:
        self._folder = folder
        self._clock = clock
        self._hub = EmbeddedHub(folder / "hub.db", clock)
        self._seats: list[Seat] = []

    def open(self, name: str) -> Seat:
        """A new seat, enrolled, with what is at the hub by now."""
        store = new_store(self._folder / f"{name}.db")
        seat = Seat(store, Replica(store, self._clock))
        seat.replica.enrolled(self._hub.enrol_v1(seat.replica.identity(), name))
        snapshots = Snapshots(store, self._clock)
        page = self._hub.snapshot_v1(seat.replica.identity(), None)
        snapshots.first_page(page)
        snapshots.take(page.rows, last=not page.more)
        while snapshots.place is not None:
            snapshots.sweep()
        self._seats.append(seat)
        return seat

    def sync(self) -> None:
        """Every seat pushes what it has, then every seat pulls what there is."""
        for seat in self._seats:
            while ops := seat.replica.next_ops():
                seat.replica.acknowledge(self._hub.push_v1(seat.replica.sender(ops), ops))
        for seat in self._seats:
            more = True
            while more:
                page = self._hub.pull_v1(seat.replica.identity(), seat.replica.pulled)
                seat.replica.apply(page)
                more = page.more

    def conflicts(self) -> int:
        """Open conflicts and refusals at all seats."""
        return sum(sum(seat.replica.counts()[1:]) for seat in self._seats)

    def close(self) -> None:
        """Let go of stores and hub."""
        for seat in self._seats:
            seat.store.close()
        self._hub.close()
