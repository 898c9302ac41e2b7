"""Two seats and a hub beside a model of a few lines: whatever is saved, pushed and pulled in whatever order, every seat
shows at every moment what the model says (SYNC, level 1)."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from data.models import Ticket
from data.store.save import saving
from data.sync.replica import Replica
from data.sync.snapshots import Snapshots
from tests.stores import new_store
from tests.sync.checker import Site, check
from tests.sync.grounds import embedded
from tests.sync.writers import ME, ticket

Fields = dict[str, str]
SEATS = 2
TICKETS = 3


@dataclass
class Waiting:
    """An op at a seat, and where the hub put it as far as the seat knows."""

    ticket: str
    base_ver: int
    patch: Fields
    hub_seq: int | None = None
    told: int | None = None


@dataclass
class HubTicket:
    hub_seq: int = 0
    ver: int = 0
    fields: Fields = field(default_factory=dict)
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass
class ModelSeat:
    cursor: int = 0
    pulled: dict[str, tuple[int, int, Fields]] = field(default_factory=dict)
    """hub_seq, version and fields of each ticket as it came last."""
    waiting: list[Waiting] = field(default_factory=list)

    def shows(self) -> dict[str, Fields]:
        shown = {one: dict(fields) for one, (_, _, fields) in self.pulled.items()}
        for op in self.waiting:
            shown.setdefault(op.ticket, {}).update(op.patch)
        return shown

    def forget(self) -> None:
        """Ops that are in what came from the hub are not waiting any more."""
        self.waiting = [
            op for op in self.waiting if op.told is None or op.told > self.pulled.get(op.ticket, (0,))[0]
        ]


class SeatsBesideAModel(RuleBasedStateMachine):
    tickets = Bundle("tickets")
    seats = st.integers(0, SEATS - 1)
    few = st.integers(1, 4)

    @initialize()
    def open(self) -> None:
        self.folder = Path(mkdtemp(prefix="model-"))
        ground = embedded(self.folder / "hub.db")
        self.clock, self.hub = ground.clock, ground.open()
        self.stores = []
        for seat in range(SEATS):
            self.stores.append(new_store(self.folder / f"{seat}.db", durable=False))
            self.stores[seat].execute("PRAGMA synchronous = OFF")
        self.replicas = [Replica(store, self.clock) for store in self.stores]
        for store, replica in zip(self.stores, self.replicas, strict=True):
            replica.enrolled(self.hub.enrol_v1(replica.identity(), "seat"))
            snapshots = Snapshots(store, self.clock)  # of an empty hub
            snapshots.first_page(self.hub.snapshot_v1(replica.identity(), None))
            snapshots.take([], last=True)
            while not snapshots.sweep()[0]:
                pass
        self.model = [ModelSeat() for _ in range(SEATS)]
        self.top = self.created = 0
        self.at_hub: dict[str, HubTicket] = {}

    @precondition(lambda self: self.created < TICKETS)
    @rule(target=tickets, seat=seats, title=st.sampled_from("abc"))
    def create(self, seat: int, title: str) -> str:
        self.created += 1
        one = ticket(title, details="")
        with saving(self.stores[seat], ME, self.clock) as change:
            change.add(one)
        self.model[seat].waiting.append(Waiting(one.id, 0, {"title": title, "details": ""}))
        return one.id

    @rule(seat=seats, one=tickets, name=st.sampled_from(["title", "details"]), value=st.sampled_from("abc"))
    def edit(self, seat: int, one: str, name: str, value: str) -> None:
        model = self.model[seat]
        with saving(self.stores[seat], ME, self.clock) as change:
            change.update(Ticket, one, **{name: value})
        shown = model.shows().get(one)
        if shown is not None and shown[name] != value:
            base_ver = model.pulled[one][1] if one in model.pulled else 0
            model.waiting.append(Waiting(one, base_ver, {name: value}))

    @rule(seat=seats, most=few, heard=st.booleans())
    def push(self, seat: int, most: int, heard: bool) -> None:
        """An answer that is not heard leaves the ops where they were."""
        replica, model = self.replicas[seat], self.model[seat]
        ops = replica.next_ops(most)
        results = self.hub.push_v1(replica.sender(ops), ops) if ops else []
        for op in [op for op in model.waiting if op.told is None][: len(ops)]:
            if op.hub_seq is None:
                self._apply(seat, op)
            op.told = op.hub_seq if heard else None
        if heard:
            replica.acknowledge(results)
            model.forget()

    def _apply(self, seat: int, op: Waiting) -> None:
        self.top += 1
        row = self.at_hub.setdefault(op.ticket, HubTicket())
        for name, value in op.patch.items():
            ver, writer = row.marks.get(name, (0, seat))
            if ver <= op.base_ver or writer == seat:
                row.fields[name] = value
                row.marks[name] = (row.ver + 1, seat)
        row.ver += 1
        row.hub_seq = op.hub_seq = self.top

    @rule(seat=seats, most=few)
    def pull(self, seat: int, most: int) -> None:
        replica, model = self.replicas[seat], self.model[seat]
        replica.apply(self.hub.pull_v1(replica.identity(), replica.cursor, most))
        rows = sorted((row.hub_seq, one) for one, row in self.at_hub.items() if row.hub_seq > model.cursor)
        for _, one in rows[:most]:
            row = self.at_hub[one]
            model.pulled[one] = (row.hub_seq, row.ver, dict(row.fields))
        model.cursor = rows[most - 1][0] if len(rows) > most else self.top
        model.forget()

    @invariant()
    def every_seat_shows_what_the_model_says(self) -> None:
        for store, model in zip(self.stores, self.model, strict=True):
            shown = {
                row["id"]: {"title": row["title"], "details": row["details"]}
                for row in store.rows("SELECT id, title, details FROM ticket")
            }
            assert shown == model.shows()

    def teardown(self) -> None:
        if not hasattr(self, "model"):
            return
        for seat in [*range(SEATS), *range(SEATS)]:
            while self.replicas[seat].queued():
                self.push(seat, 500, True)
            self.pull(seat, 500)
        self.every_seat_shows_what_the_model_says()
        for store in self.stores:
            store.close()
        self.hub.close()
        paths = [self.folder / f"{seat}.db" for seat in range(SEATS)]
        assert check(Site(self.folder / "hub.db", paths)) == []
        shutil.rmtree(self.folder)


MODEL = settings(max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
TestSeatsBesideAModel = SeatsBesideAModel.TestCase
TestSeatsBesideAModel.settings = MODEL
