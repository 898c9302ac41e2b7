"""The shift in plain mode: clock in, the steps by words, the question before READY, the end of the day."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.settings import Settings
from data.models.agent import AgentState, Role
from data.models.base import AgentId
from data.models.callback import Callback
from data.models.notice import Notice
from data.store.database import STORE_FILE, Store
from data.sync.hub_people import People
from tests.console.plain.stage import at_desk
from tests.console.stage import CLOCK, NOW

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


async def test_what_is_open_is_handed_over_at_sign_off(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        dana = AgentId("dana")
        desk.feed.put(
            Callback(id="cb", number="+12025550142", about="the [b]printer", due_at=NOW, for_agent=dana, made_by=dana, made_at=NOW)
        )  # fmt: skip
        await desk.sign_on()
        await desk.type("ready")
        await desk.type("sign off")
        assert desk.console.prompt.startswith("Sign off all the same?")
        status = desk.session.phone.status
        assert (status.state, status.reason) == (AgentState.NOT_READY, "signing off")
        assert (await desk.type("hand over 7"))[0] == "There is no 7."
        said = await desk.type("hand over 1 Nobody")
        assert said[0].startswith("Nobody of that name. Known here: ") and "Priya Nair" in said[0]
        await desk.type("hand over 1")
        assert desk.console.prompt.startswith("Who goes on with ")
        assert (await desk.type("priya"))[0].startswith("Handed over to Priya Nair: ")
        while desk.console.prompt != "Name: ":
            await desk.type("yes")
        assert "Signed off." in desk.lines
        with Store(tmp_path / STORE_FILE) as store:
            assert store.value("SELECT for_agent FROM callback") == "priya"
            [notice] = [Notice.from_row(row) for row in store.rows("SELECT * FROM notice")]
        assert (notice.kind, notice.to_agent) == ("handed over", "priya")


SHORT = DUTIES + "session_hours: 0.0001\n"


async def test_a_session_that_has_lasted_long_enough_ends(tmp_path: Path) -> None:
    duties = tmp_path / "shift.yaml"
    duties.write_text(SHORT, encoding="utf-8")
    async with at_desk(tmp_path, Settings(shift=duties)) as desk:
        await desk.sign_on()
        await desk.hears("Your session has ended after 0.0001 hours. What you typed is kept: sign on to go on.")
        await desk.until(lambda: desk.console.prompt == "Name: ")


@pytest.mark.usefixtures("cheap_passwords")
async def test_with_passwords_a_session_that_has_lasted_long_enough_is_locked(tmp_path: Path) -> None:
    duties, hub = tmp_path / "shift.yaml", tmp_path / "hub.db"
    duties.write_text(SHORT, encoding="utf-8")
    with People(hub, CLOCK) as people:
        people.add("Dana Reyes", Role.AGENT, "correct horse 1")
    async with at_desk(tmp_path, Settings(shift=duties, sign_in="password", hub=str(hub))) as desk:
        await desk.type("Dana Reyes", "correct horse 1")
        await desk.hears("This session has lasted 0.0001 hours: locked.")
        assert "Locked meanwhile; that line was not done." in await desk.type("customer")
        assert desk.console.secret and desk.console.prompt == "Password: "
        await desk.type("correct horse 1")
        await desk.hears("Unlocked.")
