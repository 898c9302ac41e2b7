"""A process that saves tickets as a console does, until it is told to stop or is killed.

`python -m tests.sync.saver STORE COUNT [SEED]` prints, after each commit, the op_ids of that save on one line."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from data.clock import SYSTEM_CLOCK
from data.models import Ticket
from data.models.base import AgentId, new_id
from data.store.database import Store
from data.store.save import saving
from data.sync.replica import take_ticket_number
from data.tickets import tickets
from tests.stores import new_store

ME = AgentId("agent-1")


def open_saver(path: Path) -> Store:
    """A store that remembers the op_ids that were saved through it: the worker may be quick to take them away."""
    store = Store(path) if path.exists() else new_store(path)
    store.execute("CREATE TEMP TABLE said (op_id TEXT)")
    store.execute(
        "CREATE TEMP TRIGGER say AFTER INSERT ON main.outbox BEGIN INSERT INTO said VALUES (new.op_id); END"
    )
    return store


def save_one(store: Store, chance: random.Random) -> list[str]:
    """One save: a new ticket, a change of one, or a note. Returns the op_ids, which are on disk by then."""
    known = store.rows("SELECT * FROM ticket ORDER BY random() LIMIT 1")
    what = chance.random()
    if not known or what < 0.4:
        with store.write() as connection:
            number = take_ticket_number(connection)
        tickets.create(store, {"title": f"Printer {chance.random()}"}, number, ME, SYSTEM_CLOCK)
    elif what < 0.7:
        one = Ticket.from_row(known[0])
        fields = tickets.form_of(one) | {
            "details": f"tried {chance.random()}",
            "title": f"Router {chance.random()}",
        }
        tickets.update(store, one, fields, ME, SYSTEM_CLOCK)
    elif what < 0.97:
        tickets.note(store, known[0]["id"], f"called back {chance.random()}", ME, SYSTEM_CLOCK)
    else:
        with saving(store, ME, SYSTEM_CLOCK) as change:  # what an older program may send: the hub refuses it
            change._queue(Ticket, new_id(), "put", {"title": "no number"}, 0)
    return [row["op_id"] for row in store.execute("DELETE FROM said RETURNING op_id").fetchall()]


def main() -> None:
    """Save, tell, and so on."""
    path, count = Path(sys.argv[1]), int(sys.argv[2])
    chance = random.Random(sys.argv[3] if len(sys.argv) > 3 else None)
    with open_saver(path) as store:
        for _ in range(count):
            print(*save_one(store, chance), flush=True)


if __name__ == "__main__":
    main()
