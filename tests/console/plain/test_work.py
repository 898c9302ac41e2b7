"""Notices and callbacks in plain mode: told once, read out with numbers, acknowledged."""

from __future__ import annotations

from pathlib import Path

from tests.console.plain.stage import at_desk
from tests.console.test_callbacks import callback
from tests.console.test_notices import TICKET, notice, seen


async def test_notices_and_callbacks_are_read_out(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.feed.put(TICKET)
        desk.feed.put(callback("overdue", -60, about="the printer"))
        desk.feed.put(callback("later", 90, ticket_id=TICKET.id))
        await desk.sign_on()
        await desk.until(lambda: len(desk.session.callbacks.lines or ()) == 2)
        assert await desk.type("notices") == ["Nobody has asked you to look at anything."]
        desk.feed.put(notice("n-1", ticket_id=TICKET.id))
        await desk.hears("Notice from Priya Nair: payment failed: the card is declined. Type notices.")
        assert desk.bells == 1
        said = await desk.type("u")
        assert said == ["1: Priya Nair, payment failed: the card is declined, ticket 10042, today 14:18, new."]
        assert "number 2" in (await desk.type("acknowledge 2"))[0]
        assert await desk.type("acknowledge 1") == ["Notice 1 is seen to."]
        assert "seen to by Dana Reyes" in (await desk.type("notices"))[0]
        assert any(line.startswith("Ticket 10042") for line in await desk.type("open 1"))
        assert await desk.type("callbacks") == [
            "1: overdue, 20 November 13:18, Maria Alvarez, +1 202 555 0142, the printer.",
            "2: later, 20 November 15:48, Maria Alvarez, +1 202 555 0142.",
        ]
        assert "Nothing was read out" in (await desk.type("open 1"))[0]


async def test_what_waited_is_told_at_signing_on(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        for name in ("n-1", "n-2", "n-3"):
            desk.feed.put(notice(name))
        desk.feed.put(seen("n-3"))
        await desk.sign_on()
        await desk.hears("2 notices not seen to yet. Type notices.")
        assert desk.bells == 0
        said = await desk.type("callbacks")
        assert said == ["No callback is promised."]
