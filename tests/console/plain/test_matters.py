"""Floor matters in plain mode: the outage before the greeting, abuse, whom to call."""

from __future__ import annotations

from pathlib import Path

from tests.console.plain.stage import at_desk
from tests.console.test_matters import conduct, outage


async def test_outages_are_read_out_and_told_with_the_customer(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.sign_on()
        assert await desk.type("outages") == ["Every node is up."]
        desk.feed.put(outage("o", text="A line was \x1b[31mcut."))
        await desk.until(lambda: len(desk.session.outages.down) == 1)
        said = await desk.type("outages")
        assert said[0] == "1 node down." and said[1].startswith(
            "RP-14, Ridgeport is down since 13:18, end not known"
        )
        assert "\x1b" not in said[1]
        await desk.type("lookup Maria Alvarez")
        assert any(line.startswith("Outage: RP-14, Ridgeport is down") for line in await desk.type("open 1"))


async def test_whom_to_call_and_abuse(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.sign_on()
        assert "type whom first" in (await desk.type("called 1"))[0]
        said = await desk.type("whom")
        assert said[0].startswith("1: Level 2 desk, 555-0110, there now, technical questions")
        assert any("was called" in line for line in await desk.type("called 1 they come at five"))
        [one] = conduct(tmp_path)
        assert (one.reason, one.text) == ("Level 2 desk", "they come at five")
        assert "There is nothing in hand" in (await desk.type("abuse"))[0]
