"""What an agent types in a dialog, a search or a form is there again, whatever became of the dialog or the console."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from textual.pilot import Pilot

from console.app import AgentConsole
from console.launch import Launch
from console.screens.customer_form import CustomerDialog
from console.screens.drafting import DraftDialog
from console.screens.workspace import WorkspaceScreen
from console.services.keeper import KEEP_S
from console.settings import Settings
from data.desk import drafts
from data.desk.drafts import Draft
from data.models.agent import AgentState
from data.models.base import AgentId
from data.models.contact import Contact, ContactState
from data.models.ticket import TicketEvent, TicketEventKind
from data.store.database import STORE_FILE, Store
from tests.console.stage import CLOCK, NOW, Feed, sign_on, staged, talk, until, workspace
from tests.console.test_notices import told

DANA = AgentId("dana")


class JumpingClock:
    """A time of day that somebody sets; waits do not notice."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return NOW + self.ahead

    def monotonic(self) -> float:
        return CLOCK.monotonic()


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Pilot[str], Feed]]:
    app, feed = staged(folder, settings=Settings())
    async with app.run_test(size=(160, 45)) as pilot:
        yield pilot, feed


@asynccontextmanager
async def opened_again(folder: Path, name: str = "Dana") -> AsyncIterator[Pilot[str]]:
    app = AgentConsole(Launch(folder, Settings()), CLOCK)
    async with app.run_test(size=(160, 45)) as pilot:
        await until(pilot, lambda: bool(getattr(pilot.app.screen, "people", ())))
        await pilot.press(*name, "enter")
        await until(pilot, lambda: any(isinstance(one, WorkspaceScreen) for one in pilot.app.screen_stack))
        await until(pilot, lambda: workspace(pilot)._taken_up)
        yield pilot


def kept(folder: Path) -> dict[str, Draft]:
    """What stands in the store, by kind."""
    with Store(folder / STORE_FILE) as store:
        return {draft.kind: draft for draft in drafts.of_agent(store, DANA)}


def notes(folder: Path) -> list[str]:
    with Store(folder / STORE_FILE) as store:
        events = [TicketEvent.from_row(row) for row in store.rows("SELECT * FROM ticket_event")]
    return [event.text for event in events if event.kind is TicketEventKind.NOTE]


def dialog(pilot: Pilot[str]) -> DraftDialog[object]:
    assert isinstance(pilot.app.screen, DraftDialog)
    return pilot.app.screen


async def open_dialog(pilot: Pilot[str], key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, DraftDialog) and pilot.app.screen.focused is not None)


async def test_a_note_outlives_escape_and_wrapping_up_and_is_gone_once_it_is_added(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        await open_dialog(pilot, "n")
        await pilot.press(*"told her", "enter", *"4111111111111111", "left", "left", "escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        await open_dialog(pilot, "n")
        assert dialog(pilot).fields == {"text": "told her\ncard ••••1111"}
        assert dialog(pilot).field("text").cursor_at == (1, 11)
        await pilot.press("f10")
        await until(pilot, lambda: "title" in str(dialog(pilot)._fault))  # it is not a ticket yet
        await pilot.press("escape", "f5", *"Title", "escape")
        feed.patch(Contact, "c-1", state=ContactState.ENDED, ended_at=NOW.isoformat(), end_reason="caller")
        await until(pilot, lambda: screen.session.phone.status.state is AgentState.WRAP_UP)
        screen.do(screen.session.wrap_up.dispose("Solved in this contact"))
        await until(pilot, lambda: screen.session.phone.contact is None)
        assert [item.id for item in screen.session.desk._items] == ["c-1"], "the note is still to be added"
        await open_dialog(pilot, "n")
        await pilot.press("f10")
        await until(pilot, lambda: notes(tmp_path) == ["told her\ncard ••••1111"])
        assert "note" not in kept(tmp_path)
        await open_dialog(pilot, "n")
        assert dialog(pilot).fields == {"text": ""}
        await pilot.press("x", "ctrl+n", "escape")
        await until(pilot, lambda: "note" not in kept(tmp_path))


async def test_the_key_of_the_sync_takes_no_text_and_starting_afresh_can_be_taken_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        await talk(pilot, feed)
        await open_dialog(pilot, "n")
        note = dialog(pilot)
        await pilot.press(*"told her", "f8")
        await until(pilot, lambda: "F8 opens Sync once this is closed; esc closes it." in told(pilot.app))
        assert pilot.app.screen is note and note.fields == {"text": "told her"}
        await pilot.press("ctrl+n")
        assert note.fields == {"text": ""}
        await pilot.press("ctrl+t")
        assert note.fields == {"text": "told her"}
        await pilot.press("escape", "c")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, CustomerDialog) and dialog(pilot).focused is not None
        )
        await pilot.press("end", "x", "ctrl+n")
        assert dialog(pilot).fields["name"] == "Maria Alvarez"
        await pilot.press("ctrl+t")
        assert dialog(pilot).fields["name"] == "Maria Alvarezx"


async def test_dialog_search_and_place_come_back_to_whom_they_belong(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        await pilot.press("1")  # the next card of the script
        await until(pilot, lambda: len(screen.session.desk.item.run.trail) == 2)
        await pilot.press("f5", *"Title", "tab", "tab", "escape")
        await open_dialog(pilot, "c")
        assert dialog(pilot).fields["name"] == "Maria Alvarez"
        await pilot.press("tab", *"Tile Co", "left", "left", "ctrl+q")
    async with opened_again(tmp_path, "Priya") as pilot:
        assert pilot.app.screen is workspace(pilot), "another agent sees nothing of it"
        await open_dialog(pilot, "c")
        assert set(dialog(pilot).fields.values()) == {""}
    async with opened_again(tmp_path) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, CustomerDialog))
        again = dialog(pilot)
        await until(pilot, lambda: again.focused is not None and again.focused.id == "draft-company")
        assert (again.fields["name"], again.fields["company"]) == ("Maria Alvarez", "Tile Co")
        assert again.field("company").cursor_at == (0, 5)
        await pilot.press("escape")
        screen = workspace(pilot)
        await until(pilot, lambda: pilot.app.screen is screen)
        await until(pilot, lambda: screen.focused is screen.query_one("#ticket-history"))
        assert screen.ticket_pane.fields["title"] == "Title"
        assert len(screen.session.desk.item.run.trail) == 2
        await pilot.press("slash", *"alvarez", "left", "ctrl+q")
    assert kept(tmp_path)["customer"].fields["company"] == "Tile Co"
    async with opened_again(tmp_path) as pilot:
        box = workspace(pilot).query_one("#customer-search")
        await until(pilot, lambda: workspace(pilot).focused is box)
        assert (box.value, box.cursor_position) == ("alvarez", 6)


async def test_typing_is_written_within_the_second_whatever_the_clock_and_again_when_it_failed(
    tmp_path: Path,
) -> None:
    app, _feed = staged(tmp_path)
    clock = JumpingClock()
    app._clock = clock
    async with app.run_test(size=(160, 45)) as pilot:
        await sign_on(pilot)
        await open_dialog(pilot, "c")
        writes: list[int] = []
        typed_at: list[float] = []
        start = time.monotonic()
        for letters in range(30):
            await pilot.press("x")
            clock.ahead = timedelta(days=(letters // 10) % 2)
            writes.append(len(kept(tmp_path)["customer"].fields["name"]) if "customer" in kept(tmp_path) else 0)
            await pilot.pause(0.03)
            typed_at.append(time.monotonic() - start)
            late = [at for at in typed_at[writes[-1] :] if typed_at[-1] - at > 1.3]  # the machine may be busy
            assert not late, f"not written within a second: {writes}"
        assert 3 <= len(set(writes)) <= typed_at[-1] / KEEP_S + 2, f"again and again, not at each key: {writes}"
        await pilot.press("left")
        await until(pilot, lambda: kept(tmp_path)["customer"].cursor == (0, 29), seconds=1.5)
        await until(pilot, lambda: kept(tmp_path)["customer"].fields["name"] == "x" * 30, seconds=1)

        await app._station._replica.store.do(full, True)
        await pilot.press("y")
        await until(pilot, lambda: "full" in " ".join(note.message for note in app._notifications))
        await app._station._replica.store.do(full, False)
        await until(pilot, lambda: kept(tmp_path)["customer"].fields["name"] == "x" * 29 + "yx", seconds=5)


def full(store: Store, refusing: bool) -> None:
    """The disk is full, and no longer."""
    store.execute(
        "CREATE TEMP TRIGGER refuse BEFORE INSERT ON main.draft BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        if refusing
        else "DROP TRIGGER refuse"
    )


async def test_escape_in_one_breath_with_the_key_that_opens_a_form_keeps_what_was_begun(tmp_path: Path) -> None:
    """The form is closed before it has its fields: nothing is lost, and the console goes on."""
    async with opened(tmp_path) as (pilot, _):
        app, screen = pilot.app, await sign_on(pilot)
        await pilot.press("c")
        await until(pilot, lambda: app.screen is not screen and app.screen.focused is not None)
        await pilot.press(*"Half a name", "escape")
        await until(pilot, lambda: app.screen is screen)
        for _ in range(3):
            screen.action_create_customer()
            assert isinstance(app.screen, CustomerDialog)
            app.screen.action_safe()
            await until(pilot, lambda: app.screen is screen)
        await pilot.press("c")
        await until(pilot, lambda: app.screen is not screen and app.screen.focused is not None)
        assert isinstance(app.screen, CustomerDialog)
        assert app.screen.fields["name"] == "Half a name"
