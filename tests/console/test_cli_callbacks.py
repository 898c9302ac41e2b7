"""`callbacks` on the command line: its order, its JSON, its table."""

from __future__ import annotations

from datetime import timedelta

from data.callbacks import callbacks
from data.clock import SYSTEM_CLOCK
from data.models.base import AgentId
from data.models.callback import CallbackOutcome
from data.store.database import STORE_FILE, Store
from tests.console.command import Command

ME = AgentId("dana")


def test_everybodys_overdue_first(cli: Command) -> None:
    now = SYSTEM_CLOCK.now()
    with Store(cli.home / STORE_FILE) as store:
        callbacks.make(store, "202-555-0143", now + timedelta(hours=2), ME, SYSTEM_CLOCK, for_agent=ME)
        until = now - timedelta(minutes=1)
        late = callbacks.make(
            store, "202-555-0142", now - timedelta(hours=2), ME, SYSTEM_CLOCK, about="\x1b[31mred", until=until
        )
        callbacks.attempt(store, late.id, CallbackOutcome.BUSY, ME, SYSTEM_CLOCK)
        done = callbacks.make(store, "202-555-0144", now, ME, SYSTEM_CLOCK)
        callbacks.done(store, done.id, ME, SYSTEM_CLOCK)
    found = cli("callbacks", "--json")
    assert found.code == 0
    first, second = found.body
    assert set(first) == {
        "id", "standing", "due_at", "until", "number", "customer_id", "customer", "ticket", "about", "for", "attempts",
        "attempts_left", "zone", "flagged",
    }  # fmt: skip
    assert (first["standing"], first["number"], first["attempts"], first["attempts_left"]) == (
        "overdue", "+12025550142", 1, 2,
    )  # fmt: skip
    assert first["due_at"].endswith("Z") and first["until"].endswith("Z") and first["for"] is None
    assert (second["standing"], second["for"], second["until"]) == ("later", "dana", None)
    table = cli("callbacks").out.splitlines()
    assert len(table) == 2 and table[0].startswith("overdue ") and "1 of 3" in table[0]
    assert "\x1b" not in "".join(table)


def test_none(cli: Command) -> None:
    with Store(cli.home / STORE_FILE):
        pass
    assert cli("callbacks").out == "No callback is promised.\n"
    assert cli("callbacks", "--json").body == []
