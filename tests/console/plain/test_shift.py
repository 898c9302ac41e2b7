"""The shift in plain mode: clock in, the steps by words, the question before READY, the end of the day."""

from __future__ import annotations

from pathlib import Path

from console.settings import Settings
from data.models.agent import AgentState
from tests.console.plain.stage import at_desk

DUTIES = """
sign_on:
  - {id: clock-in, label: Clock in, seen: clocked-in}
  - {id: phones, label: Phones on, seen: not-ready}
  - {id: mail, label: Read the mail, seen: mail-read, waive: true}
  - {id: records, label: Open the records}
  - {id: monitor, label: Open the monitor}
  - {id: ready, label: Become READY, seen: ready}
sign_off:
  - {id: area, label: The area is clean}
"""


async def test_a_shift_by_words(tmp_path: Path) -> None:
    duties = tmp_path / "shift.yaml"
    duties.write_text(DUTIES, encoding="utf-8")
    async with at_desk(tmp_path, Settings(shift=duties)) as desk:
        await desk.sign_on()
        assert await desk.type("shift") == [
            "Not clocked in. Today 0:00, this week 0:00 of 40 hours.",
            "Type clock in to begin your shift.",
        ]
        assert (await desk.type("clock in"))[-1] == "Signing on 2 of 6. Next: Read the mail."
        assert (await desk.type("step waive"))[0] == "Name who said that it may be left out."
        assert (await desk.type("step waive Mo"))[-1] == "Signing on 3 of 6. Next: Open the records."
        assert (await desk.type("step"))[-1] == "Signing on 4 of 6. Next: Open the monitor."
        await desk.type("ready")
        assert desk.console.prompt.startswith("1 step open, next Open the monitor.")
        await desk.type("no")
        assert desk.session.phone.status.state is AgentState.NOT_READY
        await desk.type("ready", "yes")
        assert desk.session.phone.status.state is AgentState.READY
        await desk.type("sign off")
        assert "With yes you say: The area is clean." in desk.console.prompt
        said = await desk.type("yes")
        assert said[:2] == ["Clocked out.", "Signed off."]
