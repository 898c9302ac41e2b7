"""A process that saves tickets as a console does, until it is told to stop or is killed.

`python -m tests.sync.saver STORE COUNT [SEED [PAUSE_S]]` prints, after each commit, what was saved on one line, in the form
of `Site.saved`."""

from __future__ import annotations

import random
import sys
import time
from decimal import Decimal
from pathlib import Path

from data.billing.catalogue import Catalogue, catalogue
from data.billing.charges import charge
from data.clock import SYSTEM_CLOCK, Clock
from data.content import CONTENT
from data.models import Charge, Payment, Ticket
from data.models.base import AgentId, CustomerId, new_id
from data.models.customer import Plan
from data.models.money import Allocation, Method
from data.store.database import Store
from data.store.save import saving
from data.sync.replica import take_ticket_number
from data.tickets import tickets
from tests.stores import new_store

ME = AgentId("agent-1")
ITEMS: Catalogue = catalogue(CONTENT / "items.yaml")
ITEM = "320"
"""What a ticket of the first type can be charged."""

BAD = "sky-high"
"""A priority that no hub takes."""


def open_saver(path: Path) -> Store:
    """A store that remembers the op_ids that were saved through it: the worker may be quick to take them away."""
    store = Store(path) if path.exists() else new_store(path)
    remember_what_is_said(store)
    return store


def remember_what_is_said(store: Store) -> None:
    """Note the ops of this connection's saves, until `save_one` returns them."""
    store.execute("CREATE TEMP TABLE said (op_id TEXT, entity TEXT)")
    store.execute(
        "CREATE TEMP TRIGGER say AFTER INSERT ON main.outbox"
        " BEGIN INSERT INTO said VALUES (new.op_id, new.entity); END"
    )


def save_one(store: Store, chance: random.Random, clock: Clock = SYSTEM_CLOCK) -> list[str]:
    """One save: a new ticket, a change of one, a note, or money. Returns what is on disk by then, in the form of
    `Site.saved`."""
    known = store.rows("SELECT * FROM ticket ORDER BY id")
    what = chance.random()
    told: Charge | Payment | None = None
    near = known[-5:] if chance.random() < 0.7 else known  # that seats meet at one ticket
    one = Ticket.from_row(chance.choice(near)) if near else None
    if one is None or what < 0.35:
        with store.write() as connection:
            number = take_ticket_number(connection)
        tickets.create(store, {"title": f"Printer {chance.random()}"}, number, ME, clock)
    elif what < 0.65:
        fields = tickets.form_of(one) | {
            "details": f"tried {chance.random()}",
            "title": f"Router {chance.random()}",
        }
        tickets.update(store, one, fields, ME, clock)
    elif what < 0.8:
        tickets.note(store, one.id, f"called back {chance.random()}", ME, clock)
    elif what < 0.9 and one.type is Plan.PAY_AS_YOU_GO:
        told = charge(store, one.id, ITEM, ME, clock, ITEMS, chance.randrange(1, 4))
    elif what < 0.95:
        with saving(store, ME, clock) as change:
            told = change.add(payment(chance.randrange(1, 100_00), clock))
    else:
        with saving(store, ME, clock) as change:  # what an older program may send: the hub refuses it
            bad = {**one.model_dump(mode="json"), "id": new_id(), "priority": BAD}
            change._queue(Ticket, bad["id"], "put", bad, 0)
    said = store.execute("DELETE FROM said RETURNING op_id, entity").fetchall()
    return [f"{row['op_id']}{_amount(told, row['entity'])}" for row in said]


def payment(cents: int, clock: Clock) -> Payment:
    """So much came in."""
    return Payment(
        id=new_id(),
        customer_id=CustomerId("customer-1"),
        method=Method.LINK,
        reference="REF-1",
        allocations=(Allocation(invoice_id="invoice-1", amount=Decimal(cents) / 100),),
        at=clock.now(),
        by=ME,
    )


def _amount(told: Charge | Payment | None, entity: str) -> str:
    return f"+{entity}={told.amount * 100:.0f}" if told is not None and told.entity == entity else ""


def main() -> None:
    """Save, tell, and so on."""
    path, count = Path(sys.argv[1]), int(sys.argv[2])
    chance = random.Random(sys.argv[3] if len(sys.argv) > 3 else None)
    pause_s = float(sys.argv[4]) if len(sys.argv) > 4 else 0.0
    with open_saver(path) as store:
        for _ in range(count):
            print(*save_one(store, chance), flush=True)
            time.sleep(pause_s)


if __name__ == "__main__":
    main()
