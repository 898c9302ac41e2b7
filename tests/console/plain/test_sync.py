"""What is not settled with the hub, in lines: read out, chosen by words, asked about before leaving."""

from __future__ import annotations

from pathlib import Path

from data.models.ticket import Ticket
from data.store.database import STORE_FILE, Store
from data.tickets import tickets
from tests.console.plain.stage import Desk, at_desk
from tests.console.stage import CLOCK
from tests.console.test_notices import TICKET


def ticket_of(folder: Path) -> Ticket:
    with Store(folder / STORE_FILE) as store:
        ticket = tickets.get(store, TICKET.id)  # type: ignore[arg-type]
    assert ticket is not None
    return ticket


async def in_conflict(desk: Desk, folder: Path) -> None:
    """Dana wrote `low` while somebody else wrote what is in place."""
    desk.feed.put(TICKET)
    await desk.sign_on()

    def there() -> bool:
        with Store(folder / STORE_FILE) as store:
            return store.value("SELECT 1 FROM ticket") is not None

    await desk.until(there)
    with Store(folder / STORE_FILE) as store, store.write() as connection:
        connection.execute(
            "INSERT INTO conflict VALUES ('k', 'ticket', 't-1', 'priority', '\"low\"', '\"normal\"', 'o', 'open', ?)",
            (CLOCK.now().isoformat(),),
        )


async def test_a_conflict_is_chosen_by_words(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await in_conflict(desk, tmp_path)
        said = await desk.type("conflicts")
        assert said == [
            "1: priority of ticket 10042 Charged twice.",
            "Mine: low.",
            "Theirs: normal.",
            "In place: theirs.",
            "Type conflicts, the number, and mine, theirs or both.",
        ]
        assert await desk.type("conflicts 2 mine") == ["Nothing was read out as number 2: type conflicts first."]
        await desk.type("conflicts 1 both", "mine")
        await desk.hears("Chosen: mine, for priority of ticket 10042 Charged twice.")
        assert ticket_of(tmp_path).priority == "low"
        await desk.type("take back")
        await desk.hears("Taken back: priority of ticket 10042 Charged twice is open again.")
        assert ticket_of(tmp_path).priority == "normal"


async def test_leaving_with_a_conflict_asks_first(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await in_conflict(desk, tmp_path)
        await desk.type("quit")
        assert desk.console.prompt.startswith("1 conflict is open: it stays on this seat. Leave all the same?")
        await desk.type("no")
        assert not desk.console.done
        await desk.type("quit", "yes")
        assert desk.console.done


async def test_nothing_unsettled_is_one_line(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.sign_on()
        await desk.until(lambda: _all_sent(tmp_path))
        said = await desk.type("sync")
        assert said == ["Hub online.", "Nothing waits, nothing was refused, nothing is in conflict."]
        assert await desk.type("conflicts") == ["No conflict: nobody else has changed what you changed."]


def _all_sent(folder: Path) -> bool:
    with Store(folder / STORE_FILE) as store:
        return store.value("SELECT count(*) FROM outbox WHERE state = 'queued'") == 0
