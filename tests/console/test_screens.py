"""Whole screens: the widths, every theme, the dialogs. A picture that changed is looked at, then kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

import themes
from console.app import AgentConsole
from console.launch import Launch
from console.screens.lock import LockScreen
from console.settings import Settings
from tests.console.album import Album
from tests.console.stage import CLOCK, Feed, settled, sign_on, staged, talk, until, workspace
from widgets.script_pane import ScriptPane

Snap = Callable[..., bool]
SIZES = [(160, 45), (120, 40), (100, 30), (80, 24)]


@pytest.fixture
def feed_of(tmp_path: Path) -> Callable[..., tuple[object, Feed]]:
    return lambda **settings: staged(tmp_path / "seat", settings=Settings(**settings))


async def _write(pilot: Pilot[str], feed: Feed) -> None:
    screen = await talk(pilot, feed)
    await pilot.press("1")
    await until(pilot, lambda: screen.query_one(ScriptPane).card.card == "D2-5")
    for ticks in (1, 2):
        await pilot.press("v")
        await until(pilot, lambda ticks=ticks: len(screen.glance.glance.verified) == ticks)
    await pilot.press("f5")
    screen.ticket_pane.field("title").value = "Laptop very slow after update"
    screen.ticket_pane.field(
        "details"
    ).value = (
        "Windows update on 19 Nov; since then start takes six minutes.\nTried restart. Wants it before Monday."
    )
    await until(pilot, lambda: bool(screen.session.desk.number))
    await pilot.press("f10")
    await until(pilot, lambda: bool(screen.session.desk.item.ticket_id) and not screen.session.desk.item.unsaved)
    await pilot.press("escape")


def _shot(snap: Snap, app: object, size: tuple[int, int], run: Callable[[Pilot[str]], Awaitable[None]]) -> None:
    async def before(pilot: Pilot[str]) -> None:
        await run(pilot)
        await settled(pilot)

    assert snap(app, terminal_size=size, run_before=before)


@pytest.fixture
def album(snapshot: SnapshotAssertion) -> Iterator[Album]:
    """Pictures of one console; at the end none may have changed."""
    made = Album(snapshot)
    yield made
    made.check()


def _named(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


async def test_queue_before_the_first_call(album: Album, feed_of: Callable) -> None:
    app, _feed = feed_of()
    async with app.run_test(size=(160, 45)) as pilot:
        await sign_on(pilot)
        for size in ((160, 45), (80, 24)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
            await album.take(pilot, _named(size))


async def test_call_with_ticket(album: Album, feed_of: Callable) -> None:
    app, feed = feed_of()
    async with app.run_test(size=SIZES[0]) as pilot:
        await _write(pilot, feed)
        await settled(pilot)
        await album.take(pilot, _named(SIZES[0]))
        for theme in themes.BY_NAME:
            if theme != themes.DEFAULT:
                app.theme = theme
                await album.take(pilot, theme)
        app.theme = themes.DEFAULT
        for size in SIZES[1:]:
            await pilot.resize_terminal(*size)
            await settled(pilot)
            await album.take(pilot, _named(size))
        for pane in ("f2", "f3", "f4", "f6"):
            await pilot.press(pane)
            await settled(pilot)
            await album.take(pilot, f"{_named(size)} {pane}")


DIALOGS = {  # in this order: the last two take the keys from the ticket
    "disposition": ["w"],
    "transfer": ["t"],
    "not-ready": ["r"],
    "help": ["f1"],
    "keys": ["question_mark"],
    "new-customer": ["c"],
    "note": ["n"],
    "macros": ["k"],
    "macro": ["k", "w"],
    "due": ["u"],
    "jump": ["ctrl+g"],
    "copy": ["Y"],
    "search": ["slash", "l", "e", "e"],
    "zoomed": ["f4", "z"],
}


async def test_dialogs(album: Album, feed_of: Callable) -> None:
    app, feed = feed_of()
    async with app.run_test(size=(120, 40)) as pilot:
        await _write(pilot, feed)
        for name, keys in DIALOGS.items():
            await pilot.press(*keys)
            await settled(pilot)
            await album.take(pilot, name)
            await pilot.press("escape")
            await until(pilot, lambda: pilot.app.screen is workspace(pilot))


def test_several_customers_share_the_number(snap_compare: Snap, feed_of: Callable) -> None:
    app, feed = feed_of()

    async def run(pilot: Pilot[str]) -> None:
        await talk(pilot, feed, "c-4")
        await pilot.press("f3")

    _shot(snap_compare, app, (120, 40), run)


def test_nobody_has_the_number(snap_compare: Snap, feed_of: Callable) -> None:
    app, feed = feed_of()

    async def run(pilot: Pilot[str]) -> None:
        await talk(pilot, feed, "c-2")
        await pilot.press("f3")

    _shot(snap_compare, app, (120, 40), run)


def test_sign_in(snap_compare: Snap, feed_of: Callable) -> None:
    app, _feed = feed_of()

    async def run(pilot: Pilot[str]) -> None:
        for _ in range(200):
            if getattr(pilot.app.screen, "people", ()):
                break
            await pilot.pause(0.05)
        await pilot.pause(0.2)

    assert snap_compare(app, terminal_size=(80, 24), run_before=run)


def test_sign_in_with_a_password(snap_compare: Snap, tmp_path: Path) -> None:
    app = AgentConsole(Launch(tmp_path, Settings(sign_in="password", hub=str(tmp_path / "hub.db"))), CLOCK)

    async def run(pilot: Pilot[str]) -> None:
        await pilot.pause(0.2)
        await pilot.press(*"Dana", "enter", *"secret")
        pilot.app.screen.tell("Your password is a new one: type the former one too, once.", former=True)
        await pilot.pause(0.2)

    assert snap_compare(app, terminal_size=(80, 24), run_before=run)


def test_locked(snap_compare: Snap, tmp_path: Path) -> None:
    app = AgentConsole(Launch(tmp_path, Settings(sign_in="password", hub=str(tmp_path / "hub.db"))), CLOCK)

    async def run(pilot: Pilot[str]) -> None:
        await pilot.app.push_screen(LockScreen("Dana Reyes", "on call"))
        await pilot.press(*"secret")
        await pilot.pause(0.2)

    assert snap_compare(app, terminal_size=(80, 24), run_before=run)
