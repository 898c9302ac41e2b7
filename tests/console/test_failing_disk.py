"""A disk that fails under an open console: what is typed stays, and the agent is told what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from console.app import AgentConsole
from console.screens.modal import ConfirmDialog
from console.screens.workspace import WorkspaceScreen
from console.services import keeper
from data.desk import journal
from data.models.base import AgentId
from data.store.database import STORE_FILE, Store
from data.store.migrations import SCHEMA_VERSION
from tests.console.stage import sign_on, staged, talk, until
from tests.console.test_workspace import opened, text_of, told
from tests.faults import damage, full, read_only

LONG = "The screen goes black. " * 260
NOT_WRITTEN = "disk is full: your text is not written yet"


@pytest.fixture(autouse=True)
def soon_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be written is tried again sooner than for a person."""
    monkeypatch.setattr(keeper, "RETRY_S", 0.2)


def console(pilot: Pilot[str]) -> AgentConsole:
    assert isinstance(pilot.app, AgentConsole)
    return pilot.app


async def on_a_full_disk(pilot: Pilot[str], screen: WorkspaceScreen) -> None:
    """The disk fills up while the details are typed."""
    await pilot.press("f5", *"Black screen")
    await until(pilot, lambda: bool(screen.session.desk.number))
    await console(pilot)._station._replica.store.do(full)
    field = screen.query_one("#field-details")
    field.focus()
    await pilot.pause()
    pilot.app.post_message(events.Paste(LONG))
    await until(pilot, lambda: NOT_WRITTEN in text_of(screen, "status"))


def kept(folder: Path) -> dict[str, str]:
    with Store(folder / STORE_FILE) as store:
        return journal.items(store, AgentId("dana"))[0].fields


async def test_on_a_full_disk_typing_goes_on_nobody_leaves_unasked_and_it_is_written_once_there_is_room(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        await on_a_full_disk(pilot, screen)
        await until(pilot, lambda: "What you type stays here" in told(pilot) and "free some space" in told(pilot))
        assert not kept(tmp_path).get("details")
        await pilot.press(*"And off.", "f10")
        await until(pilot, lambda: "then try again" in told(pilot))
        item = screen.session.desk.item
        assert item is not None and item.fields["details"].endswith("black. And off.") and item.ticket_id is None
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        await console(pilot)._station._replica.store.do(full, full=False)
        await until(pilot, lambda: "What you typed is written now" in told(pilot))
        await until(pilot, lambda: NOT_WRITTEN not in text_of(screen, "status"))
        assert kept(tmp_path)["details"].endswith("black. And off.")
        await pilot.press("f10")
        await until(pilot, lambda: "Saved: ticket" in told(pilot))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not pilot.app.is_running)


async def started(folder: Path) -> tuple[str | None, int | None]:
    """Open the console on a folder; what it ends with."""
    app, feed = staged(folder)
    feed.close()
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.return_code is not None)
    return app.return_value, app.return_code


async def test_it_does_not_begin_a_shift_on_a_store_that_may_only_be_read(tmp_path: Path) -> None:
    home = tmp_path / "home"
    app, feed = staged(home)
    feed.close()
    Store(home / STORE_FILE).close()
    with read_only(home):
        async with app.run_test() as pilot:
            await until(pilot, lambda: app.return_code is not None)
    assert app.return_code == 1
    assert app.return_value is not None and str(home / STORE_FILE) in app.return_value
    assert "write permission" in app.return_value or "check that" in app.return_value


async def test_it_does_not_touch_a_store_of_a_newer_version(tmp_path: Path) -> None:
    with Store(tmp_path / STORE_FILE) as store:
        store.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = (tmp_path / STORE_FILE).read_bytes()
    sentence, code = await started(tmp_path)
    assert code == 1 and sentence is not None and "update agent-console" in sentence
    assert (tmp_path / STORE_FILE).read_bytes() == before


async def test_a_file_that_is_no_store_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / STORE_FILE).write_bytes(b"Dear store, " * 1000)
    sentence, code = await started(tmp_path)
    assert code == 1 and sentence is not None and "damaged" in sentence and "agent-console doctor" in sentence
    assert (tmp_path / STORE_FILE).read_bytes() == b"Dear store, " * 1000


async def test_damage_among_the_people_is_told_where_one_signs_on(tmp_path: Path) -> None:
    app, feed = staged(tmp_path)
    feed.close()
    Store(tmp_path / STORE_FILE).close()
    damaged = damage(tmp_path / STORE_FILE, "agent")
    async with app.run_test() as pilot:
        foot = "sign-in-foot"
        await until(pilot, lambda: "damaged" in text_of(app.screen, foot))  # type: ignore[arg-type]
        app.screen.query_one(Input).value = "Dana"
        await pilot.press("enter", "enter")
        await until(pilot, lambda: "agent-console doctor" in text_of(app.screen, foot))  # type: ignore[arg-type]
    assert (tmp_path / STORE_FILE).read_bytes()[: len(damaged)].count(b"\xee" * 4096) == 1


async def test_damage_met_in_the_middle_is_told_and_the_shift_goes_on(tmp_path: Path) -> None:
    app, feed = staged(tmp_path)
    Store(tmp_path / STORE_FILE).close()
    damage(tmp_path / STORE_FILE, "ticket_fts_data")
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await sign_on(pilot)
        await pilot.press("slash", *"printer")
        await until(pilot, lambda: "damaged" in told(pilot))
        assert "put the file aside" in told(pilot)
        await pilot.press("escape", "r")
        await until(pilot, lambda: str(screen.session.phone.status.state) == "ready")
    feed.close()
