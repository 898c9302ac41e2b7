"""A hub is put back while agents have somebody on the line: for them nothing changes, and nobody is given to two."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from data.models.base import ContactId
from data.models.contact import Contact, ContactKind, ContactState
from data.store import driver
from data.sync.contract import Hub, HubRow, Op
from tests.sync.books import books
from tests.sync.checker import Site, fences
from tests.sync.grounds import Ground, embedded, in_postgres
from tests.sync.writers import Writer, contact, ticket


@pytest.fixture(params=["embedded", "postgres"])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Ground:
    """An empty hub of each kind."""
    if request.param == "postgres":
        return in_postgres(request.getfixturevalue("server"), tmp_path)
    return embedded(tmp_path / "hub.db")


class Sent(Writer):
    """A replica that remembers what it pushed, as seats do."""

    def __init__(self, hub: Hub, name: str) -> None:
        super().__init__(hub, name)
        self.sent: list[Op] = []

    def change(self, one: Contact, base: int, **patch: object) -> None:
        self.keep(self.op(one.entity, one.id, patch, base=base))

    def keep(self, op: Op) -> None:
        self.sent.append(op)
        self.push(op)

    def contacts(self) -> dict[str, HubRow]:
        return {row.entity_id: row for row in self.rows() if row.entity == Contact.entity}


def test_who_was_taken_stays_with_who_took_them(ground: Ground) -> None:
    early, late, over = (contact(kind=kind) for kind in (ContactKind.CALL, ContactKind.CHAT, ContactKind.CHAT))
    hub = ground.open()
    feed, seat = Sent(hub, "feed"), Sent(hub, "seat")
    feed.keep(feed.new(early))
    put_back = ground.back_up()
    for one in (late, over):
        feed.keep(feed.new(one))
    fence = {one.id: seat.claim(one.id).fence for one in (early, late, over)}
    feed.change(early, 2, state=ContactState.TALKING)
    seat.change(late, 2, state=ContactState.TALKING)
    seat.change(over, 2, state=ContactState.ENDED)
    seat.change(over, 3, state=ContactState.DONE)
    assert hub.finish_v1(seat.replica, ContactId(over.id), fence[over.id])
    before = seat.contacts()
    assert {row.body["agent"] for row in before.values()} == {"agent-1"}
    answered = {replica: replica.push(*replica.sent) for replica in (feed, seat)}
    hub.close()

    put_back(lost=False)
    hub = feed.hub = seat.hub = ground.open()
    known = {replica: hub.enrol_v1(replica.replica, "again").last_replica_seq for replica in (feed, seat)}
    after = seat.contacts()
    assert {key: (row.ver, row.body) for key, row in after.items()} == {
        key: (row.ver, row.body) for key, row in before.items()
    }, "no agent sees that anything happened"
    for one in (early, late, over):
        assert seat.claim(one.id, agent="somebody else").contact_id is None
    assert hub.heartbeat_v1(seat.replica, ContactId(late.id), fence[late.id])

    for replica, earlier in answered.items():  # each sends again what it remembers, under new numbers
        first = known[replica] + 1
        numbered = (op.model_copy(update={"replica_seq": first + place}) for place, op in enumerate(replica.sent))
        again = replica.push(*numbered)
        replica._seq = known[replica] + len(replica.sent)
        assert [(one.op_id, one.outcome, one.ver) for one in again] == [
            (one.op_id, one.outcome, one.ver) for one in earlier
        ]
    assert {key: (row.ver, row.body) for key, row in seat.contacts().items()} == {
        key: (row.ver, row.body) for key, row in before.items()
    }, "nothing was done twice"
    assert seat.edit(early, 3, state=ContactState.ENDED).ver == 4
    hub.close()
    assert fences(books(ground.address), Site(ground.address, [])) == []


def test_contacts_of_another_hub_are_not_taken_over(ground: Ground, tmp_path: Path) -> None:
    """The backup of one hub in the place of another: a hub that moves to where one was tried."""
    hub = ground.open()
    Writer(hub).add(ticket("of the hub that moves"))
    put_back = ground.back_up()
    hub.close()
    _make_another(ground.address)
    hub = ground.open()
    tried = Writer(hub, "tried")
    tried.add(one := contact())
    tried.claim(one.id)
    hub.close()
    put_back(lost=False)
    hub = ground.open()
    assert [row.entity for row in Writer(hub).rows()] == ["ticket"]
    hub.close()


def _make_another(hub: Path | str) -> None:
    with driver.connect(hub) if isinstance(hub, Path) else psycopg.connect(hub) as line:
        table = "hub_info" if isinstance(hub, Path) else "agent_console.hub_info"
        line.execute(f"UPDATE {table} SET value = 'another' WHERE key = 'hub_id'")
