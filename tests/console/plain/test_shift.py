"""The shift in plain mode: clock in, the steps by words, the question before READY, the end of the day."""

from __future__ import annotations

from pathlib import Path

from data.models.agent import AgentState
from tests.console.plain.stage import at_desk


async def test_a_shift_by_words(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.sign_on()
        assert await desk.type("shift") == [
            "Not clocked in. Today 0:00, this week 0:00 of 40 hours.",
            "Type clock in to begin your shift.",
        ]
        assert (await desk.type("clock in"))[-1] == "Signing on 2 of 11. Next: Restart the workstation."
        assert "not restarted yet" in (await desk.type("step"))[0]
        assert (await desk.type("step waive Mo"))[-1].startswith("Signing on 3 of 11.")
        assert (await desk.type("step"))[-1] == "Signing on 4 of 11. Next: Open customer records and billing."
        said = await desk.type("ready")
        assert said[0].startswith("7 steps open, next Open customer records and billing.")
        await desk.type("no")
        assert desk.session.phone.status.state is AgentState.NOT_READY
        await desk.type("ready", "yes")
        assert desk.session.phone.status.state is AgentState.READY
        said = await desk.type("sign off")
        assert "With yes you say: The area is clean." in said[0]
        said = await desk.type("yes")
        assert said[:2] == ["Clocked out.", "Signed off."]
