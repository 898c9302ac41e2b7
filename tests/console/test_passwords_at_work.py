"""A station with passwords, real store, worker and hub: roles, the lock, and a password that holds no longer."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Input

from console.app import AgentConsole
from console.launch import Launch
from console.screens.sign_in import SignInScreen
from console.screens.workspace import WorkspaceScreen
from console.services.door import NotLetIn
from console.services.station import Station
from console.settings import Settings
from data.clock import SYSTEM_CLOCK
from data.models.agent import Role
from data.queue import people as desk
from data.sync.embedded import EmbeddedHub
from data.sync.hub_people import People
from widgets.lines import Lines
from widgets.secret_field import SecretField

pytestmark = pytest.mark.usefixtures("cheap_passwords")

NAME, PASSWORD, OTHER = "Dana Reyes", "correct horse 1", "battery staple 2"


class Seat:
    """A station and what it told."""

    def __init__(self, folder: Path, role: str = "agent") -> None:
        self.hub = folder / "site" / "hub.db"
        self.said: list[str] = []
        if not self.hub.exists():
            with People(self.hub, SYSTEM_CLOCK) as people:
                people.add(NAME, Role.AGENT, PASSWORD)
        self.station = Station(
            Launch(folder / "seat", Settings(sign_in="password", hub=str(self.hub)), role),
            SYSTEM_CLOCK,
            how=str,
            on_people=lambda: None,
            on_floor_ended=self.said.append,
            on_put_out=self.said.append,
            on_told=self.said.append,
        )


async def until(true: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        await asyncio.sleep(0.02)


async def test_the_new_password_stays_while_the_former_one_is_typed(tmp_path: Path) -> None:
    seat = Seat(tmp_path)
    await seat.station.open()
    await seat.station.sign_in(NAME, PASSWORD)
    await seat.station.close()
    with People(seat.hub, SYSTEM_CLOCK) as people:
        people.set_password(NAME, OTHER)
    app = AgentConsole(Launch(tmp_path / "seat", Settings(sign_in="password", hub=str(seat.hub))), SYSTEM_CLOCK)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*NAME, "enter", *OTHER, "enter")
        former = app.screen.query_one("#sign-in-former")
        await until(lambda: former.display and former.has_focus)
        assert app.screen.query_one("#sign-in-password", SecretField).value == OTHER
        await pilot.press(*PASSWORD, "enter")
        await until(lambda: isinstance(app.screen, WorkspaceScreen))
        [door] = [one for one in app.screen_stack if isinstance(one, SignInScreen)]
        await until(lambda: OTHER not in (door._sent, door.query_one("#sign-in-password", SecretField).value))
        await pilot.pause()


def foot(door: SignInScreen) -> str:
    lines = door.query_one("#sign-in-foot", Lines).lines
    return "\n".join("".join(span.text for span in one) for one in lines)


async def test_after_a_refusal_the_keys_are_where_it_says(tmp_path: Path) -> None:
    seat = Seat(tmp_path)
    app = AgentConsole(Launch(tmp_path / "seat", Settings(sign_in="password", hub=str(seat.hub))), SYSTEM_CLOCK)
    async with app.run_test(size=(80, 24)) as pilot:
        door = app.screen
        assert isinstance(door, SignInScreen)
        name, password = door.query_one("#sign-in-name", Input), door.query_one("#sign-in-password", SecretField)
        assert "shift+tab" not in foot(door), "the name has the keys"
        await pilot.press("enter", *PASSWORD, "enter")
        await until(lambda: "Type your name" in foot(door))
        assert name.has_focus
        await pilot.press(*"Dana Reye", "enter", *PASSWORD, "enter")
        await until(lambda: "does not know this name with this password" in foot(door))
        assert "again" not in foot(door).replace("try again", "") and "both" not in foot(door)
        assert "shift+tab the name" in foot(door), "that is the key with which it can be changed"
        assert password.has_focus and password.value == "" and name.value == "Dana Reye"
        await pilot.press("shift+tab", "s", "enter", *OTHER, "enter")
        await until(lambda: door._asking)
        await until(lambda: not door._asking)
        assert "does not know" in foot(door) and password.has_focus and name.value == NAME
        await pilot.press(*PASSWORD, "enter")
        await until(lambda: isinstance(app.screen, WorkspaceScreen) and app.screen.is_mounted)
        await pilot.pause()


async def test_the_hub_says_what_somebody_is(tmp_path: Path) -> None:
    seat = Seat(tmp_path, "supervisor")
    await seat.station.open()
    with pytest.raises(NotLetIn, match="without --role"):
        await seat.station.sign_in(NAME, PASSWORD)
    assert seat.station.session is None and seat.station._replica is None
    with People(seat.hub, SYSTEM_CLOCK) as people:
        people.set_role(NAME, Role.SUPERVISOR)
    session: object = None
    for _ in range(20):  # until the seat has heard of it
        try:
            session = await seat.station.sign_in(NAME, PASSWORD)
            break
        except NotLetIn:
            await asyncio.sleep(0.2)
    assert session is not None
    await seat.station.close()


async def test_locked_what_is_asked_of_the_store_waits(tmp_path: Path) -> None:
    seat = Seat(tmp_path)
    await seat.station.open()
    session = await seat.station.sign_in(NAME, PASSWORD)
    assert await seat.station.lock() and not await seat.station.lock()
    replica = seat.station._replica
    assert replica is not None
    assert replica.store._store is None and replica.store._key is None and replica.link._begin is None
    asked = asyncio.create_task(session.seat.read(desk.everyone))
    await asyncio.sleep(0.2)
    assert not asked.done()
    with pytest.raises(NotLetIn):
        await seat.station.unlock(OTHER)
    assert not asked.done()
    await seat.station.unlock(PASSWORD)
    assert [one.name for one in await asked] == [NAME]
    await seat.station.close()


async def test_who_leaves_a_locked_screen_is_signed_out(tmp_path: Path) -> None:
    seat = Seat(tmp_path)
    await seat.station.open()
    await seat.station.sign_in(NAME, PASSWORD)
    await seat.station.lock()
    await seat.station.end_session()
    hub = EmbeddedHub(seat.hub)
    assert [row.body["state"] for row in hub._file.rows("entity = 'agent_status'", ())] == ["signed out"]
    hub.close()
    await seat.station.close()


async def test_a_password_that_was_changed_at_the_hub_puts_out(tmp_path: Path) -> None:
    seat = Seat(tmp_path)
    await seat.station.open()
    await seat.station.sign_in(NAME, PASSWORD)
    await until(lambda: seat.station._sync.online)
    with People(seat.hub, SYSTEM_CLOCK) as people:
        people.set_password(NAME, OTHER)
    shutil.move(seat.hub, seat.hub.with_suffix(".away"))
    await until(lambda: not seat.station._sync.online)
    shutil.move(seat.hub.with_suffix(".away"), seat.hub)
    await until(lambda: seat.said)
    assert "does not let you in any more" in seat.said[0]
    await seat.station.end_session()
    with pytest.raises(NotLetIn) as asked:
        await seat.station.sign_in(NAME, OTHER)
    assert asked.value.former
    session = await seat.station.sign_in(NAME, OTHER, PASSWORD)
    assert session.seat.agent.name == NAME
    await seat.station.close()


async def test_what_is_typed_at_once_goes_where_it_belongs(tmp_path: Path) -> None:
    """The door gives the name the focus when it comes to the front, not some time after that: a name, enter and a password
    in one burst would leave the password in the name, for all to read."""
    app = AgentConsole(Launch(tmp_path, Settings(sign_in="password", hub=str(tmp_path / "hub.db"))), SYSTEM_CLOCK)
    async with app.run_test(size=(80, 24)) as pilot:
        door = app.screen
        assert isinstance(door, SignInScreen)
        for come in (door.on_mount, door.on_screen_resume):
            come()
            door._name_typed()
            await pilot.pause()
            assert door.focused is door.query_one("#sign-in-password")
