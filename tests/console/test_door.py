"""The door of a seat with passwords: a real hub in a real process, real key boxes, and a clock that is moved."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from console.services.door import Door, Entered, NotLetIn
from data.floor.pace import LeapClock
from data.identity.agents import Agents
from data.identity.tries import Moment
from data.models.agent import Role
from data.store.database import Store
from data.sync.hub_people import People

pytestmark = pytest.mark.usefixtures("cheap_passwords")

DAY = 86_400.0
NAME, PASSWORD, OTHER = "Dana Reyes", "correct horse 1", "battery staple 2"


class Seat:
    """A seat, its hub, and a clock."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.hub = folder / "seat", folder / "hub.db"
        self.clock = LeapClock()
        self.machine = 0.0
        with People(self.hub, self.clock) as people:
            people.add(NAME, Role.AGENT, PASSWORD)

    def door(self) -> Door:
        """As after a start of the console."""
        return Door(self.folder, self.hub, 7, self.clock, lambda: Moment(boot="one", seconds=self.machine))

    async def enter(self, password: str = PASSWORD, former: str = "", *, afresh: bool = False) -> Entered:
        return await self.door().enter(NAME, password, former, afresh=afresh)

    async def refused(self, password: str = PASSWORD, former: str = "") -> NotLetIn:
        with pytest.raises(NotLetIn) as refused:
            await self.enter(password, former)
        return refused.value

    def change(self, password: str) -> None:
        with People(self.hub, self.clock) as people:
            people.set_password(NAME, password)

    def hub_away(self) -> None:
        shutil.move(self.hub, self.hub.with_suffix(".away"))

    def hub_back(self) -> None:
        shutil.move(self.hub.with_suffix(".away"), self.hub)


@pytest.fixture
def seat(tmp_path: Path) -> Seat:
    return Seat(tmp_path)


async def test_the_first_time_needs_the_hub_and_afterwards_it_may_be_away(seat: Seat) -> None:
    seat.hub_away()
    assert "first time" in str(await seat.refused())
    seat.hub_back()
    first = await seat.enter()
    assert first.left == timedelta(days=7) and first.member.name == NAME
    assert PASSWORD not in repr(first)
    seat.hub_away()
    seat.clock.leap(3 * DAY)
    again = await seat.enter()
    assert again.key.hex == first.key.hex and again.left == timedelta(days=4)


async def test_after_the_days_the_hub_must_be_reached_once(seat: Seat) -> None:
    await seat.enter()
    seat.hub_away()
    seat.clock.leap(7 * DAY)
    assert "not reached for 7 days" in str(await seat.refused())
    seat.hub_back()
    assert (await seat.enter()).key


async def test_wrong_tries_wait_longer_and_longer(seat: Seat) -> None:
    await seat.enter()
    seat.hub_away()
    assert "next try" not in str(await seat.refused(OTHER)), "a second or two are just waited for"
    seat.machine += 1
    assert "next try" not in str(await seat.refused(OTHER))
    seat.machine += 2
    assert "next try: in 4 seconds" in str(await seat.refused(OTHER))
    assert "try again in 4 seconds" in str(await seat.refused(PASSWORD)), "also the right one, and after a restart"
    seat.machine += 4
    assert (await seat.enter()).key
    assert "next try" not in str(await seat.refused(OTHER)), "counted from nothing again"


async def test_a_password_that_was_changed_elsewhere(seat: Seat) -> None:
    first = await seat.enter()
    before = (first.store.parent / "seat.db").read_bytes()
    seat.change(OTHER)
    asked = await seat.refused(OTHER)
    assert asked.former and "former one" in str(asked)
    wrong = await seat.refused(OTHER, "not that one either")
    assert wrong.former
    seat.machine += 1
    assert (await seat.enter(OTHER, PASSWORD)).key.hex == first.key.hex
    assert (await seat.enter(OTHER)).key.hex == first.key.hex
    assert len(before) == (first.store.parent / "seat.db").stat().st_size
    assert "not the password" in str(await seat.refused(PASSWORD))


async def test_who_forgot_the_former_one_begins_afresh(seat: Seat) -> None:
    first = await seat.enter()
    with Store(first.store, key=first.key) as store, store.write() as connection:
        connection.execute("INSERT INTO sync_state VALUES ('mine', 'what waits')")
    seat.change(OTHER)
    second = await seat.enter(OTHER, afresh=True)
    assert second.key.hex != first.key.hex
    [aside] = seat.folder.glob("agents/*.former-*")
    with Store(aside / "seat.db", key=first.key) as store:
        assert store.value("SELECT value FROM sync_state WHERE key = 'mine'") == "what waits", (
            "nothing is thrown away"
        )
    assert [card.name for card in Agents(seat.folder).known()] == [NAME]


async def test_who_was_revoked_is_not_let_in_for_the_first_time(seat: Seat) -> None:
    with People(seat.hub, seat.clock) as people:
        people.revoke(NAME)
    assert "withdrawn" in str(await seat.refused())
    assert not list(seat.folder.glob("agents/*/seat.db"))


async def test_unknown_names_and_empty_fields(seat: Seat) -> None:
    for name, password in (("", PASSWORD), (NAME, "")):
        with pytest.raises(NotLetIn, match="Type your"):
            await seat.door().enter(name, password)
    with pytest.raises(NotLetIn, match="does not know"):
        await seat.door().enter("correct horse 1", PASSWORD)  # the password, typed into the name
    for file in seat.folder.rglob("*"):
        assert file.is_dir() or b"correct horse" not in file.read_bytes()
