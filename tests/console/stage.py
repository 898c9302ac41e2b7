"""A floor at rest: a hub with customers and callers, a clock that stands still, and a feed that a test plays.

Everything is real but the time: the store, the hub, the worker process and the console."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from textual.pilot import Pilot

from console.app import AgentConsole
from console.launch import Launch
from console.screens.workspace import WorkspaceScreen
from console.settings import Settings
from data.models import SYNCED
from data.models.agent import Agent, AgentState
from data.models.base import Entity
from data.models.contact import Capability, Contact, ContactState, Queue
from data.models.customer import Asset, Customer, Person, Phone, Plan
from data.sync.contract import Op, OpOutcome
from data.sync.embedded import EmbeddedHub
from widgets.script_pane import ScriptPane

NOW = datetime(2026, 11, 20, 14, 18, 2, tzinfo=UTC)


class StillClock:
    """The time of day stands still; waits do not."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return time.monotonic()


CLOCK = StillClock()

MARIA = Customer(
    id="20718",
    account="20718",
    name="Maria Alvarez",
    company="Alvarez Tile Co",
    plan=Plan.PAY_AS_YOU_GO,
    since="2021",
    phones=(
        Phone(raw="202 555 0142", e164="+12025550142"),
        Phone(raw="202 555 0177", e164="+12025550177", note="after 18:00"),
    ),
    emails=("maria.alvarez@example.com",),
    street="12 Mill St",
    city="Ridgeport",
    node="RP-14",
    people=(Person(name="Maria", money=True), Person(name="Joel")),
    assets=(Asset(name="FRONT-DESK", kind="Win 11", remote_tool=True),),
    notes="Prefers short calls, mornings.",
)
LEE = Customer(
    id="20722",
    account="20722",
    name="Lee & Sons",
    plan=Plan.MANAGED,
    phones=(Phone(raw="202 555 0163", e164="+12025550163"),),
)
ANN = Customer(id="20731", account="20731", name="Ann Lee", phones=(Phone(raw="", e164="+12025550199"),))
BEN = Customer(id="20732", account="20732", name="Ben Lee", phones=(Phone(raw="", e164="+12025550199"),))


def caller(contact_id: str, name: str, number: str, waited: int, queue: str = "support") -> Contact:
    """Somebody who waits since `waited` seconds."""
    at = NOW - timedelta(seconds=waited)
    return Contact(
        id=contact_id,
        feed="test",
        queue=queue,
        caller_name=name,
        caller_number=number,
        caller_e164=number,
        can=tuple(Capability),
        offered_at=at,
        queued_at=at,
    )


CALLERS = (
    caller("c-1", "Maria Alvarez", "+12025550142", 130),
    caller("c-2", "Wireless caller", "+12025550188", 91),
    caller("c-3", "Lee & Sons", "+12025550163", 44, "billing"),
    caller("c-4", "[b]Ann[/b] \x1b[31mLee", "+12025550199", 9),
)
KNOWN = frozenset({"c-1", "c-3"})
"""Those whose number belongs to one customer."""


class Feed:
    """The test as a PBX: pushes rows to the hub as a replica of its own."""

    def __init__(self, path: Path, seq: int = 0) -> None:
        """`seq`: what it has pushed to this hub before."""
        self._hub = EmbeddedHub(path)
        self._hub.enrol_v1("feed", "feed")
        self.seq = seq

    def put(self, entity: Entity) -> None:
        """Write a whole entity."""
        self.patch(type(entity), entity.id, **entity.model_dump(mode="json"))

    def patch(self, model: type[Entity], entity_id: str, **fields: object) -> None:
        """Change some fields, as of the row that is there now."""
        rows = [row for row in self._rows() if row.entity == model.entity and row.entity_id == entity_id]
        self.seq += 1
        op = Op(
            op_id=f"feed-{self.seq}",
            replica_seq=self.seq,
            txn_id=f"feed-{self.seq}",
            entity=model.entity,
            entity_id=entity_id,
            kind="append" if model.append_only else "put",
            base_ver=rows[0].ver if rows else 0,
            patch=fields,
            actor="feed",
            schema_v=1,
        )
        (result,) = self._hub.push_v1("feed", [op])
        assert result.outcome is OpOutcome.APPLIED, result

    def contact(self, contact_id: str) -> Contact:
        """A contact as the hub has it."""
        return next(Contact.model_validate(row.body) for row in self._rows() if row.entity_id == contact_id)

    def _rows(self) -> list:  # type: ignore[type-arg]
        return [row for row in self._hub.pull_v1("feed", 0, 10_000).rows if row.entity in SYNCED]

    def connect(self, contact_id: str, talking_for: int = 182) -> None:
        """The caller is on the line."""
        self.patch(
            Contact,
            contact_id,
            state=ContactState.TALKING,
            answered_at=(NOW - timedelta(seconds=talking_for)).isoformat(),
        )

    def close(self) -> None:
        """Let go of the hub."""
        self._hub.close()


def at_rest(folder: Path) -> Feed:
    """A hub with four callers: a copy of one that is made once in each test process."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "hub.db"
    if path.exists():  # the console opens again where another one was
        feed = Feed(path)
        _fill(feed)
        return feed
    hub, seq = _made()
    path.write_bytes(hub)
    return Feed(path, seq)


@cache
def _made() -> tuple[bytes, int]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "hub.db"
        feed = Feed(path)
        _fill(feed)
        feed.close()
        assert [one.name for one in path.parent.iterdir() if one.stat().st_size] == [path.name]
        return path.read_bytes(), feed.seq


def _fill(feed: Feed) -> None:
    for queue in (Queue(id="billing", name="Billing"), Queue(id="support", name="Support")):
        feed.put(queue)
    feed.put(Agent(id="dana", name="Dana Reyes"))
    feed.put(Agent(id="priya", name="Priya Nair"))
    for customer in (MARIA, LEE, ANN, BEN):
        feed.put(customer)
    for contact in CALLERS:
        feed.put(contact)


def staged(folder: Path, *, settings: Settings | None = None) -> tuple[AgentConsole, Feed]:
    """A console on that hub."""
    feed = at_rest(folder)
    return AgentConsole(Launch(folder, settings or Settings()), CLOCK), feed


async def until(pilot: Pilot[str], true: Callable[[], bool], seconds: float = 40) -> None:
    """Let the console work until something is so, and has been drawn.

    While it waits it only looks: a pause of the pilot asks every widget, and costs more than what is waited for."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        await asyncio.sleep(0.01)
    await pilot.pause(0)


def workspace(pilot: Pilot[str]) -> WorkspaceScreen:
    """The workspace, when it is open."""
    return next(one for one in pilot.app.screen_stack if isinstance(one, WorkspaceScreen))


async def sign_on(pilot: Pilot[str]) -> WorkspaceScreen:
    """Sign Dana on and wait until the queue is seen."""
    await until(pilot, lambda: bool(getattr(pilot.app.screen, "people", ())))
    await pilot.press(*"Dana", "enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, WorkspaceScreen))
    screen = workspace(pilot)
    await until(pilot, lambda: len(screen.queue_pane.waiting) == len(CALLERS) and screen.session.sync.online)
    return screen


async def talk(pilot: Pilot[str], feed: Feed, contact_id: str = "c-1") -> WorkspaceScreen:
    """Sign on, get ready, take a caller and be connected."""
    screen = await sign_on(pilot)
    await pilot.press("r")
    await until(pilot, lambda: screen.session.phone.status.state is AgentState.READY)
    screen.do(screen.session.phone.take(contact_id))
    await until(pilot, lambda: feed.contact(contact_id).agent == "dana")
    feed.connect(contact_id)
    await until(pilot, lambda: screen.session.phone.status.state is AgentState.ON_CALL)
    await until(
        pilot,
        lambda: screen.query_one(ScriptPane).card is not None and screen.query_one(ScriptPane).has_focus_within,
    )
    if contact_id in KNOWN:
        await until(pilot, lambda: screen.glance is not None)
    return screen


async def settled(pilot: Pilot[str]) -> None:
    """Everything is pushed, and nothing more is drawn."""
    screen = workspace(pilot)
    await until(pilot, lambda: screen.session.sync.queued == 0 and screen.session.sync.online)
    pilot.app.clear_notifications()
    await pilot.pause(0.4)
    await until(pilot, lambda: screen.session.sync.queued == 0)
    pilot.app.clear_notifications()
    await pilot.pause()
